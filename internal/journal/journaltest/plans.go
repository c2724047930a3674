//nolint:thelper // these are tests: a failure must name its own line
package journaltest

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func plan(id string, names ...string) deprovision.Plan {
	p := deprovision.Plan{Ref: request(id).Ref(), Made: start, Cautions: []deprovision.Caution{{Code: "mail", Text: "mail takes another way"}}}
	for _, name := range names {
		p.Artifacts = append(p.Artifacts, deprovision.Artifact{Kind: "rule", ID: name, Name: name, Step: "s", Match: "name",
			Before: json.RawMessage(`{"Priority":1}`)})
	}
	return p
}

func put(t *testing.T, j engine.Journal, p deprovision.Plan) {
	t.Helper()
	if err := j.PutPlan(t.Context(), p); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, j engine.Journal, want deprovision.Plan) {
	t.Helper()
	got, err := j.Plan(t.Context(), want.Ref, want.Digest())
	if err != nil {
		t.Fatal(err)
	}
	if got.Digest() != want.Digest() {
		t.Errorf("digest %s, want %s", got.Digest(), want.Digest())
	}
	sameJSON(t, want, got)
}

func plans(t *testing.T, j engine.Journal) {
	first, second, other := plan("r1", "a", "b"), plan("r1", "a"), plan("r2", "a")
	for _, p := range []deprovision.Plan{first, second, other} {
		put(t, j, p)
	}
	for _, p := range []deprovision.Plan{first, second, other} {
		get(t, j, p)
	}
	changed := plan("r1", "a", "b")
	put(t, j, changed)
	changed.Artifacts[0].Name = "x" // after it was kept
	get(t, j, plan("r1", "a", "b"))
}

func parts(t *testing.T, j engine.Journal) {
	first, second, other := plan("r1", "a"), plan("r1", "b"), plan("r2", "c")
	second.Prior = first.Digest()
	for _, p := range []deprovision.Plan{first, second, other} {
		put(t, j, p)
	}
	got, err := j.Plans(t.Context(), first.Ref)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[second.Digest()].Prior != first.Digest() || len(got[first.Digest()].Artifacts) != 1 {
		t.Errorf("the parts of one request: %v", got)
	}
}

func planAgain(t *testing.T, j engine.Journal) {
	put(t, j, plan("r1", "a"))
	put(t, j, plan("r1", "a"))
	get(t, j, plan("r1", "a"))
}

func planMissing(t *testing.T, j engine.Journal) {
	p := plan("r1", "a")
	put(t, j, p)
	for _, missing := range []deprovision.Plan{plan("r1", "b"), plan("r2", "a")} {
		if _, err := j.Plan(t.Context(), missing.Ref, missing.Digest()); err == nil {
			t.Errorf("plan %s of %s is there", missing.Digest(), missing.Ref.Tokens())
		}
	}
	if _, err := j.Plan(t.Context(), request("r2").Ref(), p.Digest()); err == nil {
		t.Error("a request reads the plan of another")
	}
}

func planLarge(t *testing.T, j engine.Journal) {
	large := plan("r1")
	for range 3000 {
		large.Artifacts = append(large.Artifacts, deprovision.Artifact{Kind: "folder", ID: "id", Name: strings.Repeat("n", 400)})
	}
	put(t, j, large)
	got, err := j.Plan(t.Context(), large.Ref, large.Digest())
	if err != nil || len(got.Artifacts) != len(large.Artifacts) {
		t.Fatalf("%d artifacts, want %d, %v", len(got.Artifacts), len(large.Artifacts), err)
	}
}
