package deprovision_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func ids(list []deprovision.Artifact) string {
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = a.ID
	}
	return strings.Join(out, " ")
}

func TestDiffTellsWhatDrifted(t *testing.T) {
	t.Parallel()
	fresh := deprovision.Artifact{Kind: "transport-rule", ID: "9", Name: "d"}
	for name, tc := range map[string]struct {
		change                          func(*deprovision.Plan)
		added, missing, changed, others string
	}{
		"nothing":              {func(*deprovision.Plan) {}, "", "", "", ""},
		"made later":           {func(p *deprovision.Plan) { p.Made, p.Ref = p.Made.Add(time.Hour), deprovision.Ref{} }, "", "", "", ""},
		"another batch":        {func(p *deprovision.Plan) { p.Artifacts[1].Batch = 2 }, "", "", "", ""},
		"another part before":  {func(p *deprovision.Plan) { p.Prior = "sha256:1" }, "", "", "", ""},
		"spaces in an object":  {func(p *deprovision.Plan) { p.Artifacts[0].Before = json.RawMessage(`{"a":1}`) }, "", "", "", ""},
		"an empty list":        {func(p *deprovision.Plan) { p.Cautions, p.Suspects = []deprovision.Caution{}, []deprovision.Artifact{} }, "", "", "", ""},
		"one more":             {func(p *deprovision.Plan) { p.Artifacts = append(p.Artifacts, fresh) }, "9", "", "", ""},
		"two less":             {func(p *deprovision.Plan) { p.Artifacts = p.Artifacts[2:] }, "", "1 2", "", ""},
		"one in another state": {func(p *deprovision.Plan) { p.Artifacts[0].Before = json.RawMessage(`{"a":2}`) }, "", "", "1", ""},
		"one renamed":          {func(p *deprovision.Plan) { p.Artifacts[2].Name = "z" }, "", "", "3", ""},
		"another step":         {func(p *deprovision.Plan) { p.Artifacts[2].Step = "x" }, "", "", "3", ""},
		"one made anew":        {func(p *deprovision.Plan) { p.Artifacts[0].ID = "7" }, "7", "1", "", ""},
		"one id, another kind": {func(p *deprovision.Plan) { p.Artifacts[1].Kind = "x" }, "2", "2", "", ""},
		"a second of one id":   {func(p *deprovision.Plan) { p.Artifacts = append(p.Artifacts, p.Artifacts[0]) }, "1", "", "", ""},
		"another order":        {func(p *deprovision.Plan) { p.Artifacts[0], p.Artifacts[1] = p.Artifacts[1], p.Artifacts[0] }, "", "", "", "order"},
		"no artifacts":         {func(p *deprovision.Plan) { p.Artifacts = nil }, "", "1 2 3", "", ""},
		"a suspect":            {func(p *deprovision.Plan) { p.Suspects = []deprovision.Artifact{fresh} }, "", "", "", "suspects"},
		"a caution":            {func(p *deprovision.Plan) { p.Cautions = []deprovision.Caution{{Code: "x"}} }, "", "", "", "cautions"},
		"something left":       {func(p *deprovision.Plan) { p.Remainder = []deprovision.Remainder{{Name: "x"}} }, "", "", "", "remainder"},
		"another call": {func(p *deprovision.Plan) {
			p.Calls = map[deprovision.ArtifactKind]deprovision.Call{"transport-rule": {Call: "x"}}
		}, "", "", "", "calls"},
		"a call where there was none": {func(p *deprovision.Plan) { p.Calls = nil }, "", "", "", "calls"},
		"no more of a kind": {func(p *deprovision.Plan) {
			p.Artifacts = append(p.Artifacts[:1], p.Artifacts[2])
			p.Calls = map[deprovision.ArtifactKind]deprovision.Call{"transport-rule": {Call: "y"}}
		}, "", "2", "", ""},
	} {
		calls := map[deprovision.ArtifactKind]deprovision.Call{"transport-rule": {Call: "y"}, "inbound-connector": {Call: "z"}}
		before, p := somePlan(), somePlan()
		before.Calls, p.Calls = calls, calls
		tc.change(&p)
		d := before.Diff(p)
		got := [...]string{ids(d.Added), ids(d.Missing), ids(d.Changed), strings.Join(d.Other, " ")}
		if want := [...]string{tc.added, tc.missing, tc.changed, tc.others}; got != want || d.Empty() != (want == [4]string{}) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestDiffOfOneOfSeveralWithOneIDIsOne(t *testing.T) {
	t.Parallel()
	same := deprovision.Artifact{Kind: "folder", ID: "1", Name: "a"}
	twice, once := deprovision.Plan{Artifacts: []deprovision.Artifact{same, same}}, deprovision.Plan{Artifacts: []deprovision.Artifact{same}}
	if d := twice.Diff(once); len(d.Missing) != 1 || len(d.Added)+len(d.Changed) > 0 {
		t.Errorf("%+v", d)
	}
}

func TestDiffBackIsTheOpposite(t *testing.T) {
	t.Parallel()
	artifacts := rapid.SliceOf(rapid.Custom(func(t *rapid.T) deprovision.Artifact {
		return deprovision.Artifact{Kind: "k", ID: rapid.StringMatching("[a-e]").Draw(t, "id"), Name: rapid.StringMatching("[ab]").Draw(t, "name")}
	}))
	rapid.Check(t, func(t *rapid.T) {
		a, b := deprovision.Plan{Artifacts: artifacts.Draw(t, "a")}, deprovision.Plan{Artifacts: artifacts.Draw(t, "b")}
		there, back := a.Diff(b), b.Diff(a)
		if ids(there.Added) != ids(back.Missing) || ids(there.Missing) != ids(back.Added) || len(there.Changed) != len(back.Changed) ||
			len(a.Artifacts)+len(there.Added)-len(there.Missing) != len(b.Artifacts) || !a.Diff(a).Empty() {
			t.Fatalf("%+v\n%+v", there, back)
		}
	})
}

func TestSummaryOfADifferenceNamesAFew(t *testing.T) {
	t.Parallel()
	one := deprovision.Artifact{Kind: "folder", ID: "1", Name: "a\nb"}
	many := make([]deprovision.Artifact, 7)
	for i := range many {
		many[i] = deprovision.Artifact{Kind: "folder", ID: fmt.Sprint(i), Name: strings.Repeat("x", i)}
	}
	few := []deprovision.Artifact{one}
	for want, d := range map[string]struct {
		deprovision.Difference
		names int
	}{
		"no difference": {deprovision.Difference{}, 5},
		`1 added (folder "a\nb"); cautions differ; order differs`:      {deprovision.Difference{Added: few, Other: []string{"cautions", "order"}}, 5},
		`7 missing (folder "", folder "x", and 5 more)`:                {deprovision.Difference{Missing: many}, 2},
		`1 missing (folder "a\nb"); 7 changed (folder "", and 6 more)`: {deprovision.Difference{Missing: few, Changed: many}, 1},
		"7 changed": {deprovision.Difference{Changed: many}, 0},
	} {
		if got := d.Summary(d.names); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if d := (deprovision.Difference{Missing: many}); d.String() != d.Summary(5) {
		t.Error(d)
	}
}

func ExamplePlan_Diff() {
	seen, now := somePlan(), somePlan()
	now.Artifacts = append(now.Artifacts[:2:2], deprovision.Artifact{Kind: "transport-rule", ID: "4", Name: "d"})
	fmt.Println(seen.Diff(now))
	// Output: 1 added (transport-rule "d"); 1 missing (transport-rule "c")
}
