package engine

import (
	"reflect"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// remembered is how many ids of decisions, and of refused ones, a progress document keeps.
const remembered = 50

func remember(ids []string, id string) []string {
	ids = append(ids, id)
	return ids[max(0, len(ids)-remembered):]
}

// wish leaves a cancel or force in the journal of a held request; its holder meets it at the next append.
func (a *attempt) wish(last Entry) (Verdict, error) {
	d := *a.trigger.Decision
	next := last.Progress.Clone()
	next.Wish = &d
	next.Decisions = remember(next.Decisions, d.ID)
	if _, err := a.append(last, next, deprovision.Change{Kind: deprovision.Wished, By: d.DecidedBy, Decision: &d}); err != nil {
		return Verdict{}, err
	}
	a.answer("")
	return Verdict{Fate: Ack}, nil
}

// refuse records a decision that does not count, and why. It changes nothing else.
func (a *attempt) refuse(last Entry, why string) (Verdict, error) {
	d := *a.trigger.Decision
	next := last.Progress.Clone()
	next.Refusals = remember(next.Refusals, d.ID)
	change := deprovision.Change{Kind: deprovision.DecisionRefused, By: d.DecidedBy, Detail: why, Decision: &d}
	if _, err := a.append(last, next, change); err != nil {
		return Verdict{}, err
	}
	a.answer(why)
	return Verdict{Fate: Ack}, nil
}

// decided folds an accepted decision into the document of the claim that it makes.
func decided(p *deprovision.Progress, d deprovision.Decision) {
	p.Decisions = remember(p.Decisions, d.ID)
	p.Takeovers = 0
	switch d.Verb {
	case deprovision.Cancel, deprovision.Force:
		p.Wish = &d
		return
	case deprovision.Credentials:
		p.Credential = d.CredentialRef
	}
	p.Answer = &d
	p.Attempts = 0
}

// again answers a decision whose id is known already. The same id with another body is another decision, and does not count.
func (a *attempt) again(last Entry, why string) (Verdict, error) {
	if why == "" {
		if other, err := a.isAnother(); err != nil || other {
			return a.notThatOne(last, err)
		}
	}
	a.answer(why)
	return Verdict{Fate: Ack}, nil
}

// isAnother reports whether the journal has counted a decision with the id of the trigger's and another body.
func (a *attempt) isAnother() (bool, error) {
	events, err := a.Journal.Since(a.drainless(), a.trigger.Ref, 0)
	if err != nil {
		return false, err
	}
	for _, e := range events {
		counted := e.Change.Kind != deprovision.DecisionRefused // another one with its id, that was refused, takes nothing from it
		if d := e.Change.Decision; counted && d != nil && d.ID == a.trigger.Decision.ID && !reflect.DeepEqual(*d, *a.trigger.Decision) {
			return true, nil
		}
	}
	return false, nil
}

// notThatOne refuses a decision that has the id of another one; where that could not be read, it comes again.
func (a *attempt) notThatOne(last Entry, unread error) (Verdict, error) {
	if unread != nil {
		return Verdict{Fate: Nak, Delay: again}, nil //nolint:nilerr // it is asked again
	}
	return a.refuse(last, "its id names another decision already")
}

// tooLong ends what can never be kept: a request that does not fit into a progress document, or a decision that does not fit into the
// one that is there.
func (a *attempt) tooLong(last Entry) Verdict {
	const why = "it is too long to be kept in a progress document"
	var err error
	switch {
	case a.trigger.Kind == DecisionTrigger:
		var v Verdict
		if v, err = a.refuse(last, why); err == nil {
			return v
		}
	case last.Revision == 0:
		short := *a.trigger.Request
		short.Options, short.Reason = deprovision.Options{}, ""
		var v Verdict
		if v, err = a.turnAway(last, short, why); err == nil {
			return v
		}
	}
	a.Log.Error("a document is too large", "request", a.trigger.Ref.Tokens(), "error", err)
	return Verdict{Fate: Nak, Delay: a.Lease}
}
