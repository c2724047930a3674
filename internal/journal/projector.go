package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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

// Picture takes updates. It must pass over one that is older than what it has: updates come at least once.
type Picture interface {
	Apply(ctx context.Context, updates []Update) error
}

const batchSize = 256

// Project applies every event of the journal until ctx ends. The workers share it; nothing is lost while the picture is away.
func (j *Journal) Project(ctx context.Context, picture Picture) error {
	for ctx.Err() == nil {
		if err := j.projectBatch(ctx, picture); err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "the picture falls behind", "error", err)
			select {
			case <-time.After(retry):
			case <-ctx.Done():
			}
		}
	}
	return ctx.Err()
}

func (j *Journal) projectBatch(ctx context.Context, picture Picture) error {
	consumer, err := j.js.Consumer(ctx, EventStream, projectorConsumer)
	if err != nil {
		return fmt.Errorf("find the projector's consumer: %w", err)
	}
	first, err := next(ctx, consumer)
	if err != nil || first == nil {
		return err
	}
	messages := []jetstream.Msg{first}
	more, err := consumer.FetchNoWait(batchSize)
	if err != nil {
		return fmt.Errorf("fetch events: %w", err)
	}
	for m := range more.Messages() {
		messages = append(messages, m)
	}
	updates := make([]Update, 0, len(messages))
	for _, m := range messages {
		u, err := update(m)
		if err != nil { // no later try reads it either; the journal keeps it
			slog.ErrorContext(ctx, "an event can't be read and is passed over", "subject", m.Subject(), "error", err)
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

// Replay calls apply with the last event of every request, read from the stream.
func (j *Journal) Replay(ctx context.Context, apply func(Update) error) error {
	consumer, err := j.js.OrderedConsumer(ctx, EventStream, jetstream.OrderedConsumerConfig{DeliverPolicy: jetstream.DeliverLastPerSubjectPolicy,
		FilterSubjects: []string{event.All(event.Events)}})
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	info, err := consumer.Info(ctx)
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	for left := info.NumPending; left > 0; left-- {
		m, err := consumer.Next(jetstream.FetchMaxWait(askFor))
		if err != nil {
			return fmt.Errorf("replay: %d requests left: %w", left, err)
		}
		u, err := update(m)
		if err != nil {
			return fmt.Errorf("replay %s: %w", m.Subject(), err)
		}
		if err := errors.Join(ctx.Err(), apply(u)); err != nil {
			return err
		}
	}
	return nil
}
