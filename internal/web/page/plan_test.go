package page_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// artifact is something of the product's in the tenant.
func artifact(kind deprovision.ArtifactKind, id, name, step string) deprovision.Artifact {
	return deprovision.Artifact{Kind: kind, ID: id, Name: name, Step: step, Match: "name", Before: json.RawMessage(`{"Name":"as it was"}`),
		Restore: "New-Object -Id " + id}
}

// inlinePlan is what the reference product leaves behind for Exchange Online (Inline Mode): ten objects, a suspect, two cautions.
func inlinePlan(r deprovision.Request) deprovision.Plan {
	p := deprovision.Plan{Ref: r.Ref(), Made: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Cautions: []deprovision.Caution{
		{Code: "mail-flow", Text: "Mail goes past the product from then on: nothing scans it."},
		{Code: "quarantine-lost", Text: "What the product holds in quarantine can't be released any more."},
	}}
	for i := range 4 {
		p.Artifacts = append(p.Artifacts, artifact("transport-rule", fmt.Sprintf("rule-%d", i+1), fmt.Sprintf("Rerouting rule %d", i+1), "remove-rerouting-rules"))
	}
	for i := range 2 {
		p.Artifacts = append(p.Artifacts, artifact("outbound-connector", fmt.Sprintf("out-%d", i+1),
			fmt.Sprintf("Outbound connector %d", i+1), "remove-outbound-connectors"))
	}
	for i := range 2 {
		p.Artifacts = append(p.Artifacts, artifact("inbound-connector", fmt.Sprintf("in-%d", i+1), fmt.Sprintf("Inbound connector %d",
			i+1), "remove-inbound-connectors"))
	}
	p.Artifacts = append(p.Artifacts, artifact("ip-allow-entry", "203.0.113.7", "203.0.113.7", "remove-ip-allow"),
		artifact("service-principal", "sp-1", "Cloud protection", "remove-service-principal"))
	p.Suspects = []deprovision.Artifact{{Kind: "transport-rule", ID: "rule-9", Name: "Rerouting rule (copy)",
		Step: "remove-rerouting-rules", Match: "suspect: its name begins as the product's"}}
	p.Remainder = []deprovision.Remainder{{Name: "generated data at the product", Instructions: "Ask the vendor to delete it.",
		Link: "https://console.example/data"}}
	return p
}

// plans stores the plan, and has the request know it from its next event on.
func (s *scripted) plans(p deprovision.Plan) deprovision.Plan {
	s.w.t.Helper()
	p.Ref = s.state.Request.Ref()
	if err := s.w.journal.PutPlan(s.w.t.Context(), p); err != nil {
		s.w.t.Fatal(err)
	}
	s.state.Plan = &deprovision.PlanSummary{Digest: p.Digest(), Artifacts: len(p.Artifacts), Cautions: p.Cautions}
	for _, a := range p.Suspects {
		s.state.Plan.Suspects = append(s.state.Plan.Suspects, a.Name)
	}
	return p
}

// confirms brings the request to the stop where its plan is shown.
func (s *scripted) confirms(p deprovision.Plan) deprovision.Plan {
	s.w.t.Helper()
	s.reaches("confirm")
	p = s.plans(p)
	s.stops(deprovision.StopConfirm, fmt.Sprintf("the plan removes %d objects", len(p.Artifacts)))
	return p
}

// removes takes away one artifact of the current step after the other, one event for each, with its evidence and a re-read that proves it gone.
func (s *scripted) removes(artifacts ...deprovision.Artifact) {
	s.w.t.Helper()
	for i, a := range artifacts {
		s.append(deprovision.Advanced, func(e *deprovision.Event) {
			p := &e.Progress
			s.holds(p)
			at := s.w.now().UTC()
			p.Removed++
			p.Cursor, p.Steps[p.Step].Done, p.Steps[p.Step].Total = i+1, i+1, len(artifacts)
			e.Change.Evidence = []deprovision.Evidence{{Artifact: a, Outcome: deprovision.Removed, At: at, Call: "Remove-Object",
				ClientID: "client-" + a.ID, RequestID: "service-" + a.ID}}
			e.Change.Rereads = []deprovision.Reread{{Kind: a.Kind, ID: a.ID, At: at, Call: "Get-Object", RequestID: "reread-" + a.ID}}
		})
	}
}

// carriesOut does what the plan says, step by step, up to the named step.
func (s *scripted) carriesOut(p deprovision.Plan, upTo string) {
	s.w.t.Helper()
	for s.state.Steps[s.state.Step].Name != upTo {
		if of := p.Of(s.state.Steps[s.state.Step].Name); len(of) > 0 {
			s.removes(of...)
		}
		s.finishes()
	}
}
