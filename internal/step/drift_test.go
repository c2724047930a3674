package step_test

import (
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// takeAway removes an object of the directory, as somebody else would.
func (h *harness) takeAway(t *testing.T, kind tenantsim.Kind, name, path string) {
	t.Helper()
	id, ok := h.sim.ObjectID(tenantsim.InlineTenantID, kind, name)
	if !ok {
		t.Fatalf("there is no %s %q", kind, name)
	}
	if _, err := h.client.remove(t.Context(), path+id); err != nil {
		t.Fatal(err)
	}
}

func TestDriftBetweenPlanAndConfirmation(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		account string
		drift   func(t *testing.T, h *harness)
		says    []string // none: no drift
	}{
		"nothing changed": {"inline", func(*testing.T, *harness) {}, nil},
		"an artifact is missing": {"inline", func(t *testing.T, h *harness) {
			h.takeAway(t, tenantsim.KindGroup, tenantsim.GroupIncoming, "/groups/")
		}, []string{"1 missing", tenantsim.GroupIncoming}},
		"an artifact changed": {"inline", func(t *testing.T, h *harness) {
			if _, err := h.client.Do(t.Context(), "Disable-TransportRule", map[string]any{"Identity": tenantsim.RuleSkipSpam, "Confirm": false}); err != nil {
				t.Fatal(err)
			}
		}, []string{"1 changed", tenantsim.RuleSkipSpam}},
		"a volatile property of what was walked": {"sharepoint", func(t *testing.T, h *harness) {
			id, _ := h.sim.ObjectID(tenantsim.InlineTenantID, tenantsim.KindList, "Campaigns")
			made, err := h.tenant(t.Context(), "contoso", "")
			if err == nil {
				err = recycle(t, made, id)
			}
			if err != nil {
				t.Fatal(err)
			}
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, tc.account, nil)
			h.until(t.Context(), step.Confirm)
			h.runOnce(t.Context())
			first := h.state.Plan.Digest
			tc.drift(t, h)
			before := len(h.sim.Destructive())
			h.decide("confirm", deprovision.Confirm)
			h.runAll(t.Context())
			if len(tc.says) == 0 {
				if h.state.Status != deprovision.Succeeded || h.state.Plan.Digest != first {
					t.Fatalf("%s %+v", h.state.Status, h.state.Stop)
				}
				return
			}
			checkDrift(t, h, first, before, tc.says)
			h.decide("drift", deprovision.Confirm)
			h.runAll(t.Context())
			if h.state.Status != deprovision.Succeeded || len(h.stops) != 2 {
				t.Errorf("%s %+v", h.state.Status, h.stops)
			}
		})
	}
}

// checkDrift expects the stop that names what changed, the new plan, and that nothing went.
func checkDrift(t *testing.T, h *harness, first string, destructive int, says []string) {
	t.Helper()
	if h.state.Status != deprovision.Waiting || h.state.Stop.Name != "drift" || h.state.Plan.Digest == first {
		t.Fatalf("%s %+v", h.state.Status, h.state.Stop)
	}
	for _, want := range append(says, h.state.Plan.Digest) {
		if !strings.Contains(h.state.Stop.Detail, want) {
			t.Errorf("no word about %s: %s", want, h.state.Stop.Detail)
		}
	}
	if n := len(h.sim.Destructive()); n != destructive {
		t.Errorf("%d calls removed something", n-destructive)
	}
}

func TestAddedSuspectIsDrift(t *testing.T) {
	t.Parallel()
	h := newFull(t, "inline", nil)
	h.until(t.Context(), step.Confirm)
	h.runOnce(t.Context())
	first := h.state.Plan.Digest
	if _, err := h.client.Do(t.Context(), "Set-HostedConnectionFilterPolicy", map[string]any{"Identity": "Default", "Confirm": false,
		"IPAllowList": map[string]any{"@odata.type": "#Exchange.GenericHashTable", "Add": []string{"20.107.69.176"}}}); err != nil { // of another site: a suspect
		t.Fatal(err)
	}
	before := len(h.sim.Destructive())
	h.decide("confirm", deprovision.Confirm)
	h.runAll(t.Context())
	checkDrift(t, h, first, before, []string{"suspects differ"})
}

func TestPlanThatTheRequestNamesNeedsNoConfirmation(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		named string // "" is the plan of the dry run
		drift func(t *testing.T, h *harness)
		stops bool
	}{
		"the same plan": {"", nil, false},
		"another plan":  {"sha256:0000", nil, true},
		"another plan, where plans confirm themselves": {"sha256:0000", func(_ *testing.T, h *harness) { h.policy.ConfirmsItself = true }, true},
		"another plan, which need not be shown":        {"sha256:0000", func(_ *testing.T, h *harness) { h.state.Request.Options.Confirmed = true }, true},
		"a changed tenant": {"", func(t *testing.T, h *harness) {
			h.takeAway(t, tenantsim.KindServicePrincipal, tenantsim.ProductName, "/servicePrincipals/")
			h.decide("invalid-account", deprovision.Continue)
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, "inline", nil)
			h.state.Request.Options.DryRun = true
			h.runAll(t.Context())
			if tc.named == "" {
				tc.named = h.state.Plan.Digest
			}
			codes := h.everything()
			h.ask("inline")
			if tc.drift != nil {
				tc.drift(t, h)
			}
			h.state.Request.Options.Plan, h.state.Request.Options.Acknowledged = tc.named, codes
			h.runAll(t.Context())
			if !tc.stops {
				if h.state.Status != deprovision.Succeeded || len(h.stops) > 0 {
					t.Errorf("%s %+v", h.state.Status, h.stops)
				}
				return
			}
			if s := h.state.Stop; s == nil || s.Name != "confirm" || !strings.Contains(s.Detail, "The request asked for the plan "+tc.named+": the tenant changed since.") {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestRenewedSubscriptionIsNoDrift(t *testing.T) {
	t.Parallel()
	h := newFull(t, "chat", nil)
	h.until(t.Context(), step.Confirm)
	for _, a := range h.plan().Of("stop-subscriptions") {
		if strings.Contains(string(a.Before), "expirationDateTime") {
			t.Errorf("the plan keeps what the app renews all the time: %s", a.Before)
		}
	}
}
