package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const (
	leadEvery  = 10 * time.Second // a third of what an office lasts
	fromStream = 10               // every so many sweeps look at the journal itself
)

// sweep holds the sweeper's office when it can, and looks for neglected requests as often as the configuration says.
func (w *worker) sweep(ctx context.Context) {
	aliases := slices.Sorted(maps.Keys(w.cfg.Tenants))
	every := time.Duration(w.cfg.Worker.SweepEvery)
	var term uint64
	var due time.Time
	for n := 0; ctx.Err() == nil; {
		next, err := w.journal.Lead(ctx, w.name, term)
		if err != nil && ctx.Err() == nil {
			w.log.Warn("the sweeper's office could not be asked for", "error", err)
		}
		term = next
		if term != 0 && !time.Now().Before(due) {
			due = time.Now().Add(every)
			w.sweepOnce(ctx, aliases, n%fromStream == 0)
			n++
		}
		select {
		case <-time.After(min(leadEvery, every)):
		case <-ctx.Done():
		}
	}
}

// sweepOnce looks at the picture, or at the journal where the picture is away or its turn has come.
func (w *worker) sweepOnce(ctx context.Context, aliases []string, stream bool) {
	var view engine.View = w.picture
	if stream || w.picture.Ping(ctx) != nil {
		view = streams{w.journal}
	}
	if err := w.engine.Sweep(ctx, view, aliases); err != nil && ctx.Err() == nil {
		w.log.Warn("a sweep was not complete", "error", err)
	}
}

// streams is the journal as a view, for the sweeper: slow, and always true.
type streams struct{ *journal.Journal }

var errNotHere = errors.New("the journal is not asked for this: ask the picture")

func (s streams) Get(ctx context.Context, ref deprovision.Ref) (deprovision.Progress, bool, error) {
	last, err := s.Last(ctx, ref)
	return last.Progress, last.Revision != 0, err
}

func (s streams) List(context.Context, engine.Filter) (engine.Page, error) {
	return engine.Page{}, errNotHere
}

func (s streams) Open(ctx context.Context, yield func(deprovision.Progress) bool) error {
	stop := errors.New("enough")
	err := s.Replay(ctx, func(u journal.Update) error {
		if !u.Progress.Status.Terminal() && !yield(u.Progress) {
			return stop
		}
		return nil
	})
	if errors.Is(err, stop) {
		return nil
	}
	return err
}
