package engine_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// batched removes rules as one batch. Its first run settles the second of four and does not learn what became of the others.
type batched struct {
	steps
	doubts []string // of each run: what may have been called about
	fails  int      // how many runs fail
}

func (b *batched) Run(ctx context.Context, name string, w *engine.Work) (engine.Result, error) {
	if name != "remove-rules" {
		return b.steps.Run(ctx, name, w)
	}
	b.doubts = append(b.doubts, w.Progress().MaybeCalled)
	if b.fails == 0 {
		return engine.Result{Evidence: []deprovision.Evidence{{Artifact: b.plan.Artifacts[0], Outcome: deprovision.RemovedUnconfirmed}}}, nil
	}
	if b.fails--; len(w.Progress().Settled) == 0 {
		err := w.AdvanceBy(ctx, engine.Way{Done: 1}, func(p *deprovision.Progress) { p.Settled = []int{1} },
			deprovision.Evidence{Artifact: b.plan.Artifacts[1], Outcome: deprovision.Removed})
		if err != nil {
			return engine.Result{}, err
		}
	}
	return engine.Result{}, &deprovision.Failure{Class: deprovision.Unknown, API: "graph", Call: "POST /$batch", Err: errors.New("connection reset")}
}

// ofBatch is a rig whose plan has a batch of four rules, and a worker.
func ofBatch(r *rig, fails int) (*worker, *batched) {
	list := []deprovision.Artifact{}
	for _, id := range []string{"b1", "b2", "b3", "b4"} {
		list = append(list, deprovision.Artifact{ID: id, Name: id, Step: "remove-rules", Batch: 1})
	}
	r.plan.Artifacts = append(list, r.plan.Artifacts[2])
	b := &batched{steps: steps{r}, fails: fails}
	return r.worker("w1", func(c *engine.Config) { c.Steps = b }), b
}

func TestPartOfABatchIsKeptAndTheRestIsInDoubt(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w, b := ofBatch(r, 2)
		r.want(w.handle(t.Context(), confirmed()), engine.Ack, deprovision.Parked)
		p := r.state()
		if p.MaybeCalled != "b1" || !slices.Equal(p.Settled, []int{1}) || p.Cursor != 0 || p.Removed != 1 || p.Steps[2].Done != 1 {
			t.Fatalf("doubt %q, settled %v, cursor %d, removed %d", p.MaybeCalled, p.Settled, p.Cursor, p.Removed)
		}
		for range 3 {
			if wakes := r.wakeUps(); r.state().Step == 2 {
				time.Sleep(time.Minute)
				w.handle(t.Context(), wakes[len(wakes)-1])
			}
		}
		if p := r.state(); p.MaybeCalled != "" || len(p.Settled) > 0 || p.Step == 2 || !slices.Equal(b.doubts, []string{"", "b1", "b1"}) {
			t.Errorf("step %d, doubt %q, settled %v, doubts of the runs %q", p.Step, p.MaybeCalled, p.Settled, b.doubts)
		}
	})
}

func TestCancelListsAllThatIsOpenOfABatchAsInDoubt(t *testing.T) {
	t.Parallel()
	for _, verb := range []deprovision.Verb{deprovision.Cancel, deprovision.Force} {
		t.Run(string(verb), func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, r *rig) {
				w, _ := ofBatch(r, 1)
				r.want(w.handle(t.Context(), confirmed()), engine.Ack, deprovision.Parked)
				d, _ := r.decide(verb, "d1", 0)
				w.handle(t.Context(), d)
				p := r.state()
				if !p.Status.Terminal() || !slices.Equal(p.InDoubt, []string{"b1", "b3", "b4"}) || p.MaybeCalled != "" {
					t.Errorf("%s: in doubt %v, and %q", p.Status, p.InDoubt, p.MaybeCalled)
				}
			})
		})
	}
}

// throttledOnce removes rules as one batch: the first run learns nothing, the second settles one and is asked to wait, the third is done.
type throttledOnce struct{ batched }

func (b *throttledOnce) Run(ctx context.Context, name string, w *engine.Work) (engine.Result, error) {
	if name != "remove-rules" || len(b.doubts) != 1 {
		return b.batched.Run(ctx, name, w)
	}
	b.doubts = append(b.doubts, w.Progress().MaybeCalled)
	err := w.AdvanceBy(ctx, engine.Way{Done: 1}, func(p *deprovision.Progress) { p.Settled = []int{1, 2} },
		deprovision.Evidence{Artifact: b.plan.Artifacts[2], Outcome: deprovision.Removed})
	if err != nil {
		return engine.Result{}, err
	}
	return engine.Result{}, &deprovision.Failure{Class: deprovision.Throttled, API: "graph", Call: "POST /$batch", RetryAfter: time.Second, Err: errors.New("wait")}
}

func TestPartOfABatchTakesNoDoubtFromTheRest(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		_, b := ofBatch(r, 1)
		w := r.worker("w2", func(c *engine.Config) { c.Steps = &throttledOnce{*b} })
		r.want(w.handle(t.Context(), confirmed()), engine.Ack, deprovision.Parked)
		time.Sleep(time.Minute)
		wakes := r.wakeUps()
		r.want(w.handle(t.Context(), wakes[len(wakes)-1]), engine.Ack, deprovision.Parked)
		if p := r.state(); p.MaybeCalled != "b1" || !slices.Equal(p.Settled, []int{1, 2}) || p.Attempts != 0 {
			t.Errorf("doubt %q, settled %v, attempts %d", p.MaybeCalled, p.Settled, p.Attempts)
		}
	})
}
