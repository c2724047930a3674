package engine_test

import (
	"context"
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

type cutOff struct {
	engine.Journal
	cut *atomic.Bool // nothing comes back to this worker
	one *atomic.Bool // but for one answer
}

func (c cutOff) Append(ctx context.Context, ref deprovision.Ref, expected uint64, e deprovision.Event) (uint64, error) {
	if c.cut.Load() && e.Change.Kind == deprovision.StillHeld {
		return 0, memory.ErrLost
	}
	n, err := c.Journal.Append(ctx, ref, expected, e)
	if c.cut.Load() && !c.one.CompareAndSwap(true, false) {
		return 0, memory.ErrLost
	}
	return n, err
}

func (c cutOff) Since(ctx context.Context, ref deprovision.Ref, revision uint64) ([]engine.Entry, error) {
	if c.cut.Load() {
		return nil, memory.ErrLost
	}
	return c.Journal.Since(ctx, ref, revision)
}

type leased struct {
	engine.Steps
	ctx *atomic.Value
}

func (l leased) Run(ctx context.Context, name string, w *engine.Work) (engine.Result, error) {
	l.ctx.Store(&ctx)
	return l.Steps.Run(ctx, name, w)
}

func TestLeaseRunsFromTheFirstSendingOfAnAppendWhoseAnswerWasLost(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		start := time.Now()
		var cut, one, taken atomic.Bool
		var ctx atomic.Value
		w1 := r.worker("w1", func(c *engine.Config) { c.Journal, c.Steps = cutOff{c.Journal, &cut, &one}, leased{c.Steps, &ctx} })
		w2 := r.worker("w2")
		r.journal.Appended = func(e engine.Entry) {
			if e.Change.Kind == deprovision.Claimed && e.Change.By == "w2" {
				taken.Store(true)
			}
		}
		r.on(func(_, object string) {
			switch object {
			case "rule-1":
				cut.Store(true) // the next append arrives at 0 s, and no answer
			case "rule-2": // a look that takes a while, before the call
				r.on(nil)
				time.Sleep(36*time.Second - time.Since(start))
				if c := *ctx.Load().(*context.Context); taken.Load() && c.Err() == nil {
					t.Errorf("at %s w2 has the claim and w1's fence is open", time.Since(start))
				}
			}
		})
		go func() {
			time.Sleep(time.Second)
			w2.handle(t.Context(), confirmed()) // contests on top of that append, claims at 31 s
		}()
		go func() {
			time.Sleep(25 * time.Second)
			one.Store(true) // a try of the same append is answered: it is there
		}()
		w1.handle(t.Context(), confirmed())
		time.Sleep(2 * time.Minute)
		if !taken.Load() {
			t.Error("nobody took over: this shows nothing")
		}
	})
}

func TestJournalThatComesBackAfterTheLeaseKeepsTheEvidence(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		start := time.Now()
		r.journal.Fail = func(op string, c deprovision.Change) memory.Disturbance {
			if r.called() && time.Since(start) < 32*time.Second && op != "plan" {
				return memory.LostBefore
			}
			return memory.None
		}
		r.want(r.worker("w1").handle(t.Context(), confirmed()), engine.Nak, deprovision.Released)
		if p := r.state(); p.Removed != 1 {
			t.Errorf("removed %d: the evidence of the call is lost", p.Removed)
		}
	})
}

func TestLapsedWhileWaitingForASlotIsReleased(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1", func(c *engine.Config) { c.Slots = 1 })
		w.handle(t.Context(), submit())
		_ = w.Acquire(t.Context())
		var away atomic.Bool
		r.journal.Fail = func(op string, c deprovision.Change) memory.Disturbance {
			if away.Load() && c.Kind == deprovision.StillHeld {
				return memory.LostBefore
			}
			return memory.None
		}
		confirm, _ := r.decide(deprovision.Confirm, "d1", r.state().Stop.Seq)
		done := make(chan engine.Verdict, 1)
		go func() { done <- w.handle(t.Context(), confirm) }()
		synctest.Wait()
		away.Store(true)
		time.Sleep(time.Minute)
		away.Store(false)
		time.Sleep(10 * time.Minute)
		if p := r.state(); p.Status == deprovision.Held {
			t.Errorf("ten minutes after its lease ended it is still %s", p.Status)
		}
		w.Release()
		<-done
	})
}

type only struct {
	steps
	names []string
}

func (o only) Names(deprovision.Request) []string { return o.names }

func TestNothingIsReleasedThatHasEndedOrIsSetAside(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		steps []string
		kind  deprovision.ChangeKind
		fail  error
		want  deprovision.Status
	}{
		"ended":             {[]string{"inventory", "close"}, deprovision.Ended, nil, deprovision.NothingFound},
		"drain":             {[]string{"inventory", "drain", "close"}, deprovision.ParkedRequest, nil, deprovision.Parked},
		"transient failure": {[]string{"inventory", "close"}, deprovision.ParkedRequest, errors.New("reset"), deprovision.Parked},
		"stop":              {[]string{"inventory", "confirm", "close"}, deprovision.Stopped, nil, deprovision.Waiting},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, r *rig) {
				start := time.Now()
				var landed atomic.Bool
				if tc.fail != nil {
					r.failing["close"] = []error{tc.fail}
				}
				r.journal.Fail = func(op string, c deprovision.Change) memory.Disturbance {
					switch {
					case op == "append" && c.Kind == tc.kind && !landed.Swap(true):
						return memory.LostAfter
					case landed.Load() && time.Since(start) < 30*time.Second && (op == "read" || op == "append"):
						return memory.LostBefore
					}
					return memory.None
				}
				w := r.worker("w1", func(c *engine.Config) { c.Steps = only{steps{r}, tc.steps} })
				v := w.handle(t.Context(), submit())
				if p := r.state(); p.Status != tc.want {
					t.Errorf("after %v it is %s, claim %+v; %+v", r.kinds(), p.Status, p.Claim, v)
				}
				defer func() {
					if c := recover(); c != nil {
						t.Errorf("the sweeper panics: %v", c)
					}
				}()
				time.Sleep(time.Minute)
				if err := w.Sweep(t.Context(), all{r}, nil); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestHolderWithAWishDoesNotContestItself(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1")
		cancel, _ := r.decide(deprovision.Cancel, "d1", 0)
		r.on(func(_, object string) {
			if object == "rule-1" {
				w.handle(t.Context(), cancel)
				time.Sleep(11 * time.Second)
				go w.handle(t.Context(), confirmed()) // a server was restarted: delivered again
				time.Sleep(5 * time.Second)
				synctest.Wait()
			}
		})
		w.handle(t.Context(), confirmed())
		time.Sleep(5 * time.Minute)
		if k := r.kinds(); slices.Contains(k, deprovision.ContestedClaim) || !slices.Contains(k, deprovision.Wished) {
			t.Errorf("it contested itself: %v", k)
		}
		if p := r.state(); p.Status != deprovision.Cancelled {
			t.Errorf("it is %s", p.Status)
		}
	})
}

func TestEndWhoseAnswerWasLostIsNotWorkedOnAgain(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		start := time.Now()
		var landed atomic.Bool
		r.journal.Fail = func(op string, c deprovision.Change) memory.Disturbance {
			switch {
			case op == "append" && c.Kind == deprovision.Ended && !landed.Swap(true):
				return memory.LostAfter
			case landed.Load() && time.Since(start) < 30*time.Second && (op == "read" || op == "append"):
				return memory.LostBefore
			}
			return memory.None
		}
		w := r.worker("w1", func(c *engine.Config) { c.Steps = only{steps{r}, []string{"inventory", "close"}} })
		w.handle(t.Context(), submit())
		defer func() {
			if c := recover(); c != nil {
				t.Errorf("every trigger of the request panics: %v", c)
			}
		}()
		r.want(w.handle(t.Context(), submit()), engine.Ack, deprovision.NothingFound)
		if n := len(slices.DeleteFunc(r.kinds(), func(k deprovision.ChangeKind) bool { return k != deprovision.Ended })); n != 1 || !landed.Load() {
			t.Errorf("it ended %d times: %v", n, r.kinds())
		}
	})
}
