package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var began = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

// world is a NATS server that can be started anew, and a worker's hand on it.
type world struct {
	t        *testing.T
	dir      string
	port     int
	server   *server.Server
	nc       *nats.Conn
	journal  *journal.Journal
	revision uint64
	progress deprovision.Progress
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), port: server.RANDOM_PORT}
	w.start()
	w.port = w.server.Addr().(*net.TCPAddr).Port
	t.Cleanup(func() { stop(w.server) })
	var err error
	if w.nc, err = journal.Connect(w.server.ClientURL(), journal.Connection{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.nc.Close)
	if err := journal.Provision(t.Context(), w.nc, journal.Options{}); err != nil {
		t.Fatal(err)
	}
	if w.journal, err = journal.Bind(t.Context(), w.nc); err != nil {
		t.Fatal(err)
	}
	r := deprovision.Request{ID: "r1", Tenant: "contoso", Service: deprovision.SharePointOnline, Account: "sp", RequestedBy: "soc@contoso.example"}
	w.progress = deprovision.Progress{Request: r, RequestDigest: r.Digest(), Steps: []deprovision.StepProgress{
		{Name: "verify-account", State: deprovision.StepPending}, {Name: "remove-event-receivers", State: deprovision.StepPending}}}
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
}

// restart ends the server and starts it again. The worker is connected again when it returns; the dashboard may not be.
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

// append writes the next event, a minute after the one before.
func (w *world) append(change func(*deprovision.Progress)) {
	w.t.Helper()
	w.progress = w.progress.Clone()
	w.progress.Seq++
	w.progress.Status, w.progress.Updated = deprovision.Held, began.Add(time.Duration(w.progress.Seq)*time.Minute)
	change(&w.progress)
	var err error
	w.revision, err = w.journal.Append(w.t.Context(), w.progress.Request.Ref(), w.revision, deprovision.Event{Progress: w.progress,
		Change: deprovision.Change{ID: fmt.Sprint("c", w.progress.Seq), Kind: deprovision.Advanced, By: "w1"}})
	if err != nil {
		w.t.Fatal(err)
	}
}

// The scripted removal, event by event.

func claimed(*deprovision.Progress) {}

func verified(p *deprovision.Progress) {
	left := deprovision.Duration(90 * time.Second)
	p.Step, p.Steps[0].State, p.Left = 1, deprovision.StepDone, &left
}

func halfRemoved(p *deprovision.Progress) {
	left := deprovision.Duration(30 * time.Second)
	p.Steps[1].State, p.Steps[1].Done, p.Steps[1].Total, p.Left = deprovision.StepRunning, 2, 4, &left
}

func ended(p *deprovision.Progress) {
	p.Step, p.Status, p.Steps[1].State, p.Left = 2, deprovision.Succeeded, deprovision.StepDone, nil
}

// program is the running dashboard.
type program struct {
	t     *testing.T
	lines *bufio.Scanner
	end   func()
}

func start(t *testing.T, args ...string) program {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, args, in)
		_ = in.CloseWithError(err)
		done <- err
	}()
	t.Cleanup(cancel)
	return program{t, bufio.NewScanner(out), func() {
		t.Helper()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("it ends with %v", err)
		}
	}}
}

func (p program) says(want string) {
	p.t.Helper()
	if !p.lines.Scan() || p.lines.Text() != want {
		p.t.Fatalf("it says %q, want %q: %v", p.lines.Text(), want, p.lines.Err())
	}
}
