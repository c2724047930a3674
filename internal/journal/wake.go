package journal

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// Wake schedules the wake-up of a park.
func (j *Journal) Wake(ctx context.Context, ref deprovision.Ref, park deprovision.Park) error {
	msg, err := event.EncodeWake(event.Wake{Ref: ref, Seq: park.Seq})
	if err != nil {
		return err
	}
	msg.Header.Set(jetstream.ScheduleTargetHeader, msg.Subject)
	msg.Subject = event.WakeAt(ref, park.Seq)
	// The client's own helper cuts to whole seconds, and so fires early.
	msg.Header.Set(jetstream.ScheduleHeader, "@at "+park.Until.UTC().Format(time.RFC3339Nano))
	if _, err := j.publish(ctx, msg, nil); err != nil {
		return fmt.Errorf("wake %s: %w", ref.Tokens(), err)
	}
	return nil
}

// Sweep publishes a sweeper's wake-up, due at once.
func (j *Journal) Sweep(ctx context.Context, ref deprovision.Ref, seq uint64) error {
	msg, err := event.EncodeWake(event.Wake{Ref: ref, Seq: seq, Sweep: true})
	if err != nil {
		return err
	}
	if _, err := j.publish(ctx, msg, nil); err != nil {
		return fmt.Errorf("sweep %s: %w", ref.Tokens(), err)
	}
	return nil
}
