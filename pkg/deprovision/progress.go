package deprovision

import (
	"maps"
	"slices"
	"time"
)

// MaxProgress is the most a progress document may weigh as JSON, in bytes. Lists in it are capped and point to the evidence.
const MaxProgress = 32 << 10

// Status is the state of a request.
type Status string

// The open states, then the ends.
const (
	Held      Status = "held"      // a worker works on it
	Contested Status = "contested" // a worker works on it, and another doubts that it lives
	Released  Status = "released"  // its worker gave it back
	Parked    Status = "parked"    // set aside until a time
	Waiting   Status = "waiting"   // set aside until somebody decides

	Succeeded              Status = "succeeded"                // found, removed, re-read, nothing left
	SucceededWithRemainder Status = "succeeded-with-remainder" // removed; what is left is named
	NothingFound           Status = "nothing-found"            // the tenant holds nothing of the footprint
	Planned                Status = "planned"                  // a dry run ended with its plan
	Cancelled              Status = "cancelled"                // somebody cancelled
	Forced                 Status = "forced"                   // closed by force; the footprint is the remainder
	Rejected               Status = "rejected"                 // the request itself is not valid
	Refused                Status = "refused"                  // valid, but not now or not for this sender
	Failed                 Status = "failed"                   // given up
)

// Terminal reports whether the request has ended.
func (s Status) Terminal() bool {
	switch s {
	case Held, Contested, Released, Parked, Waiting, "":
		return false
	}
	return true
}

// Worked reports whether a worker holds the request.
func (s Status) Worked() bool { return s == Held || s == Contested }

// Progress is the whole state of one request, as one document: the last one alone is enough to draw the whole screen.
type Progress struct {
	Request       Request           `json:"request"`
	RequestDigest string            `json:"requestDigest"`
	Seq           uint64            `json:"seq"` // 1, 2, 3 … without a gap
	Status        Status            `json:"status"`
	Detail        string            `json:"detail,omitempty"` // one line for a person: why it is in this state
	Started       time.Time         `json:"started"`
	Updated       time.Time         `json:"updated"`
	Claim         *Claim            `json:"claim,omitempty"`
	Park          *Park             `json:"park,omitempty"`
	Stop          *Stop             `json:"stop,omitempty"`
	Step          int               `json:"step"`   // index of the current step
	Cursor        int               `json:"cursor"` // finished units inside the current step
	Steps         []StepProgress    `json:"steps,omitempty"`
	Plan          *PlanSummary      `json:"plan,omitempty"`
	Credential    string            `json:"credential,omitempty"`  // credential reference in use, when a decision changed it
	Settled       []int             `json:"settled,omitempty"`     // of the batch at the cursor: what is finished already, by its place in the batch
	MaybeCalled   string            `json:"maybeCalled,omitempty"` // artifact that a lost holder may have called about, or the first of a batch
	Takeovers     int               `json:"takeovers,omitempty"`   // in a row without progress
	Wish          *Decision         `json:"wish,omitempty"`        // a cancel or force that is to be obeyed
	Decisions     []string          `json:"decisions,omitempty"`   // ids of the decisions already in the journal
	Refusals      []string          `json:"refusals,omitempty"`    // ids of the decisions that were refused lately
	Answer        *Decision         `json:"answer,omitempty"`      // what answered the current step's stop; dropped when the step ends
	Approved      []string          `json:"approved,omitempty"`    // suspects that may go, by exact name, or by id
	Forced        bool              `json:"forced,omitempty"`      // somebody forced the end: only the closing steps still run
	Attempts      int               `json:"attempts,omitempty"`    // transient failures of the current step in a row
	Removed       int               `json:"removed"`               // artifacts gone by our hand
	Gone          int               `json:"gone"`                  // artifacts that were absent before our first call
	Unconfirmed   int               `json:"unconfirmed"`           // artifacts called about, answer lost, absent in the re-read
	Remainder     []Remainder       `json:"remainder,omitempty"`
	InDoubt       []string          `json:"inDoubt,omitempty"`  // artifacts that may or may not have been removed at the end
	Facts         map[string]string `json:"facts,omitempty"`    // small findings of steps, by step or object name
	Left          *Duration         `json:"left,omitempty"`     // work that is left, with parks and drains, without waits for people: enough in half of the cases
	LeftHigh      *Duration         `json:"leftHigh,omitempty"` // likewise, in nine of ten cases
	ETA           *time.Time        `json:"eta,omitempty"`      // when that work will be done; none while it waits for a person
	ETAHigh       *time.Time        `json:"etaHigh,omitempty"`  // likewise, in nine of ten cases
	Trace         string            `json:"trace,omitempty"`    // W3C traceparent of the request
}

// Clone returns a copy that shares nothing that changes: lists, maps and pointed-to values are its own.
func (p Progress) Clone() Progress {
	p.Claim, p.Park, p.Stop, p.Plan = clone(p.Claim), clone(p.Park), clone(p.Stop), clone(p.Plan)
	p.Wish, p.Answer, p.ETA, p.ETAHigh = clone(p.Wish), clone(p.Answer), clone(p.ETA), clone(p.ETAHigh)
	p.Left, p.LeftHigh = clone(p.Left), clone(p.LeftHigh)
	p.Steps, p.Remainder = slices.Clone(p.Steps), slices.Clone(p.Remainder)
	p.Decisions, p.Refusals = slices.Clone(p.Decisions), slices.Clone(p.Refusals)
	p.Approved, p.InDoubt, p.Settled = slices.Clone(p.Approved), slices.Clone(p.InDoubt), slices.Clone(p.Settled)
	p.Facts = maps.Clone(p.Facts)
	return p
}

func clone[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}

// Claim is a worker's hold on a request.
type Claim struct {
	Worker  string   `json:"worker"`            // unique per process start
	Trigger string   `json:"trigger"`           // id of the trigger that claimed: "request", "wake:<seq>", "decision:<id>", "sweep:<seq>"
	Epoch   uint64   `json:"epoch"`             // seq of the claim, park or stop that the trigger names; 0 for the first claim
	Seq     uint64   `json:"seq"`               // seq of the event that made this claim
	Lease   Duration `json:"lease"`             // how long each append of the holder keeps the claim
	Contest uint64   `json:"contest,omitempty"` // seq of the last event that contested it
}

// Park says until when a request is set aside, and why.
type Park struct {
	Seq    uint64    `json:"seq"` // seq of the event that parked it
	Until  time.Time `json:"until"`
	Reason string    `json:"reason"`
}

// Stop is a named place where a request waits for a decision.
type Stop struct {
	Seq     uint64     `json:"seq"`  // seq of the event that opened it
	Name    string     `json:"name"` // "confirm", "invalid-account", "missing-rights", "failed", "manual", …
	Detail  string     `json:"detail"`
	Offers  []Verb     `json:"offers"` // the decisions that are possible
	Expires *time.Time `json:"expires,omitempty"`
	Manual  *Manual    `json:"manual,omitempty"`
}

// Accepts reports whether the stop accepts the verb.
func (s *Stop) Accepts(v Verb) bool {
	if slices.Contains(s.Offers, v) {
		return true
	}
	return v.Anytime()
}

// Manual is what a person has to do at a manual step.
type Manual struct {
	Instructions string     `json:"instructions"`
	Link         string     `json:"link,omitempty"`
	Owner        string     `json:"owner,omitempty"`
	Due          *time.Time `json:"due,omitempty"`
}

// StepState is the state of one step.
type StepState string

// The states of a step.
const (
	StepPending StepState = "pending"
	StepRunning StepState = "running"
	StepDone    StepState = "done"
	StepSkipped StepState = "skipped"
	StepFailed  StepState = "failed"
)

// StepProgress is what the screen shows of one step.
type StepProgress struct {
	Name    string     `json:"name"`
	State   StepState  `json:"state"`
	Done    int        `json:"done"`
	Total   int        `json:"total"`
	Started *time.Time `json:"started,omitempty"`
	Ended   *time.Time `json:"ended,omitempty"`
	Waited  bool       `json:"waited,omitempty"` // for a decision: how long it took tells nothing about the next time
	Error   string     `json:"error,omitempty"`

	Left     *Duration `json:"left,omitempty"`     // until it is done, once it is its turn: as long as it takes in half of the cases
	LeftHigh *Duration `json:"leftHigh,omitempty"` // likewise, in nine of ten cases
}

// PlanSummary is what the progress document keeps of a plan; the plan itself lies in the plan stream under its digest.
type PlanSummary struct {
	Digest    string    `json:"digest"`
	Artifacts int       `json:"artifacts"`
	Suspects  []string  `json:"suspects,omitempty"` // names, at most 20
	Cautions  []Caution `json:"cautions,omitempty"`

	// Objects is how many objects the tenant had of the kinds that are listed whole, where they are at least 20.
	Objects map[ArtifactKind]int `json:"objects,omitempty"`
}

// Caution is something that a person must acknowledge before anything is destroyed.
type Caution struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Unacknowledged lists the plan's cautions that neither the request nor more acknowledges, by code.
func (p Progress) Unacknowledged(more ...string) []Caution {
	if p.Plan == nil {
		return nil
	}
	var out []Caution
	for _, c := range p.Plan.Cautions {
		if !slices.Contains(p.Request.Options.Acknowledged, c.Code) && !slices.Contains(more, c.Code) {
			out = append(out, c)
		}
	}
	return out
}

// Codes lists the codes of cautions.
func Codes(cautions []Caution) []string {
	codes := make([]string, len(cautions))
	for i, c := range cautions {
		codes[i] = c.Code
	}
	return codes
}

// Remainder is something that is left, in the tenant or for a person.
type Remainder struct {
	Name         string `json:"name"`
	Instructions string `json:"instructions"`
	Link         string `json:"link,omitempty"`
}
