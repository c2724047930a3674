package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// told is the answer about two plans.
type told struct {
	From, To            struct{ Digest, ConfirmedBy string }
	Artifacts, Suspects shifted[deprovision.Artifact]
	Cautions            shifted[deprovision.Caution]
	Remainder, Manual   shifted[deprovision.Remainder]
	Other               []string
}

type shifted[T any] struct {
	Added, Missing []T
	Changed        []struct{ Before, After T }
}

// onPlan stores a plan and has the request on it.
func (j *written) onPlan(p deprovision.Plan, status deprovision.Status, change func(*deprovision.Event)) string {
	j.w.t.Helper()
	p.Ref = j.request.Ref()
	if err := j.w.journal.PutPlan(j.w.t.Context(), p); err != nil {
		j.w.t.Fatal(err)
	}
	j.append(status, func(e *deprovision.Event) {
		e.Progress.Plan = &deprovision.PlanSummary{Digest: p.Digest(), Artifacts: len(p.Artifacts)}
		if change != nil {
			change(e)
		}
	})
	return p.Digest()
}

// decides is what a worker appends of a decision about a plan.
func decides(verb deprovision.Verb, digest string, kind deprovision.ChangeKind) func(*deprovision.Event) {
	return func(e *deprovision.Event) {
		e.Change.Kind = kind
		e.Change.Decision = &deprovision.Decision{ID: "d-" + string(kind) + digest[7:12], Verb: verb, PlanDigest: digest, DecidedBy: "soc@contoso.example"}
	}
}

func TestDifferenceIsAgainstThePlanThatWasConfirmed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	j := w.writes(request("contoso", "r1"))
	rule := func(id, before string) deprovision.Artifact {
		return deprovision.Artifact{Kind: "transport-rule", ID: id, Name: "Rule " + id, Step: "remove-rerouting-rules", Match: "name",
			Before: json.RawMessage(before)}
	}
	first := plan(j.request)
	first.Artifacts = []deprovision.Artifact{rule("1", `{"State":"Enabled"}`), rule("2", `{}`), rule("3", `{}`)}
	first.Cautions = []deprovision.Caution{{Code: "mail-flow", Text: "Mail goes past."}, {Code: "lost", Text: "3 items are lost."}}
	first.Remainder = []deprovision.Remainder{{Name: "data", Instructions: "Ask."}, {Name: "console", Instructions: "Look."}}
	j.onPlan(first, deprovision.Waiting, nil)
	w.ask(http.MethodGet, path("contoso", "r1")+"/plan/difference", reader, "").problem(http.StatusNotFound, "no-plan", "")
	seen := first
	seen.Suspects = []deprovision.Artifact{rule("9", `{}`)}
	confirmed := j.onPlan(seen, deprovision.Waiting, nil)
	get := func() told {
		t.Helper()
		return read[told](w.ask(http.MethodGet, path("contoso", "r1")+"/plan/difference", reader, "").want(http.StatusOK))
	}
	if d := get(); d.From.Digest != first.Digest() || d.From.ConfirmedBy != "" || len(d.Suspects.Added) != 1 ||
		len(d.Artifacts.Added)+len(d.Cautions.Changed) > 0 {
		t.Errorf("nobody confirmed one, so that it is against the one before: %+v", d)
	}

	j.onPlan(seen, deprovision.Held, decides(deprovision.Confirm, confirmed, deprovision.Claimed))
	between := seen
	between.Artifacts = between.Artifacts[:1]
	between.Made = between.Made.Add(1)
	other := j.onPlan(between, deprovision.Waiting, nil)
	j.onPlan(between, deprovision.Waiting, decides(deprovision.Confirm, other, deprovision.DecisionRefused))
	now := seen
	now.Artifacts = []deprovision.Artifact{rule("1", `{"State":"Disabled"}`), rule("3", `{}`), rule("4", `{}`)}
	now.Suspects = nil
	now.Cautions = []deprovision.Caution{first.Cautions[0], {Code: "lost", Text: "4 items are lost."}}
	now.Remainder = []deprovision.Remainder{first.Remainder[0], {Name: "webhook", Instructions: "Delete it."}}
	now.Manual = []deprovision.Remainder{{Name: "add-in", Instructions: "Remove it."}}
	now.Calls = map[deprovision.ArtifactKind]deprovision.Call{"transport-rule": {Call: "Remove-TransportRule"}}
	j.onPlan(now, deprovision.Waiting, nil)
	d := get()
	if d.From.Digest != confirmed || d.From.ConfirmedBy != "soc@contoso.example" || d.To.Digest != now.Digest() || d.To.ConfirmedBy != "" {
		t.Errorf("%+v to %+v", d.From, d.To)
	}
	a := d.Artifacts
	if len(a.Added) != 1 || a.Added[0].ID != "4" || len(a.Missing) != 1 || a.Missing[0].ID != "2" || len(a.Changed) != 1 ||
		string(a.Changed[0].Before.Before) != `{"State":"Enabled"}` || string(a.Changed[0].After.Before) != `{"State":"Disabled"}` {
		t.Errorf("artifacts: %+v", a)
	}
	if len(d.Suspects.Missing) != 1 || len(d.Suspects.Added)+len(d.Suspects.Changed) > 0 {
		t.Errorf("suspects: %+v", d.Suspects)
	}
	if len(d.Cautions.Changed) != 1 || d.Cautions.Changed[0].Before.Text != "3 items are lost." || len(d.Cautions.Added)+len(d.Cautions.Missing) > 0 {
		t.Errorf("cautions: %+v", d.Cautions)
	}
	if len(d.Remainder.Added) != 1 || d.Remainder.Added[0].Name != "webhook" || len(d.Remainder.Missing) != 1 || d.Remainder.Missing[0].Name != "console" ||
		len(d.Manual.Added) != 1 || strings.Join(d.Other, " ") != "calls" {
		t.Errorf("%+v %+v %v", d.Remainder, d.Manual, d.Other)
	}
	w.ask(http.MethodGet, path("contoso", "r1")+"/plan/difference", fabrikam, "").problem(http.StatusNotFound, "unknown-tenant", "tenant")
}
