package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestFinishedChangeIsFoldedBeforeAWishIsObeyed(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1")
		cancel, answers := r.decide(deprovision.Cancel, "d1", 0)
		r.on(func(_, object string) {
			if object == "rule-1" {
				if v := w.handle(t.Context(), cancel); v.Fate != engine.Ack {
					t.Errorf("the wish: %+v", v)
				}
			}
		})
		r.want(w.handle(t.Context(), confirmed()), engine.Ack, deprovision.Cancelled)
		p := r.state()
		if p.Removed != 1 || len(p.Remainder) != 2 || !strings.Contains(p.Detail, "admin") || !slices.Equal(*answers, []string{""}) {
			t.Errorf("removed %d, remainder %v, detail %q, told %q", p.Removed, p.Remainder, p.Detail, *answers)
		}
		if r.account().Open != "" {
			t.Error("the account is still open")
		}
	})
}

// Whoever takes the id of a decision that holds the claim gets nothing of its standing.
func TestAnotherDecisionWithTheIdOfTheOneThatHoldsTheClaimIsRefused(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w, other := r.worker("w1"), r.worker("w2")
		w.handle(t.Context(), submit())
		first, _ := r.decide(deprovision.Confirm, "d1", r.state().Stop.Seq)
		foreign, told := r.decide(deprovision.Force, "d1", 0)
		foreign.Decision.DecidedBy = "mallory"
		r.on(func(_, object string) {
			if object == "rule-1" {
				if v := other.handle(t.Context(), foreign); v.Fate != engine.Ack {
					t.Errorf("the other one: %+v", v)
				}
			}
		})
		w.handle(t.Context(), first)
		if p := r.state(); p.Status == deprovision.Forced || p.Wish != nil || len(*told) != 1 || !strings.Contains((*told)[0], "names another decision") {
			t.Errorf("%s, wish %v, told %q", p.Status, p.Wish, *told)
		}
	})
}

func TestWishIsMetAtTheNextSignOfLife(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1")
		cancel, _ := r.decide(deprovision.Cancel, "d1", 0)
		r.on(func(_, object string) {
			if object == "rule-1" {
				w.handle(t.Context(), cancel)
				time.Sleep(11 * time.Second)
			}
		})
		r.want(w.handle(t.Context(), confirmed()), engine.Ack, deprovision.Cancelled)
		if !slices.Equal(r.calls, []string{"rule-1"}) {
			t.Errorf("calls after the wish: %v", r.calls)
		}
	})
}

func TestSameDecisionTwiceIsOne(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1")
		w.handle(t.Context(), submit())
		stop := r.state().Stop.Seq
		first, _ := r.decide(deprovision.Confirm, "d1", stop)
		second, told := r.decide(deprovision.Confirm, "d1", stop)
		r.want(w.handle(t.Context(), first), engine.Ack, deprovision.Parked)
		n := len(r.events())
		r.want(w.handle(t.Context(), second), engine.Ack, deprovision.Parked)
		if len(r.events()) != n || !slices.Equal(*told, []string{""}) {
			t.Errorf("the second click appended %v and was told %q", r.kinds()[n:], *told)
		}
	})
}

func TestSameDecisionTwiceIsOneAlsoBehindAnotherWithItsID(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1")
		w.handle(t.Context(), submit())
		stop := r.state().Stop.Seq
		first, _ := r.decide(deprovision.Confirm, "d1", stop)
		other, refused := r.decide(deprovision.Skip, "d1", stop)
		again, told := r.decide(deprovision.Confirm, "d1", stop)
		for _, d := range []engine.Trigger{first, other, again} {
			r.want(w.handle(t.Context(), d), engine.Ack, deprovision.Parked)
		}
		if len(*refused) != 1 || !strings.Contains((*refused)[0], "another decision already") || !slices.Equal(*told, []string{""}) {
			t.Errorf("the other one was told %q, the same one %q", *refused, *told)
		}
	})
}

func TestRefusedDecisionIsAnEventThatChangesNothing(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1")
		w.handle(t.Context(), submit())
		before := r.state()
		late, told := r.decide(deprovision.Skip, "d1", 1)
		r.want(w.handle(t.Context(), late), engine.Ack, deprovision.Waiting)
		events := r.events()
		last := events[len(events)-1]
		if last.Change.Kind != deprovision.DecisionRefused || last.Change.By != "admin" || len(*told) != 1 || (*told)[0] != last.Change.Detail {
			t.Errorf("the refusal: %+v, told %q", last.Change, *told)
		}
		if last.Progress.Stop.Seq != before.Stop.Seq || len(last.Progress.Decisions) != 0 {
			t.Error("a refused decision changed the state")
		}
	})
}

func TestStopThatExpiresEndsTheRequest(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1")
		w.handle(t.Context(), submit())
		time.Sleep(48 * time.Hour)
		for _, wake := range r.wakeUps() {
			r.want(w.handle(t.Context(), wake), engine.Ack, deprovision.Cancelled)
		}
		if p := r.state(); !strings.Contains(p.Detail, "nobody decided in time") {
			t.Errorf("detail %q", p.Detail)
		}
	})
}

func TestForceGoesStraightToTheClosingSteps(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1")
		w.handle(t.Context(), submit())
		force, _ := r.decide(deprovision.Force, "d1", 0)
		r.want(w.handle(t.Context(), force), engine.Ack, deprovision.Forced)
		p := r.state()
		if len(p.Remainder) != 3 || len(r.calls) != 0 || p.Steps[2].State != deprovision.StepSkipped || p.Steps[5].State != deprovision.StepDone {
			t.Errorf("remainder %v, calls %v, steps %+v", p.Remainder, r.calls, p.Steps)
		}
	})
}
