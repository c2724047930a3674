package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/redis/go-redis/v9"

	"github.com/deprovisioner/deprovisioner/internal/clock"
	"github.com/deprovisioner/deprovisioner/internal/devstack"
	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/guard"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/m365/tenants"
	"github.com/deprovisioner/deprovisioner/internal/progress"
	"github.com/deprovisioner/deprovisioner/internal/step"
)

// worker is a worker with its servers, put together as cmd/worker does it.
type worker struct {
	nats    *devstack.NATS
	server  *devstack.Redis
	nc      *nats.Conn
	redis   redis.UniversalClient
	journal *journal.Journal
	picture *progress.Picture
	tenants *tenants.Set
	engine  *engine.Engine

	cancel context.CancelFunc
	ran    sync.WaitGroup
}

// freshness is how old what an estimate is made from may be: these removals take half a minute, real ones hours.
const freshness = time.Second

func newWorker(ctx context.Context, places []place, slots int, dir string) (w *worker, err error) {
	w = &worker{cancel: func() {}}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	if w.nats, err = devstack.StartNATS(ctx, devstack.NATSOptions{Dir: dir}); err != nil {
		return w, err
	}
	if w.server, err = devstack.StartRedis(""); err != nil {
		return w, err
	}
	if w.nc, err = journal.Connect(w.nats.URL(), journal.Connection{Name: "eta", Log: complaints}); err != nil {
		return w, err
	}
	if err = journal.Provision(ctx, w.nc, journal.Options{}); err != nil {
		return w, err
	}
	if w.journal, err = journal.Bind(ctx, w.nc); err != nil {
		return w, err
	}
	w.journal.Log = complaints
	if w.redis, err = progress.Connect(w.server.URL(), ""); err != nil {
		return w, err
	}
	created, head, err := w.journal.Stream(ctx)
	if err != nil {
		return w, err
	}
	drains, reach := map[string]time.Duration{}, map[string]tenants.Tenant{}
	for _, p := range places {
		drains[p.alias], reach[p.alias] = p.drain, p.reach
		if _, err := w.journal.Accounts().Put(ctx, p.account, 0); err != nil {
			return w, err
		}
	}
	system := &clock.System{}
	w.picture = progress.New(w.redis, progress.Options{Incarnation: created.UTC().Format(time.RFC3339Nano), Guess: time.Second, Clock: system, Refresh: freshness,
		Drain: func(tenant string) time.Duration { return drains[tenant] }})
	if err := errors.Join(w.picture.Reset(ctx), w.picture.Rebuilt(ctx, head)); err != nil {
		return w, err
	}
	gate := progress.NewGate(w.redis, progress.GateOptions{Clock: system})
	if w.tenants, err = tenants.New(tenants.Config{Tenants: reach}, tenants.Options{Gate: gate}); err != nil {
		return w, err
	}
	prints, err := footprint.Embedded()
	if err != nil {
		return w, err
	}
	steps := step.New(step.Deps{Tenants: w.tenants.Tenant, Accounts: w.journal.Accounts(), Brake: w.journal.Ledgers(), Footprints: prints, Clock: system,
		Policy: func(tenant string) step.Policy {
			drain := drains[tenant]
			return step.Policy{Armed: true, Drain: &drain, Brake: guard.Brake{PerHour: 100_000, Share: 1}}
		}})
	w.engine = engine.New(engine.Config{Journal: w.journal, Accounts: w.journal.Accounts(), Steps: steps, Clock: system, Worker: "eta", Slots: slots,
		Estimate: w.picture.Estimate, Log: complaints})
	return w, nil
}

// start takes requests until close.
func (w *worker) start(ctx context.Context) {
	ctx, w.cancel = context.WithCancel(ctx)
	consumer := &journal.Consumer{Journal: w.journal, Handle: w.engine.Handle, Slots: w.engine, Known: func(string) bool { return true }, Log: complaints}
	w.ran.Go(func() { _ = w.journal.Project(ctx, canvas{w.picture}) }) // ends with the context's error only
	w.ran.Go(func() { _ = w.picture.Run(ctx) })                        // likewise
	consumer.Start()
	w.ran.Go(func() {
		<-ctx.Done()
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
		_ = consumer.Stop(stopping) // what is under way was not waited for: the measurement is over
	})
}

func (w *worker) close() {
	w.cancel()
	w.ran.Wait()
	if w.tenants != nil {
		w.tenants.Close()
	}
	if w.nc != nil {
		w.nc.Close()
	}
	if w.redis != nil {
		_ = w.redis.Close() // nothing is kept
	}
	if w.server != nil {
		w.server.Close()
	}
	if w.nats != nil {
		w.nats.Close()
	}
}

// canvas lets the journal's projector write the picture.
type canvas struct{ *progress.Picture }

func (c canvas) Apply(ctx context.Context, updates []journal.Update) error {
	out := make([]progress.Update, len(updates))
	for i, u := range updates {
		out[i] = progress.Update(u)
	}
	return c.Picture.Apply(ctx, out)
}
