package journal_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/journal"
)

func withSlots(s slots) func(*journal.Consumer) { return func(c *journal.Consumer) { c.Slots = s } }

func TestIdleFetchesHoldNoSlot(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	handle, got := collect()
	only := make(slots, 1)
	consume(t, j, handle, withSlots(only))
	for i := range 5 { // each time both streams are idle, then one has work
		id := fmt.Sprint("r", i)
		send(t, nc, id)
		receiveUntil(t, got, id)
		if err := j.Sweep(t.Context(), request().Ref(), uint64(i)+1); err != nil {
			t.Fatal(err)
		}
		receiveUntil(t, got, "r1")
		if err := only.Acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
		only.Release()
	}
}

func TestTwoStreamsShareOneSlot(t *testing.T) {
	t.Parallel()
	const each = 10
	j, nc := bound(t)
	handle, got := collect()
	for i := range each {
		send(t, nc, fmt.Sprint("r", i))
		if err := j.Sweep(t.Context(), request().Ref(), uint64(i)+1); err != nil {
			t.Fatal(err)
		}
	}
	consume(t, j, handle, withSlots(make(slots, 1)))
	kinds := map[engine.Kind]map[string]bool{engine.RequestTrigger: {}, engine.SweepTrigger: {}}
	for len(kinds[engine.RequestTrigger]) < each || len(kinds[engine.SweepTrigger]) < each {
		trigger := receive(t, got)
		kinds[trigger.Kind][trigger.Name()+trigger.Ref.Request] = true
	}
}

func TestBusyWorkerLeavesMessagesToOthers(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 4} {
		t.Run(fmt.Sprint(size, " slots"), func(t *testing.T) {
			t.Parallel()
			j, nc := bound(t)
			full := make(slots, size)
			busyHandle, busyGot := collect()
			j.SetPoll(2 * time.Second) // long enough for its fetch to be under way when the message comes
			consume(t, j, busyHandle, withSlots(full))
			eventually(t, "the fetch is under way", func(ctx context.Context) bool {
				consumer, err := stream(t, nc, journal.RequestStream).Consumer(ctx, "workers")
				return err == nil && consumer.CachedInfo().NumWaiting == 1
			})
			for range size {
				if err := full.Acquire(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			handle, got := collect()
			consume(t, j, handle)
			for i := range 5 {
				id := fmt.Sprint("r", i)
				send(t, nc, id)
				receiveUntil(t, got, id)
			}
			if len(busyGot) > 0 {
				t.Error("a worker without a free slot took a message")
			}
			for range size {
				full.Release()
			}
		})
	}
}

func TestOneFetchFillsAllFreeSlotsAndNoMore(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	for i := range 6 {
		send(t, nc, fmt.Sprint("r", i))
	}
	got, end := make(chan struct{}, 6), make(chan struct{})
	consume(t, j, func(context.Context, engine.Trigger) engine.Verdict {
		got <- struct{}{}
		<-end
		return ack
	}, withSlots(make(slots, 4)))
	defer close(end)
	for range 4 {
		select {
		case <-got:
		case <-time.After(soon):
			t.Fatal("a slot stayed free")
		}
	}
	consumer, err := stream(t, nc, journal.RequestStream).Consumer(t.Context(), "workers")
	if err != nil {
		t.Fatal(err)
	}
	if held := consumer.CachedInfo().NumAckPending; held != 4 {
		t.Errorf("the worker holds %d messages in 4 slots", held)
	}
}

func TestStopDoesNotWaitForASlot(t *testing.T) {
	t.Parallel()
	j, _ := bound(t)
	full := make(slots, 1)
	if err := full.Acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	handle, _ := collect()
	stop(t, consume(t, j, handle, withSlots(full)))
}

func TestDecisionsNeedNoSlot(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	full := make(slots, 1)
	if err := full.Acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	handle, got := collect()
	consume(t, j, handle, withSlots(full))
	decide(t, nc, "d1")
	if trigger := receive(t, got); trigger.Decision == nil || trigger.Decision.ID != "d1" {
		t.Errorf("%+v", trigger)
	}
}
