package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// republish gives a lost journal back from the picture: the last known state of every request, and nothing else. It refuses a journal in
// which anything is, for then it was not lost. No worker may run meanwhile: one would draw the picture anew, from the empty journal.
func (w *worker) republish(ctx context.Context) (int, error) {
	head, err := w.journal.Head(ctx)
	if err != nil {
		return 0, err
	}
	if head != 0 {
		return 0, usage{&deprovision.Invalid{Field: "--journal", Allowed: fmt.Sprintf("an empty journal; this one is at revision %d", head)}}
	}
	states, err := w.everything(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the picture: %w", err)
	}
	for n, state := range states {
		ref := state.Request.Ref()
		_, err := w.journal.Append(ctx, ref, 0, w.engine.Recovered(ctx, state))
		if err != nil && !errors.Is(err, engine.ErrConflict) { // a new event on top of nothing is newer than the picture
			return n, fmt.Errorf("give back %s: %w", ref.Tokens(), err)
		}
	}
	return len(states), nil
}

// everything is the picture of all requests, read before anything is written.
func (w *worker) everything(ctx context.Context) ([]deprovision.Progress, error) {
	var all []deprovision.Progress
	for filter := (engine.Filter{Limit: 1000}); ; {
		page, err := w.picture.List(ctx, filter)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Requests...)
		if filter.After = page.Next; filter.After == "" {
			return all, nil
		}
	}
}
