package step

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// takeInventory reads everything in the tenant that may be of the footprint, and makes the plan. A dry run ends with it.
type takeInventory struct{}

// nothingFound is the fact that the inventory was empty: the request still closes the account, and ends so.
const nothingFound = "nothing-found"

func (takeInventory) run(ctx context.Context, j *job) (engine.Result, error) {
	if err := j.open(ctx); err != nil {
		return engine.Result{}, err
	}
	if err := j.ready(ctx); err != nil {
		return engine.Result{}, err
	}
	if err := j.walk(ctx); err != nil {
		return engine.Result{}, err
	}
	plan, apply, err := j.inventory(ctx)
	if err != nil {
		return engine.Result{}, err
	}
	apply = all(apply, toured(j.state.Facts).note())
	detail := fmt.Sprintf("%d artifacts, %d suspects", len(plan.Artifacts), len(plan.Suspects))
	if t := toured(j.state.Facts); t.Seen > 0 {
		detail += fmt.Sprintf("; %d places were searched, %d of them could not be read", t.Seen, t.Skipped)
	}
	if j.state.Request.Options.DryRun {
		return engine.Result{Apply: apply, End: deprovision.Planned, Detail: detail}, nil
	}
	missing, err := j.missing(ctx, plan) // what this plan alone needs
	if err != nil {
		return engine.Result{}, err
	}
	if len(missing) > 0 {
		r := j.missingRights(missing)
		r.Apply = apply
		return r, nil
	}
	return engine.Result{Apply: apply, Detail: detail}, nil
}

// ready looks, before anything is planned, at what a later step cannot do without: the records of the tenant's accounts, and the credential of the
// account's own app.
func (j *job) ready(ctx context.Context) error {
	if _, err := j.deps.Accounts.Of(ctx, j.account.Tenant); err != nil {
		return fmt.Errorf("the records of the tenant's service accounts: %w", err)
	}
	_, _, err := j.own(ctx)
	return err
}

// inventory reads the kinds that are listed whole, adds what the walks found, makes the plan and keeps it. apply writes its summary into the
// document.
func (j *job) inventory(ctx context.Context) (plan deprovision.Plan, apply func(*deprovision.Progress), err error) {
	if err := j.blindWithoutApp(ctx); err != nil {
		return plan, nil, err
	}
	objects, err := j.objects(ctx)
	if err != nil {
		return plan, nil, err
	}
	found, skipped, err := j.findings(ctx)
	if err != nil {
		return plan, nil, err
	}
	search := j.search(j.state.Started)
	if plan, err = j.service.Find(search, append(objects, found...)); err != nil {
		return plan, nil, failure(TakeInventory, err)
	}
	plan.Remainder = append(plan.Remainder, skipped...)
	if err := j.work.KeepPlan(ctx, plan); err != nil {
		return plan, nil, err
	}
	summary := summarize(plan)
	summary.Objects = tally(objects)
	j.state.Plan = summary
	fact := fmt.Sprintf("%d artifacts", len(plan.Artifacts))
	if j.isNothing(search, plan) {
		fact = nothingFound
	}
	return plan, all(note(TakeInventory, fact), func(p *deprovision.Progress) {
		p.Plan = summary
		for i := range p.Steps {
			p.Steps[i].Total = max(p.Steps[i].Done, units(p.Steps[i].Name, plan))
		}
	}), nil
}

// isNothing reports whether the tenant holds nothing: neither artifacts and suspects, nor anything that a guard spares, nobody could read, or
// only a person can remove.
func (j *job) isNothing(search footprint.Search, plan deprovision.Plan) bool {
	empty, err := j.service.Find(search, nil)
	return err == nil && len(plan.Artifacts)+len(plan.Suspects) == 0 && len(plan.Remainder) == len(empty.Remainder) &&
		len(plan.Manual) == len(empty.Manual)
}

// search is what a plan is made for; nothing younger than since goes.
func (j *job) search(since time.Time) footprint.Search {
	return footprint.Search{Ref: j.state.Request.Ref(), Account: j.account, Acting: j.tenant.ActingApp, Since: since, Now: j.now().UTC(),
		Admin: j.adminCenter(), Approved: j.state.Approved, Used: strings.Fields(j.state.Facts[usedBefore])}
}

func (j *job) adminCenter() string {
	if j.tenant.SharePoint == nil {
		return ""
	}
	return j.tenant.SharePoint.AdminCenter()
}

// objects reads everything that may be of the footprint and is listed whole.
func (j *job) objects(ctx context.Context) ([]footprint.Object, error) {
	return j.list(ctx, slices.DeleteFunc(j.service.Kinds(), func(k deprovision.ArtifactKind) bool { return manyKinds[k] != nil })...)
}

func (j *job) list(ctx context.Context, kinds ...deprovision.ArtifactKind) ([]footprint.Object, error) {
	var out []footprint.Object
	for _, name := range kinds {
		k, err := j.kindOf(name)
		if err != nil {
			return nil, err
		}
		objects, err := k.list(ctx, j)
		if err != nil {
			return nil, err
		}
		out = append(out, objects...)
	}
	return out, nil
}

// units is how many units a step has.
func units(step string, plan deprovision.Plan) int {
	switch step {
	case VerifyRemoval:
		return len(plan.Artifacts)
	case RemoveAtProduct:
		return 1
	case Purge:
		return len(purgeables(plan))
	}
	return len(plan.Of(step))
}

func summarize(plan deprovision.Plan) *deprovision.PlanSummary {
	s := &deprovision.PlanSummary{Digest: plan.Digest(), Artifacts: len(plan.Artifacts), Cautions: plan.Cautions}
	for _, a := range plan.Suspects[:min(len(plan.Suspects), mostSuspects)] {
		s.Suspects = append(s.Suspects, a.Name)
	}
	return s
}
