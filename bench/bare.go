package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/redis/go-redis/v9"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/progress"
)

// bareLoop is the ceiling: what is left when everything is taken away that keeps two workers apart or a crash harmless.
type bareLoop struct {
	*rig
	appends []appended // what to append per request: the worker's own bytes
}

// bareTurn is one turn of it.
type bareTurn struct {
	*bareLoop
	inFlight, requests int
	nc                 *nats.Conn
	js                 jetstream.JetStream
	queue              jetstream.Consumer
	call               call
	hangUp             func()
	redis              redis.UniversalClient
	states             chan state
}

// state is a progress document on its way into Redis.
type state struct {
	key  string
	body []byte
}

func (b *bareLoop) open(ctx context.Context, inFlight, requests int) (turn, error) {
	t := &bareTurn{bareLoop: b, inFlight: inFlight, requests: requests, states: make(chan state, pipelined)}
	t.call, t.hangUp = plainCalls(b.tenant.address, inFlight)
	var err error
	if t.nc, err = connect(b.nats.address); err != nil {
		return nil, err
	}
	if t.js, err = jetstream.New(t.nc); err == nil {
		t.queue, err = t.js.Consumer(ctx, journal.RequestStream, "workers")
	}
	if err == nil {
		t.redis, err = progress.Connect("redis://"+b.rig.redis.address, "")
	}
	if err != nil {
		return nil, errors.Join(err, t.close())
	}
	return t, nil
}

// run carries out all requests; they are done when Redis has every document.
func (t *bareTurn) run(ctx context.Context, w *watch) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w.start()
	defer w.stop()
	var drawn sync.WaitGroup
	drawn.Go(func() {
		if err := t.draw(ctx); err != nil {
			cancel(err)
		}
	})
	if err := t.work(ctx, cancel); err != nil {
		cancel(err)
	}
	close(t.states)
	drawn.Wait()
	return context.Cause(ctx)
}

func (t *bareTurn) work(ctx context.Context, cancel context.CancelCauseFunc) error {
	messages, err := t.queue.Messages(jetstream.PullMaxMessages(t.inFlight))
	if err != nil {
		return err
	}
	defer messages.Stop()
	slots := make(chan struct{}, t.inFlight)
	var work sync.WaitGroup
	defer work.Wait()
	for range t.requests {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		msg, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			return err
		}
		work.Go(func() {
			defer func() { <-slots }()
			if err := t.request(ctx, msg); err != nil {
				cancel(err)
			}
		})
	}
	return nil
}

// request carries out one request: an append for the claim, then one for each step after its call.
func (t *bareTurn) request(ctx context.Context, m jetstream.Msg) error {
	_, tokens, ok := strings.Cut(m.Subject(), "request.")
	if !ok {
		return fmt.Errorf("a request on %s", m.Subject())
	}
	subject, last := "deprovision.event."+tokens, uint64(0)
	for i, a := range t.appends {
		if i > 0 {
			if _, err := t.call(ctx); err != nil {
				return err
			}
		}
		msg := &nats.Msg{Subject: subject, Header: maps.Clone(a.header), Data: a.data}
		ack, err := t.js.PublishMsg(ctx, msg, jetstream.WithExpectLastSequencePerSubject(last))
		if err != nil {
			return err
		}
		last = ack.Sequence
		select {
		case t.states <- state{key: tokens, body: a.state}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return m.Ack()
}

// pipelined is how many documents go to Redis at once, at most: as many as the projector takes.
const pipelined = 256

// draw puts documents into Redis, as many at a time as have come together.
func (t *bareTurn) draw(ctx context.Context) error {
	for first := range t.states {
		pipe := t.redis.Pipeline()
		pipe.Set(ctx, first.key, first.body, 0)
		for more := true; more && pipe.Len() < pipelined; {
			select {
			case s, open := <-t.states:
				if more = open; open {
					pipe.Set(ctx, s.key, s.body, 0)
				}
			default:
				more = false
			}
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (t *bareTurn) close() error {
	t.hangUp()
	t.nc.Close()
	if t.redis == nil {
		return nil
	}
	return t.redis.Close()
}
