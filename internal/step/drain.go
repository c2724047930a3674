package step

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// drain lets mail that is with the product come back before its way back is closed. Its time runs from when no rule sends mail there any
// more, and nothing is closed while one still does.
type drain struct{}

// drained begins the fact of a drain that is over.
const drained = "drained until "

func (drain) run(ctx context.Context, j *job) (engine.Result, error) {
	plan, err := j.work.Plan(ctx)
	if err != nil {
		return engine.Result{}, err
	}
	if err := j.open(ctx); err != nil {
		return engine.Result{}, err
	}
	planned := j.service.Rerouting(plan)
	seen, err := j.look(ctx, planned)
	if err != nil {
		return engine.Result{}, err
	}
	still := seen.there
	others, err := j.reroutingBeside(ctx, plan)
	if err != nil {
		return engine.Result{}, err
	}
	s := j.patience()
	switch {
	case len(others) > 0: // nobody confirmed their removal: waiting changes nothing
		s.Until = nil
		r := j.stop(deprovision.StopStillRerouting, "Not of the plan, and sending mail to the product: "+named(others)+". Remove them, or mail is lost when the "+
			"way back is closed. Was the product connected meanwhile?", deprovision.Retry, deprovision.Skip, deprovision.Force, deprovision.Cancel)
		r.Apply = j.keep(s)
		return r, nil
	case len(still) > 0:
		s.Until = nil
		if slices.ContainsFunc(still, j.isLeft) { // likewise
			s.Reads = maxReads - 1
		}
		return j.wait(s, still, "still-rerouting", "Mail still takes the vendor's way; closing its way back would lose it."), nil
	case len(planned) == 0:
		until := at(j.state.Facts[drainBefore])
		if until.IsZero() {
			return engine.Result{}, nil
		}
		s = settling{Until: &until}
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
	return engine.Result{Apply: note(Drain, drained+s.Until.Format(time.RFC3339))}, nil
}

// reroutingBeside reads which rules send mail to the product and are not of the plan: made anew since, spared by a guard, or suspects that
// nobody approved.
func (j *job) reroutingBeside(ctx context.Context, plan deprovision.Plan) ([]deprovision.Artifact, error) {
	objects, err := j.list(ctx, footprint.TransportRule, footprint.OutboundConnector)
	if err != nil {
		return nil, err
	}
	rules := j.service.Reroutes(j.account, objects)
	return slices.DeleteFunc(rules, func(a deprovision.Artifact) bool { return has(plan.Artifacts, a) }), nil
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
