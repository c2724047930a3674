package deprovision

// ChangeKind says what an event of the journal did.
type ChangeKind string

// The kinds of change.
const (
	Claimed         ChangeKind = "claimed"
	ContestedClaim  ChangeKind = "contested"
	StillHeld       ChangeKind = "still-held"
	Advanced        ChangeKind = "advanced" // a unit or a step was finished
	ReleasedClaim   ChangeKind = "released"
	ParkedRequest   ChangeKind = "parked"
	Stopped         ChangeKind = "stopped" // a stop opened
	Wished          ChangeKind = "wished"  // cancel or force, to be obeyed by the holder
	DecisionRefused ChangeKind = "decision-refused"
	Ended           ChangeKind = "ended"
	Recovered       ChangeKind = "recovered" // the journal was lost: the last state that the picture knew
)

// Change is what caused an event.
type Change struct {
	ID       string     `json:"id"` // of the append, kept over retries
	Kind     ChangeKind `json:"kind"`
	By       string     `json:"by"` // worker, or who decided
	Step     string     `json:"step,omitempty"`
	Detail   string     `json:"detail,omitempty"`
	Evidence []Evidence `json:"evidence,omitempty"`
	Decision *Decision  `json:"decision,omitempty"`
}

// Event is one entry of a request's journal: the whole progress document, and the change that led to it.
type Event struct {
	Progress Progress `json:"progress"`
	Change   Change   `json:"change"`
}
