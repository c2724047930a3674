package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// act is what a trigger does to a request in its present state.
type act string

const (
	ackIt     act = "ack"
	nakIt     act = "nak"         // again after ruling.delay
	claimIt   act = "claim"       //
	contestIt act = "contest"     // doubt the holder; claim when it stays silent for a lease
	wishIt    act = "wish"        // leave a cancel or force for the holder
	refuseIt  act = "refuse"      // a decision that is not offered
	rewakeIt  act = "rewake"      // publish the park's wake-up again, then ack
	deadIt    act = "dead-letter" //
)

type ruling struct {
	act    act
	delay  time.Duration
	reason string // token of a dead letter
	why    string // for a person
}

// judge is the table of triggers: what t does when state is the last progress of its request (Seq 0: there is none). It is pure: denied is
// why the tenant's policy does not let the trigger's decision count, "" when it does.
func judge(state deprovision.Progress, t Trigger, now time.Time, grace time.Duration, denied string) ruling {
	r := rule(state, t, now, grace)
	if denied != "" && t.Kind == DecisionTrigger && !hasClaimed(state, t) && (r.act == claimIt || r.act == wishIt) {
		return ruling{act: refuseIt, why: denied}
	}
	return r
}

// hasClaimed reports whether the present claim was made by this trigger: a decision that counted goes on counting, whatever the policy became.
func hasClaimed(state deprovision.Progress, t Trigger) bool {
	return state.Claim != nil && state.Claim.Trigger == t.Name()
}

// rule is the table without the tenant's policy.
func rule(state deprovision.Progress, t Trigger, now time.Time, grace time.Duration) ruling {
	if t.Kind == RequestTrigger && state.Seq > 0 && state.RequestDigest != t.Request.Digest() {
		return ruling{act: deadIt, reason: "id-reused", why: "the id names another request already"}
	}
	switch {
	case state.Seq == 0:
		return judgeNone(t, grace)
	case state.Status.Terminal():
		return judgeOver(state, t)
	}
	switch state.Status {
	case deprovision.Released:
		return judgeReleased(state, t)
	case deprovision.Parked:
		return judgeParked(state, t, now)
	case deprovision.Waiting:
		return judgeWaiting(state, t, now)
	}
	return judgeHeld(state, t)
}

func judgeNone(t Trigger, grace time.Duration) ruling {
	switch {
	case t.Kind == RequestTrigger:
		return ruling{act: claimIt}
	case t.Kind == DecisionTrigger && t.Age < grace: // its request may still be queued
		return ruling{act: nakIt, delay: min(5*time.Second, grace-t.Age)}
	case t.Kind == DecisionTrigger:
		return ruling{act: deadIt, reason: "unknown-request", why: "unknown request"}
	}
	return ruling{act: ackIt}
}

func judgeOver(state deprovision.Progress, t Trigger) ruling {
	if t.Kind == DecisionTrigger {
		return known(state, t).or(refuse("the request has ended: %s", state.Status))
	}
	return ruling{act: ackIt}
}

func judgeHeld(state deprovision.Progress, t Trigger) ruling {
	switch {
	case state.Claim.Trigger == t.Name(), t.Kind == SweepTrigger && t.Seq == state.Claim.Seq:
		return ruling{act: contestIt}
	case t.Kind != DecisionTrigger:
		return ruling{act: ackIt}
	case t.Decision.Stop != 0 || !t.Decision.Verb.Anytime():
		return known(state, t).or(refuse("the request does not wait: it is being worked on; only cancel and force are offered"))
	case state.Wish != nil:
		return known(state, t).or(refuse("%s was decided already and is about to be obeyed", state.Wish.Verb))
	}
	return known(state, t).or(ruling{act: wishIt})
}

func judgeReleased(state deprovision.Progress, t Trigger) ruling {
	switch claim := state.Claim; {
	case claim != nil && (claim.Trigger == t.Name() || t.Kind == SweepTrigger && t.Seq == claim.Seq):
		return ruling{act: claimIt}
	case t.Kind == DecisionTrigger:
		return known(state, t).or(offered(state, t))
	}
	return ruling{act: ackIt}
}

func judgeParked(state deprovision.Progress, t Trigger, now time.Time) ruling {
	wait := state.Park.Until.Sub(now)
	own := t.Seq == state.Park.Seq
	switch {
	case t.Kind == DecisionTrigger:
		return known(state, t).or(offered(state, t))
	case t.Kind == WakeTrigger && own && wait > 0: // the server's clock runs ahead of ours
		return ruling{act: nakIt, delay: wait}
	case (t.Kind == WakeTrigger || t.Kind == SweepTrigger) && own && wait <= 0:
		return ruling{act: claimIt}
	}
	return ruling{act: rewakeIt}
}

func judgeWaiting(state deprovision.Progress, t Trigger, now time.Time) ruling {
	stop := state.Stop
	if t.Kind == DecisionTrigger {
		return known(state, t).or(answers(state, *t.Decision, now))
	}
	names := (t.Kind == WakeTrigger || t.Kind == SweepTrigger) && t.Seq == stop.Seq && stop.Expires != nil
	switch {
	case names && !stop.Expires.After(now):
		return ruling{act: claimIt}
	case names && t.Kind == WakeTrigger: // the server's clock runs ahead of ours
		return ruling{act: nakIt, delay: stop.Expires.Sub(now)}
	}
	return ruling{act: ackIt}
}

// answers judges a decision at a stop.
func answers(state deprovision.Progress, d deprovision.Decision, now time.Time) ruling {
	stop := state.Stop
	bound := d.Verb == deprovision.Confirm || d.Verb == deprovision.Approve
	switch {
	case stop.Expires != nil && !stop.Expires.After(now) && (d.Stop != 0 || d.Verb != deprovision.Cancel): // cancel is what comes anyway
		return refuse("the stop %s expired at %s", stop.Name, stop.Expires.UTC().Format(time.RFC3339))
	case d.Stop == 0 && d.Verb.Anytime():
	case d.Stop != stop.Seq:
		return refuse("it names stop %d, the request waits at stop %d (%s)", d.Stop, stop.Seq, stop.Name)
	case !stop.Accepts(d.Verb):
		return refuse("%s is not offered at the stop %s; offered are %v", d.Verb, stop.Name, stop.Offers)
	case bound && (state.Plan == nil || d.PlanDigest != state.Plan.Digest):
		return refuse("it names another plan than the one that is to be confirmed")
	case d.Verb == deprovision.ManualDone && strings.TrimSpace(d.Reason) == "":
		return refuse("it says nothing of how it was done: a manual step is closed by a note, the field reason")
	case d.Verb == deprovision.Confirm:
		if left := deprovision.Codes(state.Unacknowledged(d.Acknowledged...)); len(left) > 0 {
			return refuse("it leaves out cautions that have to be acknowledged: %s", strings.Join(left, ", "))
		}
	}
	return ruling{act: claimIt}
}

// offered judges a decision where the request is set aside without a stop: only cancel and force are offered.
func offered(state deprovision.Progress, t Trigger) ruling {
	if state.Wish != nil {
		return refuse("%s was decided already and is about to be obeyed", state.Wish.Verb)
	}
	if t.Decision.Stop == 0 && t.Decision.Verb.Anytime() {
		return ruling{act: claimIt}
	}
	return refuse("the request waits at no stop; only cancel and force are offered")
}

// known acknowledges a decision that is in the journal already; else the ruling is empty.
func known(state deprovision.Progress, t Trigger) ruling {
	switch {
	case slices.Contains(state.Decisions, t.Decision.ID):
		return ruling{act: ackIt}
	case slices.Contains(state.Refusals, t.Decision.ID):
		return ruling{act: ackIt, why: "it was refused already; the request's events tell why"}
	}
	return ruling{}
}

func (r ruling) or(other ruling) ruling {
	if r.act == "" {
		return other
	}
	return r
}

func refuse(format string, args ...any) ruling {
	return ruling{act: refuseIt, why: fmt.Sprintf(format, args...)}
}
