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
