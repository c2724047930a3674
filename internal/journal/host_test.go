package journal_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/journal/journaltest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

const soon = 20 * time.Second // generous: a test that needs it has failed

// host is a real server with its files on disk, which can be stopped and started again on the same port.
type host struct {
	*server.Server
	options server.Options
}

func serve(t *testing.T, change ...func(*server.Options)) *host {
	t.Helper()
	h := &host{options: server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true}}
	for _, c := range change {
		c(&h.options)
	}
	h.start(t)
	t.Cleanup(h.stop)
	return h
}

func (h *host) start(t *testing.T) {
	t.Helper()
	options := h.options
	s, err := server.NewServer(&options)
	if err != nil {
		t.Fatal(err)
	}
	h.Server = s
	s.Start()
	if !s.ReadyForConnections(soon) {
		t.Fatal("the server does not start")
	}
	h.options.Port = s.Addr().(*net.TCPAddr).Port
}

func (h *host) stop() { h.Shutdown(); h.WaitForShutdown() }

func (h *host) restart(t *testing.T) { t.Helper(); h.stop(); h.start(t) }

func dial(t *testing.T, url string) *nats.Conn {
	t.Helper()
	nc, err := journal.Connect(url, journal.Connection{Name: t.Name()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

func provision(t *testing.T, nc *nats.Conn, o journal.Options) {
	t.Helper()
	for range 2 { // it may be repeated
		if err := journal.Provision(t.Context(), nc, o); err != nil {
			t.Fatal(err)
		}
	}
}

func bind(t *testing.T, nc *nats.Conn) *journal.Journal {
	t.Helper()
	j, err := journal.Bind(t.Context(), nc)
	if err != nil {
		t.Fatal(err)
	}
	j.SetPoll(200 * time.Millisecond) // so that Stop is fast
	return j
}

// bound returns a journal on a server of its own.
func bound(t *testing.T, o ...journal.Options) (*journal.Journal, *nats.Conn) {
	t.Helper()
	nc := dial(t, serve(t).ClientURL())
	provision(t, nc, append(o, journal.Options{})[0])
	return bind(t, nc), nc
}

func stream(t *testing.T, nc *nats.Conn, name string) jetstream.Stream {
	t.Helper()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	s, err := js.Stream(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// eventually asks again until it is true.
func eventually(t *testing.T, what string, ask func(context.Context) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	for !ask(ctx) {
		if ctx.Err() != nil {
			t.Fatalf("%s: never", what)
		}
	}
}

func request() deprovision.Request {
	return deprovision.Request{ID: "r1", Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Account: "inline", RequestedBy: "soc"}
}

func change(id string) deprovision.Event {
	return deprovision.Event{Progress: deprovision.Progress{Request: request(), Status: deprovision.Held},
		Change: deprovision.Change{ID: id, Kind: deprovision.Claimed}}
}

func TestJournalKeepsItsPromises(t *testing.T) {
	t.Parallel()
	journaltest.Run(t, func(t *testing.T) (engine.Journal, engine.Accounts) {
		t.Helper()
		j, _ := bound(t)
		return j, j.Accounts()
	})
}
