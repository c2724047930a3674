package progress

import (
	"slices"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// underWay is a request for Teams whose plan removes two rules, in its second step; it began that one ten seconds ago.
func underWay(changes ...func(*deprovision.Progress)) deprovision.Progress {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	began := now.Add(-10 * time.Second)
	drain := deprovision.Duration(time.Hour)
	p := deprovision.Progress{
		Request: deprovision.Request{Tenant: "contoso", Service: deprovision.Teams, Options: deprovision.Options{Drain: &drain}},
		Status:  deprovision.Held, Updated: now, Plan: &deprovision.PlanSummary{}, Step: 1,
		Steps: []deprovision.StepProgress{{Name: "verify-account", State: deprovision.StepDone}, {Name: "remove-rules", State: deprovision.StepRunning, Total: 2, Started: &began},
			{Name: drainStep}, {Name: "verify-removal"}},
	}
	for _, change := range changes {
		change(&p)
	}
	return p
}

// seen has removed rules, 10 s each, and verified; half of the runs took 20 s for that, some 120 s.
func seen() estimator {
	rules := slices.Repeat([]Run{{Units: 2, Took: 20 * time.Second}}, keptRuns)
	verify := slices.Concat(slices.Repeat([]Run{{Took: 20 * time.Second}}, 50), slices.Repeat([]Run{{Took: 120 * time.Second}}, 14))
	return estimator{drain: func(string) time.Duration { return 24 * time.Hour }, known: history{
		{deprovision.Teams, "remove-rules"}: newPattern(rules), {deprovision.Teams, "verify-removal"}: newPattern(verify)}}
}

func TestEstimateCountsStepsParksAndDrainsAndNoWaitForAPerson(t *testing.T) {
	t.Parallel()
	parked := func(p *deprovision.Progress) {
		p.Status, p.Park = deprovision.Parked, &deprovision.Park{Until: p.Updated.Add(5 * time.Minute)}
	}
	const hour = 3600
	for name, c := range map[string]struct {
		state      deprovision.Progress
		half, nine []int // of the steps ahead, then in all, in seconds
	}{
		"a step under way": {underWay(), []int{10, hour, 20, hour + 30}, []int{10, hour, 120, hour + 130}},
		"half of its units are done": {underWay(func(p *deprovision.Progress) { p.Steps[1].Done = 1 }),
			[]int{10, hour, 20, hour + 30}, []int{10, hour, 120, hour + 130}},
		"a park ends at a known time": {underWay(parked), []int{300, hour, 20, hour + 320}, []int{300, hour, 120, hour + 420}},
		"it waits for a person": {underWay(func(p *deprovision.Progress) { p.Status, p.Steps[1].Waited = deprovision.Waiting, true }),
			[]int{20, hour, 20, hour + 40}, []int{20, hour, 120, hour + 140}},
		"nothing was rerouted": {underWay(func(p *deprovision.Progress) { p.Steps[1].Name, p.Steps[1].Total = "verify-removal", 0 }), []int{10, 0, 20, 30}, []int{110, 0, 120, 172}},
		"an account whose size nobody knows yet": {underWay(func(p *deprovision.Progress) { p.Steps[1].Name, p.Steps[1].Total, p.Plan = "verify-removal", 0, nil }),
			[]int{10, hour, 20, hour + 30}, []int{110, hour, 120, hour + 230}},
		"in the drain": {underWay(func(p *deprovision.Progress) {
			p.Step, p.Steps[2].Started = 2, p.Steps[1].Started
			parked(p)
		}), []int{300, 20, 320}, []int{300, 120, 420}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := c.state
			seen().fill(&p)
			var half, nine []int
			add := func(a, b *deprovision.Duration) {
				half, nine = append(half, int(time.Duration(*a).Round(time.Second).Seconds())), append(nine, int(time.Duration(*b).Round(time.Second).Seconds()))
			}
			for _, s := range p.Steps[p.Step:] {
				add(s.Left, s.LeftHigh)
			}
			if add(p.Left, p.LeftHigh); !slices.Equal(half, c.half) || !slices.Equal(nine, c.nine) {
				t.Errorf("half of the cases %v, want %v; nine of ten %v, want %v", half, c.half, nine, c.nine)
			}
			if waits := p.Status == deprovision.Waiting; (p.ETA == nil) != waits || (p.ETAHigh == nil) != waits {
				t.Errorf("%s: ETA %v, %v", p.Status, p.ETA, p.ETAHigh)
			}
		})
	}
}

func TestAStepThatNobodyHasSeenLeavesTheWholeUnknown(t *testing.T) {
	t.Parallel()
	p, e := underWay(), seen()
	delete(e.known, stepOf{deprovision.Teams, "verify-removal"})
	e.fill(&p)
	if p.Left != nil || p.LeftHigh != nil || p.ETA != nil || p.ETAHigh != nil || p.Steps[3].Left != nil || p.Steps[1].Left == nil {
		t.Errorf("%v, %v, steps %+v", p.Left, p.ETA, p.Steps)
	}
	e.guess = 3
	if e.fill(&p); p.Left == nil || p.Steps[3].Left == nil {
		t.Errorf("with a guess: %v, steps %+v", p.Left, p.Steps)
	}
}
