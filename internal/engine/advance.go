package engine

import (
	"context"
	"errors"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// again is how long a trigger waits when the journal could not be asked.
const again = 5 * time.Second

// attempt is one look at one trigger.
type attempt struct {
	*Engine
	trigger Trigger
	drain   context.Context      // done when the worker stops; calls under way are finished first
	slot    bool                 // whether the caller's slot is held
	account *deprovision.Account // once it is open for this request
}

// Handle looks at a trigger and does what the table says, up to the whole work of a claimed request. The verdict says what becomes of
// the trigger's message. ctx ends when the worker drains: the request is then given back at the next border between two units of work.
func (e *Engine) Handle(ctx context.Context, t Trigger) Verdict {
	a := &attempt{Engine: e, trigger: t, drain: ctx, slot: t.Kind != DecisionTrigger}
	look := t.Kind != RequestTrigger || !t.First // a new request is claimed unseen; if it is not new, the append is refused
	for ; ctx.Err() == nil; look = true {
		var last Entry
		if look {
			var err error
			if last, err = e.Journal.Last(context.WithoutCancel(ctx), t.Ref); err != nil {
				e.Log.Warn("the journal could not be read", "request", t.Ref.Tokens(), "error", err)
				return Verdict{Fate: Nak, Delay: again}
			}
		}
		verdict, err := a.act(last)
		switch {
		case err == nil:
			return verdict
		case errors.Is(err, ErrTooLarge):
			return a.tooLong(last)
		case !errors.Is(err, ErrConflict): // whether the append arrived shows when the trigger comes again
			e.Log.Warn("the journal could not be written", "request", t.Ref.Tokens(), "error", err)
			return Verdict{Fate: Silent}
		}
	}
	return Verdict{Fate: Nak}
}

// act carries out the table's ruling. [ErrConflict] says that the journal moved on: look again.
func (a *attempt) act(last Entry) (Verdict, error) {
	r := judge(last.Progress, a.trigger, a.Clock.Now(), a.Grace, a.denied(last.Progress))
	if a.trigger.Kind == DecisionTrigger && hasClaimed(last.Progress, a.trigger) && (r.act == claimIt || r.act == contestIt) {
		if other, err := a.isAnother(); err != nil || other { // only its name has claimed
			return a.notThatOne(last, err)
		}
	}
	switch r.act {
	case claimIt:
		return a.claim(last, false)
	case contestIt:
		if a.holds(a.trigger.Ref, last.Progress.Claim) { // redelivered to the holder itself: the first delivery is settled by its end
			return Verdict{Fate: Silent}, nil
		}
		return a.contest(last)
	case wishIt:
		return a.wish(last)
	case refuseIt:
		return a.refuse(last, r.why)
	case rewakeIt:
		if !a.wake(last.Progress.Park) {
			return Verdict{Fate: Nak, Delay: again}, nil
		}
	case nakIt:
		return Verdict{Fate: Nak, Delay: r.delay}, nil
	case deadIt:
		a.answer(r.why)
		return Verdict{Fate: DeadLetter, Reason: r.reason, Detail: r.why}, nil
	}
	if last.Progress.Status.Terminal() {
		a.letGo(last.Progress.Request)
	}
	if a.trigger.Kind == DecisionTrigger {
		return a.again(last, r.why)
	}
	return Verdict{Fate: Ack}, nil
}

// denied tells why the tenant's policy does not let the trigger's decision count; "" when it does, or when it is none.
func (a *attempt) denied(state deprovision.Progress) string {
	if a.MayDecide == nil || a.trigger.Kind != DecisionTrigger || state.Seq == 0 {
		return ""
	}
	return a.MayDecide(state, *a.trigger.Decision)
}

// wake publishes the wake-up of a park and reports whether it is sure.
func (a *attempt) wake(park *deprovision.Park) bool {
	err := a.Journal.Wake(context.WithoutCancel(a.drain), a.trigger.Ref, *park)
	if err != nil {
		a.Log.Warn("a wake-up could not be published", "request", a.trigger.Ref.Tokens(), "error", err)
	}
	return err == nil
}

// answer tells the decider, if one listens, why its decision does not count; "" means that it does.
func (a *attempt) answer(refusal string) {
	if a.trigger.Answer != nil {
		a.trigger.Answer(refusal)
	}
}

// append writes an event of somebody who does not hold the request. It returns [ErrConflict] when the journal moved on.
func (a *attempt) append(last Entry, next deprovision.Progress, change deprovision.Change) (Entry, error) {
	next.Seq, next.Updated = last.Progress.Seq+1, a.Clock.Now()
	a.estimate(&next)
	fit(&next)
	change.ID = newID()
	e := deprovision.Event{Progress: next, Change: change}
	revision, err := a.Journal.Append(context.WithoutCancel(a.drain), a.trigger.Ref, last.Revision, e)
	return Entry{Event: e, Revision: revision}, err
}

// estimate writes into a document how long its request will still take.
func (e *Engine) estimate(p *deprovision.Progress) {
	p.Left, p.LeftHigh, p.ETA, p.ETAHigh = nil, nil, nil, nil
	for i := range p.Steps {
		p.Steps[i].Left, p.Steps[i].LeftHigh = nil, nil
	}
	if e.Estimate != nil && !p.Status.Terminal() {
		e.Estimate(p)
	}
}
