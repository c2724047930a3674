package journal

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
)

// Handler looks at a trigger. Its context ends when the consumer stops.
type Handler func(ctx context.Context, t engine.Trigger) engine.Verdict

// Slots bounds how many requests are worked on at once.
type Slots interface {
	Acquire(ctx context.Context) error
	Release()
	Free() int // how many are free at the moment
	Size() int // how many there are
}

// Consumer brings requests, wake-ups and decisions to a handler. It needs Journal, Handle, Slots and Known.
type Consumer struct {
	Journal *Journal
	Handle  Handler
	Slots   Slots                    // for requests and wake-ups; decisions never wait for one
	Known   func(tenant string) bool // whether the worker's configuration has the tenant
	Grace   time.Duration            // how long an unknown tenant or version is set aside; 0 means 15 minutes
	Log     *slog.Logger             // nil means the journal's

	stop context.CancelFunc
	work sync.WaitGroup
}

const (
	maxDecisions = 256              // in flight
	retry        = time.Second      // until a broken consumer is looked for again, or a failed batch comes again
	setAside     = 30 * time.Second // until a message is looked at again that has to wait
)

// Start begins to fetch. [Consumer.Stop] ends it; call it once.
func (c *Consumer) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	c.stop = cancel
	for stream, slots := range map[string]Slots{RequestStream: c.Slots, WakeStream: c.Slots, DecisionStream: make(free, maxDecisions)} {
		c.work.Go(func() { c.supervise(ctx, stream, slots) })
	}
}

// Stop stops fetching, ends the handlers' context, waits for them and sends what they answered, at most until ctx ends.
func (c *Consumer) Stop(ctx context.Context) error {
	if c.stop == nil {
		return nil
	}
	c.stop()
	done := make(chan struct{})
	go func() { c.work.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
		return fmt.Errorf("stop consuming: %w", ctx.Err())
	}
	if c.Journal.nc.IsConnected() { // else the answers are gone, and the triggers come again
		if err := c.Journal.nc.FlushWithContext(ctx); err != nil {
			c.log().Warn("the last acknowledgements may not have reached the server", "error", err)
		}
	}
	return nil
}

// supervise fetches until ctx ends, whatever becomes of the consumer, the server or the connection.
func (c *Consumer) supervise(ctx context.Context, stream string, slots Slots) {
	for ctx.Err() == nil {
		if err := c.consume(ctx, stream, slots); err != nil && ctx.Err() == nil {
			c.log().Warn("the consumer broke and is built again", "stream", stream, "error", err)
			pause(ctx, retry)
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

func (c *Consumer) log() *slog.Logger {
	if c.Log != nil {
		return c.Log
	}
	return c.Journal.log()
}

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

func (f free) Free() int { return cap(f) - len(f) }

func (f free) Size() int { return cap(f) }
