package step

import (
	"slices"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// perUnit is what one unit takes: a read and a call.
const perUnit = 2 * time.Second

// Estimate tells when a request will have ended, if nobody has to decide anything more: from the units that are left and the waits that
// are known. It is nil before the plan is made and at a stop: then nobody knows. It fits engine.Config.Estimate.
func (s *Steps) Estimate(state deprovision.Progress) *time.Time {
	service, ok := s.deps.Footprint.Service(state.Request.Service)
	if !ok || state.Plan == nil || state.Status == deprovision.Waiting || state.Status.Terminal() {
		return nil
	}
	var left time.Duration
	for _, p := range state.Steps[min(state.Step, len(state.Steps)):] {
		left += time.Duration(max(p.Total-p.Done, 1)) * perUnit
		if e, ok := find(p.Name).(estimator); ok {
			left += e.estimate(&job{deps: s.deps, name: p.Name, state: state, service: service, policy: s.deps.Policy(state.Request.Tenant)})
		}
	}
	at := s.deps.Clock.Now().Add(left).UTC()
	return &at
}

// estimate is the rest of the drain, or all of it when there is something to wait for.
func (drain) estimate(j *job) time.Duration {
	if until := settled(j.state.Facts, Drain).Until; until != nil {
		return max(until.Sub(j.now()), 0)
	}
	before := j.service.Steps[:max(slices.Index(j.service.Steps, Drain), 0)]
	for _, p := range j.state.Steps {
		if slices.Contains(before, p.Name) && p.Total > 0 {
			return j.drainTime()
		}
	}
	return 0
}

// estimate is the pause between the two reads of the directory.
func (verifyRemoval) estimate(*job) time.Duration { return pause }
