package step_test

import (
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestAnnouncementIsKeptBeforeAnythingGoes(t *testing.T) {
	t.Parallel()
	h := newFull(t, "exchange", nil)
	h.policy.ConfirmsItself = true
	h.until(t.Context(), step.Announce)
	result, err := h.steps.Run(t.Context(), step.Announce, h.work())
	if err != nil || result.Stop != nil {
		t.Fatalf("%v %+v", err, result.Stop)
	}
	for _, want := range []string{h.state.Plan.Digest, h.accounts["exchange"].AppID, "DELETE /users/{id}/mailFolders/{id} (2)", "Remove-RoleGroup (1)",
		"DELETE /servicePrincipals/{id} (1)", "What stops working for: Cortex XSOAR and XSIAM"} {
		if !strings.Contains(result.Detail, want) {
			t.Errorf("no word about %s: %s", want, result.Detail)
		}
	}
	result.Apply(&h.state)
	if h.state.Facts[step.Announce] == "" {
		t.Error("no fact tells when")
	}
	if n := len(h.sim.Destructive()); n > 0 {
		t.Errorf("%d calls came before the announcement's event", n)
	}
	for i, s := range h.state.Steps {
		if s.Name == step.Announce && h.state.Steps[i-1].Name != step.Confirm {
			t.Errorf("the announcement follows %s", h.state.Steps[i-1].Name)
		}
	}
}

func TestNothingIsAnnouncedThatNobodyConfirmed(t *testing.T) {
	t.Parallel()
	h := newFull(t, "exchange", nil)
	h.until(t.Context(), step.Confirm)
	h.stepOver(deprovision.StepSkipped)
	h.runOnce(t.Context())
	if h.state.Stop == nil || h.state.Stop.Name != "confirm" || h.state.Facts[step.Announce] != "" {
		t.Errorf("%+v", h.state.Stop)
	}
}
