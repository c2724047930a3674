package deprovision

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Limits of a removal request.
const (
	MaxReason = 1000                // bytes of a reason or note
	MaxDrain  = 30 * 24 * time.Hour // longest drain
)

// Request is a removal request: the wish that one service account go. The same id with the same body is the same request.
type Request struct {
	ID          string  `json:"id"`                 // chosen by who asks; a token
	Tenant      string  `json:"tenant"`             // alias of the tenant
	Service     Service `json:"service"`            // the service whose account goes
	Account     string  `json:"account"`            // id of the service-account record; a token
	Product     string  `json:"product,omitempty"`  // whose account it is, a footprint's name; must equal the record's
	AppID       string  `json:"appId,omitempty"`    // App Id of the account as the requester knows it; must equal the record's
	RequestedBy string  `json:"requestedBy"`        // who asks: a person or a system
	Reason      string  `json:"reason,omitempty"`   // why, for the evidence
	ResumeOf    string  `json:"resumeOf,omitempty"` // id of a request of the same account that ended and left something, which is taken up
	Options     Options `json:"options"`
}

// Options shape how a request is carried out. The zero value is the careful default: ask for a confirmation.
type Options struct {
	DryRun        bool      `json:"dryRun,omitempty"`        // end after the plan; nothing is removed
	Drain         *Duration `json:"drain,omitempty"`         // how long mail under way may still return; nil means the tenant's default (24 h)
	Acknowledged  []string  `json:"acknowledged,omitempty"`  // cautions accepted beforehand, by code
	Confirmed     bool      `json:"confirmed,omitempty"`     // the plan need not be shown before it is carried out, if every caution is acknowledged
	Plan          string    `json:"plan,omitempty"`          // digest of a plan that was looked at: it alone may be carried out without asking again
	Purge         bool      `json:"purge,omitempty"`         // what can be restored for a while is removed for good
	ApproveByName []string  `json:"approveByName,omitempty"` // suspects that may go, each by its exact name, or by id where several have it
}

// Ref returns the name of the request.
func (r Request) Ref() Ref { return Ref{Tenant: r.Tenant, Service: r.Service, Request: r.ID} }

// Validate returns an [Invalid] that names the first field that holds something not allowed.
func (r Request) Validate() error {
	if err := firstError(
		checkToken("id", r.ID), checkToken("tenant", r.Tenant), r.Service.Validate(), checkToken("account", r.Account),
		checkText("requestedBy", r.RequestedBy, 200), checkText("reason", r.Reason, MaxReason),
	); err != nil {
		return err
	}
	if r.RequestedBy == "" {
		return &Invalid{Field: "requestedBy", Allowed: "who asks, in at most 200 bytes"}
	}
	if r.AppID != "" && !ValidAppID(r.AppID) {
		return &Invalid{Field: "appId", Value: clip(r.AppID), Allowed: "a GUID"}
	}
	if r.Product != "" && !ValidToken(r.Product) {
		return &Invalid{Field: "product", Value: clip(r.Product), Allowed: TokenRule}
	}
	switch {
	case r.ResumeOf != "" && !ValidToken(r.ResumeOf):
		return &Invalid{Field: "resumeOf", Value: clip(r.ResumeOf), Allowed: TokenRule}
	case r.ResumeOf != "" && r.ResumeOf == r.ID:
		return &Invalid{Field: "resumeOf", Value: clip(r.ResumeOf), Allowed: "the id of another request"}
	}
	return r.Options.validate()
}

func (o Options) validate() error {
	if o.Drain != nil && (*o.Drain < 0 || time.Duration(*o.Drain) > MaxDrain) {
		return &Invalid{Field: "options.drain", Value: o.Drain.String(), Allowed: fmt.Sprintf("a duration from 0s to %s", Duration(MaxDrain))}
	}
	if err := checkText("options.plan", o.Plan, 300); err != nil {
		return err
	}
	for i, s := range o.Acknowledged {
		if err := checkToken(fmt.Sprintf("options.acknowledged[%d]", i), s); err != nil {
			return err
		}
	}
	if len(o.ApproveByName) > 100 {
		return &Invalid{Field: "options.approveByName", Allowed: "at most 100 names"}
	}
	for i, s := range o.ApproveByName {
		if err := checkText(fmt.Sprintf("options.approveByName[%d]", i), s, 300); err != nil {
			return err
		}
	}
	return nil
}

// Digest identifies the body: "sha256:" and the hexadecimal SHA-256 of its canonical JSON (the fields in declared order).
func (r Request) Digest() string {
	body, err := json.Marshal(r)
	if err != nil { // a struct of strings, numbers and booleans always marshals
		panic(err)
	}
	sum := sha256.Sum256(body)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Duration is a time.Duration that stands in JSON as text, e.g. "24h0m0s".
type Duration time.Duration

// String returns the text form of [time.Duration.String].
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText writes the text form.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what [time.ParseDuration] accepts.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return &Invalid{Field: "duration", Value: clip(string(text)), Allowed: `a duration such as "90m" or "24h"`}
	}
	*d = Duration(parsed)
	return nil
}
