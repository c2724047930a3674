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
//
// Of several events of one request that come at once it gets the last.
type Picture interface {
	Apply(ctx context.Context, updates []Update) error
}

const (
	batchSize = 256  // of a replay
	drawnMost = 1024 // events that go into the picture at once

	// An event waits for others to go with, because those of one request are drawn as one: a moment, and longer while much comes, so
	// that the picture takes no more than a fifth of the projector's time.
	moment, longest = 20 * time.Millisecond, 250 * time.Millisecond
	share           = 5
)

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
	wait := moment
	for ctx.Err() == nil {
		batch, err := j.fetch(consumer, drawnMost)
		if err != nil {
			return err
		}
		for messages := gather(batch.Messages(), wait); len(messages) > 0; messages = gather(batch.Messages(), wait) {
			if err == nil {
				began := time.Now()
				err = j.apply(ctx, picture, messages)
				wait = min(max(moment, (share-1)*time.Since(began)), longest)
			} else {
				err = later(err, messages) // one that is left lying would come again only after its AckWait
			}
		}
		if err = errors.Join(err, batch.Error()); err != nil {
			return err
		}
	}
	return nil
}

// gather waits for an event and takes what else comes within the wait. None means that there will be no more.
func gather(from <-chan jetstream.Msg, wait time.Duration) []jetstream.Msg {
	first, open := <-from
	if !open {
		return nil
	}
	messages, over := []jetstream.Msg{first}, time.After(wait)
	for {
		select {
		case m, open := <-from:
			if !open {
				return messages
			}
			messages = append(messages, m)
		case <-over:
			return messages
		}
	}
}

func (j *Journal) apply(ctx context.Context, picture Picture, messages []jetstream.Msg) error {
	newest := newestOfEach(messages)
	updates := make([]Update, 0, len(newest))
	for _, m := range newest {
		u, err := update(m)
		if err != nil { // no later try reads it either; the journal keeps it
			j.log().ErrorContext(ctx, "an event can't be read and is passed over", "subject", m.Subject(), "error", err)
			continue
		}
		updates = append(updates, u)
	}
	if err := picture.Apply(ctx, updates); err != nil {
		return later(fmt.Errorf("apply: %w", err), messages)
	}
	for _, m := range messages {
		if err := m.Ack(); err != nil {
			return fmt.Errorf("acknowledge: %w", err)
		}
	}
	return nil
}

// newestOfEach leaves out what a newer event of the same request makes superfluous: each is the whole state. One that was delivered again
// may stand behind a newer one.
func newestOfEach(messages []jetstream.Msg) []jetstream.Msg {
	type place struct {
		at  int
		seq uint64
	}
	last := make(map[string]place, len(messages))
	for i, m := range messages {
		seq := uint64(0) // what tells no sequence is no event of a stream; update says so
		if meta, err := m.Metadata(); err == nil {
			seq = meta.Sequence.Stream
		}
		if have, known := last[m.Subject()]; !known || seq > have.seq {
			last[m.Subject()] = place{i, seq}
		}
	}
	out := make([]jetstream.Msg, 0, len(last))
	for i, m := range messages {
		if last[m.Subject()].at == i {
			out = append(out, m)
		}
	}
	return out
}

// later has messages delivered again, and adds what went wrong with that to why.
func later(why error, messages []jetstream.Msg) error {
	for _, m := range messages {
		if err := m.NakWithDelay(retry); err != nil {
			return errors.Join(why, err) // the others fare no better, and come after their AckWait
		}
	}
	return why
}

func update(m jetstream.Msg) (Update, error) {
	meta, err := m.Metadata()
	if err != nil {
		return Update{}, err
	}
	e, err := event.DecodeProgress(&nats.Msg{Subject: m.Subject(), Header: m.Headers(), Data: m.Data()})
	return Update{Revision: meta.Sequence.Stream, Progress: e.Progress, At: meta.Timestamp}, err
}
