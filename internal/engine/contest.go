package engine

import (
	"context"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// contest doubts a holder: it says so in the journal, waits the holder's whole lease without a slot, and claims the request unless the
// holder, or another claim, wrote after that.
func (a *attempt) contest(last Entry) (Verdict, error) {
	held := *last.Progress.Claim
	next := last.Progress.Clone()
	next.Status = deprovision.Contested
	next.Claim.Contest = last.Progress.Seq + 1
	mine, err := a.append(last, next, deprovision.Change{Kind: deprovision.ContestedClaim, By: a.Worker, Detail: "no sign of life from " + held.Worker})
	if err != nil {
		return Verdict{}, err
	}
	if !a.waitWithoutSlot(held.Lease) {
		return Verdict{Fate: Nak}, nil
	}
	since, err := a.Journal.Since(context.WithoutCancel(a.drain), a.trigger.Ref, mine.Revision)
	if err != nil {
		return Verdict{}, err
	}
	top := mine
	for _, e := range since {
		if lives(e) {
			return Verdict{Fate: Nak, Delay: durationOf(held.Lease)}, nil
		}
		top = e
	}
	return a.claim(top, true)
}

// lives reports whether an event is a sign of life of the holder, or of another one. Wishes, refusals and other doubts are not.
func lives(e Entry) bool {
	switch e.Change.Kind {
	case deprovision.ContestedClaim, deprovision.Wished, deprovision.DecisionRefused:
		return false
	}
	return true
}

// waitWithoutSlot waits and reports whether the time went by; false means that the worker drains.
func (a *attempt) waitWithoutSlot(d deprovision.Duration) bool {
	if a.slot {
		a.Release()
	}
	ok := true
	select {
	case <-a.Clock.After(durationOf(d)):
	case <-a.drain.Done():
		ok = false
	}
	if a.slot { // the caller gives back what it took
		if err := a.Acquire(context.WithoutCancel(a.drain)); err != nil {
			return false
		}
	}
	return ok
}
