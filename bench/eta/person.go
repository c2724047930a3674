package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// removal is one that has ended, with every state on the way.
type removal struct {
	states []deprovision.Progress
}

// removals carries all of them out, in the order of the tenants: first those that are only learnt from.
func removals(ctx context.Context, o options, dir string, progress io.Writer) (all []removal, err error) {
	places, err := fleet(ctx, o.before+o.removals, o.seed, dir)
	if err != nil {
		return nil, err
	}
	defer closeAll(places)
	w, err := newWorker(ctx, places, o.inFlight, dir)
	if err != nil {
		return nil, err
	}
	defer w.close()
	w.start(ctx)
	c, err := client.Connect(w.nats.URL(), client.Options{Name: "eta"})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return crowd(ctx, c, places, o, progress)
}

// crowd asks for the removals, as many at once as the options say, and returns them when all have ended.
func crowd(ctx context.Context, c *client.Client, places []place, o options, progress io.Writer) ([]removal, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out, errs := make([]removal, len(places)), make([]error, len(places))
	var next, ended atomic.Int64
	var people sync.WaitGroup
	for range o.inFlight {
		people.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(places) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if out[i], errs[i] = remove(ctx, c, places[i], rand.New(rand.NewPCG(o.seed, uint64(i)))); errs[i] != nil { //nolint:gosec // repeatable, not secret
					errs[i] = fmt.Errorf("%s (%s): %w", places[i].alias, places[i].account.Service, errs[i])
					cancel()
					return
				}
				if n := ended.Add(1); n%20 == 0 {
					_, _ = fmt.Fprintf(progress, "%d of %d removals\n", n, len(places))
				}
			}
		})
	}
	people.Wait()
	return out, errors.Join(errs...)
}

// remove asks for one removal, answers its stops as a person would, and returns what its events said.
func remove(ctx context.Context, c *client.Client, p place, rng *rand.Rand) (r removal, err error) {
	receipt, err := c.Submit(ctx, deprovision.Request{ID: client.NewID(), Tenant: p.alias, Service: p.account.Service, Account: p.account.ID,
		RequestedBy: "eta@" + p.alias + ".example"})
	if err != nil {
		return r, err
	}
	for event, err := range c.Watch(ctx, receipt.Ref, 1) {
		if err != nil {
			return r, err
		}
		r.states = append(r.states, event.Progress)
		if event.Change.Kind == deprovision.Stopped {
			if err := answer(ctx, c, event.Progress, rng); err != nil {
				return r, err
			}
		}
	}
	end := r.states[len(r.states)-1]
	if end.Status != deprovision.Succeeded && end.Status != deprovision.SucceededWithRemainder {
		return r, fmt.Errorf("it ended as %s: %s", end.Status, end.Detail)
	}
	return r, nil
}

// answer thinks for a while, then confirms a plan or does what a person has to do; another stop is not part of the measurement.
func answer(ctx context.Context, c *client.Client, p deprovision.Progress, rng *rand.Rand) error {
	select {
	case <-time.After(time.Duration(rng.IntN(2000)) * time.Millisecond):
	case <-ctx.Done():
		return ctx.Err()
	}
	d := deprovision.Decision{ID: client.NewID(), Tenant: p.Request.Tenant, Service: p.Request.Service, Request: p.Request.ID, Stop: p.Stop.Seq, DecidedBy: "eta"}
	switch {
	case p.Stop.Name == deprovision.StopConfirm && p.Plan != nil:
		d.Verb, d.PlanDigest, d.Acknowledged = deprovision.Confirm, p.Plan.Digest, deprovision.Codes(p.Plan.Cautions)
	case p.Stop.Name == deprovision.StopManual:
		d.Verb, d.Reason = deprovision.ManualDone, "done"
	case p.Stop.Name == deprovision.StopFailed: // as on a machine that is overloaded
		d.Verb = deprovision.Retry
	default:
		return fmt.Errorf("it stopped at %s: %s", p.Stop.Name, p.Stop.Detail)
	}
	told, err := c.Decide(ctx, d)
	if err == nil && !told.Accepted {
		err = fmt.Errorf("the decision %s was refused: %s", d.Verb, told.Refusal)
	}
	return err
}
