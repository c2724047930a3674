package engine

import (
	"fmt"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Kind is the kind of a trigger.
type Kind string

// The kinds of trigger.
const (
	RequestTrigger  Kind = "request"
	WakeTrigger     Kind = "wake"
	SweepTrigger    Kind = "sweep"
	DecisionTrigger Kind = "decision"
)

// Trigger is a reason to look at a request.
type Trigger struct {
	Kind     Kind
	Ref      deprovision.Ref
	Request  *deprovision.Request  // for a request
	Seq      uint64                // wake: the park it ends; sweep: the claim, release, park or stop it doubts
	Decision *deprovision.Decision // for a decision
	Age      time.Duration         // since it was published
	Trace    string                // W3C traceparent of the message, if it had one
	First    bool                  // delivered for the first time: most likely the journal has nothing about a request yet

	// Claimed is called once the trigger has claimed its request and its delivery needs no place among others any more. It may be nil.
	Claimed func()

	// Answer tells a decider at once whether the decision counts; "" means yes, else why not. It may be nil.
	Answer func(refusal string)
}

// Name is how a claim names its trigger: the same trigger delivered again has the same name.
func (t Trigger) Name() string {
	switch t.Kind {
	case WakeTrigger, SweepTrigger:
		return fmt.Sprintf("%s:%d", t.Kind, t.Seq)
	case DecisionTrigger:
		return "decision:" + t.Decision.ID
	}
	return string(t.Kind)
}

// Fate is what becomes of a trigger's message.
type Fate string

// The fates.
const (
	Ack        Fate = "ack"         // superfluous for ever
	Nak        Fate = "nak"         // again after Delay
	Silent     Fate = "silent"      // neither: another hand has it, or will
	DeadLetter Fate = "dead-letter" // set aside with Reason, then ack
)

// Verdict is what the engine made of a trigger.
type Verdict struct {
	Fate   Fate
	Delay  time.Duration
	Reason string // for a dead letter: one word that is counted
	Detail string // likewise, for a person
}
