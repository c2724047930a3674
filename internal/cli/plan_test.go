package cli_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// planned is a request whose plan holds so many quarantine folders beside the two artifacts of [plan].
func (w *world) planned(id string, folders int) deprovision.Plan {
	w.t.Helper()
	p := plan(id)
	p.Artifacts[0].Before = json.RawMessage(`{"Name":"Sentry rerouting","State":"Enabled","Priority":3,"Mode":"Enforce","Identity":"11"}`)
	p.Artifacts[1].Before = json.RawMessage(`{"Enabled":true,"SmartHosts":["mx1.sentry.example","mx2.sentry.example"],"Comment":"x"}`)
	p.Calls = map[deprovision.ArtifactKind]deprovision.Call{
		"transport-rule": {Call: "Remove-TransportRule", Needs: "Organization Management or Compliance Management"},
		"folder":         {Call: "DELETE /users/{id}/mailFolders/{id}", Needs: "Mail.ReadWrite.All"},
		"other":          {Call: "never shown"},
	}
	for i := range folders {
		p.Artifacts = append(p.Artifacts, deprovision.Artifact{Kind: "folder", ID: fmt.Sprintf("f%04d", i), Name: "Quarantine\nof the product", Match: "name",
			Step: "remove-quarantine-folders", Before: json.RawMessage(fmt.Sprintf(`{"isHidden":true,"totalItemCount":%d}`, i)), Batch: i/20 + 1})
	}
	w.has(deprovision.Progress{Request: request(id), Status: deprovision.Planned, Plan: &deprovision.PlanSummary{Digest: p.Digest(), Artifacts: len(p.Artifacts)}})
	if err := w.journal.PutPlan(w.t.Context(), p); err != nil {
		w.t.Fatal(err)
	}
	return p
}

func TestPlanOfThousandsIsCutOffStepByStep(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.planned("few", 4)
	golden(t, "plan", w.run("plan", name("few"), "--limit", "3").out)
	p := w.planned("many", 3000)
	r := w.run("plan", name("many"))
	r.want(t, cli.Success, "step remove-quarantine-folders: 3000 artifacts", "and 2950 more: publisher plan "+name("many")+" --limit 0 shows all")
	if n := strings.Count(r.out, "\n"); n > 80 {
		t.Errorf("%d lines", n)
	}
	if r := w.run("plan", name("many"), "--limit", "0"); strings.Contains(r.out, " more:") || strings.Count(r.out, "Quarantine of the product") != 3000 {
		t.Errorf("--limit 0 cuts off:\n%.2000s", r.out)
	}
	var back deprovision.Plan
	if err := json.Unmarshal([]byte(w.run("plan", name("many"), "-o", "json").out), &back); err != nil || back.Digest() != p.Digest() {
		t.Error(err)
	}
	w.run("plan", name("few"), "--limit", "-1").want(t, cli.BadInput, "--limit")
}

func TestPlansOfTwoRequestsAreCompared(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.planned("a", 3)
	w.planned("b", 70)
	w.waits("c")
	w.run("plan", "--diff", name("a"), name("a")).want(t, cli.Success, "no difference")
	golden(t, "plan-diff", w.run("plan", "--diff", name("a"), name("c")).out+w.run("plan", "--diff", name("c"), name("a"), "--limit", "1").out)
	w.run("plan", "--diff", name("a"), name("b")).want(t, cli.Success, "67 added", "and 17 more added: --limit 0 shows all")
	r := w.run("plan", "--diff", name("b"), name("a"), "-o", "json")
	var d struct {
		Before, After string
		deprovision.Difference
	}
	if err := json.Unmarshal([]byte(r.out), &d); err != nil || len(d.Missing) != 67 || len(d.Added)+len(d.Changed) > 0 || d.Before == d.After {
		t.Errorf("%v: %+v", err, d)
	}
	w.run("plan", "--diff", name("a")).want(t, cli.BadInput, "accepts 2 arg")
	w.run("plan", name("a"), name("b")).want(t, cli.BadInput, "accepts 1 arg")
	w.run("plan", "--diff", name("a"), name("none")).want(t, cli.NotFound)
}
