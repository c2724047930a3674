package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// claim appends a claim on top of last and does the work that it gives right to.
func (a *attempt) claim(last Entry, takeover bool) (Verdict, error) {
	if last.Revision == 0 {
		if why := a.forbids(*a.trigger.Request); why != "" {
			return a.turnAway(last, *a.trigger.Request, why)
		}
	}
	next := a.claimed(last.Progress, takeover)
	sent := a.Clock.Now()
	change := deprovision.Change{Kind: deprovision.Claimed, By: a.Worker, Decision: a.trigger.Decision, Detail: next.Detail}
	claim, err := a.append(last, next, change)
	if err != nil {
		return Verdict{}, err
	}
	a.answer("")
	if a.trigger.Claimed != nil {
		a.trigger.Claimed()
	}
	if takeover && a.Observer != nil {
		a.Observer.Takeover()
	}
	a.at(AfterClaim, claim.Progress)
	h := newHold(a.Engine, claim, sent)
	defer h.stop()
	defer a.enlist(h.ref, h)()
	return a.work(h), nil
}

// forbids tells why a request is turned away before anything is done.
func (a *attempt) forbids(r deprovision.Request) string {
	if a.Permit != nil {
		if why := a.Permit(r); why != "" {
			return why
		}
	}
	if len(a.Steps.Names(r)) == 0 {
		return fmt.Sprintf("this worker has no steps for the service %s of the product %s", r.Service, deprovision.ProductOf(r.Product))
	}
	return ""
}

// turnAway ends a request with its first event; r is what is kept of it.
func (a *attempt) turnAway(last Entry, r deprovision.Request, why string) (Verdict, error) {
	next := deprovision.Progress{Request: r, RequestDigest: a.trigger.Request.Digest(), Status: deprovision.Refused, Detail: why, Started: a.Clock.Now(),
		Trace: a.trigger.Trace}
	if _, err := a.append(last, next, deprovision.Change{Kind: deprovision.Ended, By: a.Worker, Detail: why}); err != nil {
		return Verdict{}, err
	}
	if a.Observer != nil {
		a.Observer.Ended(r.Service, deprovision.Refused, 0)
	}
	return Verdict{Fate: Ack}, nil
}

// claimed returns the document of a claim.
func (a *attempt) claimed(last deprovision.Progress, takeover bool) deprovision.Progress {
	next := last.Clone()
	switch {
	case last.Seq == 0:
		next = a.first()
	case takeover:
		next.Takeovers++
		next.MaybeCalled = a.doubt(a.drainless(), last)
		next.Detail = "taken over from " + last.Claim.Worker
	default:
		next.Takeovers, next.Detail = 0, ""
	}
	if d := a.trigger.Decision; d != nil && !slices.Contains(next.Decisions, d.ID) {
		decided(&next, *d)
	}
	if last.Status == deprovision.Waiting && a.trigger.Decision == nil {
		next.Wish = expiry(*last.Stop)
	}
	next.Status, next.Park, next.Stop = deprovision.Held, nil, nil
	next.Claim = &deprovision.Claim{Worker: a.Worker, Trigger: a.trigger.Name(), Epoch: a.epoch(), Seq: last.Seq + 1,
		Lease: deprovision.Duration(a.Lease)}
	if next.Step < len(next.Steps) {
		next.Steps[next.Step].State, next.Steps[next.Step].Error = deprovision.StepRunning, ""
	}
	return next
}

// first returns the document of a request that nobody has claimed yet.
func (a *attempt) first() deprovision.Progress {
	r, now := *a.trigger.Request, a.Clock.Now()
	p := deprovision.Progress{Request: r, RequestDigest: r.Digest(), Started: now, Trace: a.trigger.Trace}
	if a.approvesItself(p) {
		p.Approved = r.Options.ApproveByName
	}
	for _, name := range a.Steps.Names(r) {
		p.Steps = append(p.Steps, deprovision.StepProgress{Name: name, State: deprovision.StepPending})
	}
	p.Steps[0].Started = &now
	return p
}

// approvesItself reports whether what a request approves by name counts: only when who asked may approve.
func (a *attempt) approvesItself(p deprovision.Progress) bool {
	r := p.Request
	return len(r.Options.ApproveByName) > 0 && (a.MayDecide == nil || a.MayDecide(p, deprovision.Decision{Tenant: r.Tenant, Service: r.Service,
		Request: r.ID, Verb: deprovision.Approve, Names: r.Options.ApproveByName, DecidedBy: r.RequestedBy}) == "")
}

func (a *attempt) epoch() uint64 {
	if a.trigger.Kind == DecisionTrigger {
		return a.trigger.Decision.Stop
	}
	return a.trigger.Seq
}

// SomeOf begins a doubt for which the plan could not be read: it is made exact before the step goes on.
const SomeOf = "an artifact of "

func inexact(p deprovision.Progress) bool { return strings.HasPrefix(p.MaybeCalled, SomeOf) }

// doubt returns what may have been called about: the artifact at the cursor, or a closing step.
func (e *Engine) doubt(ctx context.Context, p deprovision.Progress) string {
	if p.MaybeCalled != "" || p.Step >= len(p.Steps) {
		return p.MaybeCalled
	}
	name := p.Steps[p.Step].Name
	if slices.Contains(e.Steps.Closing(p.Request), name) {
		return name
	}
	exact, err := e.atCursor(ctx, p)
	if err != nil {
		return SomeOf + name
	}
	return exact
}

// atCursor returns the id of the artifact that the cursor is at; "" when there is none.
func (e *Engine) atCursor(ctx context.Context, p deprovision.Progress) (string, error) {
	if p.Plan == nil {
		return "", nil
	}
	plan, err := e.Journal.Plan(ctx, p.Request.Ref(), p.Plan.Digest)
	if err != nil {
		return "", fmt.Errorf("read the plan: %w", err)
	}
	return cursorIn(plan, p), nil
}

func cursorIn(plan deprovision.Plan, p deprovision.Progress) string {
	if artifacts := plan.Of(p.Steps[p.Step].Name); p.Cursor < len(artifacts) {
		return artifacts[p.Cursor].ID
	}
	return ""
}
