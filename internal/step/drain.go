package step

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// drain lets mail that is with the product come back before its way back is closed. Its time runs from when no rule sends mail there any
// more, and nothing is closed while one still does.
type drain struct{}

func (drain) run(ctx context.Context, j *job) (engine.Result, error) {
	plan, err := j.work.Plan(ctx)
	if err != nil {
		return engine.Result{}, err
	}
	rules := j.service.Rerouting(plan)
	if len(rules) == 0 {
		return engine.Result{}, nil
	}
	if err := j.open(ctx); err != nil {
		return engine.Result{}, err
	}
	still, err := j.present(ctx, rules)
	if err != nil {
		return engine.Result{}, err
	}
	s := j.patience()
	if len(still) > 0 {
		s.Until = nil
		if slices.ContainsFunc(still, j.isLeft) { // waiting changes nothing
			s.Reads = maxReads - 1
		}
		return j.wait(s, still, "still-rerouting", "Mail still takes the vendor's way; closing its way back would lose it."), nil
	}
	since, err := j.sinceThePlan(ctx, plan)
	if err != nil {
		return engine.Result{}, err
	}
	if again := j.service.Rerouting(deprovision.Plan{Artifacts: since.artifacts}); len(again) > 0 {
		r := j.stop("still-rerouting", fmt.Sprintf("Made after the plan, and not confirmed by anybody: %s. Remove them, or mail is lost when the way back is closed; "+
			"is the product still connected?", named(again)), deprovision.Retry, deprovision.Skip, deprovision.Force, deprovision.Cancel)
		s.Until = nil // the drain begins when they are gone
		r.Apply = j.keep(s)
		return r, nil
	}
	length := j.drainTime()
	if length == 0 {
		return engine.Result{Detail: "no drain"}, nil
	}
	if s.Until == nil {
		until := j.now().Add(length).UTC()
		s = settling{Until: &until}
	}
	if j.now().Before(*s.Until) {
		detail := fmt.Sprintf("mail under way may come back until %s", s.Until.Format(time.RFC3339))
		return engine.Result{Apply: j.keep(s), Park: s.Until, Detail: detail}, nil
	}
	return engine.Result{Apply: note(Drain, "drained until "+s.Until.Format(time.RFC3339))}, nil
}

// drainTime is how long: as the request says, else the tenant's policy, else the footprint.
func (j *job) drainTime() time.Duration {
	switch {
	case j.state.Request.Options.Drain != nil:
		return time.Duration(*j.state.Request.Options.Drain)
	case j.policy.Drain != nil:
		return *j.policy.Drain
	}
	return time.Duration(j.service.Drain)
}
