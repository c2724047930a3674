package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/journal/natstest"
	"github.com/deprovisioner/deprovisioner/internal/progress"
	"github.com/deprovisioner/deprovisioner/internal/query"
	"github.com/deprovisioner/deprovisioner/internal/redistest"
	"github.com/deprovisioner/deprovisioner/internal/web"
	"github.com/deprovisioner/deprovisioner/internal/web/api"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(whole{m})
}

// whole are the tests, and that together they saw everything that is described.
type whole struct{ tests *testing.M }

func (w whole) Run() int {
	code := w.tests.Run()
	if code == 0 && !filtered() {
		code = everythingWasSeen()
	}
	return code
}

// The tokens of the tests, by what they are for.
const (
	admin    = "admin-token-0123456789abcdef0123456789" // all rights, everywhere
	reader   = "reader-token-0123456789abcdef012345678" // reads only, in contoso
	fabrikam = "fabrikam-token-0123456789abcdef0123456" // all rights, in fabrikam alone
	both     = "both-tokens-0123456789abcdef0123456789" // all rights, in two of the three tenants
)

func tokens(t testing.TB) []api.Token {
	t.Helper()
	var out []api.Token
	for _, made := range []struct {
		name, secret string
		tenants      []string
		may          []api.Right
	}{
		{"admin@contoso.example", admin, []string{"*"}, api.Rights()}, {"auditor", reader, []string{"contoso"}, []api.Right{api.Read}},
		{"fab", fabrikam, []string{"fabrikam"}, api.Rights()}, {"msp", both, []string{"contoso", "fabrikam"}, api.Rights()},
	} {
		token, err := api.NewToken(made.name, made.secret, made.tenants, made.may)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, token)
	}
	return out
}

// world is a NATS server with the worker's side of it, and the API over HTTP.
type world struct {
	t        testing.TB
	server   *natstest.Worker
	nc       *nats.Conn
	journal  *journal.Journal
	picture  *progress.Picture
	counted  *counter
	log      *safeBuffer
	address  string
	shutDown func()
}

type shape func(*api.Options)

func newWorld(t testing.TB, shapes ...shape) *world {
	t.Helper()
	s := natstest.Provision(t)
	w := &world{t: t, server: s, nc: s.Conn, journal: s.Journal, counted: &counter{reasons: map[string]int{}}, log: &safeBuffer{}}
	w.serve(shapes...)
	return w
}

// restart ends the NATS server and starts it again; the worker is connected again when it returns.
func (w *world) restart() {
	w.server.Stop()
	w.server.Back()
}

// serve serves the API as a worker does.
func (w *world) serve(shapes ...shape) {
	w.t.Helper()
	c, err := client.New(w.nc, client.Options{Timeout: 2 * time.Second})
	if err != nil {
		w.t.Fatal(err)
	}
	o := api.Options{Client: c, Tokens: tokens(w.t), Tenants: []string{"contoso", "fabrikam", "tailspin"}, Loopback: true, Observer: w.counted,
		Log: slog.New(slog.NewTextHandler(w.log, nil))}
	for _, s := range shapes {
		s(&o)
	}
	a := api.New(o)
	s := web.New(http.NotFoundHandler())
	s.Handle("/api/", a, a.Close)
	listener, err := (&net.ListenConfig{}).Listen(w.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, listener) }()
	w.address = listener.Addr().String()
	w.shutDown = sync.OnceFunc(func() {
		cancel()
		if err := <-served; err != nil {
			w.t.Error(err)
		}
	})
	w.t.Cleanup(w.shutDown)
}

// pictured has a worker that answers lists from a picture in Redis.
func (w *world) pictured() {
	w.t.Helper()
	redis, err := progress.Connect("redis://"+redistest.Start(w.t).Address(), "")
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = redis.Close() })
	w.picture = progress.New(redis, progress.Options{})
	stop, err := query.Serve(w.nc, w.picture, "1.0.0")
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = stop() })
}

type counter struct {
	mu      sync.Mutex
	reasons map[string]int
	streams int
	changed chan int
}

func (c *counter) APIRefused(reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reasons[reason]++
}

func (c *counter) APIStreams(open int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.streams = open
	if c.changed != nil {
		c.changed <- open
	}
}

func (c *counter) of(reason string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reasons[reason]
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

// answer is what came back.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

// ask makes one call and holds the answer against the OpenAPI document. Header has name, value, name, value, …; Host too.
func (w *world) ask(method, path, token, body string, header ...string) answer {
	w.t.Helper()
	return w.asks(w.t, method, path, token, body, header...)
}

func (w *world) asks(t testing.TB, method, path, token, body string, header ...string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+w.address+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
			continue
		}
		r.Header.Set(header[i], header[i+1])
	}
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{t: t, status: resp.StatusCode, header: resp.Header, body: text}
	checkAnswer(t, r, a)
	return a
}

// want fails the test unless the answer has the status.
func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("got %d, want %d: %s", a.status, status, a.body)
	}
	return a
}

// problem fails the test unless the answer is a problem of this type, status and field.
func (a answer) problem(status int, reason, field string) api.Problem {
	a.t.Helper()
	a.want(status)
	var p api.Problem
	if err := json.Unmarshal(a.body, &p); err != nil || p.Type != api.Types+reason || p.Status != status || field != "" && p.Field != field {
		a.t.Fatalf("want %d %s %s, got %s", status, reason, field, a.body)
	}
	return p
}

func read[T any](a answer) T {
	a.t.Helper()
	var out T
	if err := json.Unmarshal(a.body, &out); err != nil {
		a.t.Fatalf("%v in %s", err, a.body)
	}
	return out
}

func request(tenant, id string) deprovision.Request {
	return deprovision.Request{ID: id, Tenant: tenant, Service: deprovision.ExchangeOnlineInline, Account: "inline", RequestedBy: "soc"}
}

func path(tenant, id string) string {
	return "/api/v1/requests/" + tenant + "/exchange-online-inline/" + id
}

// written is a journal as a worker writes it.
type written struct {
	w        *world
	request  deprovision.Request
	revision uint64
	seq      uint64
}

func (w *world) writes(r deprovision.Request) *written { return &written{w: w, request: r} }

func (j *written) append(status deprovision.Status, change func(*deprovision.Event)) {
	j.w.t.Helper()
	j.seq++
	at := time.Date(2026, 3, 1, 12, 0, int(j.seq), 0, time.UTC)
	e := deprovision.Event{
		Progress: deprovision.Progress{Request: j.request, RequestDigest: j.request.Digest(), Seq: j.seq, Status: status, Started: at, Updated: at},
		Change:   deprovision.Change{ID: fmt.Sprintf("%s-%d", j.request.Ref().Tokens(), j.seq), Kind: deprovision.Advanced, By: "worker-1"},
	}
	if change != nil {
		change(&e)
	}
	revision, err := j.w.journal.Append(context.Background(), j.request.Ref(), j.revision, e)
	if err != nil {
		j.w.t.Error(err)
		return
	}
	j.revision = revision
	if j.w.picture != nil {
		if err := j.w.picture.Apply(context.Background(), []progress.Update{{Revision: revision, Progress: e.Progress, At: at}}); err != nil {
			j.w.t.Error(err)
		}
	}
}

func plan(r deprovision.Request) deprovision.Plan {
	return deprovision.Plan{Ref: r.Ref(), Made: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		Artifacts: []deprovision.Artifact{{Kind: "transport-rule", ID: "11", Name: "Sentry rerouting", Step: "remove-rerouting-rules", Match: "name"}}}
}

// waits is a request that waits for the confirmation of its plan.
func (w *world) waits(r deprovision.Request) deprovision.Plan {
	w.t.Helper()
	p := plan(r)
	if err := w.journal.PutPlan(w.t.Context(), p); err != nil {
		w.t.Fatal(err)
	}
	j := w.writes(r)
	j.append(deprovision.Held, nil)
	j.append(deprovision.Waiting, func(e *deprovision.Event) {
		e.Progress.Stop = &deprovision.Stop{Seq: 2, Name: "confirm", Offers: []deprovision.Verb{deprovision.Confirm, deprovision.Cancel, deprovision.Force}}
		e.Progress.Plan = &deprovision.PlanSummary{Digest: p.Digest(), Artifacts: 1}
	})
	return p
}
