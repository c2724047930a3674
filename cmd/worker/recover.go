package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// republish gives a lost journal back from the picture: the last known state of every request, and nothing else. It refuses a journal that
// the picture was drawn from, for then it was not lost. A run that was broken off may be repeated, and a request that has an event keeps
// it. No worker may run meanwhile: one would draw the picture anew, from the empty journal. It returns how many were given back.
func (w *worker) republish(ctx context.Context) (int, error) {
	_, drawn, err := w.picture.Watermark(ctx)
	if err != nil {
		return 0, err
	}
	if drawn {
		return 0, usage{&deprovision.Invalid{Field: "--journal", Allowed: "a journal that was lost and made anew; the picture is of this one"}}
	}
	states, err := w.everything(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the picture: %w", err)
	}
	given := 0
	for _, state := range states {
		ref := state.Request.Ref()
		_, err := w.journal.Append(ctx, ref, 0, w.engine.Recovered(ctx, state))
		switch {
		case err == nil:
			given++
		case !errors.Is(err, engine.ErrConflict): // what has an event is newer than the picture, or was given back before
			return given, fmt.Errorf("give back %s: %w", ref.Tokens(), err)
		}
	}
	return given, nil
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
