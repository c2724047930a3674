package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/pkg/event"
)

const replayIdle = 15 * time.Minute // that applying one batch may take

// errGap says that a message of a replay was lost on its way.
var errGap = errors.New("a message was lost on its way: try again")

// Replay calls apply with the last event of every request, oldest first. Events that are appended meanwhile may be missing: the
// projector brings them.
func (j *Journal) Replay(ctx context.Context, apply func(Update) error) error {
	// Not the client's ordered consumer: it forgets after its first fetch that only last events are wanted.
	consumer, err := j.js.CreateConsumer(ctx, EventStream, jetstream.ConsumerConfig{DeliverPolicy: jetstream.DeliverLastPerSubjectPolicy,
		FilterSubject: event.All(event.Events), AckPolicy: jetstream.AckNonePolicy, MemoryStorage: true, InactiveThreshold: replayIdle})
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	defer func() { // if it fails, the threshold sees to it
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), j.askFor)
		defer cancel()
		_ = j.js.DeleteConsumer(ctx, EventStream, consumer.CachedInfo().Name)
	}()
	var got uint64
	for {
		n, err := replayBatch(ctx, consumer, &got, apply)
		if err != nil {
			return fmt.Errorf("replay: %w", err)
		}
		if n > 0 {
			continue
		}
		info, err := consumer.Info(ctx)
		if err != nil {
			return fmt.Errorf("replay: %w", err)
		}
		if info.Delivered.Consumer != got {
			return fmt.Errorf("replay: %w", errGap)
		}
		if info.NumPending == 0 {
			return nil
		}
	}
}

func replayBatch(ctx context.Context, consumer jetstream.Consumer, got *uint64, apply func(Update) error) (n int, err error) {
	batch, err := consumer.FetchNoWait(batchSize)
	if err != nil {
		return 0, err
	}
	for m := range batch.Messages() {
		if err != nil {
			continue // the fetch ends by itself
		}
		n, *got = n+1, *got+1
		var u Update
		if u, err = update(m); err != nil {
			err = fmt.Errorf("%s: %w", m.Subject(), err)
			continue
		}
		err = errors.Join(ctx.Err(), apply(u))
	}
	return n, errors.Join(err, batch.Error())
}
