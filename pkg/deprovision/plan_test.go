package deprovision_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func somePlan() deprovision.Plan {
	return deprovision.Plan{Ref: request().Ref(), Made: time.Date(2026, 1, 15, 8, 0, 0, 0, time.UTC), Artifacts: []deprovision.Artifact{
		{Kind: "transport-rule", ID: "1", Name: "a", Step: "remove-rerouting-rules", Before: json.RawMessage(`{"a": 1}`)},
		{Kind: "inbound-connector", ID: "2", Name: "b", Step: "remove-inbound-connectors"},
		{Kind: "transport-rule", ID: "3", Name: "c", Step: "remove-rerouting-rules"},
	}}
}

func TestPlanDigestTellsWhatWouldBeDone(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*deprovision.Plan)
		same   bool
	}{
		"made later":          {func(p *deprovision.Plan) { p.Made = p.Made.Add(time.Hour) }, true},
		"spaces in an object": {func(p *deprovision.Plan) { p.Artifacts[0].Before = json.RawMessage(`{"a":1}`) }, true},
		"another object":      {func(p *deprovision.Plan) { p.Artifacts[0].Before = json.RawMessage(`{"a":2}`) }, false},
		"another id":          {func(p *deprovision.Plan) { p.Artifacts[1].ID = "9" }, false},
		"another order":       {func(p *deprovision.Plan) { p.Artifacts[0], p.Artifacts[1] = p.Artifacts[1], p.Artifacts[0] }, false},
		"a suspect":           {func(p *deprovision.Plan) { p.Suspects = p.Artifacts[:1] }, false},
		"a caution":           {func(p *deprovision.Plan) { p.Cautions = []deprovision.Caution{{Code: "x"}} }, false},
	} {
		p := somePlan()
		tc.change(&p)
		if (p.Digest() == somePlan().Digest()) != tc.same {
			t.Errorf("%s: want the same digest: %t", name, tc.same)
		}
	}
}

func TestPlanDigestSurvivesJSON(t *testing.T) {
	t.Parallel()
	body, err := json.MarshalIndent(somePlan(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	var back deprovision.Plan
	if err := json.Unmarshal(body, &back); err != nil || back.Digest() != somePlan().Digest() {
		t.Fatalf("%v", err)
	}
}

func ExamplePlan_Of() {
	for _, a := range somePlan().Of("remove-rerouting-rules") {
		fmt.Println(a.ID, a.Name)
	}
	// Output:
	// 1 a
	// 3 c
}

func TestClassIsFoundInsideAnError(t *testing.T) {
	t.Parallel()
	cause := errors.New("reset")
	failure := &deprovision.Failure{Class: deprovision.Throttled, API: "graph", Call: "GET /users", Status: 429, RequestID: "q1", Err: cause}
	wrapped := fmt.Errorf("step: %w", failure)
	if deprovision.ClassOf(wrapped) != deprovision.Throttled || !errors.Is(wrapped, cause) || deprovision.ClassOf(cause) != deprovision.Transient {
		t.Fatalf("%s", deprovision.ClassOf(wrapped))
	}
	if got := failure.Error(); got != "graph: GET /users: throttled (status 429, request-id q1): reset" {
		t.Fatal(got)
	}
}
