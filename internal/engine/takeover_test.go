package engine_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

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
