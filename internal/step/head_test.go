package step_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestAccountThatIsNotAsRecordedStops(t *testing.T) {
	t.Parallel()
	delegate := func(upn string) func(*harness) {
		return func(h *harness) {
			a := inlineAccount()
			a.Kind, a.AppID, a.UPN = deprovision.Delegate, "", upn
			h.put(a)
		}
	}
	for name, tc := range map[string]struct {
		fixture func(*tenantsim.Fixture)
		change  func(*harness)
		says    string // "" means that it does not stop
	}{
		"as recorded": {nil, nil, ""},
		"disabled": {func(f *tenantsim.Fixture) {
			i := slices.IndexFunc(f.ServicePrincipals, func(s tenantsim.ServicePrincipal) bool { return s.AppID == tenantsim.ProductAppID })
			f.ServicePrincipals[i].Disabled = true
		}, nil, "is disabled"},
		"no such App Id": {nil, func(h *harness) {
			a := inlineAccount()
			a.AppID = "11111111-2222-3333-4444-555555555555"
			h.put(a)
		}, "There is no service principal with App Id 11111111"},
		"another object than recorded": {nil, func(h *harness) {
			a := inlineAccount()
			a.Recorded = map[string]string{"service-principal": tenantsim.WorkerID}
			h.put(a)
		}, "recorded was " + tenantsim.WorkerID},
		"the recorded object": {nil, func(h *harness) {
			a := inlineAccount()
			a.Recorded = map[string]string{"service-principal": strings.ToUpper(tenantsim.ProductID)}
			h.put(a)
		}, ""},
		"the request names another App Id": {nil, func(h *harness) { h.state.Request.AppID = tenantsim.WorkerAppID }, "The request names App Id"},
		"no record":                        {nil, func(h *harness) { delete(h.accounts, accountID) }, "There is no record"},
		"a delegate":                       {nil, delegate("mia@contoso.example"), ""},
		"a delegate that is gone":          {nil, delegate("gone@contoso.example"), "There is no user gone@contoso.example"},
		"a delegate that is disabled":      {func(f *tenantsim.Fixture) { f.Users[1].Disabled = true }, delegate("mia@contoso.example"), "is disabled"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, tc.fixture)
			if tc.change != nil {
				tc.change(h)
			}
			h.begin()
			h.runOnce(t.Context())
			if tc.says == "" {
				if h.name() != step.VerifyPrivileges {
					t.Fatalf("%+v %v", h.state.Stop, h.failures)
				}
				return
			}
			s := h.state.Stop
			if s == nil || s.Name != "invalid-account" || !strings.Contains(s.Detail, tc.says) ||
				!slices.Equal(s.Offers, []deprovision.Verb{deprovision.Continue, deprovision.Cancel, deprovision.Force}) {
				t.Fatalf("%+v %v", s, h.failures)
			}
			h.decide("invalid-account", deprovision.Continue)
			h.until(t.Context(), step.VerifyPrivileges)
			if f := h.state.Facts[step.VerifyAccount]; !strings.Contains(f, tc.says) || !strings.Contains(f, "admin@contoso.example") {
				t.Errorf("the document keeps %q", f)
			}
		})
	}
}

func TestMissingRightsAreNamedAndHealByCredentials(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fixture func(*tenantsim.Fixture)
		change  func(*harness)
		says    []string
	}{
		"the worker's own": {},
		"may only read": {change: func(h *harness) { h.state.Credential = "reader" },
			says: []string{"Remove-TransportRule", "DELETE /groups/{id} (Directory.ReadWrite.All or Group.ReadWrite.All)"}},
		"no Exchange role": {fixture: func(f *tenantsim.Fixture) {
			f.RoleAssignments = slices.DeleteFunc(f.RoleAssignments, func(r tenantsim.RoleAssignment) bool { return r.Principal == tenantsim.WorkerAppID })
		}, says: []string{"access to Exchange"}},
		"no directory permission": {fixture: func(f *tenantsim.Fixture) {
			f.AppRoleAssignments = slices.DeleteFunc(f.AppRoleAssignments, func(a tenantsim.AppRoleAssignment) bool {
				return a.Principal == tenantsim.WorkerAppID && a.Role == "DelegatedPermissionGrant.ReadWrite.All"
			})
		}, says: []string{"DELETE /oauth2PermissionGrants/{id}"}},
		"a Global Administrator": {fixture: func(f *tenantsim.Fixture) {
			f.AppRoleAssignments = slices.DeleteFunc(f.AppRoleAssignments, func(a tenantsim.AppRoleAssignment) bool {
				return a.Principal == tenantsim.WorkerAppID && a.Role == "DelegatedPermissionGrant.ReadWrite.All"
			})
			f.RoleAssignments = append(f.RoleAssignments, tenantsim.RoleAssignment{Principal: tenantsim.WorkerAppID, Role: tenantsim.GlobalAdministrator})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, tc.fixture)
			h.begin()
			h.runOnce(t.Context())
			if tc.change != nil {
				tc.change(h)
			}
			if h.state.Stop == nil {
				h.runOnce(t.Context())
			}
			if len(tc.says) == 0 {
				if h.name() != step.TakeInventory {
					t.Fatalf("%+v %v", h.state.Stop, h.failures)
				}
				return
			}
			s := h.state.Stop
			if s == nil || s.Name != "missing-rights" || !s.Accepts(deprovision.Credentials) || !s.Accepts(deprovision.Retry) {
				t.Fatalf("%+v %v", s, h.failures)
			}
			for _, want := range tc.says {
				if !strings.Contains(s.Detail, want) {
					t.Errorf("no word about %s: %s", want, s.Detail)
				}
			}
		})
	}
	t.Run("credentials by reference", func(t *testing.T) {
		t.Parallel()
		h := newHarness(t, nil)
		h.state.Credential = "reader"
		h.decide("missing-rights", deprovision.Credentials, func(d *deprovision.Decision) { d.CredentialRef = "strong" })
		h.until(t.Context(), step.TakeInventory)
		if h.used[len(h.used)-1] != "strong" {
			t.Errorf("asked for %v", h.used)
		}
	})
}

func TestPlanNamesWhatGoesAndWhatOnlyLooksLikeIt(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.until(t.Context(), step.Confirm)
	plan := h.plan()
	if len(plan.Artifacts) != footprintArtifacts || h.state.Plan.Artifacts != footprintArtifacts || plan.Digest() != h.state.Plan.Digest {
		t.Fatalf("%d artifacts, the document says %+v", len(plan.Artifacts), h.state.Plan)
	}
	for _, name := range []string{"TMCAS monitoring mailbox", tenantsim.InboundForIncoming + " 2", "Hybrid relay (do not touch)", "TMCAS pilot users"} {
		if !slices.Contains(h.state.Plan.Suspects, name) {
			t.Errorf("%s is no suspect: %v", name, h.state.Plan.Suspects)
		}
	}
	for _, a := range plan.Artifacts {
		if len(a.Before) == 0 || a.Step == "" || a.Match == "" {
			t.Errorf("%s %s has no before-state, step or match: %+v", a.Kind, a.Name, a)
		}
	}
	for _, s := range h.state.Steps {
		if want := len(plan.Of(s.Name)); strings.HasPrefix(s.Name, "remove-") && s.Name != step.RemoveAtProduct && s.Total != want {
			t.Errorf("%s has %d units, the plan %d", s.Name, s.Total, want)
		}
	}
}

func TestPlanIsTheSameWhoeverTakesIt(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.until(t.Context(), step.Confirm)
	first := h.state.Plan.Digest
	h.clock.set(h.clock.Now().Add(time.Minute))
	h.state.Step--
	h.until(t.Context(), step.Confirm)
	if h.state.Plan.Digest != first || len(h.plans) != 1 {
		t.Errorf("%s and %s", first, h.state.Plan.Digest)
	}
}

func TestConfirmation(t *testing.T) {
	t.Parallel()
	acknowledgeAll := []string{"mail-unscanned", "quarantine-lost"}
	for name, tc := range map[string]struct {
		change func(*harness)
		stops  []string // before the first removal
		says   string   // by the last stop
	}{
		"asked for": {func(h *harness) { h.decide("confirm", deprovision.Confirm) }, []string{"confirm"}, "To be acknowledged: mail-unscanned, quarantine-lost."},
		"given with the request": {func(h *harness) {
			h.state.Request.Options.Confirmed, h.state.Request.Options.Acknowledged = true, acknowledgeAll
		}, nil, ""},
		"given, but a caution is open": {func(h *harness) {
			h.state.Request.Options.Confirmed, h.state.Request.Options.Acknowledged = true, acknowledgeAll[:1]
			h.decide("confirm", deprovision.Confirm)
		}, []string{"confirm"}, "To be acknowledged: quarantine-lost."},
		"given by policy": {func(h *harness) { h.policy.ConfirmsItself = true }, nil, ""},
		"cautions not acknowledged": {func(h *harness) {
			h.decide("confirm", deprovision.Confirm, func(d *deprovision.Decision) { d.PlanDigest = "right" })
			h.decide("confirm", deprovision.Confirm)
		}, []string{"confirm", "confirm"}, "To be acknowledged"},
		"another plan": {func(h *harness) {
			h.decide("confirm", deprovision.Confirm, func(d *deprovision.Decision) { d.PlanDigest, d.Acknowledged = "sha256:old", acknowledgeAll })
			h.decide("confirm", deprovision.Confirm)
		}, []string{"confirm", "confirm"}, "What was confirmed is another plan."},
		"not armed": {func(h *harness) {
			h.policy.Armed = false
			h.decide("not-armed", deprovision.Retry)
		}, []string{"not-armed", "not-armed"}, "Arm it in the worker's configuration"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, nil)
			tc.change(h)
			h.until(t.Context(), step.Confirm)
			for i, d := range h.answer["confirm"] {
				if d.PlanDigest == "right" {
					h.answer["confirm"][i].PlanDigest = h.state.Plan.Digest
				}
			}
			for h.name() != "remove-outbound-connectors" && (h.state.Status != deprovision.Waiting || h.resume()) {
				h.runOnce(t.Context())
			}
			var stops []string
			for _, s := range h.stops {
				stops = append(stops, s.Name)
			}
			if !slices.Equal(stops, tc.stops) {
				t.Fatalf("stops %v, want %v; %v", stops, tc.stops, h.failures)
			}
			if n := len(stops); n > 0 && !strings.Contains(h.stops[n-1].Detail, tc.says) {
				t.Errorf("says %q", h.stops[n-1].Detail)
			}
			if !h.policy.Armed && len(h.sim.Destructive()) > 0 {
				t.Error("an unarmed tenant was touched")
			}
		})
	}
}

func TestApprovedSuspectEntersANewPlan(t *testing.T) {
	t.Parallel()
	const suspect = "TMCAS monitoring mailbox"
	h := newHarness(t, nil)
	h.decide("confirm", deprovision.Approve, func(d *deprovision.Decision) { d.Names = []string{suspect, "Check Point - Protect"} })
	h.decide("confirm", deprovision.Approve, func(d *deprovision.Decision) { d.Names = []string{suspect} })
	h.decide("confirm", deprovision.Confirm)
	h.runAll(t.Context())
	if len(h.stops) != 3 || !strings.Contains(h.stops[1].Detail, `"Check Point - Protect"`) {
		t.Fatalf("%+v %v", h.stops, h.failures)
	}
	if len(h.plans) != 2 || h.outcomes()[suspect] != deprovision.Removed || !slices.Equal(h.state.Approved, []string{suspect}) {
		t.Errorf("%d plans, %s is %q, approved %v", len(h.plans), suspect, h.outcomes()[suspect], h.state.Approved)
	}
	if names := h.sim.Names(tenantsim.InlineTenantID, tenantsim.KindTransportRule); !slices.Contains(names, "Check Point - Protect") || slices.Contains(names, suspect) {
		t.Errorf("the tenant's rules are %v", names)
	}
	if slices.ContainsFunc(h.state.Remainder, func(r deprovision.Remainder) bool { return strings.Contains(r.Name, suspect) }) {
		t.Errorf("%s is removed and remainder", suspect)
	}
}

func TestServiceWithoutFootprintHasNoSteps(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.state.Request.Product = "nobody-described-it"
	if names := h.steps.Names(h.state.Request); len(names) > 0 {
		t.Errorf("%v", names)
	}
}
