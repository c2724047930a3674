package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/progress"
)

// lookEvery is how often the picture is compared with the journal.
const lookEvery = 5 * time.Second

// canvas lets the journal's projector write the picture.
type canvas struct{ *worker }

func (c canvas) Apply(ctx context.Context, updates []journal.Update) error {
	out := make([]progress.Update, len(updates))
	for i, u := range updates {
		out[i] = progress.Update(u)
	}
	err := c.picture.Apply(ctx, out)
	c.metrics.ProjectorUp(err == nil)
	return err
}

// keepPicture projects the journal into the picture until ctx ends, and builds the picture anew when it is not there.
func (w *worker) keepPicture(ctx context.Context) {
	var project sync.WaitGroup
	defer project.Wait()
	project.Go(func() { _ = w.journal.Project(ctx, canvas{w}) }) // ends with the context's error only
	for ctx.Err() == nil {
		if err := w.lookAtPicture(ctx); err != nil && ctx.Err() == nil {
			w.log.Warn("the picture is away; the work goes on", "error", err)
			w.metrics.ProjectorUp(false)
		}
		select {
		case <-time.After(lookEvery):
		case <-ctx.Done():
		}
	}
}

// lookAtPicture rebuilds the picture when its watermark is missing or ahead of the journal.
func (w *worker) lookAtPicture(ctx context.Context) error {
	lag, err := w.journal.Lag(ctx)
	if err != nil {
		return err
	}
	w.metrics.PictureLag(lag)
	mark, ok, err := w.picture.Watermark(ctx)
	if err != nil {
		return err
	}
	head, err := w.journal.Head(ctx)
	if err != nil {
		return err
	}
	if ok && mark <= head {
		if lag == 0 { // nothing to draw, so that no event tells
			w.metrics.ProjectorUp(true)
		}
		return nil
	}
	n, err := w.rebuild(ctx)
	if errors.Is(err, progress.ErrOvertaken) { // another worker does it
		return nil
	}
	if err == nil {
		w.log.Info("the picture was built anew from the journal", "requests", n)
	}
	return err
}

// rebuild wipes the picture and brings back every request's last event. It returns how many there are.
func (w *worker) rebuild(ctx context.Context) (int, error) {
	head, err := w.journal.Head(ctx)
	if err != nil {
		return 0, err
	}
	if err := w.picture.Reset(ctx); err != nil {
		return 0, fmt.Errorf("rebuild the picture: %w", err)
	}
	n := 0
	err = w.journal.Replay(ctx, func(u journal.Update) error {
		n++
		return w.picture.Apply(ctx, []progress.Update{progress.Update(u)})
	})
	if err != nil {
		return n, fmt.Errorf("rebuild the picture: %w", err)
	}
	return n, w.picture.Rebuilt(ctx, head)
}
