package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// lines prints each event once and in order, whatever becomes of the server meanwhile: its revision, and how far its request is.
func lines(ctx context.Context, c *client.Client, s client.Scope, out io.Writer) error {
	for e, err := range c.WatchAll(ctx, s) {
		if err != nil {
			return err
		}
		p, over, left := e.Progress, 0.0, "-"
		for _, step := range p.Steps {
			if step.State == deprovision.StepDone || step.State == deprovision.StepSkipped {
				over++
			} else if step.Total > 0 {
				over += float64(step.Done) / float64(step.Total)
			}
		}
		if p.Left != nil {
			left = p.Left.String()
		}
		if _, err := fmt.Fprintf(out, "%d  %s  %s  step %d of %d  %.0f %%  %s left  %s\n", e.Revision,
			p.Updated.UTC().Format(time.DateTime), p.Request.Ref().Tokens(), min(p.Step+1, len(p.Steps)), len(p.Steps),
			100*over/float64(max(len(p.Steps), 1)), left, p.Status); err != nil {
			return err
		}
	}
	return nil
}
