package engine_test

import (
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/engine/memory"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestFirstEventOfATurnedAwayRequestIsItsEnd(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1", func(c *engine.Config) { c.Permit = func(deprovision.Request) string { return "not you" } })
		r.want(w.handle(t.Context(), submit()), engine.Ack, deprovision.Refused)
		if events := r.events(); len(events) != 1 || events[0].Change.Kind != deprovision.Ended || events[0].Progress.Detail != "not you" {
			t.Errorf("events: %v", r.kinds())
		}
		if r.account().Open != "" {
			t.Error("the account was opened")
		}
	})
}

func TestLeaseRunsFromTheSendingOfAnAppend(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		var slow atomic.Bool
		r.journal.Appended = func(e engine.Entry) {
			if slow.Load() && len(e.Change.Evidence) == 1 {
				time.Sleep(29 * time.Second) // the answer comes when the lease is almost over
			}
		}
		r.on(func(_, object string) {
			slow.Store(object == "rule-1")
			if object == "rule-2" {
				time.Sleep(2 * time.Second)
			}
		})
		var late atomic.Bool
		r.journal.Fail = func(op string, c deprovision.Change) memory.Disturbance {
			if c.Kind == deprovision.StillHeld && r.called() {
				return memory.LostBefore
			}
			if op == "append" && c.Kind == deprovision.Advanced && len(c.Evidence) == 1 && c.Evidence[0].Artifact.ID == "rule-2" {
				late.Store(true)
			}
			return memory.None
		}
		v := r.worker("w1").handle(t.Context(), confirmed())
		if v.Fate == engine.Ack || late.Load() {
			t.Errorf("31 s after an append was sent the holder still wrote; fate %s", v.Fate)
		}
	})
}

func TestReleasedAfterTheLeaseIsWrittenOverAContest(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		var away atomic.Bool
		r.journal.Fail = func(op string, c deprovision.Change) memory.Disturbance {
			if away.Load() && op == "append" && c.By == "w1" && c.Kind != deprovision.ReleasedClaim {
				return memory.LostBefore
			}
			return memory.None
		}
		r.on(func(_, _ string) { away.Store(true) })
		w2 := r.worker("w2")
		found := make(chan engine.Verdict, 1)
		go func() {
			time.Sleep(20 * time.Second)
			found <- w2.handle(t.Context(), confirmed())
		}()
		r.want(r.worker("w1").handle(t.Context(), confirmed()), engine.Nak, deprovision.Released)
		if v := <-found; v.Fate != engine.Nak || v.Delay != 30*time.Second {
			t.Errorf("the finder: %+v", v)
		}
		if k := r.kinds(); k[len(k)-1] != deprovision.ReleasedClaim || !slices.Contains(k, deprovision.ContestedClaim) {
			t.Errorf("events: %v", k)
		}
	})
}

func TestArtifactThatMayHaveBeenCalledIsInDoubtAtTheEndAndDoesNotStay(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w1, w2 := r.worker("w1"), r.worker("w2")
		r.on(func(_, object string) {
			if object == "rule-1" {
				w1.kill()
			}
		})
		go w1.handle(t.Context(), confirmed())
		synctest.Wait()
		cancel, _ := r.decide(deprovision.Cancel, "d1", 0)
		w2.handle(t.Context(), cancel)
		r.want(w2.handle(t.Context(), confirmed()), engine.Ack, deprovision.Cancelled)
		p := r.state()
		stays := slices.ContainsFunc(p.Remainder, func(left deprovision.Remainder) bool { return left.Name == "rule 1" })
		if !slices.Equal(p.InDoubt, []string{"rule-1"}) || stays || len(p.Remainder) != 2 {
			t.Errorf("in doubt %v, stays %v", p.InDoubt, p.Remainder)
		}
	})
}

func TestDoubtStaysAcrossAStop(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		r.failing["remove-rules"] = []error{
			&deprovision.Failure{Class: deprovision.Unknown, Err: errors.New("reset")},
			&deprovision.Failure{Class: deprovision.Forbidden, Err: errors.New("no")}}
		w := r.worker("w1")
		w.handle(t.Context(), confirmed())
		time.Sleep(10 * time.Second)
		r.want(w.handle(t.Context(), r.wakeUps()[0]), engine.Ack, deprovision.Waiting)
		if p := r.state(); p.MaybeCalled != "rule-1" {
			t.Errorf("at the stop maybe called: %q", p.MaybeCalled)
		}
	})
}

func TestTakeoversInARowAreForgottenAfter(t *testing.T) {
	t.Parallel()
	for name, then := range map[string]func(r *rig, w *worker) engine.Trigger{
		"progress": func(*rig, *worker) engine.Trigger { return confirmed() },
		"a park": func(r *rig, _ *worker) engine.Trigger {
			r.failing["remove-rules"] = []error{errors.New("reset")}
			return confirmed()
		},
		"an answered stop": func(r *rig, w *worker) engine.Trigger {
			r.failing["remove-rules"] = []error{&deprovision.Failure{Class: deprovision.Malformed, Err: errors.New("no")}}
			w.handle(r.t.Context(), confirmed())
			retry, _ := r.decide(deprovision.Retry, "d1", r.state().Stop.Seq)
			return retry
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, r *rig) {
				w1, w2 := r.worker("w1"), r.worker("w2")
				r.on(func(_, _ string) { w1.kill() })
				go w1.handle(t.Context(), confirmed())
				synctest.Wait()
				r.on(nil)
				w2.handle(t.Context(), then(r, w2))
				taken := slices.ContainsFunc(r.events(), func(e engine.Entry) bool { return e.Progress.Takeovers == 1 })
				if p := r.state(); !taken || p.Takeovers != 0 {
					t.Errorf("taken over: %t; afterwards %d in a row", taken, p.Takeovers)
				}
			})
		})
	}
}

func TestRedeliveryToTheLivingHolderItselfChangesNothing(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1")
		r.on(func(_, object string) {
			if object == "rule-1" {
				if v := w.handle(t.Context(), confirmed()); v.Fate != engine.Silent {
					t.Errorf("the second delivery: %+v", v)
				}
			}
		})
		r.want(w.handle(t.Context(), confirmed()), engine.Ack, deprovision.Parked)
		if slices.Contains(r.kinds(), deprovision.ContestedClaim) {
			t.Error("it contested itself")
		}
	})
}

func TestNewRequestIsClaimedUnseenAndARepeatedOneIsLookedAt(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		var reads atomic.Int64
		r.journal.Fail = func(op string, _ deprovision.Change) memory.Disturbance {
			if op == "read" {
				reads.Add(1)
			}
			return memory.None
		}
		w, first := r.worker("w1"), submit()
		first.First = true
		v := w.handle(t.Context(), first)
		if n := reads.Load(); n != 0 {
			t.Errorf("the journal was read %d times for a request that nobody had seen", n)
		}
		r.want(v, engine.Ack, deprovision.Waiting)
		before := len(r.events())
		r.want(w.handle(t.Context(), first), engine.Ack, deprovision.Waiting) // sent twice, delivered for the first time
		if n := len(r.events()); n != before {
			t.Errorf("%d events, %d before", n, before)
		}
		other := submit()
		other.First, other.Request.Reason = true, "another body"
		if v := w.handle(t.Context(), other); v.Fate != engine.DeadLetter {
			t.Errorf("the same id with another body: %+v", v)
		}
	})
}
