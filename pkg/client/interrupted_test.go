package client_test

import (
	"errors"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/client"
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
