package progress_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/progress"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// ended marks a step as done after a time, and makes the next one current.
func ended(step int, took time.Duration, units int) func(*deprovision.Progress) {
	return func(p *deprovision.Progress) {
		from, to := start, start.Add(took)
		s := &p.Steps[step]
		s.State, s.Started, s.Ended, s.Done, s.Total = deprovision.StepDone, &from, &to, units, units
		p.Step = step + 1
	}
}

func runs(tb testing.TB, p *progress.Picture, step string) []progress.Run {
	tb.Helper()
	if err := p.Refresh(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return p.Runs(deprovision.Teams, step)
}

func TestEachFinishedStepIsLearntFromOnce(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		p := progress.New(t.client, progress.Options{})
		one := ended(0, 10*time.Second, 5)
		apply(t, p, 1, document(1, 1), document(1, 2, one))
		apply(t, p, 2, document(1, 2, one))                    // delivered again
		apply(t, p, 3, document(1, 3, one), document(1, 1))    // still in the next document
		apply(t, p, 4, document(2, 7, one, ended(1, 0, 0)))    // first seen when two steps are over
		apply(t, p, 5, document(2, 8, one, ended(1, 0, 0)))    //
		apply(t, p, 6, document(1, 4, one, ended(1, 1e12, 1))) // a clock that was wrong is worth what it says
		ten := progress.Run{Units: 5, Took: 10 * time.Second}
		if got := runs(t, p, "verify-account"); !slices.Equal(got, []progress.Run{ten, ten}) {
			t.Errorf("verify-account %+v", got)
		}
		long := progress.Run{Units: 1, Took: 1e12}
		if got := runs(t, p, "take-inventory"); !slices.Equal(got, []progress.Run{{}, long}) {
			t.Errorf("take-inventory %+v", got)
		}
		if got := runs(t, p, "remove-consent"); got != nil {
			t.Errorf("remove-consent %+v", got)
		}
	})
}

func TestOnlyTheNewestRunsAreKept(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		p := progress.New(t.client, progress.Options{})
		for i := range 100 {
			apply(t, p, uint64(i+1), document(i, 1, ended(0, time.Duration(i)*time.Second, 1)))
		}
		got := runs(t, p, "verify-account")
		if len(got) != 64 || got[0].Took != 36*time.Second || got[63].Took != 99*time.Second {
			t.Errorf("%d runs, from %+v", len(got), got)
		}
		kept, err := t.client.HGet(t.Context(), "deprovision:{index}:steps", "teams:verify-account").Result()
		if err != nil || len(strings.Fields(kept)) != 64 {
			t.Errorf("in Redis: %q, %v", kept, err)
		}
	})
}

// How long a person thought, or a drain was set to, says nothing about how long a step takes.
func TestWaitsForAPersonAreNotLearntFrom(t *testing.T) {
	t.Parallel()
	waited := func(p *deprovision.Progress) { p.Steps[0].Waited = true }
	waits := func(p *deprovision.Progress) {
		waited(p)
		p.Status, p.Stop = deprovision.Waiting, &deprovision.Stop{Seq: p.Seq}
	}
	over := func(p *deprovision.Progress) {
		waited(p)
		ended(0, 5*time.Hour, 1)(p)
	}
	for name, batches := range map[string][][]deprovision.Progress{
		"in one batch":   {{document(1, 1), document(1, 2, waits), document(1, 3, waited), document(1, 4, over)}},
		"batch by batch": {{document(1, 1)}, {document(1, 2, waits)}, {document(1, 3, waited)}, {document(1, 4, over)}},
		"the last alone": {{document(1, 4, over)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEvery(t, func(t tested) {
				p := progress.New(t.client, progress.Options{})
				for i, batch := range batches {
					apply(t, p, uint64(i*10+1), batch...)
				}
				apply(t, p, 100, document(1, 5, over, ended(1, time.Second, 1)))
				if got := runs(t, p, "verify-account"); got != nil {
					t.Errorf("learnt %+v", got)
				}
				if got := runs(t, p, "take-inventory"); len(got) != 1 {
					t.Errorf("the step after it: %+v", got)
				}
			})
		})
	}
}

func TestARebuildLearnsTheSameAgain(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		p := progress.New(t.client, progress.Options{})
		last := document(1, 2, ended(0, 10*time.Second, 1))
		rebuild(t, p, 2, last)
		rebuild(t, p, 2, last)
		if got := runs(t, p, "verify-account"); len(got) != 1 {
			t.Errorf("%+v", got)
		}
	})
}

func TestRunKeepsTheDurationsFresh(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	fake := at(start)
	p := progress.New(s.client, progress.Options{Clock: fake, Refresh: time.Minute})
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- p.Run(ctx) }()
	settled := func() { // a refresh is over when Run waits for the next
		if err := fake.BlockUntil(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
	}
	settled()
	apply(t, p, 1, document(1, 1, ended(0, 10*time.Second, 1)))
	if p.Runs(deprovision.Teams, "verify-account") != nil {
		t.Error("known before the refresh")
	}
	fake.Advance(time.Minute)
	settled()
	if p.Runs(deprovision.Teams, "verify-account") == nil {
		t.Error("not known after the refresh")
	}
	cancel()
	if err := <-ran; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
