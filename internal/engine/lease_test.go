package engine_test

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/engine/memory"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestHolderAppendsAtLeastEveryThirdOfItsLease(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		r.on(func(step, _ string) {
			if step == "close" {
				time.Sleep(2 * time.Minute)
			}
		})
		w := r.worker("w1")
		w.handle(t.Context(), confirmed())
		time.Sleep(24 * time.Hour)
		r.want(w.handle(t.Context(), r.wakeUps()[0]), engine.Ack, deprovision.Succeeded)
		var before time.Time
		beats := 0
		for _, e := range r.events() {
			if gap := e.Progress.Updated.Sub(before); !before.IsZero() && e.Change.Kind == deprovision.StillHeld {
				beats++
				if gap > 10*time.Second {
					t.Errorf("no append for %s", gap)
				}
			}
			before = e.Progress.Updated
		}
		if beats < 11 {
			t.Errorf("%d signs of life in two minutes", beats)
		}
	})
}

func TestNoCallIsStartedAfterTheLease(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		var away atomic.Bool
		r.journal.Fail = func(op string, _ deprovision.Change) memory.Disturbance {
			if away.Load() && (op == "append" || op == "read") {
				return memory.LostBefore
			}
			return memory.None
		}
		r.on(func(_, _ string) { away.Store(true) })
		if v := r.worker("w1").handle(t.Context(), confirmed()); v.Fate == engine.Ack {
			t.Error("a trigger was acknowledged after its lease")
		}
		if !slices.Equal(r.calls, []string{"rule-1"}) {
			t.Errorf("calls: %v", r.calls)
		}
	})
}

func TestWhatALapsedHolderFinishedIsNeverForgotten(t *testing.T) {
	t.Parallel()
	for name, lost := range map[string]memory.Disturbance{"its append never arrived": memory.LostBefore, "its append arrived, the answer did not": memory.LostAfter} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, r *rig) {
				var away atomic.Bool
				r.journal.Fail = func(op string, c deprovision.Change) memory.Disturbance {
					switch {
					case !away.Load() || op == "plan":
						return memory.None
					case op == "append" && c.Kind == deprovision.Advanced:
						return lost
					}
					return memory.LostBefore
				}
				r.on(func(_, _ string) { away.Store(true) })
				if v := r.worker("w1").handle(t.Context(), confirmed()); v.Fate != engine.Silent {
					t.Errorf("the lapsed holder's trigger: %+v", v)
				}
				away.Store(false)
				r.on(nil)
				r.want(r.worker("w2").handle(t.Context(), confirmed()), engine.Ack, deprovision.Parked)
				if p := r.state(); p.Removed+p.Unconfirmed != 2 || p.Gone != 0 || r.deletes["rule-1"] != 1 {
					t.Errorf("removed %d, unconfirmed %d, gone %d, calls %v", p.Removed, p.Unconfirmed, p.Gone, r.calls)
				}
			})
		})
	}
}

func TestReleasedAfterTheLeaseCarriesTheFinishedChangeOnce(t *testing.T) {
	t.Parallel()
	for name, lost := range map[string]memory.Disturbance{"its append never arrived": memory.LostBefore, "its append arrived, the answer did not": memory.LostAfter} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, r *rig) {
				start := time.Now()
				r.journal.Fail = func(op string, c deprovision.Change) memory.Disturbance {
					first := c.Kind == deprovision.Advanced && len(c.Evidence) == 1
					switch {
					case op == "append" && first && time.Since(start) == 0:
						return lost
					case r.called() && time.Since(start) < 30*time.Second:
						return memory.LostBefore
					}
					return memory.None
				}
				r.want(r.worker("w1").handle(t.Context(), confirmed()), engine.Nak, deprovision.Released)
				if p := r.state(); p.Removed != 1 || p.Cursor != 1 {
					t.Errorf("released with %d removed, cursor %d", p.Removed, p.Cursor)
				}
				r.want(r.worker("w2").handle(t.Context(), confirmed()), engine.Ack, deprovision.Parked)
				if r.deletes["rule-1"] != 1 || r.deletes["rule-2"] != 1 || len(r.calls) != 2 {
					t.Errorf("calls %v", r.calls)
				}
			})
		})
	}
}
