package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/engine/memory"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func bubble(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newRig(t)) })
}

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

func TestTakeoverIsTwoAppendsWithAFullLeaseBetweenThem(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w1, w2 := r.worker("w1"), r.worker("w2")
		r.on(func(_, object string) {
			if object == "rule-2" {
				w1.kill()
			}
		})
		go w1.handle(t.Context(), confirmed())
		synctest.Wait()
		r.on(nil)
		r.want(w2.handle(t.Context(), confirmed()), engine.Ack, deprovision.Parked)
		var contested, claimed engine.Entry
		for _, e := range r.events() {
			switch {
			case e.Change.Kind == deprovision.ContestedClaim:
				contested = e
			case e.Change.Kind == deprovision.Claimed && e.Change.By == "w2":
				claimed = e
			}
		}
		if gap := claimed.Progress.Updated.Sub(contested.Progress.Updated); gap < 30*time.Second {
			t.Errorf("taken over %s after it was contested", gap)
		}
		if claimed.Progress.MaybeCalled != "rule-2" || claimed.Progress.Takeovers != 1 {
			t.Errorf("the takeover notes maybe called %q, takeovers %d", claimed.Progress.MaybeCalled, claimed.Progress.Takeovers)
		}
		if p := r.state(); p.Unconfirmed != 1 || p.Removed != 1 || r.deletes["rule-2"] != 1 {
			t.Errorf("removed %d, unconfirmed %d, calls %v", p.Removed, p.Unconfirmed, r.calls)
		}
	})
}

func TestLivingHolderKeepsItsContestedClaim(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		release := make(chan struct{})
		r.on(func(_, object string) {
			if object == "rule-1" {
				<-release
			}
		})
		w1, w2 := r.worker("w1"), r.worker("w2")
		done := make(chan engine.Verdict, 1)
		go func() { done <- w1.handle(t.Context(), confirmed()) }()
		synctest.Wait()
		v := w2.handle(t.Context(), confirmed())
		if v.Fate != engine.Nak || v.Delay != 30*time.Second {
			t.Errorf("the finder's trigger: %+v", v)
		}
		close(release)
		r.want(<-done, engine.Ack, deprovision.Parked)
		for _, e := range r.events() {
			if e.Change.Kind == deprovision.Claimed && e.Change.By == "w2" {
				t.Error("the claim of a living holder was taken")
			}
		}
	})
}

func TestContestWaitsWithoutASlot(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w1, w2 := r.worker("w1"), r.worker("w2", func(c *engine.Config) { c.Slots = 1 })
		r.on(func(_, object string) { w1.kill() })
		go w1.handle(t.Context(), confirmed())
		synctest.Wait()
		r.on(nil)
		go w2.handle(t.Context(), confirmed())
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := w2.Acquire(ctx); err != nil {
			t.Fatalf("the only slot is taken while a claim is contested: %v", err)
		}
		w2.Release()
		time.Sleep(time.Minute)
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

func TestThirdTakeoverInARowOpensAStop(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		for i := range 4 {
			w := r.worker(fmt.Sprintf("w%d", i))
			r.on(func(_, object string) { w.kill() })
			go w.handle(t.Context(), confirmed())
			time.Sleep(2 * time.Minute)
			synctest.Wait()
		}
		p := r.state()
		if p.Status != deprovision.Waiting || p.Stop.Name != "failed" || len(r.calls) != 3 {
			t.Fatalf("after three lost workers: %s, calls %v", p.Status, r.calls)
		}
		r.on(nil)
		retry, _ := r.decide(deprovision.Retry, "d1", p.Stop.Seq)
		r.want(r.worker("w9").handle(t.Context(), retry), engine.Ack, deprovision.Parked)
		if p := r.state(); p.Takeovers != 0 || p.Unconfirmed != 1 {
			t.Errorf("after the retry: takeovers %d, unconfirmed %d", p.Takeovers, p.Unconfirmed)
		}
	})
}

func TestAccountThatIsOpenForAnotherRequestRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		other deprovision.Status
		want  deprovision.Status
	}{
		"the other one is open":        {deprovision.Waiting, deprovision.Refused},
		"the other one ended: repairs": {deprovision.Succeeded, deprovision.Waiting},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, r *rig) {
				other := request()
				other.ID = "r0"
				p := deprovision.Progress{Request: other, Seq: 1, Status: tc.other, Stop: &deprovision.Stop{Seq: 1}}
				if _, err := r.journal.Append(t.Context(), other.Ref(), 0, deprovision.Event{Progress: p, Change: deprovision.Change{ID: "x"}}); err != nil {
					t.Fatal(err)
				}
				a, rev, _ := r.accounts.Get(t.Context(), "contoso", "inline")
				a.Open = "r0"
				if _, err := r.accounts.Put(t.Context(), a, rev); err != nil {
					t.Fatal(err)
				}
				r.want(r.worker("w1").handle(t.Context(), submit()), engine.Ack, tc.want)
				if len(r.calls) != 0 {
					t.Errorf("calls %v", r.calls)
				}
			})
		})
	}
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

func TestFailureIsJudgedByItsClass(t *testing.T) {
	t.Parallel()
	fail := func(c deprovision.Class) error {
		return fmt.Errorf("step: %w", &deprovision.Failure{Class: c, API: "exchange", RetryAfter: time.Minute, Err: errors.New("no")})
	}
	for name, tc := range map[string]struct {
		err   error
		want  deprovision.Status
		check func(p deprovision.Progress) bool
	}{
		"throttled parks for the advertised time and a spread": {fail(deprovision.Throttled), deprovision.Parked, func(p deprovision.Progress) bool {
			wait := p.Park.Until.Sub(p.Updated)
			return wait >= time.Minute && wait <= 90*time.Second && p.Attempts == 0
		}},
		"transient parks with back-off": {fail(deprovision.Transient), deprovision.Parked, func(p deprovision.Progress) bool {
			return p.Attempts == 1 && p.Park.Until.Sub(p.Updated) == 5*time.Second
		}},
		"unknown parks and marks the artifact as maybe called": {fail(deprovision.Unknown), deprovision.Parked, func(p deprovision.Progress) bool {
			return p.MaybeCalled == "rule-1"
		}},
		"forbidden stops and offers credentials": {fail(deprovision.Forbidden), deprovision.Waiting, func(p deprovision.Progress) bool {
			return p.Stop.Name == "failed" && slices.Contains(p.Stop.Offers, deprovision.Credentials)
		}},
		"invalid stops": {fail(deprovision.Malformed), deprovision.Waiting, func(p deprovision.Progress) bool {
			return p.Stop.Name == "failed" && !slices.Contains(p.Stop.Offers, deprovision.Credentials)
		}},
		"an error without a class counts as transient": {errors.New("odd"), deprovision.Parked, func(p deprovision.Progress) bool { return p.Attempts == 1 }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, r *rig) {
				r.failing["remove-rules"] = []error{tc.err}
				r.want(r.worker("w1").handle(t.Context(), confirmed()), engine.Ack, tc.want)
				if p := r.state(); !tc.check(p) {
					t.Errorf("park %+v stop %+v attempts %d maybe %q", p.Park, p.Stop, p.Attempts, p.MaybeCalled)
				}
			})
		})
	}
}

func TestTransientFailuresStopAfterAboutADay(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		for range 50 {
			r.failing["remove-rules"] = append(r.failing["remove-rules"], errors.New("reset by peer"))
		}
		start := time.Now()
		w := r.worker("w1")
		w.handle(t.Context(), confirmed())
		for r.state().Status == deprovision.Parked {
			time.Sleep(time.Until(r.state().Park.Until))
			w.handle(t.Context(), r.wakeUps()[0])
		}
		if took := time.Since(start); r.state().Status != deprovision.Waiting || took < 20*time.Hour || took > 28*time.Hour {
			t.Errorf("%s after %s", r.state().Status, took)
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

func TestPanicOfAStepStopsTheRequestNotTheWorker(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		r.on(func(string, string) { panic("bad document") })
		r.want(r.worker("w1").handle(t.Context(), confirmed()), engine.Ack, deprovision.Waiting)
		if p := r.state(); p.Stop.Name != "failed" || !strings.Contains(p.Stop.Detail, "bad document") {
			t.Errorf("stop %+v", p.Stop)
		}
	})
}

func TestSweeperFindsEveryNeglectedRequest(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1")
		r.want(w.handle(t.Context(), confirmed()), engine.Ack, deprovision.Parked)
		r.wakeUps() // the wake stream is purged
		time.Sleep(25 * time.Hour)
		if err := w.Sweep(t.Context(), all{r}, []string{"contoso"}); err != nil {
			t.Fatal(err)
		}
		wakes := r.wakeUps()
		if len(wakes) != 1 || wakes[0].Kind != engine.SweepTrigger {
			t.Fatalf("the sweeper published %v", wakes)
		}
		r.want(w.handle(t.Context(), wakes[0]), engine.Ack, deprovision.Succeeded)
	})
}

// all is a view of the rig's one request.
type all struct{ r *rig }

func (a all) Get(context.Context, deprovision.Ref) (deprovision.Progress, bool, error) {
	return a.r.state(), true, nil
}
func (a all) List(context.Context, engine.Filter) (engine.Page, error) {
	return engine.Page{}, errors.New("not asked for")
}
func (a all) Open(_ context.Context, yield func(deprovision.Progress) bool) error {
	last, err := a.r.journal.Last(context.Background(), ref)
	if err == nil && !last.Progress.Status.Terminal() {
		yield(last.Progress)
	}
	return err
}

func TestDocumentStaysUnderItsLimitWithAHundredThousandArtifacts(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		r.plan.Artifacts = nil
		for i := range 100_000 {
			r.plan.Artifacts = append(r.plan.Artifacts, deprovision.Artifact{ID: fmt.Sprint(i), Name: fmt.Sprintf("rule number %d", i), Step: "remove-rules"})
		}
		w := r.worker("w1")
		w.handle(t.Context(), submit())
		cancel, _ := r.decide(deprovision.Cancel, "d1", 0)
		r.want(w.handle(t.Context(), cancel), engine.Ack, deprovision.Cancelled)
		body, err := json.Marshal(r.state())
		if err != nil || len(body) > deprovision.MaxProgress {
			t.Fatalf("%d bytes, %v", len(body), err)
		}
		list := r.state().Remainder
		if last := list[len(list)-1].Name; !strings.HasSuffix(last, "more") {
			t.Errorf("the list ends in %q", last)
		}
	})
}
