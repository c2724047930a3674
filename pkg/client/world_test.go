package client_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/journal/natstest"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a server with file storage that can be stopped and started again, the worker's side of it, and a client.
type world struct {
	t       testing.TB
	server  *natstest.Worker
	nc      *nats.Conn // the worker's
	journal *journal.Journal
	client  *client.Client
}

func bare(t testing.TB) *world {
	t.Helper()
	return at(t, natstest.Connect(t))
}

func provisioned(t testing.TB) *world {
	t.Helper()
	return at(t, natstest.Provision(t))
}

func at(t testing.TB, server *natstest.Worker) *world {
	t.Helper()
	c, err := client.Connect(server.URL(), client.Options{Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return &world{t: t, server: server, nc: server.Conn, journal: server.Journal, client: c}
}

// restart ends the server and starts it again; the worker is connected again when it returns, the client may not be.
func (w *world) restart() {
	w.server.Stop()
	w.server.Back()
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
