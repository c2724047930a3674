package footprint

import (
	"fmt"
	"slices"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Needs lists the rights that carrying out a plan takes of the worker: those that every removal of such an account needs, and those of the kinds in the plan.
func (s *Service) Needs(account deprovision.Account, plan deprovision.Plan) []Right {
	return slices.DeleteFunc(slices.Clone(s.Rights), func(r Right) bool {
		return r.Own || r.Account != "" && r.Account != account.Kind || r.Recorded != "" && len(account.Names[r.Recorded]) == 0 ||
			r.Kind != "" && !slices.ContainsFunc(plan.Artifacts, func(a deprovision.Artifact) bool { return a.Kind == r.Kind })
	})
}

// calls tells, by kind, which call removes the artifacts and what allows it.
func (s *Service) calls(artifacts []deprovision.Artifact) map[deprovision.ArtifactKind]deprovision.Call {
	out := map[deprovision.ArtifactKind]deprovision.Call{}
	for _, a := range artifacts {
		if _, told := out[a.Kind]; told {
			continue
		}
		call := deprovision.Call{Call: removals[a.Kind]}
		for _, r := range s.Rights {
			if r.Call == call.Call {
				call.Needs = r.Needs()
			}
		}
		out[a.Kind] = call
	}
	return out
}

// Rerouting lists the plan's rules that send mail to the product: those that go before mail under way is waited for.
func (s *Service) Rerouting(plan deprovision.Plan) []deprovision.Artifact {
	var rules []deprovision.Artifact
	until := slices.Index(s.Steps, drainStep)
	for _, step := range s.Steps[:max(until, 0)] {
		for _, a := range plan.Of(step) {
			if a.Kind == TransportRule {
				rules = append(rules, a)
			}
		}
	}
	return rules
}

// Reroutes lists the rules among objects that send mail to the product, whether or not a plan may remove them: those that go before mail
// under way is waited for, and those that use an outbound connector with a name of the product's.
func (s *Service) Reroutes(account deprovision.Account, objects []Object) []deprovision.Artifact {
	f := s.finder(account, objects)
	connectors := slices.Clone(f.connectors)
	for _, c := range f.candidates {
		if c.Kind == OutboundConnector && f.prefixed(c.Name) != "" {
			connectors = append(connectors, c.ID, c.Name)
		}
	}
	until := slices.Index(s.Steps, drainStep)
	var rules []deprovision.Artifact
	for _, c := range f.candidates {
		if c.Kind != TransportRule {
			continue
		}
		v := f.judge(c)
		before := slices.Index(s.Steps, s.Artifacts[v.entry].Step) < until
		if v.match != "" && before || connectors.has(c.RouteMessageOutboundConnector) {
			rules = append(rules, s.artifact(c, v))
		}
	}
	return rules
}

// suspected counts the plan's suspects that use an outbound connector with a name of the product's.
func (s *Service) suspected(plan deprovision.Plan) int {
	n := 0
	for _, a := range s.Reroutes(deprovision.Account{}, objects(slices.Concat(plan.Artifacts, plan.Suspects))) {
		if slices.ContainsFunc(plan.Suspects, func(b deprovision.Artifact) bool { return a.Kind == b.Kind && a.ID == b.ID }) {
			n++
		}
	}
	return n
}

// objects are artifacts as they were read.
func objects(artifacts []deprovision.Artifact) []Object {
	out := make([]Object, len(artifacts))
	for i, a := range artifacts {
		out[i] = Object{Kind: a.Kind, ID: a.ID, Name: a.Name, Created: a.Created, Raw: a.Before}
	}
	return out
}

// MailNote tells in one line whether mail still takes the vendor's way, by what is known of each rule that reroutes it; "" for a service that
// reroutes none. plan is nil when nothing was read. stays reports a rule that is in place; doubt one that may have been removed.
func (s *Service) MailNote(plan *deprovision.Plan, stays, doubt func(deprovision.Artifact) bool) string {
	if !slices.Contains(s.Steps, drainStep) {
		return ""
	}
	if plan == nil {
		return "whether mail takes the vendor's way is not known: nothing was read"
	}
	rules, count := s.Rerouting(*plan), 0
	for _, a := range rules {
		switch {
		case doubt != nil && doubt(a):
			return "mail may still take the vendor's way: " + a.Name + " is in doubt"
		case stays != nil && stays(a):
			count++
		}
	}
	if n := s.suspected(*plan); n > 0 {
		return fmt.Sprintf("mail may still take the vendor's way: %d of %d rules that reroute it are in place, and %d suspects route mail as well",
			count, len(rules), n)
	}
	if count == 0 {
		return "mail no longer takes the vendor's way"
	}
	return fmt.Sprintf("mail still takes the vendor's way: %d of %d rules that reroute it are in place", count, len(rules))
}
