package client_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Whoever goes while a read begins, as a caller of the API who hangs up, leaves no consumer to the server, which has room for a thousand.
func TestReadThatIsBrokenOffLeavesNoConsumerBehind(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	ref := deprovision.Ref{Tenant: "contoso", Service: deprovision.Teams, Request: "r1"}
	var reads sync.WaitGroup
	for i := range 200 {
		reads.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*50*time.Microsecond)
			defer cancel()
			for _, err := range w.client.RawEvents(ctx, ref) {
				if err == nil {
					t.Error("there is an event")
				}
			}
		})
	}
	reads.Wait()
	js, err := jetstream.New(w.nc)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := js.Stream(t.Context(), "DEPROVISION_EVENTS")
	if err != nil {
		t.Fatal(err)
	}
	for left := range stream.ListConsumers(t.Context()).Info() {
		if left.Config.Durable == "" { // the others are the workers'
			t.Errorf("the consumer %s is left", left.Name)
		}
	}
}
