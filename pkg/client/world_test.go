package client_test

import (
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a server with file storage that can be killed and started again, the worker's side of it, and a client.
type world struct {
	t       testing.TB
	dir     string
	port    int
	server  *server.Server
	nc      *nats.Conn // the worker's
	journal *journal.Journal
	client  *client.Client
}

func bare(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), port: server.RANDOM_PORT}
	w.start()
	w.port = w.server.Addr().(*net.TCPAddr).Port
	c, err := client.Connect(w.server.ClientURL(), client.Options{Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	w.client = c
	return w
}

func provisioned(t testing.TB) *world {
	t.Helper()
	w := bare(t)
	nc, err := journal.Connect(w.server.ClientURL(), journal.Connection{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	if err := journal.Provision(t.Context(), nc, journal.Options{}); err != nil {
		t.Fatal(err)
	}
	if w.journal, err = journal.Bind(t.Context(), nc); err != nil {
		t.Fatal(err)
	}
	w.nc = nc
	return w
}

func (w *world) start() {
	w.t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: w.port, JetStream: true, StoreDir: w.dir, NoSigs: true, NoLog: true})
	if err != nil {
		w.t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(20 * time.Second) {
		w.t.Fatal("the server does not start")
	}
	w.server = s
	w.t.Cleanup(func() { stop(s) })
}

// restart kills the server and starts it again; the worker is connected again when it returns, the client may not be.
func (w *world) restart() {
	w.t.Helper()
	connected := w.nc.StatusChanged(nats.CONNECTED)
	defer w.nc.RemoveStatusListener(connected)
	stop(w.server)
	w.start()
	<-connected
}

func stop(s *server.Server) {
	s.Shutdown()
	s.WaitForShutdown()
}

func request() deprovision.Request {
	return deprovision.Request{ID: "r1", Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Account: "inline", RequestedBy: "soc"}
}

// written is a journal as a worker writes it.
type written struct {
	w        *world
	request  deprovision.Request
	revision uint64
	seq      uint64
}

func (w *world) writes(r deprovision.Request) *written { return &written{w: w, request: r} }

// append writes one event; change may be nil.
func (j *written) append(status deprovision.Status, change func(*deprovision.Event)) {
	j.w.t.Helper()
	j.seq++
	e := deprovision.Event{
		Progress: deprovision.Progress{Request: j.request, RequestDigest: j.request.Digest(), Seq: j.seq, Status: status},
		Change:   deprovision.Change{ID: fmt.Sprintf("%s-%d", j.request.Ref().Tokens(), j.seq), Kind: deprovision.Advanced, By: "worker-1"},
	}
	if change != nil {
		change(&e)
	}
	revision, err := j.w.journal.Append(j.w.t.Context(), j.request.Ref(), j.revision, e)
	if err != nil {
		j.w.t.Fatal(err)
	}
	j.revision = revision
}
