package progress

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

var drawnSteps = []string{"verify-account", "take-inventory", "confirm", "remove-rules", drainStep, "remove-groups", "verify-removal", "close-account"}

// drawnEstimator has a history of some of the steps.
func drawnEstimator(t *rapid.T) estimator {
	e := estimator{known: history{}, guess: 1, drain: func(string) time.Duration { return time.Hour }}
	for _, step := range drawnSteps {
		runs := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Run {
			return Run{Units: rapid.IntRange(0, 500).Draw(t, "units"), Took: time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "took"))}
		}), 0, 10).Draw(t, step)
		if len(runs) > 0 {
			e.known[stepOf{deprovision.Teams, step}] = newPattern(runs)
		}
	}
	return e
}

// drawnState is a request somewhere on its way.
func drawnState(t *rapid.T) deprovision.Progress {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	p := deprovision.Progress{Request: deprovision.Request{Tenant: "contoso", Service: deprovision.Teams}, Updated: now,
		Step: rapid.IntRange(0, len(drawnSteps)).Draw(t, "step"), Status: rapid.SampledFrom([]deprovision.Status{deprovision.Held, deprovision.Contested,
			deprovision.Released, deprovision.Parked, deprovision.Waiting, deprovision.Succeeded}).Draw(t, "status")}
	for i, name := range drawnSteps {
		s := deprovision.StepProgress{Name: name, Total: rapid.IntRange(0, 1000).Draw(t, "total")}
		began := now.Add(-time.Duration(rapid.Int64Range(0, int64(2*time.Hour)).Draw(t, "over")))
		switch {
		case i < p.Step:
			s.State, s.Done, s.Started, s.Ended = deprovision.StepDone, s.Total, &began, &now
		case i == p.Step:
			s.State, s.Started, s.Waited = deprovision.StepRunning, &began, rapid.Bool().Draw(t, "waited")
			s.Done = rapid.IntRange(0, s.Total).Draw(t, "done")
		}
		p.Steps = append(p.Steps, s)
	}
	if rapid.Bool().Draw(t, "planned") {
		p.Plan = &deprovision.PlanSummary{}
	}
	if p.Status == deprovision.Parked {
		p.Park = &deprovision.Park{Until: now.Add(time.Duration(rapid.Int64Range(-int64(time.Minute), int64(time.Hour)).Draw(t, "park")))}
	}
	return p
}

func TestEstimateIsInOrderAndOnlyOfWhatIsAhead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e, p := drawnEstimator(t), drawnState(t)
		again := p.Clone()
		e.fill(&p)
		inOrder := func(what string, half, nine *deprovision.Duration) {
			if half == nil || nine == nil || *half < 0 || *nine < *half {
				t.Errorf("%s: %v, %v", what, half, nine)
			}
		}
		open := !p.Status.Terminal()
		if open {
			inOrder("all", p.Left, p.LeftHigh)
		} else if p.Left != nil || p.LeftHigh != nil {
			t.Errorf("ended, and %v left", p.Left)
		}
		if (p.ETA != nil) != (open && p.Status != deprovision.Waiting) || (p.ETAHigh != nil) != (p.ETA != nil) {
			t.Errorf("%s: ETA %v, %v", p.Status, p.ETA, p.ETAHigh)
		}
		if p.ETA != nil && (!p.ETA.Equal(p.Updated.Add(time.Duration(*p.Left))) || !p.ETAHigh.Equal(p.Updated.Add(time.Duration(*p.LeftHigh)))) {
			t.Errorf("ETA %v, %v for %v, %v", p.ETA, p.ETAHigh, p.Left, p.LeftHigh)
		}
		for i, s := range p.Steps {
			if open && i >= p.Step {
				inOrder(s.Name, s.Left, s.LeftHigh)
			} else if s.Left != nil || s.LeftHigh != nil {
				t.Errorf("%s is over, and %v left", s.Name, s.Left)
			}
		}
		if p.Park != nil && p.Step < len(p.Steps) {
			if until := p.Park.Until.Sub(p.Updated); time.Duration(*p.Steps[p.Step].Left) < until || time.Duration(*p.Left) < until {
				t.Errorf("%v left of a park that takes %s more", p.Steps[p.Step].Left, until)
			}
		}
		e.fill(&again)
		if !reflect.DeepEqual(p, again) {
			t.Error("the same document gave another estimate")
		}
	})
}

func TestMoreUnitsNeverMeanLessTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e, p := drawnEstimator(t), drawnState(t)
		if p.Status.Terminal() || p.Step == len(p.Steps) {
			return
		}
		more := p.Clone()
		i := rapid.IntRange(p.Step, len(p.Steps)-1).Draw(t, "which")
		p.Steps[i].Total = max(1, p.Steps[i].Total) // that a step has any units at all is another matter
		more.Steps[i].Total = p.Steps[i].Total + rapid.IntRange(1, 1000).Draw(t, "more")
		if i == p.Step { // so is that the first of them is done
			more.Steps[i].Done = p.Steps[i].Done
		}
		e.fill(&p)
		e.fill(&more)
		if *more.Steps[i].Left < *p.Steps[i].Left || *more.Steps[i].LeftHigh < *p.Steps[i].LeftHigh || *more.Left < *p.Left || *more.LeftHigh < *p.LeftHigh {
			t.Errorf("%s with %d units of %d done: %v to %v, in all %v to %v; with %d: %v to %v, in all %v to %v", p.Steps[i].Name, p.Steps[i].Done, p.Steps[i].Total,
				p.Steps[i].Left, p.Steps[i].LeftHigh, p.Left, p.LeftHigh, more.Steps[i].Total, more.Steps[i].Left, more.Steps[i].LeftHigh, more.Left, more.LeftHigh)
		}
	})
}

func TestFewRunsTellLessThanMany(t *testing.T) {
	t.Parallel()
	ratio := func(n int) float64 {
		p := newPattern(slices.Repeat([]Run{{Units: 10, Took: 10 * time.Second}}, n))
		return p.luck.nine / p.luck.half
	}
	if one, many := ratio(1), ratio(keptRuns); one < 2 || many > 1.1 {
		t.Errorf("after one run nine of ten cases take up to %.2f of half of them, after many %.2f", one, many)
	}
}

// FuzzHistoryReadsNothingThatAnEstimateCannotUse hands in whatever might stand in Redis.
func FuzzHistoryReadsNothingThatAnEstimateCannotUse(f *testing.F) {
	for _, text := range []string{"12/3.456 0/0.1", "", "1/1e400 2/NaN -1/3 4/-5 x/y 5", "999999999999/1", "1/99999999"} {
		f.Add("teams:verify-account", text)
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		known := readHistory(map[string]string{name: text, "teams:confirm": text})
		for _, p := range known {
			if len(p.runs) == 0 || len(p.runs) > keptRuns {
				t.Errorf("%d runs", len(p.runs))
			}
			for _, r := range p.runs {
				back, ok := parseRun(r.text())
				if !ok || back.Units != r.Units || (back.Took-r.Took).Abs() > time.Millisecond {
					t.Errorf("%+v comes back as %+v", r, back)
				}
			}
		}
		state := deprovision.Progress{Request: deprovision.Request{Service: deprovision.Teams}, Plan: &deprovision.PlanSummary{},
			Steps: []deprovision.StepProgress{{Name: "verify-account", Total: 1 << 20}, {Name: "confirm"}}}
		estimator{known: known, guess: 1}.fill(&state)
		if state.Left == nil || *state.Left < 0 || *state.LeftHigh < *state.Left {
			t.Errorf("%v, %v", state.Left, state.LeftHigh)
		}
	})
}

func BenchmarkEstimate(b *testing.B) {
	e := estimator{known: history{}, guess: 1, drain: func(string) time.Duration { return time.Hour }}
	p := deprovision.Progress{Request: deprovision.Request{Tenant: "contoso", Service: deprovision.ExchangeOnlineInline}, Plan: &deprovision.PlanSummary{}, Status: deprovision.Held}
	for _, name := range []string{"verify-account", "verify-privileges", "take-inventory", "confirm", "remove-rerouting-rules", "remove-outbound-connectors",
		"remove-virtual-groups", drainStep, "remove-return-rules", "remove-inbound-connectors", "remove-spoof-allow", "remove-ip-allow", "remove-role-assignment",
		"remove-consent", "remove-service-principal", "verify-removal", "remove-at-product", "close-account"} {
		p.Steps = append(p.Steps, deprovision.StepProgress{Name: name, Total: 4})
		e.known[stepOf{p.Request.Service, name}] = newPattern(slices.Repeat([]Run{{4, time.Second}, {2, 5 * time.Second}, {0, time.Second / 10}}, 20))
	}
	b.ReportAllocs()
	for b.Loop() {
		e.fill(&p)
	}
}
