package engine_test

import (
	"errors"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestSkippingAllThatWasFoundIsNotNothingFound(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		no := &deprovision.Failure{Class: deprovision.Malformed, Err: errors.New("no")}
		r.failing["remove-rules"], r.failing["remove-connector"] = []error{no}, []error{no}
		w := r.worker("w1")
		w.handle(t.Context(), confirmed())
		skip, _ := r.decide(deprovision.Skip, "d1", r.state().Stop.Seq)
		w.handle(t.Context(), skip)
		time.Sleep(25 * time.Hour)
		w.handle(t.Context(), r.wakeUps()[0])
		skip, _ = r.decide(deprovision.Skip, "d2", r.state().Stop.Seq)
		w.handle(t.Context(), skip)
		if p := r.state(); p.Status == deprovision.NothingFound {
			t.Errorf("%s (%s) with %d objects in the tenant and remainder %v", p.Status, p.Detail, len(r.objects), p.Remainder)
		}
	})
}

func TestSkippedInventoryIsNotNothingFound(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		r.failing["inventory"] = []error{&deprovision.Failure{Class: deprovision.Malformed, Err: errors.New("no")}}
		w := r.worker("w1", func(c *engine.Config) { c.Steps = only{steps{r}, []string{"inventory", "close"}} })
		w.handle(t.Context(), submit())
		skip, _ := r.decide(deprovision.Skip, "d1", r.state().Stop.Seq)
		w.handle(t.Context(), skip)
		if p := r.state(); p.Status == deprovision.NothingFound {
			t.Errorf("%s (%s), although nobody looked", p.Status, p.Detail)
		}
	})
}

func TestSkippedStepBecomesRemainder(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		r.failing["remove-rules"] = []error{&deprovision.Failure{Class: deprovision.Malformed, Err: errors.New("no")}}
		w := r.worker("w1")
		w.handle(t.Context(), confirmed())
		skip, _ := r.decide(deprovision.Skip, "d1", r.state().Stop.Seq)
		r.want(w.handle(t.Context(), skip), engine.Ack, deprovision.Parked)
		if p := r.state(); len(p.Remainder) != 2 || p.Steps[2].State != deprovision.StepSkipped {
			t.Errorf("remainder %v, steps %+v", p.Remainder, p.Steps)
		}
		time.Sleep(25 * time.Hour)
		w.handle(t.Context(), r.wakeUps()[0])
		if got := r.state().Status; got != deprovision.SucceededWithRemainder {
			t.Errorf("ended %s", got)
		}
	})
}
