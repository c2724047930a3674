package deprovision

import "strings"

// Verb is what a decision says.
type Verb string

// The verbs.
const (
	Confirm     Verb = "confirm"     // carry out the plan with this digest
	Approve     Verb = "approve"     // these suspects may go, by name
	Continue    Verb = "continue"    // go on with the worker's own credential
	Cancel      Verb = "cancel"      // stop; keep what is left
	Force       Verb = "force"       // close the account and list the footprint as remainder
	Retry       Verb = "retry"       // try the failed step again
	Credentials Verb = "credentials" // use this credential reference
	ManualDone  Verb = "manual-done" // a person did the manual step
	Skip        Verb = "skip"        // leave the failed step out; its artifacts become remainder
)

// Verbs lists all verbs.
func Verbs() []Verb {
	return []Verb{Confirm, Approve, Continue, Cancel, Force, Retry, Credentials, ManualDone, Skip}
}

// Anytime reports whether the verb may name the request alone: it is offered in every open state.
func (v Verb) Anytime() bool { return v == Cancel || v == Force }

// Decision answers a stop of a request, or cancels or forces the request itself.
type Decision struct {
	ID            string   `json:"id"`                   // chosen by who decides; the same id twice is one decision
	Tenant        string   `json:"tenant"`               //
	Service       Service  `json:"service"`              //
	Request       string   `json:"request"`              // id of the request
	Verb          Verb     `json:"verb"`                 //
	Stop          uint64   `json:"stop,omitempty"`       // seq of the event that opened the stop; 0 only for cancel and force
	PlanDigest    string   `json:"planDigest,omitempty"` // for confirm and approve: the plan that was looked at
	Acknowledged  []string `json:"acknowledged,omitempty"`
	Names         []string `json:"names,omitempty"`         // for approve: suspects by exact name, or by id; at the stop "brake" that name alone
	CredentialRef string   `json:"credentialRef,omitempty"` // for credentials: a name in the worker's configuration, never a secret
	DecidedBy     string   `json:"decidedBy"`               //
	Reason        string   `json:"reason,omitempty"`
}

// Ref returns the name of the request that the decision is about.
func (d Decision) Ref() Ref { return Ref{Tenant: d.Tenant, Service: d.Service, Request: d.Request} }

// Validate returns an [Invalid] that names the first field that holds something not allowed.
func (d Decision) Validate() error {
	if err := firstError(checkToken("id", d.ID), checkToken("tenant", d.Tenant), d.Service.Validate(), checkToken("request", d.Request),
		d.checkVerb(), checkText("decidedBy", d.DecidedBy, 200), checkText("reason", d.Reason, MaxReason)); err != nil {
		return err
	}
	switch {
	case d.DecidedBy == "":
		return &Invalid{Field: "decidedBy", Allowed: "who decides, in at most 200 bytes"}
	case d.Stop == 0 && !d.Verb.Anytime():
		return &Invalid{Field: "stop", Allowed: "the seq of the event that opened the stop; only cancel and force may leave it out"}
	case (d.Verb == Confirm || d.Verb == Approve) && d.PlanDigest == "":
		return &Invalid{Field: "planDigest", Allowed: "the digest of the plan that is confirmed"}
	case d.Verb == Credentials && !ValidToken(d.CredentialRef):
		return &Invalid{Field: "credentialRef", Allowed: "a credential reference of the worker's configuration, " + TokenRule}
	case d.Verb == Approve && len(d.Names) == 0:
		return &Invalid{Field: "names", Allowed: "the suspects to approve, by exact name"}
	}
	return firstError(checkText("credentialRef", d.CredentialRef, 300), checkText("planDigest", d.PlanDigest, 300),
		checkTexts("acknowledged", d.Acknowledged), checkTexts("names", d.Names))
}

func (d Decision) checkVerb() error {
	names := make([]string, 0, 9)
	for _, v := range Verbs() {
		if d.Verb == v {
			return nil
		}
		names = append(names, string(v))
	}
	return &Invalid{Field: "verb", Value: clip(string(d.Verb)), Allowed: "one of " + strings.Join(names, ", ")}
}
