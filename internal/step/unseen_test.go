package step_test

import (
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// TestWhatNobodyCanSeeIsNotGone changes what the reads of a planned artifact need, between the plan and its step: the object is still there, so that
// nothing may say that it was found gone.
func TestWhatNobodyCanSeeIsNotGone(t *testing.T) {
	t.Parallel()
	const other = "11111111-2222-3333-4444-555555555555"
	for name, tc := range map[string]struct {
		account, step string
		kind          deprovision.ArtifactKind
		change        func(h *harness, a *deprovision.Account)
	}{
		"the credential of the account's own app is gone from the record": {"chat", "stop-subscriptions", footprint.Subscription,
			func(_ *harness, a *deprovision.Account) { a.AppCredential = "" }},
		"the record names another App Id of SharePoint": {"sharepoint", "remove-app-principal", footprint.AppPrincipal,
			func(_ *harness, a *deprovision.Account) { a.SharePointAppID = other }},
		"the worker no longer knows where SharePoint is": {"sharepoint", "remove-app-principal", footprint.AppPrincipal,
			func(h *harness, _ *deprovision.Account) { h.wrap(func(m *m365.Tenant) { m.SharePoint = nil }) }},
		"the record names another App Id": {"chat", "remove-app-registration", footprint.AppRegistration,
			func(_ *harness, a *deprovision.Account) { a.AppID = other }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, tc.account, nil)
			h.policy.ConfirmsItself = true
			h.until(t.Context(), tc.step)
			if len(h.plan().Of(tc.step)) == 0 {
				t.Fatal("nothing is planned")
			}
			a := h.accounts[tc.account]
			tc.change(h, &a)
			h.put(a)
			for h.name() == tc.step && h.state.Status == deprovision.Held {
				h.runOnce(t.Context())
			}
			for _, e := range h.evidence {
				if e.Artifact.Kind == tc.kind && e.Outcome == deprovision.FoundGone {
					t.Errorf("%s is said to be gone", e.Artifact.Name)
				}
			}
			if h.state.Status == deprovision.Held && !strings.Contains(strings.Join(remainders(h), "\n"), string(tc.kind)) {
				t.Errorf("it is left, and nobody says so: %v", remainders(h))
			}
		})
	}
}

func remainders(h *harness) []string {
	var out []string
	for _, r := range h.state.Remainder {
		out = append(out, r.Name)
	}
	return out
}

// TestSubscriptionsThatNobodyCanSeeAnyMore lets another worker verify, which has no token of the app that was removed.
func TestSubscriptionsThatNobodyCanSeeAnyMore(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*harness)
		left   int
	}{
		"are gone where their app saw it before it went": {func(*harness) {}, 0},
		"are left where it did not":                      {func(h *harness) { delete(h.state.Facts, "subscriptions-seen-gone") }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, "chat", nil)
			h.policy.ConfirmsItself = true
			h.until(t.Context(), step.VerifyRemoval)
			h.client.tokens = &tokens{kept: map[string]token{}}
			tc.change(h)
			h.runAll(t.Context())
			if h.state.Status != deprovision.Succeeded {
				t.Fatalf("%s %+v", h.state.Status, h.state.Stop)
			}
			left := 0
			for _, r := range h.state.Remainder {
				if strings.HasPrefix(r.Name, string(footprint.Subscription)) && strings.Contains(r.Instructions, "nobody can see") {
					left++
				}
			}
			if left != tc.left {
				t.Errorf("%d subscriptions are named as left: %v", left, remainders(h))
			}
		})
	}
}

func TestSubscriptionsAreReadAgainBeforeTheirAppGoes(t *testing.T) {
	t.Parallel()
	h := newFull(t, "chat", nil)
	h.policy.ConfirmsItself = true
	h.until(t.Context(), "remove-installed-apps")
	if h.state.Facts["subscriptions-seen-gone"] == "" || len(h.parks) == 0 {
		t.Errorf("facts %v, parked %v", h.state.Facts, h.parks)
	}
	if s := h.state.Steps[h.state.Step-1]; s.Done != s.Total || s.Total != 1 {
		t.Errorf("%+v", s)
	}
}
