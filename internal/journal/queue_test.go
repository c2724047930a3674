package journal_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/journal"
)

// What the engine does with a decision that claims: it stays in Handle until it got a slot and the work is done.
func TestCancelDoesNotWaitBehindDecisionsThatWaitForSlots(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	release, cancelled := make(chan struct{}), make(chan struct{}, 1)
	defer close(release)
	consume(t, j, func(_ context.Context, trigger engine.Trigger) engine.Verdict {
		if trigger.Decision.ID == "cancel" {
			cancelled <- struct{}{}
			return ack
		}
		trigger.Claimed() // as the engine does once its claim is in the journal
		<-release
		return ack
	})
	for i := range 256 {
		decide(t, nc, fmt.Sprint("d", i))
	}
	decide(t, nc, "cancel")
	select {
	case <-cancelled:
	case <-time.After(10 * time.Second):
		t.Error("the cancel of a running request waits behind decisions that wait for slots")
	}
}

// redeliveries notes how often a message had been looked at when it became a dead letter.
type redeliveries struct{ seen, before atomic.Int64 }

func (r *redeliveries) Redelivered(string)  { r.seen.Add(1) }
func (r *redeliveries) DeadLettered(string) { r.before.Store(r.seen.Load()) }
func (*redeliveries) RefusedAppend()        {}
func (*redeliveries) Rejected(string)       {}

func TestRequestOlderThanTheGraceIsSetAsideBeforeItIsADeadLetter(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	observed := &redeliveries{}
	j.Observer = observed
	send(t, nc, "r1")
	handle, _ := collect()
	consume(t, j, handle, func(c *journal.Consumer) {
		c.Grace = time.Nanosecond                    // it waited longer than that in the queue: all slots were busy
		c.Known = func(string) bool { return false } // an old worker of a rolling upgrade
	})
	emptied(t, nc, journal.RequestStream)
	if observed.before.Load() == 0 {
		t.Error("it became a dead letter at its first delivery, without any grace")
	}
}
