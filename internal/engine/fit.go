package engine

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// fit keeps a document under its limit: lists that are too long end in a count, the whole is in the plan and the evidence.
func fit(p *deprovision.Progress) {
	if bound(p) <= deprovision.MaxProgress {
		return // as nearly always, and for a tenth of what it costs to write the document
	}
	for range 20 {
		body, err := json.Marshal(p)
		if err != nil || len(body) <= deprovision.MaxProgress {
			return
		}
		switch {
		case len(p.Remainder) > 4:
			p.Remainder = shorten(p.Remainder, func(r deprovision.Remainder) string { return r.Name }, func(n int) deprovision.Remainder {
				return deprovision.Remainder{Name: fmt.Sprintf("… and %d more", n), Instructions: "The plan and the evidence of this request name all of them."}
			})
		case len(p.InDoubt) > 4:
			p.InDoubt = shorten(p.InDoubt, func(s string) string { return s }, func(n int) string { return fmt.Sprintf("… and %d more", n) })
		case len(p.Facts) > 8:
			clear(p.Facts)
			p.Facts["shortened"] = "the findings did not fit; the events before name them"
		default:
			p.Detail, p.Refusals, p.Decisions = clip(p.Detail), nil, p.Decisions[max(0, len(p.Decisions)-8):]
			for i := range p.Steps {
				p.Steps[i].Error = ""
			}
			return
		}
	}
}

func shorten[T any](list []T, name func(T) string, more func(int) T) []T {
	keep, left := len(list)/2, 0
	for _, x := range list[keep:] { // one of them may stand for many already
		n := 1
		if _, err := fmt.Sscanf(name(x), "… and %d more", &n); err != nil {
			n = 1
		}
		left += n
	}
	return append(slices.Clone(list[:keep]), more(left))
}

// bound is at least what a document weighs as JSON: its texts as they are written, and more than all the rest can take.
func bound(p *deprovision.Progress) int {
	n := 2304
	texts := func(rest int, list ...string) {
		for _, s := range list {
			n += rest + written(s)
		}
	}
	decision := func(d *deprovision.Decision) {
		if d != nil {
			texts(40, d.ID, d.Tenant, string(d.Service), d.Request, string(d.Verb), d.PlanDigest, d.CredentialRef, d.DecidedBy, d.Reason)
			texts(3, d.Acknowledged...)
			texts(3, d.Names...)
		}
	}
	r := &p.Request
	texts(40, r.ID, r.Tenant, string(r.Service), r.Account, r.Product, r.AppID, r.Options.Plan, r.RequestedBy, r.Reason, r.ResumeOf, p.RequestDigest,
		string(p.Status), p.Detail, p.Credential, p.MaybeCalled, p.Trace)
	for _, list := range [][]string{r.Options.Acknowledged, r.Options.ApproveByName, p.Decisions, p.Refusals, p.Approved, p.InDoubt} {
		texts(3, list...)
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		texts(150, s.Name, string(s.State), s.Error)
	}
	for i := range p.Remainder {
		texts(24, p.Remainder[i].Name, p.Remainder[i].Instructions, p.Remainder[i].Link)
	}
	for name, fact := range p.Facts {
		texts(4, name, fact)
	}
	if p.Claim != nil {
		texts(40, p.Claim.Worker, p.Claim.Trigger)
	}
	if p.Park != nil {
		texts(40, p.Park.Reason)
	}
	if s := p.Stop; s != nil {
		texts(40, s.Name, s.Detail)
		for _, verb := range s.Offers {
			texts(3, string(verb))
		}
		if m := s.Manual; m != nil {
			texts(40, m.Instructions, m.Link, m.Owner)
		}
	}
	if p.Plan != nil {
		texts(40, p.Plan.Digest)
		texts(3, p.Plan.Suspects...)
		for kind := range p.Plan.Objects {
			texts(24, string(kind))
		}
		for _, c := range p.Plan.Cautions {
			texts(24, c.Code, c.Text)
		}
	}
	n += 6 * len(p.Settled)
	decision(p.Wish)
	decision(p.Answer)
	return n
}

// written is at least how many bytes a text takes in JSON, without its quotes.
func written(s string) int {
	n := len(s)
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			n += 5
		}
	}
	return n
}
