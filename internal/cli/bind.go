package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/deprovisioner/deprovisioner/internal/cli/bars"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// bind looks up the stop and the plan, shows the plan, and asks somebody if it is to.
func (a *app) bind(ctx context.Context, c *client.Client, d *deprovision.Decision, asks bool) error {
	p, err := a.waitsFor(ctx, c, *d)
	if err != nil {
		return err
	}
	named := d.Stop
	if d.Stop = p.Stop.Seq; named != 0 && named != d.Stop {
		return &refusedError{fmt.Sprintf("it names stop %d, the request waits at stop %d (%s)", named, d.Stop, p.Stop.Name)}
	}
	if !bindsPlan(d.Verb) {
		return nil
	}
	if d.PlanDigest != "" && !asks { // whoever named it has seen it
		return nil
	}
	plan, err := a.presentPlan(ctx, c, p)
	if err != nil {
		return err
	}
	if d.PlanDigest != "" && d.PlanDigest != plan.Digest() {
		return &client.ConflictError{Kind: "request", Name: d.Ref().Tokens(), Reason: "it waits with another plan than --plan names: " + plan.Digest()}
	}
	d.PlanDigest = plan.Digest()
	if err := a.printPlan(plan, planRows); err != nil {
		return err
	}
	switch {
	case d.Verb == deprovision.Approve:
		err = approvable(p.Stop.Name, plan, *d)
	case !asks:
		err = acknowledged(p, *d)
	}
	if err != nil || !asks {
		return err
	}
	if err := a.consent(ctx, p.Request, func(ctx context.Context, t *talk) error { return t.acknowledge(ctx, p, d) }); err != nil {
		return err
	}
	if open, err := stillAt(ctx, c, p); err != nil || open { // that was typed for this stop
		return err
	}
	return &refusedError{"the request is no longer at this stop; nothing was sent"}
}

// waitsFor returns the state of a request that waits at a stop where this decision is offered.
func (a *app) waitsFor(ctx context.Context, c *client.Client, d deprovision.Decision) (deprovision.Progress, error) {
	last, err := c.Last(ctx, d.Ref())
	if err != nil {
		if _, queued := c.Queued(ctx, d.Ref()); queued == nil && errors.Is(err, client.ErrUnknownRequest) {
			return last.Progress, &refusedError{"the request is still queued; only cancel and force are offered"}
		}
		return last.Progress, err
	}
	p := last.Progress
	if p.Status != deprovision.Waiting || p.Stop == nil {
		return p, &refusedError{fmt.Sprintf("the request waits at no stop: %s", why(p, a.Now()))}
	}
	if !p.Stop.Accepts(d.Verb) {
		return p, &refusedError{fmt.Sprintf("%s is not offered at the stop %s; offered are %v", d.Verb, p.Stop.Name, p.Stop.Offers)}
	}
	return p, nil
}

// bindAnytime looks the request of a cancel or force up, since a decision about nothing would only become a dead letter, and asks somebody if
// it is to.
func (a *app) bindAnytime(ctx context.Context, d deprovision.Decision, asks bool) error {
	s, err := a.look(ctx, d.Ref())
	switch {
	case err != nil || !asks:
		return err
	case s.Progress == nil && s.queued == nil:
		return &refusedError{s.Why}
	}
	var p deprovision.Progress
	if s.Progress != nil {
		p = *s.Progress
	} else {
		p.Request = s.queued.Request
	}
	return a.consent(ctx, p.Request, func(_ context.Context, t *talk) error { return t.say("%s", aftermath(d.Verb, p)) })
}

// consent has somebody read, and type whose account it is. Who interrupts it learns that nothing was sent.
func (a *app) consent(ctx context.Context, r deprovision.Request, first func(context.Context, *talk) error) error {
	t := &talk{keys: newKeyboard(a.In, nil), out: a.Err}
	if a.Terminal.Draws {
		t.out = bars.Folding{Out: a.Err, Columns: func() int { columns, _ := a.Terminal.Size(); return columns }}
	}
	t.keys.listen()
	err := first(ctx, t)
	if err == nil {
		err = t.account(ctx, r)
	}
	if err != nil && ctx.Err() != nil {
		return errors.Join(t.say(""), fmt.Errorf("%w: %w", errNothingSent, err))
	}
	return err
}

// presentPlan reads the plan that a request waits with.
func (a *app) presentPlan(ctx context.Context, c *client.Client, p deprovision.Progress) (deprovision.Plan, error) {
	if p.Plan == nil {
		return deprovision.Plan{}, fmt.Errorf("%s: %w", p.Request.Ref().Tokens(), client.ErrNoPlan)
	}
	plan, err := c.Plan(ctx, p.Request.Ref())
	if err == nil && plan.Digest() != p.Plan.Digest {
		err = &client.ConflictError{Kind: "request", Name: p.Request.Ref().Tokens(), Reason: "its plan changed a moment ago; look again"}
	}
	return plan, err
}

// approvable refuses an approval of what the plan does not list, or at the brake of anything else: the worker would ask again.
func approvable(stop string, plan deprovision.Plan, d deprovision.Decision) error {
	if stop == brake {
		if !slices.Equal(d.Names, []string{brake}) {
			return &usageError{fmt.Errorf("at the stop brake, approve takes --name brake and no other")}
		}
		return nil
	}
	for _, name := range d.Names {
		if why := plan.Approves(name); why != "" {
			return &usageError{fmt.Errorf("--name %s %s", quote(name), why)}
		}
	}
	return nil
}

// acknowledged refuses a confirmation that leaves a caution out: the worker would ask again.
func acknowledged(p deprovision.Progress, d deprovision.Decision) error {
	for _, c := range p.Unacknowledged() {
		if !slices.Contains(d.Acknowledged, c.Code) {
			return &usageError{fmt.Errorf("caution %s is not acknowledged (%s): add --acknowledge %s", c.Code, oneLine(c.Text), quote(c.Code))}
		}
	}
	return nil
}
