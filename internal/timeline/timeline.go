// Package timeline turns the journal of a request into what a small picture of it shows: spans of time (steps, parks, drains, stops, pauses)
// and marks (who asked, claimed, decided; the end). It is pure: events in their order go into a [Drawer], a [Timeline] comes out, at most
// [Most] spans and as many marks, however long the journal is.
//
// Times are those that the events tell of themselves, by the clock of the worker that wrote them. Workers' clocks differ: a time never goes
// back here.
package timeline

import "time"

// Most is how many spans, and how many marks, a timeline has at most. What is too much is left out of the middle: how a request began and where
// it is now is always there.
const Most = 500

// Kinds of spans.
const (
	Step  = "step"  // one run of a step, with all that it waited for
	Park  = "park"  // set aside until a time
	Drain = "drain" // set aside by the step of that name: mail under way may come back
	Stop  = "stop"  // waits for a decision
	Pause = "pause" // nobody works on it: given back, or its holder is silent and doubted
)

// Kinds of marks.
const (
	Asked     = "asked"
	Claimed   = "claimed"   // by another worker than before
	Takeover  = "takeover"  // from a worker that was silent
	Announced = "announced" // what is about to be removed
	Decision  = "decision"
	Refused   = "refused" // a decision that does not count
	Recovered = "recovered"
	Ended     = "ended"
)

// Timeline is the whole picture.
type Timeline struct {
	From  time.Time  `json:"from"`
	To    *time.Time `json:"to,omitempty"` // absent while the request is open
	Spans []Span     `json:"spans"`        // in the order of their beginning
	Marks []Mark     `json:"marks"`        // in the order of the journal
	Cut   int        `json:"cut,omitempty"`
}

// Span is a stretch of time.
type Span struct {
	Kind   string     `json:"kind"`
	Name   string     `json:"name"` // of the step, or of the stop
	Detail string     `json:"detail,omitempty"`
	From   time.Time  `json:"from"`
	To     *time.Time `json:"to,omitempty"`    // absent while it lasts
	Until  *time.Time `json:"until,omitempty"` // of a park: when it was to end
}

// Mark is a moment.
type Mark struct {
	Kind   string    `json:"kind"`
	Name   string    `json:"name"`         // of the account, the verb, the step or the end
	By     string    `json:"by,omitempty"` // a person, a system or a worker
	At     time.Time `json:"at"`
	Detail string    `json:"detail,omitempty"`
}
