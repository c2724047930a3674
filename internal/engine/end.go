package engine

import (
	"fmt"
	"slices"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// end puts a request into a terminal state.
func end(p *deprovision.Progress, status deprovision.Status, detail string) {
	p.Status, p.Detail = status, clip(detail)
	p.Claim, p.Park, p.Stop, p.Wish, p.Answer = nil, nil, nil, nil, nil
	if p.MaybeCalled != "" {
		p.InDoubt, p.MaybeCalled = append(p.InDoubt, p.MaybeCalled), ""
	}
}

// finish ends a request whose steps are all over, with the end that they earned.
func finish(p *deprovision.Progress) {
	found := p.Removed + p.Gone + p.Unconfirmed
	left := len(p.Remainder) + len(p.InDoubt)
	if left == 0 { // what a step left out is named, if it named anything
		for _, s := range p.Steps {
			if s.State == deprovision.StepSkipped {
				left++
			}
		}
	}
	switch {
	case p.Forced:
		end(p, deprovision.Forced, fmt.Sprintf("closed by force; %d left for a person", left))
	case left > 0:
		end(p, deprovision.SucceededWithRemainder, fmt.Sprintf("%d artifacts are gone; %d things are left for a person", found, left))
	case found == 0:
		end(p, deprovision.NothingFound, "nothing of the footprint was found")
	default:
		end(p, deprovision.Succeeded, fmt.Sprintf("%d artifacts are gone, nothing is left", found))
	}
}

// obey carries out the wish in the document.
func (a *attempt) obey(h *hold) error {
	state := h.state()
	wish := *state.Wish
	switch {
	case state.Step >= len(state.Steps): // the wish came too late: everything was done
		return h.write(entry{kind: deprovision.Ended, decision: &wish, obeys: true, then: finish})
	case wish.Verb == deprovision.Cancel:
		return a.cancel(h, wish)
	}
	return a.force(h, wish)
}

func (a *attempt) cancel(h *hold, wish deprovision.Decision) error {
	state := h.state()
	left, err := a.left(state, names(state.Steps[state.Step:]))
	if err != nil {
		return a.hinder(h, "what stays", err)
	}
	by := "cancelled by " + wish.DecidedBy
	if wish.Reason != "" {
		by += " (" + wish.Reason + ")"
	}
	detail := fmt.Sprintf("%s; removed before: %d", by, state.Removed+state.Unconfirmed)
	if left.Note != "" {
		detail += "; " + left.Note
	}
	return h.write(entry{kind: deprovision.Ended, detail: detail, decision: &wish, obeys: true, then: func(p *deprovision.Progress) {
		p.Remainder = append(p.Remainder, left.Stays...)
		doubt(p, left)
		end(p, deprovision.Cancelled, detail)
	}})
}

// force goes straight to the closing steps; what is passed over becomes remainder. At a closing step that step is passed over.
func (a *attempt) force(h *hold, wish deprovision.Decision) error {
	state := h.state()
	all, closing := names(state.Steps), a.Steps.Closing(state.Request)
	to := slices.IndexFunc(all, func(name string) bool { return slices.Contains(closing, name) })
	switch last := len(all) - 1; {
	case to < 0: // a dry run closes nothing
		to = len(all)
	case to <= state.Step && state.Step == last && wish.Stop == 0: // what force is for
		to = state.Step
	case to <= state.Step:
		to = state.Step + 1
	}
	left, err := a.left(state, all[state.Step:to])
	if err != nil {
		return a.hinder(h, "what stays", err)
	}
	now := a.Clock.Now()
	return h.write(entry{kind: deprovision.Advanced, detail: "forced by " + wish.DecidedBy, decision: &wish, obeys: true,
		then: func(p *deprovision.Progress) {
			p.Forced, p.Wish = true, nil
			pass(p, to, left)
			if p.Step < len(p.Steps) {
				p.Steps[p.Step].Started = &now
			}
		}})
}

// skip passes over the current step, as its stop's answer says.
func (a *attempt) skip(h *hold) error {
	state := h.state()
	left, err := a.left(state, []string{state.Steps[state.Step].Name})
	if err != nil {
		return a.hinder(h, "what stays", err)
	}
	now := a.Clock.Now()
	return h.write(entry{kind: deprovision.Advanced, step: state.Steps[state.Step].Name, detail: "skipped by " + state.Answer.DecidedBy,
		finish: func(p *deprovision.Progress) {
			pass(p, p.Step+1, left)
			if p.Step < len(p.Steps) {
				p.Steps[p.Step].Started = &now
			}
		}})
}

// pass skips the steps up to index to.
func pass(p *deprovision.Progress, to int, left Leftover) {
	doubt(p, left)
	for ; p.Step < to; p.Step++ {
		p.Steps[p.Step].State = deprovision.StepSkipped
	}
	p.Remainder = append(p.Remainder, left.Stays...)
	p.Cursor, p.Answer = 0, nil
	moved(p)
	if p.Step < len(p.Steps) {
		p.Steps[p.Step].State = deprovision.StepRunning
	}
}

// doubt names what may have been called about: all that is open of a batch, or the one artifact.
func doubt(p *deprovision.Progress, left Leftover) {
	switch {
	case len(left.Doubt) > 0:
		p.InDoubt = append(p.InDoubt, left.Doubt...)
	case p.MaybeCalled != "":
		p.InDoubt = append(p.InDoubt, p.MaybeCalled)
	}
	p.MaybeCalled = ""
}

// patientReads is how often a plan is read again before a removal ends without it.
const patientReads = 5

// left asks the steps what stays if the named ones are not run any more. A plan that can't be read keeps nobody from a cancel for ever:
// then the remainder says so.
func (a *attempt) left(p deprovision.Progress, steps []string) (Leftover, error) {
	plan := deprovision.Plan{Ref: p.Request.Ref()}
	var lost []deprovision.Remainder
	if p.Plan != nil {
		read, err := a.Journal.Plan(a.drainless(), p.Request.Ref(), p.Plan.Digest)
		switch {
		case err == nil:
			plan = read
			if inexact(p) { // what is in doubt does not stay as well
				p.MaybeCalled = cursorIn(plan, p)
			}
		case p.Attempts < patientReads:
			return Leftover{}, err
		default:
			lost = []deprovision.Remainder{{Name: "what the plan " + p.Plan.Digest + " lists and no event says is gone",
				Instructions: "The plan can't be read any more. Look for the product's objects by their published names."}}
		}
	}
	account := a.account
	if account == nil { // cancelled before the account was opened
		found, _, err := a.Accounts.Get(a.drainless(), p.Request.Tenant, p.Request.Account)
		if err != nil && p.Attempts < patientReads {
			return Leftover{}, err
		}
		account = &found
	}
	out := a.Steps.Left(p, *account, plan, steps)
	out.Stays = append(lost, out.Stays...)
	out.Doubt = doubted(plan, p)
	return out, nil
}

// doubted lists what is in doubt of the batch at the cursor; nil where nothing is, or one artifact alone.
func doubted(plan deprovision.Plan, p deprovision.Progress) []string {
	if p.MaybeCalled == "" || p.Step >= len(p.Steps) {
		return nil
	}
	batch := plan.Together(p.Steps[p.Step].Name, p.Cursor)
	if len(batch) < 2 || batch[0].ID != p.MaybeCalled {
		return nil
	}
	var ids []string
	for i, a := range batch {
		if !slices.Contains(p.Settled, i) {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

func names(steps []deprovision.StepProgress) []string {
	out := make([]string, len(steps))
	for i, s := range steps {
		out[i] = s.Name
	}
	return out
}
