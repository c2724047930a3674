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
