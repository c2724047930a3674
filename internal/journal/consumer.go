package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/internal/engine"
)

// Handler looks at a trigger. Its context ends when the consumer drains.
type Handler func(ctx context.Context, t engine.Trigger) engine.Verdict

// Slots bounds how many requests are worked on at once.
type Slots interface {
	Acquire(ctx context.Context) error
	Release()
}

// Consumer brings requests, wake-ups and decisions to a handler. It needs Handle, Slots and Known.
type Consumer struct {
	Journal *Journal
	Handle  Handler
	Slots   Slots
	Known   func(tenant string) bool // whether the worker's configuration has the tenant
	Grace   time.Duration            // how long an unknown tenant or version is set aside; 0 means 15 minutes
	Log     *slog.Logger             // nil means slog.Default

	stop context.CancelFunc
	work sync.WaitGroup
}

const (
	maxDecisions = 256              // in flight
	retry        = time.Second      // until a broken consumer is looked for again
	poll         = 5 * time.Second  // one fetch
	setAside     = 30 * time.Second // until an unknown tenant or version is looked at again
)

// free takes a place among the decisions in flight.
type free chan struct{}

func (f free) Acquire(ctx context.Context) error {
	select {
	case f <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (f free) Release() { <-f }

// Start begins to fetch. Stop ends it.
func (c *Consumer) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	c.stop = cancel
	for stream, slots := range map[string]Slots{RequestStream: c.Slots, WakeStream: c.Slots, DecisionStream: make(free, maxDecisions)} {
		c.work.Go(func() { c.supervise(ctx, stream, slots) })
	}
}

// Stop stops fetching, ends the handlers' context and waits for them, at most until ctx ends.
func (c *Consumer) Stop(ctx context.Context) error {
	c.stop()
	done := make(chan struct{})
	go func() { c.work.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stop consuming: %w", ctx.Err())
	}
}

// supervise fetches until ctx ends, whatever becomes of the consumer, the server or the connection.
func (c *Consumer) supervise(ctx context.Context, stream string, slots Slots) {
	for ctx.Err() == nil {
		if err := c.consume(ctx, stream, slots); err != nil && ctx.Err() == nil {
			c.log().Warn("the consumer broke and is built again", "stream", stream, "error", err)
			select {
			case <-time.After(retry):
			case <-ctx.Done():
			}
		}
	}
}

// bind finds the consumer, and makes it again by the table when somebody deleted it.
func (c *Consumer) bind(ctx context.Context, stream string) (jetstream.Consumer, error) {
	found, err := c.Journal.js.Consumer(ctx, stream, workerConsumer)
	if !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return found, err
	}
	for _, d := range table(Options{}) {
		if d.stream.Name == stream {
			c.log().Warn("the consumer was deleted and is made again", "stream", stream)
			return c.Journal.js.CreateOrUpdateConsumer(ctx, stream, *d.consumer)
		}
	}
	return nil, err
}

// consume takes a slot before each message, so that no message waits inside a busy worker.
func (c *Consumer) consume(ctx context.Context, stream string, slots Slots) error {
	ask, cancel := context.WithTimeout(ctx, askFor)
	consumer, err := c.bind(ask, stream)
	cancel()
	if err != nil {
		return err
	}
	for {
		if err := slots.Acquire(ctx); err != nil {
			return err
		}
		msg, err := next(ctx, consumer)
		if err != nil || msg == nil {
			slots.Release()
			if err != nil {
				return err
			}
			continue
		}
		c.work.Go(func() {
			defer slots.Release()
			c.take(ctx, stream, msg)
		})
	}
}

func next(ctx context.Context, consumer jetstream.Consumer) (jetstream.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, poll)
	defer cancel()
	batch, err := consumer.Fetch(1, jetstream.FetchContext(ctx))
	if err != nil {
		return nil, err
	}
	for msg := range batch.Messages() {
		return msg, nil
	}
	if err := batch.Error(); err != nil && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, jetstream.ErrNoMessages) {
		return nil, err
	}
	return nil, nil
}

func (c *Consumer) log() *slog.Logger {
	if c.Log != nil {
		return c.Log
	}
	return slog.Default()
}
