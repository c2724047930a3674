package deprovision

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// ArtifactKind is the kind of an object that a product leaves in a tenant, e.g. "transport-rule".
type ArtifactKind string

// Artifact is one object of the footprint that was found in this tenant.
type Artifact struct {
	Kind    ArtifactKind    `json:"kind"`
	ID      string          `json:"id"` // the tenant's own immutable id
	Name    string          `json:"name"`
	Step    string          `json:"step"`              // the step that removes it
	Match   string          `json:"match"`             // why it is the product's: "name", "recorded-id", "app-id"; "suspect: …" for a near match
	Before  json.RawMessage `json:"before,omitempty"`  // the object as it was read, complete enough to restore it
	Restore string          `json:"restore,omitempty"` // the command that would restore it
	Created *time.Time      `json:"created,omitempty"`

	// Batch numbers the artifacts of a step that are removed together, from 1 on; 0 means alone. Those of one number follow each other.
	Batch int `json:"batch,omitempty"`
}

// Plan is what a removal would do in this tenant: the artifacts found, in the order of their removal.
type Plan struct {
	Ref       Ref         `json:"ref"`
	Made      time.Time   `json:"made"`
	Artifacts []Artifact  `json:"artifacts"`
	Suspects  []Artifact  `json:"suspects,omitempty"`
	Cautions  []Caution   `json:"cautions,omitempty"`
	Remainder []Remainder `json:"remainder,omitempty"` // known beforehand

	Manual []Remainder `json:"manual,omitempty"` // what a person does on the way, each at a stop

	Calls map[ArtifactKind]Call `json:"calls,omitempty"` // how an artifact of a kind is removed
	Prior string                `json:"prior,omitempty"` // of a part of an inventory: digest of the part before
}

// Call is a call that removes an artifact, and what allows it.
type Call struct {
	Call  string `json:"call"`            // e.g. "Remove-TransportRule"
	Needs string `json:"needs,omitempty"` // permissions or roles, any one of which is enough
}

// Digest identifies what the plan would do: the SHA-256 of what it says, whichever request it was made for, and whenever.
func (p Plan) Digest() string {
	p.Ref, p.Made = Ref{}, time.Time{}
	body, err := json.Marshal(p)
	if err != nil { // only Before could fail, and it is raw JSON that was read as such
		panic(err)
	}
	sum := sha256.Sum256(body)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Of returns the artifacts that a step removes, in order.
func (p Plan) Of(step string) []Artifact {
	var out []Artifact
	for _, a := range p.Artifacts {
		if a.Step == step {
			out = append(out, a)
		}
	}
	return out
}

// Together returns the artifacts of a step that are removed at a cursor: one, or those of one batch.
func (p Plan) Together(step string, cursor int) []Artifact { return Together(p.Of(step), cursor) }

// Together is [Plan.Together] for what [Plan.Of] returned: who goes through a whole step asks for that once.
func Together(list []Artifact, cursor int) []Artifact {
	if cursor >= len(list) {
		return nil
	}
	n := 1
	for list[cursor].Batch > 0 && cursor+n < len(list) && list[cursor+n].Batch == list[cursor].Batch {
		n++
	}
	return list[cursor : cursor+n]
}

// Approves tells why a name, or an id, approves none of the plan's suspects; "" when it does. Of several with one name nobody knows which one
// was meant: each is approved by its id.
func (p Plan) Approves(name string) string {
	n := 0
	for _, a := range p.Suspects {
		if a.ID == name {
			return ""
		}
		if a.Name == name {
			n++
		}
	}
	switch n {
	case 0:
		return "is no suspect of this plan; a name has to be exact"
	case 1:
		return ""
	}
	return "is the name of several suspects; approve them by their ids"
}

// Outcome says how an artifact went.
type Outcome string

// The outcomes of an artifact.
const (
	Removed            Outcome = "removed"             // our call answered
	FoundGone          Outcome = "found-gone"          // absent before our first call
	RemovedUnconfirmed Outcome = "removed-unconfirmed" // we called, the answer was lost, the re-read shows it gone
)

// Evidence tells of one artifact what it was, when and by which call it went.
type Evidence struct {
	Artifact  Artifact  `json:"artifact"`
	Outcome   Outcome   `json:"outcome"`
	At        time.Time `json:"at"`
	Call      string    `json:"call,omitempty"`      // e.g. "Remove-TransportRule"
	ClientID  string    `json:"clientId,omitempty"`  // client-request-id, derived from request and artifact before the call
	RequestID string    `json:"requestId,omitempty"` // the service's own id of the call

	RestoreUntil *time.Time `json:"restoreUntil,omitempty"` // until when the tenant keeps it to be restored; nil where it keeps nothing
}
