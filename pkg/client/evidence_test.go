package client_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestEvidenceIsReadFromTheWholeJournal(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	if err := firstError(w.client.Evidence(t.Context(), request().Ref())); !errors.Is(err, client.ErrUnknownRequest) {
		t.Fatal(err)
	}
	j := w.writes(request())
	for i := range 100 {
		j.append(deprovision.Held, func(e *deprovision.Event) {
			for k := range 2 {
				e.Change.Evidence = append(e.Change.Evidence, deprovision.Evidence{Outcome: deprovision.Removed, Call: "Remove-TransportRule",
					Artifact: deprovision.Artifact{Kind: "transport-rule", ID: fmt.Sprint(2*i + k)}})
			}
		})
	}
	evidence, err := all(w.client.Evidence(t.Context(), request().Ref()))
	if err != nil || len(evidence) != 200 {
		t.Fatalf("%d, %v", len(evidence), err)
	}
	for i, e := range evidence {
		if e.Artifact.ID != fmt.Sprint(i) {
			t.Fatalf("%d: %+v", i, e)
		}
	}
}

func TestPlanIsTheOneThatTheJournalNames(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	j := w.writes(request())
	j.append(deprovision.Held, nil)
	if _, err := w.client.Plan(t.Context(), request().Ref()); !errors.Is(err, client.ErrNoPlan) {
		t.Fatal(err)
	}
	old := deprovision.Plan{Ref: request().Ref(), Artifacts: []deprovision.Artifact{{ID: "old"}}}
	plan := deprovision.Plan{Ref: request().Ref()}
	for range 10_000 { // more than one chunk
		plan.Artifacts = append(plan.Artifacts, deprovision.Artifact{Kind: "x", ID: "id", Name: "name", Before: json.RawMessage(`{"a":"state"}`)})
	}
	for _, p := range []deprovision.Plan{plan, old, plan} {
		if err := w.journal.PutPlan(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	j.append(deprovision.Waiting, func(e *deprovision.Event) { e.Progress.Plan = &deprovision.PlanSummary{Digest: plan.Digest()} })
	if got, err := w.client.Plan(t.Context(), request().Ref()); err != nil || got.Digest() != plan.Digest() {
		t.Fatalf("%d artifacts, %v", len(got.Artifacts), err)
	}
	j.append(deprovision.Waiting, func(e *deprovision.Event) { e.Progress.Plan = &deprovision.PlanSummary{Digest: "sha256:00"} })
	if _, err := w.client.Plan(t.Context(), request().Ref()); !errors.Is(err, client.ErrNoPlan) {
		t.Fatal(err)
	}
}

func TestStreamsHaveTheNamesThatAreProvisioned(t *testing.T) {
	t.Parallel()
	want := []string{journal.RequestStream, journal.EventStream, journal.PlanStream, journal.AccountStream, journal.DeadLetterStream}
	if fmt.Sprint(client.Streams) != fmt.Sprint(want) {
		t.Fatalf("%v, want %v", client.Streams, want)
	}
}

func TestIDsAreTokensThatSortByTime(t *testing.T) {
	t.Parallel()
	a, b := client.NewID(), client.NewID()
	if !deprovision.ValidToken(a) || a == b || a[:8] > b[:8] || a[14] != '7' {
		t.Fatalf("%s, %s", a, b)
	}
}
