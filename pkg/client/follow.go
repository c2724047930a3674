package client

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// feed is a part of a stream: the messages on a subject from a sequence on.
type feed struct {
	stream  string
	subject string
	several []string // in place of subject
	last    bool     // of what is there on each subject only the last message, and what comes; where from does not say more
	from    uint64
	live    bool // go on after the last message that is there
	met     bool // the stream answered once

	interrupted func(error) // may be nil
	away        bool        // that the feed does not go on was told
}

// name is what an error calls the feed.
func (f feed) name() string {
	if len(f.several) > 0 {
		return fmt.Sprintf("%d subjects of %s", len(f.several), f.stream)
	}
	return f.subject
}

// config is the consumer that reads the feed. Behind a message that was yielded, it goes on by sequence in either case.
func (f feed) config() jetstream.ConsumerConfig {
	config := jetstream.ConsumerConfig{
		FilterSubject: f.subject, DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: f.from,
		AckPolicy: jetstream.AckNonePolicy, MemoryStorage: true, Replicas: 1, InactiveThreshold: lives,
	}
	if len(f.several) > 0 {
		config.FilterSubjects = f.several
	}
	if f.last && f.from <= 1 {
		config.DeliverPolicy, config.OptStartSeq = jetstream.DeliverLastPerSubjectPolicy, 0
	}
	return config
}

// tell says that the feed goes on, or why it does not, once each time.
func (f *feed) tell(err error) {
	if f.interrupted != nil && f.away != (err != nil) {
		f.away = err != nil
		f.interrupted(err)
	}
}

const (
	heartbeat = 2 * time.Second        // of the server, while nothing is delivered
	ahead     = 64                     // messages on their way at once; one may weigh 32 KiB and more
	again     = 250 * time.Millisecond // until a broken feed is built anew
	lives     = time.Minute            // of a consumer that nobody uses any more
)

var (
	errBroken      = errors.New("the feed broke")
	errReconnected = errors.New("the connection is another one")
)

// follow yields the messages of a feed in order, each once, whatever becomes of server, connection and consumer meanwhile: after every
// break it goes on behind the last message that it yielded. An error is the last thing it yields.
func (c *Client) follow(ctx context.Context, f feed) iter.Seq2[stored, error] {
	return func(yield func(stored, error) bool) {
		f.from = max(f.from, 1)
		moved := time.Now()
		for {
			done, err := c.round(ctx, &f, func(s stored) bool { moved = time.Now(); return yield(s, nil) })
			switch {
			case done:
				return
			case ctx.Err() != nil:
				err = ctx.Err()
			case errors.Is(err, ErrNotProvisioned) && !f.met: // later it may be a server that is only just starting
			case c.nc.IsClosed():
				err = fmt.Errorf("%w: %w", ErrUnreachable, nats.ErrConnectionClosed)
			case !f.live && time.Since(moved) > c.timeout:
				err = fmt.Errorf("%w: %w", ErrUnreachable, err)
			default:
				if !errors.Is(err, errReconnected) {
					f.tell(err)
				}
				select {
				case <-time.After(again):
				case <-ctx.Done():
				}
				continue
			}
			yield(stored{}, fmt.Errorf("follow %s: %w", f.name(), err))
			return
		}
	}
}

// round reads with one consumer until it breaks; done means that nothing more is wanted. It moves f.from behind every yielded message.
func (c *Client) round(ctx context.Context, f *feed, yield func(stored) bool) (done bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer func() {
		if cause := context.Cause(ctx); cause != nil && err != nil {
			err = cause
		}
	}()
	// After a reconnect the consumer, which lives in a server's memory, may be gone: build another at once instead of waiting for missed
	// heartbeats. That the connection is lost is worth no wait either: somebody may want to be told.
	status := c.nc.StatusChanged(nats.CONNECTED, nats.RECONNECTING)
	defer c.nc.RemoveStatusListener(status)
	go func() {
		select {
		case s := <-status:
			cancel(interruption(s))
		case <-ctx.Done():
		}
	}()
	consumer, err := c.consumer(ctx, *f)
	if err != nil {
		return false, err
	}
	f.met = true
	f.tell(nil)
	defer c.drop(ctx, f.stream, consumer)
	if !f.live && consumer.CachedInfo().NumPending == 0 {
		return true, nil
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(ahead), jetstream.PullHeartbeat(heartbeat), jetstream.WithMessagesErrOnMissingHeartbeat(true))
	if err != nil {
		return false, err
	}
	defer messages.Stop()
	for next := uint64(1); ; next++ {
		m, err := c.next(ctx, messages, f.live)
		if err != nil {
			return false, err
		}
		meta, err := m.Metadata()
		if err != nil || meta.Sequence.Consumer != next { // one was lost on the way; it is not delivered again
			return false, errors.Join(errBroken, err)
		}
		f.from = meta.Sequence.Stream + 1
		if !yield(stored{msg: &nats.Msg{Subject: m.Subject(), Header: m.Headers(), Data: m.Data()}, seq: meta.Sequence.Stream, at: meta.Timestamp}) {
			return true, nil
		}
		if !f.live && meta.NumPending == 0 {
			return true, nil
		}
	}
}

// interruption is what a change of the connection means to a feed.
func interruption(s nats.Status) error {
	if s == nats.RECONNECTING {
		return fmt.Errorf("%w: %w", ErrUnreachable, nats.ErrDisconnected)
	}
	return errReconnected
}

// next waits for a message: as long as it takes in a live feed, else as long as a call may take.
func (c *Client) next(ctx context.Context, messages jetstream.MessagesContext, live bool) (jetstream.Msg, error) {
	if !live {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.timeout)
		defer cancel()
	}
	return messages.Next(jetstream.NextContext(ctx))
}

// consumer makes one. Where the server answers, whoever goes meanwhile does not break it off: nobody would know which one to delete.
func (c *Client) consumer(ctx context.Context, f feed) (jetstream.Consumer, error) {
	if ctx.Err() == nil && c.nc.IsConnected() {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	consumer, err := c.js.CreateConsumer(ctx, f.stream, f.config())
	return consumer, c.judge(ctx, err)
}

// drop deletes a consumer early; where that fails the server does it after a while.
func (c *Client) drop(ctx context.Context, stream string, consumer jetstream.Consumer) {
	if !c.nc.IsConnected() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = c.js.DeleteConsumer(ctx, stream, consumer.CachedInfo().Name)
}
