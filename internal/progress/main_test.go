package progress_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/clock"
	"github.com/deprovisioner/deprovisioner/internal/progress"
	"github.com/deprovisioner/deprovisioner/internal/redistest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestMain(m *testing.M) {
	// The client's probe of a server that was away ends by itself, a second after the client was closed.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/redis/go-redis/v9/internal/pool.(*ConnPool).tryDial"))
}

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// at is a clock that stands still.
func at(now time.Time) *clock.Fake { return clock.NewFake(now) }

// server is a Redis of some kind.
type server struct {
	client redis.UniversalClient
	pass   func(time.Duration) // lets the server's time pass; nil where that takes the time itself
}

// tested is a test of a promise on one kind of server.
type tested struct {
	*testing.T
	server
}

// kinds are the servers that every promise has to hold on.
var kinds = map[string]func(testing.TB) server{"redis-server": realServer, "embedded": embedded}

func realServer(tb testing.TB) server {
	tb.Helper()
	return server{client: connect(tb, redistest.Start(tb).URL())}
}

func cluster(tb testing.TB) server {
	tb.Helper()
	return server{client: connect(tb, redistest.StartCluster(tb).URL()+"?cluster=true")}
}

func embedded(tb testing.TB) server {
	tb.Helper()
	m := miniredis.RunT(tb)
	return server{client: connect(tb, "redis://"+m.Addr()), pass: m.FastForward}
}

// onEvery runs a test on every kind of server, each time on an empty one.
func onEvery(t *testing.T, test func(tested)) {
	t.Helper()
	for kind, open := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			test(tested{T: t, server: open(t)})
		})
	}
}

func connect(tb testing.TB, url string) redis.UniversalClient {
	tb.Helper()
	client, err := progress.Connect(url, "")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := client.Close(); err != nil {
			tb.Error(err)
		}
	})
	return client
}

// document is a request of contoso for Teams that is held; requests with a higher number started later.
func document(number int, seq uint64, changes ...func(*deprovision.Progress)) deprovision.Progress {
	p := deprovision.Progress{
		Request: deprovision.Request{
			ID: fmt.Sprintf("r%d", number), Tenant: "contoso", Service: deprovision.Teams, Account: "teams", RequestedBy: "soc@contoso.example",
		},
		Seq: seq, Status: deprovision.Held, Started: start.Add(time.Duration(number) * time.Second),
		Updated: start.Add(time.Hour),
		Steps:   []deprovision.StepProgress{{Name: "verify-account", State: deprovision.StepRunning}, {Name: "take-inventory"}, {Name: "remove-consent"}},
	}
	for _, change := range changes {
		change(&p)
	}
	return p
}

func status(s deprovision.Status) func(*deprovision.Progress) {
	return func(p *deprovision.Progress) { p.Status = s }
}

// updates numbers documents as the stream would.
func updates(first uint64, documents ...deprovision.Progress) []progress.Update {
	var out []progress.Update
	for i, p := range documents {
		out = append(out, progress.Update{Revision: first + uint64(i), Progress: p, At: p.Updated})
	}
	return out
}

func apply(tb testing.TB, p *progress.Picture, first uint64, documents ...deprovision.Progress) {
	tb.Helper()
	if err := p.Apply(tb.Context(), updates(first, documents...)); err != nil {
		tb.Fatal(err)
	}
}

func get(tb testing.TB, p *progress.Picture, number int) deprovision.Progress {
	tb.Helper()
	state, ok, err := p.Get(tb.Context(), document(number, 0).Request.Ref())
	if err != nil || !ok {
		tb.Fatalf("request %d: found %tb, %v", number, ok, err)
	}
	return state
}
