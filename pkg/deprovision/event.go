package deprovision

import "time"

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
	Announced       ChangeKind = "announced" // what is about to be removed, before anything is
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

	Rereads      []Reread      `json:"rereads,omitempty"`      // of removed artifacts that were read again and are absent
	Announcement *Announcement `json:"announcement,omitempty"` // of an announced change
}

// Reread is one look at an artifact that was removed: it was not there any more.
type Reread struct {
	Kind      ArtifactKind `json:"kind"`
	ID        string       `json:"id"`
	At        time.Time    `json:"at"`
	Call      string       `json:"call,omitempty"`      // that was answered so, e.g. "GET /servicePrincipals/{id}"
	RequestID string       `json:"requestId,omitempty"` // the service's own id of the call, where it gives one
}

// Announcement tells who listens what is about to go, so that they can match the alerts that it causes.
type Announcement struct {
	Plan       string            `json:"plan"`    // digest
	Account    string            `json:"account"` // id of the service account's record
	AppID      string            `json:"appId,omitempty"`
	Consumers  []string          `json:"consumers,omitempty"`  // of the product's APIs that stop working
	Objects    []AnnouncedObject `json:"objects,omitempty"`    // at most 500, in the order of their removal
	More       int               `json:"more,omitempty"`       // objects that are not listed; the plan has them all
	Operations []AuditOperation  `json:"operations,omitempty"` // what the tenant's audit logs will hold
}

// AnnouncedObject is an artifact that is about to go.
type AnnouncedObject struct {
	Kind ArtifactKind `json:"kind"`
	ID   string       `json:"id"`
	Name string       `json:"name"`
}

// AuditOperation is an entry to be expected in a tenant's audit log.
type AuditOperation struct {
	Log       string `json:"log"`       // which log, e.g. "Entra audit", "Exchange admin audit"
	Operation string `json:"operation"` // as the log has it, e.g. "Remove service principal"
	Count     int    `json:"count"`     // how many of them
}

// Event is one entry of a request's journal: the whole progress document, and the change that led to it.
type Event struct {
	Progress Progress `json:"progress"`
	Change   Change   `json:"change"`
}
