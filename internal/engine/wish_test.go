package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/engine/memory"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestForceWithAnUnfitAccountRecordStopsOnce(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1")
		r.want(w.handle(t.Context(), confirmed()), engine.Ack, deprovision.Parked) // two rules removed, draining
		a, rev, _ := r.accounts.Get(t.Context(), "contoso", "inline")
		a.Service = deprovision.Teams
		if _, err := r.accounts.Put(t.Context(), a, rev); err != nil {
			t.Fatal(err)
		}
		n := 0
		r.journal.Appended = func(engine.Entry) {
			if n++; n > 200 {
				w.kill()
			}
		}
		force, _ := r.decide(deprovision.Force, "d1", 0)
		done := make(chan engine.Verdict, 1)
		go func() { done <- w.handle(t.Context(), force) }()
		select {
		case v := <-done:
			t.Logf("%+v %s", v, r.state().Status)
		case <-time.After(time.Hour):
			k := r.kinds()
			t.Errorf("%d events, the last %v, in no time", n, k[len(k)-3:])
		}
	})
}

func TestWishOfAReleasedRequestIsNotReplaced(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1")
		force, toldForce := r.decide(deprovision.Force, "d1", 0)
		var away atomic.Bool
		r.journal.Fail = func(op string, c deprovision.Change) memory.Disturbance {
			if away.Load() && c.By == "w1" && c.Kind != deprovision.ReleasedClaim {
				return memory.LostBefore
			}
			return memory.None
		}
		w2 := r.worker("w2")
		r.on(func(_, object string) {
			w2.handle(t.Context(), force)
			away.Store(true)
		})
		r.want(w.handle(t.Context(), confirmed()), engine.Nak, deprovision.Released)
		away.Store(false)
		r.on(nil)
		if r.state().Wish == nil {
			t.Fatal("no wish")
		}
		cancel, toldCancel := r.decide(deprovision.Cancel, "d2", 0)
		w2.handle(t.Context(), cancel)
		w2.handle(t.Context(), confirmed())
		if p := r.state(); p.Status != deprovision.Forced {
			t.Errorf("force was told %q, cancel was told %q; it ended %s", *toldForce, *toldCancel, p.Status)
		}
	})
}

func TestCancelEndsAlthoughThePlanCannotBeRead(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1")
		w.handle(t.Context(), submit())
		r.journal.Fail = func(op string, _ deprovision.Change) memory.Disturbance {
			if op == "plan" {
				return memory.LostBefore
			}
			return memory.None
		}
		cancel, _ := r.decide(deprovision.Cancel, "d1", 0)
		w.handle(t.Context(), cancel)
		for r.state().Status == deprovision.Parked {
			time.Sleep(time.Until(r.state().Park.Until))
			w.handle(t.Context(), r.wakeUps()[0])
		}
		p := r.state()
		if p.Status != deprovision.Cancelled || len(r.events()) > 20 {
			t.Errorf("%s after %d events", p.Status, len(r.events()))
		}
		if len(p.Remainder) == 0 || !strings.Contains(p.Remainder[0].Instructions, "can't be read") {
			t.Errorf("the end does not say that the plan was not read: %v", p.Remainder)
		}
	})
}

func TestCancelIsMetWhileADecisionWaitsForASlot(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1", func(c *engine.Config) { c.Slots = 1 })
		w.handle(t.Context(), submit())
		if err := w.Acquire(t.Context()); err != nil { // another request is worked on, for hours
			t.Fatal(err)
		}
		confirm, _ := r.decide(deprovision.Confirm, "d1", r.state().Stop.Seq)
		done := make(chan engine.Verdict, 1)
		go func() { done <- w.handle(t.Context(), confirm) }()
		synctest.Wait()
		cancel, told := r.decide(deprovision.Cancel, "d2", 0)
		w.handle(t.Context(), cancel)
		time.Sleep(20 * time.Minute)
		if p := r.state(); p.Status != deprovision.Cancelled {
			t.Errorf("20 minutes after the cancel was accepted (%q) the request is %s; %d events", *told, p.Status, len(r.events()))
		}
		w.Release()
		<-done
	})
}

type closing2 struct{ steps }

func (closing2) Names(deprovision.Request) []string {
	return []string{"remove-rules", "product", "close"}
}

func (closing2) Closing(deprovision.Request) []string { return []string{"product", "close"} }

func (c closing2) Run(ctx context.Context, name string, w *engine.Work) (engine.Result, error) {
	if name == "product" {
		c.mu.Lock()
		during := c.during
		c.mu.Unlock()
		if during != nil {
			during(name, "row")
		}
		return engine.Result{Evidence: []deprovision.Evidence{{Artifact: deprovision.Artifact{ID: "row"}, Outcome: deprovision.Removed}}}, nil
	}
	return c.steps.Run(ctx, name, w)
}

func TestForceDuringAClosingStepStillClosesTheAccount(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1", func(c *engine.Config) { c.Steps = closing2{steps{r}} })
		force, _ := r.decide(deprovision.Force, "d1", 0)
		r.on(func(step, _ string) {
			if step == "product" {
				w.handle(t.Context(), force)
			}
		})
		w.handle(t.Context(), confirmed())
		if p := r.state(); p.Steps[2].State != deprovision.StepDone {
			t.Errorf("%s (%s), close is %s", p.Status, p.Detail, p.Steps[2].State)
		}
	})
}

type dry struct{ steps }

func (dry) Names(deprovision.Request) []string { return []string{"confirm", "inventory"} }

func TestForceOfADryRunEndsIt(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1", func(c *engine.Config) { c.Steps = dry{steps{r}} })
		w.handle(t.Context(), submit())
		force, _ := r.decide(deprovision.Force, "d1", 0)
		w.handle(t.Context(), force)
		p := r.state()
		if p.Steps[1].State == deprovision.StepDone {
			t.Errorf("forced at step 0 of a dry run, it went on with step 1; %s", p.Status)
		}
	})
}

type deadlyLeft struct {
	steps
	kill func()
	over chan struct{}
	n    *atomic.Int64
}

func (d deadlyLeft) Left(p deprovision.Progress, a deprovision.Account, plan deprovision.Plan, names []string) engine.Leftover {
	d.n.Add(1)
	d.kill()
	<-d.over
	return engine.Leftover{}
}

func TestDocumentThatCrashesInACancelStops(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		r.worker("w0").handle(t.Context(), submit())
		cancel, _ := r.decide(deprovision.Cancel, "d1", 0)
		cancel.Answer = nil
		var n atomic.Int64
		over := make(chan struct{})
		for i := range 8 {
			var w *worker
			w = r.worker(fmt.Sprintf("w%d", i+1), func(c *engine.Config) {
				c.Steps = deadlyLeft{steps{r}, func() { w.kill() }, over, &n}
			})
			go w.handle(t.Context(), cancel)
			time.Sleep(2 * time.Minute)
		}
		if n.Load() > 4 {
			t.Errorf("%d workers were lost; takeovers %d, %s", n.Load(), r.state().Takeovers, r.state().Status)
		}
		close(over)
	})
}

func TestForceBehindTheLastStepWithAnUnreadableAccountParks(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		p := deprovision.Progress{Request: request(), RequestDigest: request().Digest(), Seq: 1, Status: deprovision.Released,
			Claim: &deprovision.Claim{Worker: "w0", Trigger: "request", Seq: 1}, Step: 1, Steps: []deprovision.StepProgress{{Name: "close", State: deprovision.StepDone}},
			Wish: &deprovision.Decision{ID: "f", Verb: deprovision.Force, DecidedBy: "x"}, Removed: 1}
		if _, err := r.journal.Append(t.Context(), ref, 0, deprovision.Event{Progress: p, Change: deprovision.Change{ID: "x"}}); err != nil {
			t.Fatal(err)
		}
		r.accounts.Fail = func(op string) error { return errors.New("away") }
		defer func() {
			if c := recover(); c != nil {
				t.Errorf("panic: %v", c)
			}
		}()
		r.want(r.worker("w1").handle(t.Context(), submit()), engine.Ack, deprovision.Parked)
	})
}

func TestAnotherDecisionUnderAKnownIDIsNotCalledAccepted(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1")
		w.handle(t.Context(), submit())
		confirm, _ := r.decide(deprovision.Confirm, "d1", r.state().Stop.Seq)
		r.want(w.handle(t.Context(), confirm), engine.Ack, deprovision.Parked)
		cancel, told := r.decide(deprovision.Cancel, "d1", 0)
		w.handle(t.Context(), cancel)
		if p := r.state(); len(*told) != 1 || (*told)[0] == "" || p.Status != deprovision.Parked {
			t.Errorf("the cancel was answered %q; the request is %s", *told, p.Status)
		}
	})
}
