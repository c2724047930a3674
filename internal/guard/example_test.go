package guard_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/guard"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func ExampleRefuse() {
	asked := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	err := guard.Refuse(guard.Candidate{
		Kind: "transport-rule", ID: "4711", Name: "TMCAS Inline Incoming User Transport Rule",
		Raw: json.RawMessage(`{"WhenCreated":"2026-11-24T09:15:00Z"}`),
	}, guard.Bounds{Since: asked})
	fmt.Println(err)
	// Output: transport-rule "TMCAS Inline Incoming User Transport Rule" (4711) stays: it was created at 2026-11-24T09:15:00Z, after the request
}

func ExampleBreadth() {
	plan := []deprovision.Artifact{{Kind: "service-principal"}, {Kind: "service-principal"}}
	fmt.Println(guard.Breadth(plan, map[deprovision.ArtifactKind]int{"service-principal": 1}))
	// Output: the plan stays: it would remove 2 of service-principal, at most 1 are allowed
}

func ExampleBrake_Part() {
	plan := []deprovision.Artifact{{Kind: "journal-rule"}, {Kind: "journal-rule"}, {Kind: "journal-rule"}}
	fmt.Println(guard.Brake{Share: 0.1}.Part(plan, map[deprovision.ArtifactKind]int{"journal-rule": 20}))
	// Output: the plan stays: it would remove 3 of the tenant's 20 of journal-rule; at most a part of 0.1 may go
}

func ExampleReserve() {
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	ledger, _ := guard.Reserve(deprovision.Ledger{Tenant: "contoso"},
		deprovision.Reservation{Request: "contoso.teams.r1", Plan: "sha256:1", Count: 60}, 100, time.Hour, now)
	next := deprovision.Reservation{Request: "contoso.onedrive.r2", Plan: "sha256:2", Count: 41}
	_, refusal := guard.Reserve(ledger, next, 100, time.Hour, now)
	fmt.Println(refusal)
	next.Approved = "admin@contoso.example"
	ledger, refusal = guard.Reserve(ledger, next, 100, time.Hour, now)
	fmt.Println(len(ledger.Entries), refusal == nil)
	// Output:
	// the plan stays: it would remove 41 artifacts; of the at most 100 within 1h0m0s, 60 are taken: 60 by contoso.teams.r1
	// 2 true
}
