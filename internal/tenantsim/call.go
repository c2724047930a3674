package tenantsim

import "time"

// Effect is what a call did to the tenant.
type Effect string

// The effects a call can have.
const (
	EffectNone    Effect = "none"    // nothing changed: a read, a refusal, a change to the same value
	EffectRemoved Effect = "removed" // something is gone that was there
	EffectAbsent  Effect = "absent"  // a removal found nothing to remove
	EffectChanged Effect = "changed" // something was changed or restored
	EffectCreated Effect = "created" // something is there that was not
)

// Call is one request as the simulator saw it. Each item of a $batch is a call
// of its own.
type Call struct {
	Seq    int64     `json:"seq"` // 1, 2, 3 … in the order in which calls ended
	Time   time.Time `json:"time"`
	Tenant string    `json:"tenant,omitempty"` // tenant id
	AppID  string    `json:"appId,omitempty"`  // who: the app id in the token
	API    API       `json:"api"`
	Method string    `json:"method"`
	Path   string    `json:"path"` // without query
	Query  string    `json:"query,omitempty"`
	Cmdlet string    `json:"cmdlet,omitempty"`

	Kind        Kind     `json:"kind,omitempty"`     // of the target
	TargetID    string   `json:"targetId,omitempty"` // the object the call was about, when it was found
	TargetName  string   `json:"targetName,omitempty"`
	Removed     []string `json:"removed,omitempty"` // ids (or list entries) that this call removed
	Destructive bool     `json:"destructive,omitempty"`
	Effect      Effect   `json:"effect"`

	// Status is the answer's status, or 0 if the connection was cut.
	Status          int    `json:"status"`
	RequestID       string `json:"requestId"`
	ClientRequestID string `json:"clientRequestId,omitempty"`
	Fault           string `json:"fault,omitempty"` // the kind of fault that hit it
	Early           bool   `json:"early,omitempty"` // came before a Retry-After had passed
	Batch           string `json:"batch,omitempty"` // request-id of the $batch around it
}
