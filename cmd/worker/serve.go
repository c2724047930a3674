package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/redis/go-redis/v9"

	"github.com/deprovisioner/deprovisioner/internal/clock"
	"github.com/deprovisioner/deprovisioner/internal/config"
	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/m365/tenants"
	"github.com/deprovisioner/deprovisioner/internal/metrics"
	"github.com/deprovisioner/deprovisioner/internal/progress"
	"github.com/deprovisioner/deprovisioner/internal/query"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/web"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// hooks let a test crash the process between two effects, and move its time. They are nil in every build that anybody runs.
var hooks struct {
	at    func(engine.Point, deprovision.Progress)
	http  http.RoundTripper
	clock engine.Clock
}

// worker is the parts of one process, put together.
type worker struct {
	cfg     config.Config
	log     *slog.Logger
	name    string // unique per process start
	nc      *nats.Conn
	redis   redis.UniversalClient
	journal *journal.Journal
	picture *progress.Picture
	gate    *progress.Gate
	tenants *tenants.Set
	prints  footprint.Catalog
	engine  *engine.Engine
	metrics *metrics.Metrics
	web     *web.Server
	trial   bool // its Redis is embedded, and nobody expects it to keep anything
}

// assemble connects the worker and puts its parts together, from the truth (the journal) to what asks tenants.
func assemble(ctx context.Context, cfg config.Config, log *slog.Logger) (w *worker, err error) {
	w = &worker{cfg: cfg, log: log, name: cfg.Worker.Name + "-" + strings.ToLower(rand.Text()[:8])}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	slog.SetDefault(log) // for packages that are handed none
	if w.prints, err = footprints(cfg); err != nil {
		return w, err
	}
	w.metrics = metrics.New(w.summary)
	if w.nc, err = dial(cfg, log); err != nil {
		return w, hint(err, cfg)
	}
	if w.journal, err = journal.Bind(ctx, w.nc); err != nil {
		return w, err
	}
	w.journal.Observer, w.journal.Log = w.metrics, log
	key, err := signingKey(cfg.Evidence)
	if err != nil {
		return w, usage{err}
	}
	if len(key) > 0 {
		w.journal.Seal = func(chain string) string { return event.Sign(key, chain) }
	}
	if w.redis, err = dialRedis(cfg); err != nil {
		return w, err
	}
	created, _, err := w.journal.Stream(ctx)
	if err != nil {
		return w, err
	}
	var system engine.Clock = &clock.System{}
	if hooks.clock != nil {
		system = hooks.clock
	}
	w.picture = progress.New(w.redis, progress.Options{Incarnation: created.UTC().Format(time.RFC3339Nano), Drain: w.drain, Guess: time.Second, Clock: system})
	w.gate = progress.NewGate(w.redis, progress.GateOptions{Budget: budget(cfg.Throttle), Clock: system})
	if w.tenants, err = tenants.New(reach(cfg), tenants.Options{Gate: w.gate, Observer: calls{w.metrics}, HTTP: hooks.http}); err != nil {
		return w, usage{err}
	}
	steps := step.New(step.Deps{Tenants: w.tenants.Tenant, Accounts: w.journal.Accounts(), Brake: w.journal.Ledgers(), Footprints: w.prints,
		Clock: system, Policy: w.policy})
	w.engine = engine.New(engine.Config{
		Journal: w.journal, Accounts: w.journal.Accounts(), Steps: steps, Clock: system, Worker: w.name,
		Lease: time.Duration(cfg.Worker.Lease), Grace: time.Duration(cfg.Worker.Grace), Slots: cfg.Worker.Slots,
		Permit: w.permit, MayDecide: w.mayDecide, Expiry: w.expiry, Estimate: w.picture.Estimate, Observer: ends{w.metrics}, At: hooks.at, Log: log,
	})
	w.web = web.New(w.metrics.Handler(), w.checks()...)
	return w, nil
}

// run works until ctx ends, then gives back what is under way at the next border between two units of work.
func (w *worker) run(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", w.cfg.HTTP.Listen)
	if err != nil {
		return fmt.Errorf("serve health, metrics and the API: %w", err)
	}
	if err := w.serveAPI(listener.Addr()); err != nil {
		return errors.Join(err, listener.Close())
	}
	consumer := &journal.Consumer{Journal: w.journal, Handle: w.engine.Handle, Slots: w.engine, Known: w.known,
		Grace: time.Duration(w.cfg.Worker.Grace), Log: w.log}
	w.inspect(ctx)
	background, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var others sync.WaitGroup
	served := make(chan error, 1)
	others.Go(func() { served <- w.web.Serve(background, listener) })
	others.Go(func() { w.keepPicture(background) })
	others.Go(func() { w.sweep(background) })
	others.Go(func() { _ = w.picture.Run(background) }) // ends with the context's error only
	answers, err := query.Serve(w.nc, w.picture, version())
	if err != nil {
		cancel()
		others.Wait()
		return fmt.Errorf("answer queries: %w", err)
	}
	consumer.Start()
	w.log.Info("the worker takes requests", "worker", w.name, "nats", w.nc.ConnectedUrlRedacted(), "http", listener.Addr().String(),
		"tenants", len(w.cfg.Tenants), "footprints", w.cfg.Footprints, "version", version())
	select {
	case <-ctx.Done():
	case err = <-served:
		err = fmt.Errorf("serve health, metrics and the API: %w", err)
	}
	w.log.Info("the worker stops: requests under way are given back")
	patience, end := context.WithTimeout(context.WithoutCancel(ctx), time.Duration(w.cfg.Worker.Lease)+5*time.Second)
	defer end()
	err = errors.Join(err, consumer.Stop(patience), answers())
	cancel()
	others.Wait()
	return err
}

// inspect warns of a Redis that may lose the picture. None is reason not to work: a picture can be built anew.
func (w *worker) inspect(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	warnings, err := progress.Inspect(ctx, w.redis)
	if err != nil {
		w.log.Warn("Redis is away or can't be used; the work goes on without a picture", "error", err)
	}
	if w.trial {
		return
	}
	for _, warning := range warnings {
		w.log.Warn("Redis may lose the picture", "why", warning)
	}
}

// close gives back connections.
func (w *worker) close() {
	if w.tenants != nil {
		w.tenants.Close()
	}
	if w.redis != nil {
		if err := w.redis.Close(); err != nil {
			w.log.Warn("Redis was not left in order", "error", err)
		}
	}
	if w.nc != nil {
		w.nc.Close()
	}
}
