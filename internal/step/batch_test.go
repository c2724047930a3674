package step_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestBatchWhoseAnswerIsLostIsUnconfirmedAsAWhole(t *testing.T) {
	t.Parallel()
	h := newFull(t, "exchange", nil)
	h.decide("confirm", deprovision.Confirm)
	h.decide("manual", deprovision.ManualDone)
	h.until(t.Context(), "remove-quarantine-folders")
	h.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{Method: "POST", Path: "/v1.0/$batch", Nth: 2}, Do: tenantsim.FaultResetAfterCommit})
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded || len(h.failures) != 1 {
		t.Fatalf("ended %s: %v", h.state.Status, h.failures)
	}
	for _, e := range h.evidence {
		if e.Artifact.Kind == footprint.QuarantineFolder && (e.Outcome != deprovision.RemovedUnconfirmed || len(h.sim.RemovedBy(footprintFolder(e))) != 1) {
			t.Errorf("%s is %s", e.Artifact.Name, e.Outcome)
		}
	}
	if h.state.Unconfirmed != 2 {
		t.Errorf("unconfirmed %d", h.state.Unconfirmed)
	}
}

// footprintFolder is the id of a folder as its mailbox has it.
func footprintFolder(e deprovision.Evidence) string {
	_, id, _ := strings.Cut(e.Artifact.ID, "#")
	return id
}

func TestPlanThatNoLongerFitsTheTenantIsShownAnew(t *testing.T) {
	t.Parallel()
	h := newFull(t, "inline", nil)
	h.begin()
	h.runAll(t.Context())
	if s := h.state.Stop; s == nil || s.Name != step.Confirm {
		t.Fatalf("%+v %v", s, h.failures)
	}
	id, _ := h.sim.ObjectID(tenantsim.InlineTenantID, tenantsim.KindTransportRule, tenantsim.RuleSkipSpam)
	if _, err := h.client.Do(t.Context(), "Remove-TransportRule", map[string]any{"Identity": id}); err != nil {
		t.Fatal(err)
	}
	before := len(h.sim.Destructive())
	h.decide("confirm", deprovision.Confirm)
	h.runAll(t.Context())
	if s := h.state.Stop; s == nil || s.Name != "drift" || !strings.Contains(s.Detail, tenantsim.RuleSkipSpam) || len(h.sim.Destructive()) != before {
		t.Fatalf("%+v", s)
	}
	h.decide("drift", deprovision.Confirm)
	h.finish()
	if slices.Contains(h.removed(footprint.TransportRule), tenantsim.RuleSkipSpam) {
		t.Error("the new plan has the rule that was gone")
	}
}

func TestPurgeTakesAwayWhatTheDirectoryKeeps(t *testing.T) {
	t.Parallel()
	for name, purge := range map[string]bool{"without": false, "with": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, "chat", nil)
			h.state.Request.Options.Purge = purge
			h.finish()
			for _, e := range h.evidence {
				if e.Artifact.Kind != footprint.ServicePrincipal && e.Artifact.Kind != footprint.AppRegistration {
					continue
				}
				_, err := h.client.Deleted(t.Context(), "", e.Artifact.ID)
				if kept := err == nil; kept == purge {
					t.Errorf("%s can be restored: %t", e.Artifact.Kind, kept)
				}
			}
		})
	}
}
