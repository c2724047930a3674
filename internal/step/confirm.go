package step

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// confirm lets a plan through that somebody confirmed by its digest, or that needs nobody's confirmation. Whatever lets it through is kept
// with the digest: every step that removes something asks for it again.
type confirm struct{}

func (confirm) run(ctx context.Context, j *job) (engine.Result, error) {
	if j.state.Plan == nil {
		return engine.Result{}, failure(Confirm, fmt.Errorf("there is no plan to confirm: the inventory was left out"))
	}
	if j.answered(deprovision.Approve) && !j.heldByBrake() {
		return j.approve(ctx)
	}
	plan, err := j.work.Plan(ctx)
	if err != nil {
		return engine.Result{}, err
	}
	if held := j.hold(plan); held != nil {
		return *held, nil
	}
	if drifted, err := j.drift(ctx, plan); drifted != nil || err != nil {
		return orZero(drifted), err
	}
	if held, err := j.braked(ctx, plan); held != nil || err != nil {
		return orZero(held), err
	}
	return engine.Result{Apply: j.consent()}, nil
}

func orZero(r *engine.Result) engine.Result {
	if r == nil {
		return engine.Result{}
	}
	return *r
}

// drift reads the tenant again when somebody took time to look at the plan: what was confirmed is carried out as it is, or not at all. What lies in
// many places is compared when its turn comes.
func (j *job) drift(ctx context.Context, plan deprovision.Plan) (*engine.Result, error) {
	if j.state.Answer == nil { // nobody was waited for
		return nil, nil
	}
	if err := j.open(ctx); err != nil {
		return nil, err
	}
	fresh, apply, err := j.inventory(ctx)
	if err != nil {
		return nil, err
	}
	difference := plan.Diff(fresh)
	if difference.Empty() {
		return nil, nil
	}
	r := j.askConsent(fresh, "")
	r.Stop.Name = deprovision.StopDrift
	r.Stop.Detail = "The tenant changed since the plan was made: " + difference.Summary(10) + ". Nothing was removed. " + r.Stop.Detail
	r.Detail, r.Apply = r.Stop.Detail, apply
	return &r, nil
}

// hold returns the stop that keeps a plan from being carried out; nil when nothing does.
func (j *job) hold(plan deprovision.Plan) *engine.Result {
	if !j.policy.Armed {
		r := j.notArmed()
		return &r
	}
	if j.consentGiven() != "" {
		return nil
	}
	r := j.askConsent(plan, "")
	return &r
}

func (j *job) notArmed() engine.Result {
	return j.stop(deprovision.StopNotArmed, "This tenant is not armed: nothing may be removed. Arm it in the worker's configuration, then retry.",
		deprovision.Retry, deprovision.Cancel, deprovision.Force)
}

// consentGiven tells by whom the plan in the document is confirmed; "" means that it is not.
func (j *job) consentGiven() string {
	request, digest := j.state.Request, j.state.Plan.Digest
	other := request.Options.Plan != "" && request.Options.Plan != digest // it goes only when a person says so, whatever the policy
	alone := j.policy.Deciders.MayAlone(request) == ""                    // else what the request confirms is nobody's yes
	switch a := j.state.Answer; {
	case strings.HasPrefix(j.state.Facts[Confirm], digest):
		return j.state.Facts[Confirm]
	case !other && j.policy.ConfirmsItself && !j.policy.Deciders.SecondPerson:
		return digest + " by the tenant's policy"
	case alone && request.Options.Plan == digest && len(j.state.Unacknowledged()) == 0:
		return digest + " by the request, which names it"
	case alone && !other && request.Options.Confirmed && len(j.state.Unacknowledged()) == 0:
		return digest + " by the request"
	case a != nil && a.Verb == deprovision.Confirm && a.PlanDigest == digest &&
		len(j.state.Unacknowledged(a.Acknowledged...)) == 0:
		return digest + " by " + a.DecidedBy
	}
	return ""
}

// consent is the fact that the plan is confirmed, and that it has passed the brake.
func (j *job) consent() func(*deprovision.Progress) {
	return all(note(Confirm, j.consentGiven()), j.reserved())
}

// askConsent opens the stop that waits for a confirmation. more says what was wrong with the last answer.
func (j *job) askConsent(plan deprovision.Plan, more string) engine.Result {
	summary := j.state.Plan
	detail := []string{fmt.Sprintf("The plan %s removes %d artifacts.", summary.Digest, summary.Artifacts)}
	offers := []deprovision.Verb{deprovision.Confirm, deprovision.Cancel, deprovision.Force}
	if asked := j.state.Request.Options.Plan; asked != "" && asked != summary.Digest {
		detail = append(detail, "The request asked for the plan "+asked+": the tenant changed since.")
	}
	if a := j.state.Answer; a != nil && a.Verb == deprovision.Confirm && a.PlanDigest != summary.Digest {
		detail = append(detail, "What was confirmed is another plan.")
	}
	if open := deprovision.Codes(j.state.Unacknowledged()); len(open) > 0 {
		detail = append(detail, "To be acknowledged: "+strings.Join(open, ", ")+".")
	}
	o, why := j.state.Request.Options, j.policy.Deciders.MayAlone(j.state.Request)
	if why != "" && (o.Confirmed || o.Plan != "" || j.policy.Deciders.SecondPerson) {
		detail = append(detail, "Who asked cannot confirm it: "+why+".")
	}
	if len(plan.Suspects) > 0 && j.name == Confirm { // a later step hears no approval
		offers = slices.Insert(offers, 1, deprovision.Approve)
		detail = append(detail, fmt.Sprintf("%d objects resemble the product's and stay unless approved by name.", len(plan.Suspects)))
	}
	if more != "" {
		detail = append(detail, more)
	}
	r := j.stop(deprovision.StopConfirm, strings.Join(detail, " "), offers...)
	if j.state.Removed+j.state.Unconfirmed > 0 { // the footprint's text is for a tenant that nobody touched
		r.Stop.Detail = strings.Join(detail, " ")
	}
	return r
}

// approve lets suspects into the plan: a new plan, which is to be confirmed anew.
func (j *job) approve(ctx context.Context) (engine.Result, error) {
	plan, err := j.work.Plan(ctx)
	if err != nil {
		return engine.Result{}, err
	}
	var unknown []string
	for _, name := range j.state.Answer.Names {
		if why := plan.Approves(name); why != "" {
			unknown = append(unknown, fmt.Sprintf("%q %s", name, why))
		}
	}
	if len(unknown) > 0 {
		return j.askConsent(plan, "Nothing was approved: "+strings.Join(unknown[:min(len(unknown), 5)], ", ")+"."), nil
	}
	j.state.Approved = append(slices.Clip(j.state.Approved), j.state.Answer.Names...)
	if err := j.open(ctx); err != nil {
		return engine.Result{}, err
	}
	plan, apply, err := j.inventory(ctx)
	if err != nil {
		return engine.Result{}, err
	}
	approved := slices.Compact(slices.Sorted(slices.Values(j.state.Approved)))
	r := j.askConsent(plan, "")
	r.Apply = all(func(p *deprovision.Progress) { p.Approved = approved }, apply)
	return r, nil
}
