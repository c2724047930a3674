package journal

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// PutDeadLetter keeps a message that could not be used.
func (j *Journal) PutDeadLetter(ctx context.Context, d event.DeadLetter) error {
	d.Reason = event.Token(d.Reason)
	msg, err := event.EncodeDeadLetter(d)
	if err != nil {
		return err
	}
	if _, err := j.publish(ctx, msg, nil); err != nil {
		return fmt.Errorf("dead letter %s: %w", d.Reason, err)
	}
	if j.Observer != nil {
		j.Observer.DeadLettered(d.Reason)
	}
	return nil
}

// DeadLetters calls yield with every dead letter and its sequence, oldest first, until it returns an error.
func (j *Journal) DeadLetters(ctx context.Context, yield func(seq uint64, d event.DeadLetter) error) error {
	return j.each(ctx, DeadLetterStream, event.All(event.DeadLetters), 1, func(msg *nats.Msg, seq uint64) error {
		d, err := event.DecodeDeadLetter(msg)
		if err != nil {
			return fmt.Errorf("dead letter %d: %w", seq, err)
		}
		return yield(seq, d)
	})
}

// Requeue publishes a dead letter's message again where it came on. The dead letter stays as a record.
func (j *Journal) Requeue(ctx context.Context, d event.DeadLetter) error {
	header := nats.Header{}
	for name, values := range d.Header {
		header[name] = values
	}
	if _, err := j.publish(ctx, &nats.Msg{Subject: d.Subject, Header: header, Data: d.Data}, nil); err != nil {
		return fmt.Errorf("requeue on %s: %w", d.Subject, err)
	}
	return nil
}
