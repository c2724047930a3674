package engine_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// estimating stamps a document with its own seq, so that an estimate that was kept from an event before is found out.
func estimating(c *engine.Config) {
	c.Estimate = func(p *deprovision.Progress) {
		left := deprovision.Duration(p.Seq) * deprovision.Duration(time.Second)
		p.Left, p.LeftHigh = &left, &left
		if p.Status != deprovision.Waiting {
			eta := p.Updated.Add(time.Duration(left))
			p.ETA, p.ETAHigh = &eta, &eta
		}
		for i := p.Step; i < len(p.Steps); i++ {
			p.Steps[i].Left, p.Steps[i].LeftHigh = &left, &left
		}
	}
}

// wantEstimate holds an event to an estimate of its own, and an end to none.
func wantEstimate(t *testing.T, e deprovision.Event) {
	t.Helper()
	p := e.Progress
	fresh := func(d *deprovision.Duration) bool {
		return d != nil && *d == deprovision.Duration(p.Seq)*deprovision.Duration(time.Second)
	}
	if p.Status.Terminal() {
		if p.Left != nil || p.LeftHigh != nil || p.ETA != nil || p.ETAHigh != nil {
			t.Errorf("event %d (%s) has an end and an estimate", p.Seq, e.Change.Kind)
		}
	} else if !fresh(p.Left) || !fresh(p.LeftHigh) {
		t.Errorf("event %d (%s) has no estimate of its own: %v, %v", p.Seq, e.Change.Kind, p.Left, p.LeftHigh)
	}
	if open := !p.Status.Terminal(); (p.ETA != nil) != (open && p.Status != deprovision.Waiting) || (p.ETA != nil && !p.ETA.Equal(p.Updated.Add(time.Duration(*p.Left)))) {
		t.Errorf("event %d (%s, %s): ETA %v", p.Seq, e.Change.Kind, p.Status, p.ETA)
	}
	for i, s := range p.Steps {
		if ahead := i >= p.Step && !p.Status.Terminal(); (s.Left != nil) != ahead || ahead && (!fresh(s.Left) || !fresh(s.LeftHigh)) {
			t.Errorf("event %d (%s), step %s: %v, %v", p.Seq, e.Change.Kind, s.Name, s.Left, s.LeftHigh)
		}
	}
}

func TestEveryEventCarriesAnEstimateOfItsOwnAndAnEndNone(t *testing.T) {
	t.Parallel()
	seen := map[deprovision.ChangeKind]bool{}
	scenario := func(run func(t *testing.T, r *rig)) {
		bubble(t, func(t *testing.T, r *rig) {
			run(t, r)
			for _, e := range r.events() {
				seen[e.Change.Kind] = true
				wantEstimate(t, e.Event)
			}
		})
	}
	scenario(func(t *testing.T, r *rig) { // a whole removal, with a stop, a refused answer, a park and a lost holder
		w1, w2 := r.worker("w1", estimating), r.worker("w2", estimating)
		r.want(w1.handle(t.Context(), submit()), engine.Ack, deprovision.Waiting)
		stop := r.state().Stop.Seq
		wrong, _ := r.decide(deprovision.Skip, "d1", stop)
		w1.handle(t.Context(), wrong)
		right, _ := r.decide(deprovision.Confirm, "d2", stop)
		r.on(func(_, object string) {
			if object == "rule-2" {
				w1.kill()
			}
		})
		go w1.handle(t.Context(), right)
		synctest.Wait()
		r.on(nil)
		r.want(w2.handle(t.Context(), right), engine.Ack, deprovision.Parked)
		time.Sleep(25 * time.Hour)
		wakes := r.wakeUps()
		r.want(w2.handle(t.Context(), wakes[len(wakes)-1]), engine.Ack, deprovision.Succeeded)
		recovered := w2.Recovered(t.Context(), r.events()[1].Progress)
		seen[recovered.Change.Kind] = true
		wantEstimate(t, recovered)
	})
	scenario(func(t *testing.T, r *rig) { // a wish, met at a sign of life
		w := r.worker("w1", estimating)
		cancel, _ := r.decide(deprovision.Cancel, "d1", 0)
		r.on(func(_, object string) {
			if object == "rule-1" {
				time.Sleep(15 * time.Second)
				w.handle(t.Context(), cancel)
			}
		})
		r.want(w.handle(t.Context(), confirmed()), engine.Ack, deprovision.Cancelled)
	})
	scenario(func(t *testing.T, r *rig) { // a worker that is being stopped
		w := r.worker("w1", estimating)
		ctx, drain := context.WithCancel(t.Context())
		r.on(func(_, object string) {
			if object == "rule-1" {
				drain()
			}
		})
		r.want(w.handle(ctx, confirmed()), engine.Nak, deprovision.Released)
	})
	for _, kind := range []deprovision.ChangeKind{deprovision.Claimed, deprovision.ContestedClaim, deprovision.StillHeld, deprovision.Advanced, deprovision.ReleasedClaim,
		deprovision.ParkedRequest, deprovision.Stopped, deprovision.Wished, deprovision.DecisionRefused, deprovision.Ended, deprovision.Recovered} {
		if !seen[kind] {
			t.Errorf("no event of the kind %s came", kind)
		}
	}
}
