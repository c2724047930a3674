package engine_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/engine/memory"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestRequestRunsThroughAllStepsToItsEnd(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1")
		r.want(w.handle(t.Context(), submit()), engine.Ack, deprovision.Waiting)
		confirm, answers := r.decide(deprovision.Confirm, "d1", r.state().Stop.Seq)
		r.want(w.handle(t.Context(), confirm), engine.Ack, deprovision.Parked)
		if !slices.Equal(*answers, []string{""}) {
			t.Errorf("the decider was told %q", *answers)
		}
		time.Sleep(24 * time.Hour)
		for _, wake := range r.wakeUps() {
			w.handle(t.Context(), wake)
		}
		r.want(engine.Verdict{Fate: engine.Ack}, engine.Ack, deprovision.Succeeded)
		p := r.state()
		if p.Removed != 3 || len(r.objects) != 0 || r.account().Open != "" {
			t.Errorf("removed %d, left %v, open %q", p.Removed, r.objects, r.account().Open)
		}
		for _, s := range p.Steps {
			if s.State != deprovision.StepDone || s.Started == nil || s.Ended == nil {
				t.Errorf("step %+v did not end", s)
			}
		}
	})
}

func TestParkIsAppendedThenWokenThenAcknowledged(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		var points []engine.Point
		lost := true
		r.journal.Fail = func(op string, _ deprovision.Change) memory.Disturbance {
			if op == "wake" && lost {
				lost = false
				return memory.LostBefore
			}
			return memory.None
		}
		w := r.worker("w1", func(c *engine.Config) {
			c.At = func(p engine.Point, _ deprovision.Progress) {
				if p == engine.AfterPark || p == engine.AfterWake {
					points = append(points, p)
				}
			}
		})
		r.want(w.handle(t.Context(), confirmed()), engine.Silent, deprovision.Parked)
		if !slices.Equal(points, []engine.Point{engine.AfterPark}) {
			t.Errorf("points passed: %v", points)
		}
		r.want(w.handle(t.Context(), confirmed()), engine.Ack, deprovision.Parked) // delivered again, it publishes the wake-up
		if wakes := r.wakeUps(); len(wakes) != 1 || wakes[0].Seq != r.state().Park.Seq {
			t.Errorf("wake-ups %v", wakes)
		}
	})
}

func TestDrainGivesBackAtTheNextBorder(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		ctx, drain := context.WithCancel(t.Context())
		r.on(func(_, object string) { drain() })
		r.want(r.worker("w1").handle(ctx, confirmed()), engine.Nak, deprovision.Released)
		if p := r.state(); p.Removed != 1 || len(r.calls) != 1 {
			t.Errorf("removed %d, calls %v", p.Removed, r.calls)
		}
		r.on(nil)
		r.want(r.worker("w2").handle(t.Context(), confirmed()), engine.Ack, deprovision.Parked)
	})
}
