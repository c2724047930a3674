package engine

import (
	"context"
	"fmt"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// resumes tells why a request cannot take up what an earlier one left; "" when it can, or when it takes up nothing. It is asked before the account
// is opened, which may be closed already: a resume is the one kind of request that works on a closed account.
func (a *attempt) resumes(ctx context.Context, r deprovision.Request, account deprovision.Account) (why string, err error) {
	if r.ResumeOf == "" {
		return "", nil
	}
	last, err := a.Journal.Last(ctx, earlier(r))
	if err != nil {
		return "", err
	}
	switch p := last.Progress; {
	case last.Revision == 0:
		return fmt.Sprintf("there is no request %s about %s in this tenant to be taken up", r.ResumeOf, r.Service), nil
	case p.Request.Account != r.Account:
		return fmt.Sprintf("request %s was about the service account %s, not %s", r.ResumeOf, p.Request.Account, r.Account), nil
	case !p.Status.Terminal():
		return fmt.Sprintf("request %s has not ended (%s): there is nothing to take up yet", r.ResumeOf, p.Status), nil
	case !leaves(p):
		return fmt.Sprintf("request %s ended as %s and left nothing to take up", r.ResumeOf, p.Status), nil
	}
	return a.anew(ctx, r, account)
}

// earlier names the request that another one takes up.
func earlier(r deprovision.Request) deprovision.Ref {
	return deprovision.Ref{Tenant: r.Tenant, Service: r.Service, Request: r.ResumeOf}
}

// leaves reports whether an end names something that is left, or may be.
func leaves(p deprovision.Progress) bool {
	switch p.Status {
	case deprovision.Forced, deprovision.Cancelled, deprovision.Failed, deprovision.SucceededWithRemainder:
		return len(p.Remainder)+len(p.InDoubt) > 0 || hasSkipped(p)
	}
	return false
}

func hasSkipped(p deprovision.Progress) bool {
	for _, s := range p.Steps {
		if s.State == deprovision.StepSkipped {
			return true
		}
	}
	return false
}

// Earlier is the end of the request whose remainder r takes up, and the plan that it had; ok is false when r takes up none. An end that is no longer
// there has no request, a plan that is lost has none either: who takes them up names what can't be looked at.
func (w *Work) Earlier(ctx context.Context, r deprovision.Request) (p deprovision.Progress, plan deprovision.Plan, ok bool, err error) {
	if r.ResumeOf == "" {
		return p, plan, false, nil
	}
	last, err := w.journal.Last(ctx, earlier(r))
	if err != nil {
		return p, plan, false, fmt.Errorf("the request %s, which is taken up: %w", r.ResumeOf, err)
	}
	p = last.Progress
	if p.Plan == nil {
		return p, plan, true, nil
	}
	plan, err = w.journal.Plan(ctx, earlier(r), p.Plan.Digest)
	if err != nil && w.state().Attempts >= patientReads {
		return p, deprovision.Plan{}, true, nil
	}
	if err != nil {
		return p, plan, false, fmt.Errorf("the plan of the request %s, which is taken up: %w", r.ResumeOf, err)
	}
	return p, plan, true, nil
}
