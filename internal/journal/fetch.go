package journal

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	patience    = 100 * time.Millisecond // that a fetched message waits for a slot before it goes back to its queue
	mostAtATime = 64                     // that one fetch asks for
	lingering   = 10 * time.Millisecond  // that a busy worker waits for more free slots
)

// consume fetches as many messages as there are free slots and hands each to a goroutine of its own.
//
// Two streams share the slots. A fetch may wait long, so it holds none: a slot that an idle stream held would be missing to the
// other. Instead it is made only while some slot is free, and each message takes one on arrival. When the other stream was faster
// and took the last one, the message goes back to its queue at once, for a worker that has room, and nothing more is fetched until
// a slot is free again: so a message never waits inside a busy worker, and nothing spins.
func (c *Consumer) consume(ctx context.Context, stream string, slots Slots) error {
	consumer, err := c.Journal.consumer(ctx, stream, workerConsumer)
	if err != nil {
		return err
	}
	wait := consumer.CachedInfo().Config.AckWait
	for ctx.Err() == nil {
		if err := slots.Acquire(ctx); err != nil {
			return err
		}
		slots.Release()
		c.linger(ctx, slots)
		batch, err := c.Journal.fetch(consumer, min(max(slots.Free(), 1), mostAtATime))
		if err != nil {
			return err
		}
		if err := c.deal(ctx, stream, slots, wait, batch); err != nil {
			return err
		}
	}
	return nil
}

// linger lets slots come together while nearly all are busy: a fetch is a request of its own to the server, with a subscription.
func (c *Consumer) linger(ctx context.Context, slots Slots) {
	if slots.Free() >= slots.Size()/8 {
		return
	}
	select {
	case <-time.After(lingering):
	case <-ctx.Done():
	}
}

// deal gives each message of a batch a slot, or back. It looks at all of them even after an error: one that is left lying would come
// again only after its AckWait.
func (c *Consumer) deal(ctx context.Context, stream string, slots Slots, wait time.Duration, batch jetstream.MessageBatch) error {
	var errs []error
	busy := false
	for msg := range batch.Messages() {
		if busy = !admit(ctx, slots, busy); busy {
			if err := msg.Nak(); err != nil {
				errs = append(errs, fmt.Errorf("give a message back: %w", err))
			}
			continue
		}
		c.work.Go(func() {
			free := sync.OnceFunc(slots.Release)
			defer free()
			c.take(ctx, stream, msg, wait, free)
		})
	}
	if err := batch.Error(); err != nil {
		errs = append(errs, fmt.Errorf("fetch: %w", err))
	}
	return errors.Join(errs...)
}

// admit takes a slot for a message that has arrived. Behind one that waited in vain, the others of its batch do not wait as well.
func admit(ctx context.Context, slots Slots, busy bool) bool {
	if busy && slots.Free() == 0 {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return ctx.Err() == nil && slots.Acquire(ctx) == nil
}

// fetch asks for messages; none within the poll is no error. It is not cut short: a message that the server sends while the client
// gives up would be delivered again only after its AckWait.
func (j *Journal) fetch(consumer jetstream.Consumer, most int) (jetstream.MessageBatch, error) {
	if !j.nc.IsConnected() { // a fetch that can't be sent would leave its subscription behind
		return nil, nats.ErrDisconnected
	}
	batch, err := consumer.Fetch(most, jetstream.FetchMaxWait(j.poll))
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	return batch, nil
}

// consumer finds a durable consumer, and makes it again by the table when somebody deleted it.
func (j *Journal) consumer(ctx context.Context, stream, name string) (jetstream.Consumer, error) {
	ctx, cancel := context.WithTimeout(ctx, j.askFor)
	defer cancel()
	found, err := j.js.Consumer(ctx, stream, name)
	if err == nil {
		return found, nil
	}
	if !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return nil, fmt.Errorf("find consumer %s of %s: %w", name, stream, err)
	}
	o, optionsErr := Options{}.withDefaults()
	if optionsErr != nil {
		return nil, optionsErr
	}
	for _, d := range table(o) {
		if d.stream.Name != stream || d.consumer == nil || d.consumer.Durable != name {
			continue
		}
		j.log().Warn("a consumer was deleted and is made again", "stream", stream, "consumer", name)
		if found, err = j.js.CreateOrUpdateConsumer(ctx, stream, *d.consumer); err != nil {
			return nil, fmt.Errorf("make consumer %s of %s again: %w", name, stream, err)
		}
		return found, nil
	}
	return nil, fmt.Errorf("find consumer %s of %s: %w", name, stream, err)
}
