package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/redis/go-redis/v9"

	"github.com/deprovisioner/deprovisioner/bench/redisproc"
	"github.com/deprovisioner/deprovisioner/internal/devstack"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/progress"
	"github.com/deprovisioner/deprovisioner/internal/query"
	"github.com/deprovisioner/deprovisioner/internal/web"
	"github.com/deprovisioner/deprovisioner/internal/web/api"
	"github.com/deprovisioner/deprovisioner/internal/web/page"
	"github.com/deprovisioner/deprovisioner/pkg/client"
)

// tenant is the alias of the only tenant.
const tenant = "contoso"

// rig is what a worker serves people with, put together as cmd/worker does it, and the servers beneath.
type rig struct {
	nats    *devstack.NATS
	server  *redisproc.Server
	nc      *nats.Conn
	redis   redis.UniversalClient
	journal *journal.Journal
	picture *progress.Picture
	answers func() error
	url     string

	cancel context.CancelFunc
	ran    sync.WaitGroup
}

func newRig(ctx context.Context, dir string) (r *rig, err error) {
	r = &rig{cancel: func() {}}
	defer func() {
		if err != nil {
			r.close()
		}
	}()
	if r.nats, err = devstack.StartNATS(ctx, devstack.NATSOptions{Dir: dir}); err != nil {
		return r, err
	}
	if r.server, err = redisproc.Start(dir); err != nil {
		return r, err
	}
	if r.nc, err = journal.Connect(r.nats.URL(), journal.Connection{Name: "pixel", Log: complaints}); err != nil {
		return r, err
	}
	if err = journal.Provision(ctx, r.nc, journal.Options{}); err != nil {
		return r, err
	}
	if r.journal, err = journal.Bind(ctx, r.nc); err != nil {
		return r, err
	}
	r.journal.Log = complaints
	if r.redis, err = progress.Connect("redis://"+r.server.Address(), ""); err != nil {
		return r, err
	}
	created, head, err := r.journal.Stream(ctx)
	if err != nil {
		return r, err
	}
	r.picture = progress.New(r.redis, progress.Options{Incarnation: created.UTC().Format(time.RFC3339Nano)})
	if err := errors.Join(r.picture.Reset(ctx), r.picture.Rebuilt(ctx, head)); err != nil {
		return r, err
	}
	if r.answers, err = query.Serve(r.nc, r.picture, "0.0.0"); err != nil {
		return r, err
	}
	return r, r.serve(ctx)
}

// serve answers over HTTP and keeps the picture, until close.
func (r *rig) serve(ctx context.Context) error {
	c, err := client.New(r.nc, client.Options{})
	if err != nil {
		return err
	}
	a := api.New(api.Options{Client: c, Tenants: []string{tenant}, Loopback: true, Log: complaints})
	s := web.New(http.NotFoundHandler())
	s.Handle("/api/", a, a.Close)
	for _, pattern := range page.Patterns() {
		s.Handle(pattern, page.Handler(), nil)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	r.url = "http://" + listener.Addr().String() + "/"
	ctx, r.cancel = context.WithCancel(ctx)
	r.ran.Go(func() { _ = s.Serve(ctx, listener) })                    // when it ends early, no number is painted, and that is told
	r.ran.Go(func() { _ = r.journal.Project(ctx, canvas{r.picture}) }) // ends with the context's error only
	r.ran.Go(func() { _ = r.picture.Run(ctx) })                        // likewise
	return nil
}

// drawn waits until lists have everything up to a revision.
func (r *rig) drawn(ctx context.Context, revision uint64) error {
	for tick := time.NewTicker(50 * time.Millisecond); ; <-tick.C {
		if at, _, err := r.picture.Watermark(ctx); err != nil || at >= revision {
			tick.Stop()
			return err
		}
	}
}

func (r *rig) close() {
	r.cancel()
	r.ran.Wait()
	if r.answers != nil {
		_ = r.answers() // the connection is about to be closed
	}
	if r.redis != nil {
		_ = r.redis.Close() // the measurement is over
	}
	if r.nc != nil {
		r.nc.Close()
	}
	if r.server != nil {
		r.server.Stop()
	}
	if r.nats != nil {
		r.nats.Close()
	}
}

// canvas lets the journal's projector write the picture.
type canvas struct{ *progress.Picture }

// Apply writes updates.
func (c canvas) Apply(ctx context.Context, updates []journal.Update) error {
	out := make([]progress.Update, len(updates))
	for i, u := range updates {
		out[i] = progress.Update(u)
	}
	return c.Picture.Apply(ctx, out)
}
