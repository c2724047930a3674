package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// Update is a progress document on its way into the picture.
type Update struct {
	Revision uint64 // stream sequence of its event
	Progress deprovision.Progress
	At       time.Time // when it was appended
}

// Picture takes updates. It must pass over one that is older than what it has: updates come at least once, and one that failed
// comes again behind newer ones.
type Picture interface {
	Apply(ctx context.Context, updates []Update) error
}

const batchSize = 256

// Project applies every event of the journal until ctx ends. The workers share it; nothing is lost while the picture is away.
func (j *Journal) Project(ctx context.Context, picture Picture) error {
	for ctx.Err() == nil {
		if err := j.project(ctx, picture); err != nil && ctx.Err() == nil {
			j.log().WarnContext(ctx, "the picture falls behind", "error", err)
			pause(ctx, retry)
		}
	}
	return ctx.Err()
}

func (j *Journal) project(ctx context.Context, picture Picture) error {
	consumer, err := j.consumer(ctx, EventStream, projectorConsumer)
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		messages, err := j.batch(consumer)
		if err == nil && len(messages) > 0 {
			err = j.apply(ctx, picture, messages)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// batch waits for one event and takes what else is there.
func (j *Journal) batch(consumer jetstream.Consumer) ([]jetstream.Msg, error) {
	first, err := j.next(consumer)
	if err != nil || first == nil {
		return nil, err
	}
	messages := []jetstream.Msg{first}
	if more, err := consumer.FetchNoWait(batchSize); err == nil { // else it is gone, and the first is still good
		for m := range more.Messages() {
			messages = append(messages, m)
		}
	}
	return messages, nil
}

func (j *Journal) apply(ctx context.Context, picture Picture, messages []jetstream.Msg) error {
	updates := make([]Update, 0, len(messages))
	for _, m := range messages {
		u, err := update(m)
		if err != nil { // no later try reads it either; the journal keeps it
			j.log().ErrorContext(ctx, "an event can't be read and is passed over", "subject", m.Subject(), "error", err)
			continue
		}
		updates = append(updates, u)
	}
	if err := picture.Apply(ctx, updates); err != nil {
		for _, m := range messages {
			err = errors.Join(err, m.NakWithDelay(retry))
		}
		return fmt.Errorf("apply: %w", err)
	}
	for _, m := range messages {
		if err := m.Ack(); err != nil {
			return fmt.Errorf("acknowledge: %w", err)
		}
	}
	return nil
}

func update(m jetstream.Msg) (Update, error) {
	meta, err := m.Metadata()
	if err != nil {
		return Update{}, err
	}
	e, err := event.DecodeProgress(&nats.Msg{Subject: m.Subject(), Header: m.Headers(), Data: m.Data()})
	return Update{Revision: meta.Sequence.Stream, Progress: e.Progress, At: meta.Timestamp}, err
}
