package page_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/journal/natstest"
	"github.com/deprovisioner/deprovisioner/internal/progress"
	"github.com/deprovisioner/deprovisioner/internal/query"
	"github.com/deprovisioner/deprovisioner/internal/redistest"
	"github.com/deprovisioner/deprovisioner/internal/throttle"
	"github.com/deprovisioner/deprovisioner/internal/web"
	"github.com/deprovisioner/deprovisioner/internal/web/api"
	"github.com/deprovisioner/deprovisioner/internal/web/page"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// The world of the page's tests is what a worker serves, in the test's own process, with nobody who works: a real nats-server with the
// journal, a real redis-server with the picture that follows it, the API and the page on a real listener. What a worker would do is scripted.
//
//	w := newWorld(t)                                     // contoso and fabrikam; reading needs no token
//	a := w.account("contoso", "inline", deprovision.ExchangeOnlineInline)
//	s := w.request(a, "r1")                              // nothing is in the journal yet
//	s.claims()                                           // every step is pending, the first one runs
//	s.reaches("remove-rerouting-rules"); s.advances(1, 4) // steps before it are done; 1 of 4 units
//	s.parks("throttled", time.Hour); s.stops("confirm", …); s.ends(deprovision.Succeeded)
//
//	p := w.open("/accounts")                             // a new browser with the page at #/accounts
//	w.signIn(p, decider)                                 // through the dialog, as a person does
//
// An append is in the journal when the call returns; the stream of changes brings it, and the picture has it a moment later (w.drawn waits
// for that). More in script_test.go (requests), plan_test.go (plans and evidence), crowd_test.go (100,000 requests), gallery_test.go (something
// in every view), calls_test.go (what was called of the API), hand_test.go (what a person does on every view).
type world struct {
	t       testing.TB
	server  *natstest.Worker
	nc      *nats.Conn // the worker's
	journal *journal.Journal
	redis   *redistest.Server
	picture *progress.Picture
	gate    *progress.Gate
	log     *safeBuffer
	calls   *calls
	line    line // between the browser and the server
	now     func() time.Time

	behind sync.Mutex // whoever holds it keeps the picture as it is
}

func TestMain(m *testing.M) {
	// The Redis client's probe of a server that was away ends by itself, a second after the client was closed.
	goleak.VerifyTestMain(browsertest.M{Tests: m}, goleak.IgnoreAnyFunction("github.com/redis/go-redis/v9/internal/pool.(*ConnPool).tryDial"))
}

// The tokens of the tests, by what they are for. Where reading needs none, onlooker is for tests that need a name.
const (
	onlooker = "onlooker-token-0123456789abcdef0123456" // reads
	decider  = "decider-token-0123456789abcdef01234567" // asks and decides
	operator = "operator-token-0123456789abcdef0123456" // everything
	stranger = "stranger-token-0123456789abcdef0123456" // of no worker
)

// The tenants of every world.
const (
	contoso  = "contoso"
	fabrikam = "fabrikam"
)

func tokens(t testing.TB) []api.Token {
	t.Helper()
	var out []api.Token
	for _, made := range []struct {
		name, secret string
		may          []api.Right
	}{
		{"auditor@contoso.example", onlooker, []api.Right{api.Read}},
		{"soc@contoso.example", decider, []api.Right{api.Read, api.Ask, api.Decide}},
		{"admin@contoso.example", operator, api.Rights()},
	} {
		token, err := api.NewToken(made.name, made.secret, []string{api.Everywhere}, made.may)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, token)
	}
	return out
}

// A shape changes what a world is made of.
type shape func(*api.Options)

// closedToStrangers is a worker that is reached from other machines: it shows nothing to whoever has no token.
func closedToStrangers(o *api.Options) { o.Loopback = false }

func newWorld(t testing.TB, shapes ...shape) *world {
	t.Helper()
	s := natstest.Provision(t)
	w := &world{t: t, server: s, nc: s.Conn, journal: s.Journal, log: &safeBuffer{}, now: time.Now}
	w.draw()
	w.serve(shapes...)
	return w
}

// stopNATS takes the NATS server away; startNATS brings it back, and returns when the worker can read its journal again.
func (w *world) stopNATS() { w.server.Stop() }

func (w *world) startNATS() {
	w.t.Helper()
	w.server.Back()
	for { // a stream that is being recovered answers late, and tells nobody when it is there
		if _, err := w.journal.Head(w.t.Context()); err == nil {
			return
		}
		if err := w.t.Context().Err(); err != nil {
			w.t.Fatal(err)
		}
	}
}

// budget is what each tenant gets.
var budget = throttle.Budget{Calls: 600, Per: time.Minute, Burst: 50}

// draw has the picture follow the journal, and answer questions, as a worker does.
func (w *world) draw() {
	w.t.Helper()
	w.redis = redistest.Start(w.t, "--appendfsync", "no")
	redis, err := progress.Connect(w.redis.URL(), "")
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = redis.Close() })
	created, head, err := w.journal.Stream(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	w.picture = progress.New(redis, progress.Options{Incarnation: created.UTC().Format(time.RFC3339Nano)})
	w.gate = progress.NewGate(redis, progress.GateOptions{Budget: budget, Clock: ticking{w}})
	if err := w.picture.Reset(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	if err := w.picture.Rebuilt(w.t.Context(), head); err != nil {
		w.t.Fatal(err)
	}
	stopAnswers, err := query.Serve(w.nc, w.picture, "1.0.0")
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var projector sync.WaitGroup
	projector.Go(func() { _ = w.journal.Project(ctx, canvas{w}) }) // ends with the context's error only
	w.t.Cleanup(func() {
		cancel()
		projector.Wait()
		_ = stopAnswers()
	})
}

// ticking is the world's clock.
type ticking struct{ *world }

// Now implements [engine.Clock].
func (c ticking) Now() time.Time { return c.now() }

// After implements [engine.Clock].
func (c ticking) After(d time.Duration) <-chan time.Time { return time.After(d) }

// canvas lets the journal's projector write the picture.
type canvas struct{ *world }

func (c canvas) Apply(ctx context.Context, updates []journal.Update) error {
	c.behind.Lock()
	defer c.behind.Unlock()
	out := make([]progress.Update, len(updates))
	for i, u := range updates {
		out[i] = progress.Update(u)
	}
	return c.picture.Apply(ctx, out)
}

// serve serves the API and the page as a worker does, and puts the line before them.
func (w *world) serve(shapes ...shape) {
	w.t.Helper()
	c, err := client.New(w.nc, client.Options{Timeout: 30 * time.Second})
	if err != nil {
		w.t.Fatal(err)
	}
	w.calls = &calls{t: w.t, changed: make(chan struct{})}
	o := api.Options{Client: c, Tokens: tokens(w.t), Tenants: []string{contoso, fabrikam}, Loopback: true, Observer: w.calls,
		Log: slog.New(slog.NewTextHandler(w.log, nil)), Drawn: w.journal.Drawn, Standings: standings{w},
		Budget: api.Budget(budget), Cautions: beforehand, Now: func() time.Time { return w.now() }}
	for _, s := range shapes {
		s(&o)
	}
	a := api.New(o)
	s := web.New(http.NotFoundHandler())
	w.calls.next = a
	s.Handle("/api/", w.calls, a.Close)
	for _, pattern := range page.Patterns() {
		s.Handle(pattern, page.Handler(), nil)
	}
	listener, err := (&net.ListenConfig{}).Listen(w.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, listener) }()
	w.t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			w.t.Error(err)
		}
	})
	w.line = line{browsertest.NewWire(w.t, "http://"+listener.Addr().String())}
}

// beforehand tells of an account what its footprint says before anybody looked, as a worker does.
func beforehand(a deprovision.Account) ([]deprovision.Caution, bool) {
	s, ok := catalog().Service(a.Product, a.Service)
	if !ok {
		return nil, false
	}
	return s.Beforehand(a), true
}

// line is what lies between the browser and the server.
type line struct{ wire *browsertest.Wire }

func (l line) origin() string { return l.wire.URL() }
func (l line) cut()           { l.wire.Cut() }
func (l line) mend()          { l.wire.Mend() }

// drop breaks every connection off; new ones go through at once.
func (l line) drop() { l.cut(); l.mend() }

// url is the address of the page at a hash such as "/accounts".
func (w *world) url(hash string) string { return w.line.origin() + "/#" + hash }

// standings tells the API how the tenants stand, as a worker does.
type standings struct{ *world }

func (s standings) Gates(ctx context.Context, tenants []string) ([]api.Gate, error) {
	found, err := s.gate.Standings(ctx, tenants...)
	out := make([]api.Gate, 0, len(found))
	for _, g := range found {
		out = append(out, api.Gate{Closed: g.Closed, Until: g.Until, Left: g.Spare})
	}
	return out, err
}

func (s standings) Requests(ctx context.Context, tenants []string) ([]map[deprovision.Status]int, error) {
	return s.picture.Tally(ctx, tenants...)
}

// drawn waits until the picture has everything that is in the journal.
func (w *world) drawn() {
	w.t.Helper()
	looks := time.NewTicker(10 * time.Millisecond) // the server counts what the projector has, and tells nobody
	defer looks.Stop()
	for {
		lag, err := w.journal.Lag(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		head, err := w.journal.Head(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		mark, ok, err := w.picture.Watermark(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		if lag == 0 && ok && mark >= head {
			return
		}
		select {
		case <-looks.C:
		case <-w.t.Context().Done():
			w.t.Fatal("the picture does not catch up")
		}
	}
}

type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
