package progress_test

import (
	"context"
	"errors"
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

func stepTime(tb testing.TB, p *progress.Picture, step string) progress.StepTime {
	tb.Helper()
	if err := p.Refresh(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	d, _ := p.StepTime(deprovision.Teams, step)
	return d
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
		if got := stepTime(t, p, "verify-account"); got.Count != 2 || got.Total != 20*time.Second || got.Mean != 2*time.Second {
			t.Errorf("verify-account %+v", got)
		}
		if got := stepTime(t, p, "take-inventory"); got.Count != 2 {
			t.Errorf("take-inventory %+v", got)
		}
		if got := stepTime(t, p, "remove-consent"); got != (progress.StepTime{}) {
			t.Errorf("remove-consent %+v", got)
		}
	})
}

func TestNewerRunsWeighMore(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		p := progress.New(t.client, progress.Options{})
		for i := range 30 {
			took := time.Minute
			if i >= 10 {
				took = time.Second
			}
			apply(t, p, uint64(i+1), document(i, 1, ended(0, took, 1)))
		}
		if got := stepTime(t, p, "verify-account"); got.Count != 30 || got.Mean > 2*time.Second || got.Mean <= time.Second {
			t.Errorf("%+v", got)
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
				if got := stepTime(t, p, "verify-account"); got.Count != 0 {
					t.Errorf("learnt %+v", got)
				}
				if got := stepTime(t, p, "take-inventory"); got.Count != 1 {
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
		if got := stepTime(t, p, "verify-account"); got.Count != 1 {
			t.Errorf("%+v", got)
		}
	})
}

func TestEstimateAddsUpWhatLiesAhead(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	p := progress.New(s.client, progress.Options{Drain: func(string) time.Duration { return 24 * time.Hour }})
	apply(t, p, 1, document(1, 1, ended(0, 10*time.Second, 1), ended(1, 20*time.Second, 1), ended(2, 30*time.Second, 10)))
	if err := p.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	began, short, parkedUntil := start.Add(time.Hour-4*time.Second), deprovision.Duration(time.Minute), start.Add(2*time.Hour)
	drain := func(at int) func(*deprovision.Progress) {
		return func(p *deprovision.Progress) { p.Steps[at] = deprovision.StepProgress{Name: "drain"} }
	}
	for name, tc := range map[string]struct {
		changes []func(*deprovision.Progress)
		want    time.Duration // from the document's time; -1: nobody can tell
	}{
		"all ahead":                          {nil, 33 * time.Second},
		"a part of the current step is over": {[]func(*deprovision.Progress){func(p *deprovision.Progress) { p.Steps[0].Started = &began }}, 29 * time.Second},
		"units are left": {[]func(*deprovision.Progress){func(p *deprovision.Progress) {
			p.Step, p.Steps[2].Total, p.Steps[2].Done = 2, 100, 40
		}}, 180 * time.Second},
		"its own pace, after a while": {[]func(*deprovision.Progress){func(p *deprovision.Progress) {
			p.Step, p.Steps[2].Total, p.Steps[2].Done, p.Steps[2].Started = 2, 100, 40, &began // 4 s for 40
		}}, 6 * time.Second},
		"too few units for a pace": {[]func(*deprovision.Progress){func(p *deprovision.Progress) {
			p.Step, p.Steps[2].Total, p.Steps[2].Done, p.Steps[2].Started = 2, 100, 19, &began
		}}, 243 * time.Second},
		"longer than it should": {[]func(*deprovision.Progress){func(p *deprovision.Progress) { p.Step, p.Steps[1].Started = 1, &start }}, 3 * time.Second},
		"parked": {[]func(*deprovision.Progress){func(p *deprovision.Progress) {
			p.Status, p.Park = deprovision.Parked, &deprovision.Park{Until: parkedUntil}
		}}, time.Hour + 33*time.Second},
		"a drain ahead": {[]func(*deprovision.Progress){drain(1)}, 24*time.Hour + 13*time.Second},
		"a drain that the request sets": {[]func(*deprovision.Progress){drain(1), func(p *deprovision.Progress) {
			p.Request.Options.Drain = &short
		}}, time.Minute + 13*time.Second},
		"a drain under way": {[]func(*deprovision.Progress){drain(1), func(p *deprovision.Progress) {
			p.Step, p.Status, p.Park = 1, deprovision.Parked, &deprovision.Park{Until: parkedUntil}
		}}, time.Hour + 3*time.Second},
		"the last step is over":  {[]func(*deprovision.Progress){func(p *deprovision.Progress) { p.Step = 3 }}, 0},
		"a step that nobody saw": {[]func(*deprovision.Progress){func(p *deprovision.Progress) { p.Steps[2].Name = "verify-removal" }}, -1},
		"waiting":                {[]func(*deprovision.Progress){status(deprovision.Waiting)}, -1},
		"ended":                  {[]func(*deprovision.Progress){status(deprovision.Failed)}, -1},
		"no steps":               {[]func(*deprovision.Progress){func(p *deprovision.Progress) { p.Steps = nil }}, -1},
	} {
		d := document(2, 1, tc.changes...)
		p.Estimate(&d)
		got := d.ETA
		switch {
		case tc.want < 0 && got != nil:
			t.Errorf("%s: %s", name, got.Sub(d.Updated))
		case tc.want >= 0 && (got == nil || got.Sub(d.Updated).Round(time.Millisecond) != tc.want):
			t.Errorf("%s: got %v, want %s after %s", name, got, tc.want, d.Updated)
		}
	}
}

func TestAGuessStandsInForStepsThatNobodySaw(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	eta := func(o progress.Options, d deprovision.Progress) *time.Time {
		progress.New(s.client, o).Estimate(&d)
		return d.ETA
	}
	if got := eta(progress.Options{}, document(1, 1)); got != nil {
		t.Errorf("known without a refresh: %s", got)
	}
	d := document(1, 1)
	if got := eta(progress.Options{Guess: time.Second}, d); got == nil || got.Sub(d.Updated) != 3*time.Second {
		t.Errorf("got %v", got)
	}
	d.Steps[2].Total = 400 // twenty at once
	if got := eta(progress.Options{Guess: time.Second}, d); got == nil || got.Sub(d.Updated) != 22*time.Second {
		t.Errorf("got %v", got)
	}
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
	if _, ok := p.StepTime(deprovision.Teams, "verify-account"); ok {
		t.Error("known before the refresh")
	}
	fake.Advance(time.Minute)
	settled()
	if _, ok := p.StepTime(deprovision.Teams, "verify-account"); !ok {
		t.Error("not known after the refresh")
	}
	cancel()
	if err := <-ran; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
