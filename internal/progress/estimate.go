package progress

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Estimate writes into a document how long each step that is not over will take, and the request in all: in half of the cases, and in nine of
// ten. It asks no server and counts from the document's own time, so that the same document and history give the same estimate. Nothing is
// written of a step that nobody has seen, unless [Options.Guess] stands in, nor of the request then. docs/picture.md says how it is done.
func (p *Picture) Estimate(state *deprovision.Progress) {
	e := estimator{guess: p.options.Guess.Seconds(), drain: p.options.Drain}
	if known := p.history.Load(); known != nil {
		e.known = *known
	}
	e.fill(state)
}

// estimator is a history, and what stands in for it.
type estimator struct {
	known history
	guess float64                           // seconds a unit of a step that nobody has seen; 0: nobody can tell
	drain func(tenant string) time.Duration // that the request does not set
}

func (e estimator) fill(state *deprovision.Progress) {
	if state.Status.Terminal() || len(state.Steps) == 0 {
		return
	}
	var half, luck, size float64 // luck: the sum of the squares
	complete := true
	for i := state.Step; i < len(state.Steps); i++ {
		left, ok := e.whole(state, i)
		if !ok {
			complete = false
			continue
		}
		if i == state.Step {
			left = e.rest(state, left)
		}
		state.Steps[i].Left, state.Steps[i].LeftHigh = rounded(left)
		half += left.half
		if longer := left.nine - left.half; state.Plan == nil && state.Steps[i].Total == 0 {
			size += longer
		} else {
			luck += longer * longer
		}
	}
	if !complete {
		return
	}
	// Not all steps are slow at once: what they may take longer adds up as independent errors do. But before there is a plan, an account that turns
	// out to be large is so for all of them.
	state.Left, state.LeftHigh = rounded(span{half, half + math.Sqrt(luck+size*size)})
	if state.Status != deprovision.Waiting {
		eta, high := state.Updated.Add(time.Duration(*state.Left)), state.Updated.Add(time.Duration(*state.LeftHigh))
		state.ETA, state.ETAHigh = &eta, &high
	}
}

// What stands in for a step that nobody has seen, times the guess for a unit.
var (
	guessed = span{1, 5}
	hardly  = span{0, 1} // it has nothing to do
)

const batched = 20 // units that such a step is taken to do at once

// whole is how long step i takes from its beginning to its end; ok is false when nobody can tell.
func (e estimator) whole(state *deprovision.Progress, i int) (s span, ok bool) {
	step := &state.Steps[i]
	if step.Name == drainStep {
		drain := e.drains(state, i)
		return span{drain, drain}, true
	}
	p := e.known[stepOf{state.Request.Service, step.Name}]
	planned := state.Plan != nil || step.Total > 0
	switch {
	case p != nil && !planned:
		return p.any, true
	case p != nil && step.Total == 0 && p.idled:
		return p.idle, true
	case p != nil && step.Total > 0 && p.worked:
		return p.luck.times(p.base(step.Total)), true
	case e.guess == 0:
		return span{}, false
	case planned && step.Total == 0:
		return hardly.times(e.guess), true
	}
	units := float64(max(1, step.Total))
	if units > batched {
		units = max(batched, units/batched)
	}
	return guessed.times(units * e.guess), true
}

// drains is how many seconds mail under way may still return; none where nothing was rerouted.
func (e estimator) drains(state *deprovision.Progress, i int) float64 {
	removes := func(s deprovision.StepProgress) bool { return s.Total > 0 && strings.HasPrefix(s.Name, "remove-") }
	switch d := state.Request.Options.Drain; {
	case state.Plan != nil && !slices.ContainsFunc(state.Steps[:i], removes):
		return 0
	case d != nil:
		return time.Duration(*d).Seconds()
	}
	return e.drain(state.Request.Tenant).Seconds()
}

// usual is how many units of a step at its usual pace weigh as much as the pace that it has had until now.
const usual = 8

// rest is what is left of the current step, which takes whole.
func (e estimator) rest(state *deprovision.Progress, whole span) span {
	step := &state.Steps[state.Step]
	parked, over := 0.0, 0.0
	if state.Status == deprovision.Parked && state.Park != nil { // that end is known
		parked = max(0, state.Park.Until.Sub(state.Updated).Seconds())
	}
	if step.Started != nil && !step.Waited { // how much of it was waiting, nobody knows
		over = max(0, state.Updated.Sub(*step.Started).Seconds())
	}
	left := func(all float64) float64 {
		rest := max(0, all-over)
		switch {
		case step.Name == drainStep && parked > 0:
			return parked
		case step.Done == 0:
			return max(parked, rest)
		}
		unit, done := all/float64(max(1, step.Total)), float64(step.Done)
		if !step.Waited {
			unit = (usual*unit + over) / (usual + done)
		}
		return parked + unit*float64(max(0, step.Total-step.Done))
	}
	return span{left(whole.half), left(whole.nine)}
}

// rounded is short to read and to write: whole seconds, and tenths below ten, never less than it was.
func rounded(s span) (half, nine *deprovision.Duration) {
	up := func(seconds float64) deprovision.Duration {
		exact, to := time.Duration(min(seconds, mostSeconds)*float64(time.Second)), 100*time.Millisecond
		if exact > 10*time.Second {
			to = time.Second
		}
		return deprovision.Duration((exact + to - 1).Truncate(to))
	}
	pair := [2]deprovision.Duration{up(s.half), up(s.nine)}
	return &pair[0], &pair[1]
}
