package client_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestInterruptionAndItsEndAreToldAndTheCloseIsNone(t *testing.T) {
	t.Parallel()
	w := bare(t)
	told := make(chan error, 8)
	c, err := client.Connect(w.server.URL(), client.Options{Interrupted: func(err error) { told <- err }})
	if err != nil {
		t.Fatal(err)
	}
	w.server.Stop()
	if err := <-told; !errors.Is(err, client.ErrUnreachable) {
		t.Errorf("lost: %v", err)
	}
	w.server.Back()
	if err := <-told; err != nil {
		t.Errorf("back: %v", err)
	}
	c.Close()
	nc, err := nats.Connect(w.server.URL())
	if err != nil {
		t.Fatal(err)
	}
	nc.Close()
	client.Lost(func(err error) { t.Errorf("closed: %v", err) })(nc, nil) // as the connection does, at some time after its close
}

func TestWatchTellsWhenItCanNotGoOnAndWhenItDoesAgain(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	j := w.writes(request())
	j.append(deprovision.Held, nil)
	told := make(chan string, 8)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		scope := client.Scope{Interrupted: func(err error) {
			if err != nil && (!errors.Is(err, client.ErrUnreachable) || !errors.Is(err, nats.ErrDisconnected)) { // not only when it is missed
				t.Error(err)
			}
			told <- fmt.Sprintf("away %t", err != nil)
		}}
		for e, err := range w.client.WatchAll(ctx, scope) {
			if err == nil {
				told <- fmt.Sprint("event ", e.Progress.Seq)
			}
		}
	}()
	next := func(want string) {
		t.Helper()
		if got := <-told; got != want {
			t.Fatalf("told %s, want %s", got, want)
		}
	}
	next("event 1")
	for range 2 {
		w.server.Stop()
		next("away true")
		w.server.Back()
		j.append(deprovision.Held, nil)
		next("away false")
		next(fmt.Sprint("event ", j.seq))
	}
	cancel()
	<-ended
	if len(told) > 0 { // who leaves is not interrupted
		t.Error(<-told)
	}
}
