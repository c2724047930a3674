package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/journal/natstest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var began = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

// world is a NATS server that can be started anew, and a worker's hand on it.
type world struct {
	*natstest.Worker
	t        *testing.T
	revision uint64
	progress deprovision.Progress
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Worker: natstest.Provision(t), t: t}
	r := deprovision.Request{ID: "r1", Tenant: "contoso", Service: deprovision.SharePointOnline, Account: "sp", RequestedBy: "soc@contoso.example"}
	w.progress = deprovision.Progress{Request: r, RequestDigest: r.Digest(), Steps: []deprovision.StepProgress{
		{Name: "verify-account", State: deprovision.StepPending}, {Name: "remove-event-receivers", State: deprovision.StepPending}}}
	return w
}

// restart ends the server and starts it again. The worker is connected again when it returns; the dashboard may not be.
func (w *world) restart() {
	w.Stop()
	w.Back()
}

// append writes the next event, a minute after the one before.
func (w *world) append(change func(*deprovision.Progress)) {
	w.t.Helper()
	w.progress = w.progress.Clone()
	w.progress.Seq++
	w.progress.Status, w.progress.Updated = deprovision.Held, began.Add(time.Duration(w.progress.Seq)*time.Minute)
	change(&w.progress)
	var err error
	w.revision, err = w.Journal.Append(w.t.Context(), w.progress.Request.Ref(), w.revision, deprovision.Event{Progress: w.progress,
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
