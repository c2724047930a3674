package engine_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/engine/memory"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestPanicAfterTheCallLeavesADoubt(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		r.on(func(string, string) { panic("bad answer") })
		w := r.worker("w1")
		r.want(w.handle(t.Context(), confirmed()), engine.Ack, deprovision.Waiting)
		r.on(nil)
		retry, _ := r.decide(deprovision.Retry, "d1", r.state().Stop.Seq)
		w.handle(t.Context(), retry)
		if p := r.state(); p.Gone != 0 {
			t.Errorf("found gone: %d, although only we removed any", p.Gone)
		}
	})
}

func TestInvalidFieldStopsAtOnce(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		r.failing["remove-rules"] = []error{fmt.Errorf("tenant: %w", &deprovision.Invalid{Field: "credentialRef", Value: "typo", Allowed: "main"})}
		v := r.worker("w1").handle(t.Context(), confirmed())
		r.want(v, engine.Ack, deprovision.Waiting)
	})
}

func TestTakeoverWithoutAPlanIsSetAside(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w1, w2 := r.worker("w1"), r.worker("w2")
		r.on(func(_, _ string) { w1.kill() })
		go w1.handle(t.Context(), confirmed())
		synctest.Wait()
		r.on(nil)
		r.journal.Fail = func(op string, _ deprovision.Change) memory.Disturbance {
			if op == "plan" {
				return memory.LostBefore
			}
			return memory.None
		}
		for range 200 {
			w2.handle(t.Context(), confirmed())
			time.Sleep(time.Minute)
		}
		if p := r.state(); p.Status == deprovision.Held || p.Status == deprovision.Contested {
			t.Errorf("after five hours it is %s, takeovers %d, %d events", p.Status, p.Takeovers, len(r.events()))
		}
	})
}
