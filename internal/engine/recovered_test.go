package engine_test

import (
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/engine/memory"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestRecoveredRequestGoesOnOnlyWhenSomebodyHasLooked(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		r.on(func(_, object string) {
			if object == "rule-1" {
				panic("in the middle of a step")
			}
		})
		r.worker("w1").handle(t.Context(), confirmed())
		known := r.state()
		r.on(nil)
		r.journal = &memory.Journal{} // NATS lost it; plans lie in a stream of their own
		if err := r.journal.PutPlan(t.Context(), r.plan); err != nil {
			t.Fatal(err)
		}
		w := r.worker("w2")
		if _, err := r.journal.Append(t.Context(), ref, 0, w.Recovered(t.Context(), known)); err != nil {
			t.Fatal(err)
		}
		if p := r.state(); p.Seq != 1 || p.Stop == nil || p.Stop.Seq != 1 || p.MaybeCalled != "rule-1" || p.Claim != nil {
			t.Fatalf("%+v", p)
		}
		r.want(w.handle(t.Context(), confirmed()), engine.Ack, deprovision.Waiting) // the request again, or a sweeper: nothing goes on by itself
		retry, told := r.decide(deprovision.Retry, "d1", 1)
		r.want(w.handle(t.Context(), retry), engine.Ack, deprovision.Parked) // at the drain
		if p := r.state(); len(*told) != 1 || (*told)[0] != "" || p.Unconfirmed != 1 || p.Removed != 1 {
			t.Errorf("%q: removed %d, unconfirmed %d, found gone %d", *told, p.Removed, p.Unconfirmed, p.Gone)
		}
	})
}

func TestRecoveredEndIsTheSameEnd(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		known := deprovision.Progress{Request: request(), RequestDigest: request().Digest(), Seq: 40, Status: deprovision.Succeeded, Removed: 3}
		w := r.worker("w1")
		if _, err := r.journal.Append(t.Context(), ref, 0, w.Recovered(t.Context(), known)); err != nil {
			t.Fatal(err)
		}
		r.want(w.handle(t.Context(), submit()), engine.Ack, deprovision.Succeeded)
		if p := r.state(); p.Removed != 3 || p.Stop != nil || len(r.events()) != 1 {
			t.Errorf("%+v", p)
		}
	})
}
