package api

import (
	"errors"
	"net/http"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// answer is the body of a decision: a [deprovision.Decision] without the names that the path has.
type answer struct {
	ID            string           `json:"id"`
	Verb          deprovision.Verb `json:"verb"`
	Stop          uint64           `json:"stop"`
	PlanDigest    string           `json:"planDigest"`
	Acknowledged  []string         `json:"acknowledged"`
	Names         []string         `json:"names"`
	CredentialRef string           `json:"credentialRef"`
	DecidedBy     string           `json:"decidedBy"`
	Reason        string           `json:"reason"`
}

func (a answer) decision(ref deprovision.Ref, by string) deprovision.Decision {
	return deprovision.Decision{ID: a.ID, Tenant: ref.Tenant, Service: ref.Service, Request: ref.Request, Verb: a.Verb, Stop: a.Stop,
		PlanDigest: a.PlanDigest, Acknowledged: a.Acknowledged, Names: a.Names, CredentialRef: a.CredentialRef, DecidedBy: by, Reason: a.Reason}
}

// decided is the answer to a decision that counts, or that is stored and not answered yet.
type decided struct {
	Decision string `json:"decision"`
	Accepted bool   `json:"accepted,omitempty"`
}

// decide publishes a decision in the name of the token, and waits for a worker's answer.
func (c *call) decide() error {
	ref, err := c.ref()
	if err != nil {
		return err
	}
	var body answer
	if err := c.readBody(&body); err != nil {
		return err
	}
	by, err := c.identity("decidedBy", body.DecidedBy)
	if err != nil {
		return err
	}
	d := body.decision(ref, by)
	if err := d.ValidateInput(); err != nil {
		return err
	}
	// A worker would keep a decision about nothing for a while, since its request may be on the way; here the caller has a name wrong.
	if _, err := c.look(ref); err != nil {
		return err
	}
	said, known, err := c.client().Decided(c.context(), d)
	if err == nil && !known {
		said, err = c.client().Decide(c.context(), d)
	}
	switch {
	case errors.Is(err, client.ErrNoAnswer):
		c.done("decide", "request", ref.Tokens(), "verb", string(d.Verb), "decision", d.ID, "answered", false)
		return c.reply(http.StatusAccepted, decided{Decision: d.ID})
	case err != nil:
		return err
	case !said.Accepted:
		p := refused.says(said.Refusal)
		p.Decision = d.ID
		return p
	}
	c.done("decide", "request", ref.Tokens(), "verb", string(d.Verb), "decision", d.ID, "answered", true)
	return c.reply(http.StatusOK, decided{Decision: d.ID, Accepted: true})
}
