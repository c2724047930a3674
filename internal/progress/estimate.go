package progress

import (
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Estimate writes into a document when its request will have ended, from the durations of the last refresh; nothing when nobody can tell: it
// has ended or waits for a person, or a step lies ahead that nobody has seen. It asks no server and counts from the document's own time, so
// that the same document has the same ETA.
func (p *Picture) Estimate(state *deprovision.Progress) { state.ETA = p.eta(*state) }

func (p *Picture) eta(state deprovision.Progress) *time.Time {
	if state.Status.Terminal() || state.Status == deprovision.Waiting || len(state.Steps) == 0 {
		return nil
	}
	now := state.Updated
	var left time.Duration
	for i := state.Step; i < len(state.Steps); i++ {
		step, ok := p.stepLeft(state, i, now)
		if !ok {
			return nil
		}
		left += step
	}
	eta := now.Add(left)
	return &eta
}

// stepLeft is how long step i will still take once it is its turn.
func (p *Picture) stepLeft(state deprovision.Progress, i int, now time.Time) (time.Duration, bool) {
	step, current := state.Steps[i], i == state.Step
	parked := time.Duration(0) // the current step's park ends at a known time
	if current && state.Status == deprovision.Parked && state.Park != nil {
		parked = max(0, state.Park.Until.Sub(now))
	}
	if step.Name == drainStep {
		if current && state.Status == deprovision.Parked {
			return parked, true
		}
		left := p.drain(state.Request)
		if current && step.Started != nil {
			left = max(0, left-now.Sub(*step.Started))
		}
		return left, true
	}
	unit, known := p.unit(state.Request.Service, step)
	if current && step.Done >= telling && step.Started != nil { // its own pace, with all pauses so far, tells more than that of others
		unit, known = now.Sub(*step.Started)/time.Duration(step.Done), true
	}
	if !known {
		return 0, false
	}
	left := unit * time.Duration(max(0, max(1, step.Total)-step.Done))
	if current && step.Total <= 1 && step.Done == 0 && step.Started != nil { // one unit, and a part of it is over
		left = max(0, left-now.Sub(*step.Started))
	}
	return parked + left, true
}

// drain is how long mail under way may still return.
func (p *Picture) drain(r deprovision.Request) time.Duration {
	if r.Options.Drain != nil {
		return time.Duration(*r.Options.Drain)
	}
	return p.options.Drain(r.Tenant)
}

const (
	telling = 20 // units after which a step's own pace counts
	batched = 20 // units that a step with more of them does at once, where nobody has seen it yet
)

func (p *Picture) unit(service deprovision.Service, step deprovision.StepProgress) (time.Duration, bool) {
	if d, ok := p.StepTime(service, step.Name); ok {
		return d.Mean, true
	}
	guess := p.options.Guess
	if step.Total > batched {
		guess /= batched
	}
	return guess, guess > 0
}
