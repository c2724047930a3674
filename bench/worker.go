package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/redis/go-redis/v9"

	"github.com/deprovisioner/deprovisioner/internal/clock"
	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/metrics"
	"github.com/deprovisioner/deprovisioner/internal/progress"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// workerLoop is the worker: its parts as cmd/worker puts them together, with steps that take no time.
type workerLoop struct {
	*rig
	graph bool // call through the Graph SDK
}

// workerTurn is one turn of it.
type workerTurn struct {
	rig      *rig
	requests int
	nc       *nats.Conn
	redis    redis.UniversalClient
	journal  *journal.Journal
	picture  *progress.Picture
	metrics  *metrics.Metrics
	engine   *engine.Engine
	hangUp   func()

	handled, drawn, succeeded atomic.Int64 // requests; drawn are those whose end is in the picture
	done                      context.CancelCauseFunc
}

var errDone = errors.New("all requests are done")

func (l *workerLoop) open(ctx context.Context, inFlight, requests int) (_ turn, err error) {
	t := &workerTurn{rig: l.rig, requests: requests, metrics: metrics.New(nil), hangUp: func() {}}
	defer func() {
		if err != nil {
			err = errors.Join(err, t.close())
		}
	}()
	if t.nc, err = connect(l.nats.address); err != nil {
		return nil, err
	}
	if t.journal, err = journal.Bind(ctx, t.nc); err != nil {
		return nil, err
	}
	t.journal.Observer, t.journal.Log = t.metrics, complaints
	if t.redis, err = progress.Connect("redis://"+l.rig.redis.address, ""); err != nil {
		return nil, err
	}
	created, head, err := t.journal.Stream(ctx)
	if err != nil {
		return nil, err
	}
	system := &clock.System{}
	t.picture = progress.New(t.redis, progress.Options{Incarnation: created.UTC().Format(time.RFC3339Nano), Guess: time.Second, Clock: system})
	if err := errors.Join(t.picture.Reset(ctx), t.picture.Rebuilt(ctx, head)); err != nil {
		return nil, err
	}
	s := steps{now: system.Now}
	if l.graph {
		gate := progress.NewGate(t.redis, progress.GateOptions{Clock: system})
		s.call, t.hangUp, err = graphCalls(l.tenant.address, l.dir, gate, calls{t.metrics})
	} else {
		s.call, t.hangUp = plainCalls(l.tenant.address, inFlight)
	}
	if err != nil {
		return nil, err
	}
	t.engine = engine.New(engine.Config{
		Journal: t.journal, Accounts: t.journal.Accounts(), Steps: s, Clock: system, Worker: "bench-" + rand.Text()[:8],
		Slots: inFlight, Estimate: t.picture.Estimate, Observer: ends{t}, Log: complaints,
	})
	return t, nil
}

// run carries out all requests; they are done when each is settled and the picture has every document.
func (t *workerTurn) run(ctx context.Context, w *watch) error {
	ctx, t.done = context.WithCancelCause(ctx)
	defer t.done(nil)
	consumer := &journal.Consumer{Journal: t.journal, Handle: t.handle, Slots: t.engine, Known: func(string) bool { return true }, Log: complaints}
	w.start()
	var others sync.WaitGroup
	others.Go(func() { _ = t.journal.Project(ctx, canvas{t}) }) // ends with the context's error only
	others.Go(func() { _ = t.picture.Run(ctx) })                // likewise
	consumer.Start()
	<-ctx.Done()
	w.stop()
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), startTime)
	defer cancel()
	err := consumer.Stop(stopping)
	others.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, errDone) {
		return errors.Join(cause, err)
	}
	if n := int(t.succeeded.Load()); n != t.requests {
		err = errors.Join(err, fmt.Errorf("%d of %d requests succeeded", n, t.requests))
	}
	return err
}

// handle is the engine's, with a look at what it says.
func (t *workerTurn) handle(ctx context.Context, trigger engine.Trigger) engine.Verdict {
	v := t.engine.Handle(ctx, trigger)
	if v.Fate != engine.Ack {
		t.done(fmt.Errorf("%s was not carried out: %+v", trigger.Ref.Tokens(), v))
		return v
	}
	t.handled.Add(1)
	t.look()
	return v
}

// look ends the turn when all is done.
func (t *workerTurn) look() {
	if int(t.handled.Load()) >= t.requests && int(t.drawn.Load()) >= t.requests {
		t.done(errDone)
	}
}

func (t *workerTurn) close() error {
	t.hangUp()
	if t.nc != nil {
		t.nc.Close()
	}
	if t.redis == nil {
		return nil
	}
	return t.redis.Close()
}

// canvas lets the journal's projector write the picture.
type canvas struct{ *workerTurn }

func (c canvas) Apply(ctx context.Context, updates []journal.Update) error {
	out := make([]progress.Update, len(updates))
	for i, u := range updates {
		out[i] = progress.Update(u)
	}
	err := c.picture.Apply(ctx, out)
	c.metrics.ProjectorUp(err == nil)
	if err == nil {
		for _, u := range updates {
			if u.Progress.Status.Terminal() {
				c.drawn.Add(1)
			}
		}
		c.look()
	}
	return err
}

// ends counts what the engine reports.
type ends struct{ *workerTurn }

func (e ends) StepDone(service deprovision.Service, step string, took time.Duration) {
	e.metrics.StepDone(string(service), step, took)
}

func (e ends) Ended(service deprovision.Service, status deprovision.Status, _ time.Duration) {
	e.metrics.Ended(string(service), string(status))
	if status == deprovision.Succeeded {
		e.succeeded.Add(1)
	}
}

func (e ends) Takeover() { e.metrics.Takeover() }

// calls counts calls to the tenant.
type calls struct{ *metrics.Metrics }

func (c calls) Called(api string, status int, took time.Duration) {
	c.TenantCall(api, fmt.Sprintf("%dxx", status/100), took)
}
