package journal_test

import (
	"context"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/internal/journal"
)

func TestEverythingGoesOnAfterTheServerRestarted(t *testing.T) {
	t.Parallel()
	h := serve(t)
	nc := dial(t, h.ClientURL())
	provision(t, nc, journal.Options{})
	j := bind(t, nc)
	j.SetPatience(time.Second)
	created, _, err := j.Stream(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	handle, got := collect()
	consume(t, j, handle)
	p := project(t, j, 0)
	send(t, nc, "before")
	receiveUntil(t, got, "before")
	p.until(t, grow(t, j, 1)[0])
	term, err := j.Lead(t.Context(), "w1", 0)
	if err != nil {
		t.Fatal(err)
	}

	h.restart(t)

	eventually(t, "the same journal is there again", func(ctx context.Context) bool {
		again, head, err := j.Stream(ctx)
		return err == nil && again.Equal(created) && head == 1
	})
	send(t, nc, "after")
	receiveUntil(t, got, "after")
	p.until(t, grow(t, j, 1)[0])
	if next, err := j.Lead(t.Context(), "w1", term); err != nil || next <= term {
		t.Errorf("the office was lost: term %d after %d, %v", next, term, err)
	}
	for _, name := range []string{journal.RequestStream, journal.WakeStream} {
		emptied(t, nc, name)
	}
}

func TestDeletedConsumerIsMadeAgain(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	handle, got := collect()
	consume(t, j, handle)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	send(t, nc, "one")
	receiveUntil(t, got, "one")
	for _, name := range []string{journal.RequestStream, journal.DecisionStream, journal.WakeStream} {
		if err := js.DeleteConsumer(t.Context(), name, "workers"); err != nil {
			t.Fatal(err)
		}
	}
	send(t, nc, "two")
	receiveUntil(t, got, "two")
	decide(t, nc, "d1")
	for receive(t, got).Decision == nil {
	}
	if err := j.Sweep(t.Context(), request().Ref(), 1); err != nil {
		t.Fatal(err)
	}
	for receive(t, got).Seq != 1 {
	}
	bind(t, nc) // what was made is as it must be
}
