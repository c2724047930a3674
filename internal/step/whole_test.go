package step_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// footprintKinds is how many objects of each kind the whole removal takes from the simulated tenant.
var footprintKinds = map[tenantsim.Kind]int{
	tenantsim.KindTransportRule: 6, tenantsim.KindOutboundConnector: 2, tenantsim.KindInboundConnector: 2, tenantsim.KindGroup: 2,
	tenantsim.KindSpoofItem: 1, tenantsim.KindConnectionFilterPolicy: 1, tenantsim.KindRoleAssignment: 1, tenantsim.KindPermissionGrant: 1,
	tenantsim.KindAppRoleAssignment: 2, tenantsim.KindServicePrincipal: 1, tenantsim.KindProductAccount: 1,
}

// footprintArtifacts is how many artifacts that is: the policy holds ten entries of the product.
const footprintArtifacts = 6 + 2 + 2 + 2 + 1 + 10 + 1 + 1 + 2 + 1

func TestWholeRemovalTakesTheFootprintAndNothingElse(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.decide("confirm", deprovision.Confirm)
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded || len(h.failures) > 0 {
		t.Fatalf("ended %s at %s: %+v %v", h.state.Status, h.name(), h.state.Stop, h.failures)
	}
	checkFootprintGone(t, h)
	checkEachByOneCall(t, h)
	if !slices.Contains(h.parks, 24*time.Hour) {
		t.Errorf("parked %v, no day for the mail under way", h.parks)
	}
	if a := h.accounts[accountID]; a.State != deprovision.AccountClosed || a.Closed != "r1" || a.Open != "r1" {
		t.Errorf("the account's record is %+v", a)
	}
	if h.state.Removed != footprintArtifacts+1 || h.state.Gone+h.state.Unconfirmed != 0 {
		t.Errorf("removed %d, gone %d, unconfirmed %d", h.state.Removed, h.state.Gone, h.state.Unconfirmed)
	}
	for _, s := range h.state.Steps {
		if s.Done != s.Total {
			t.Errorf("%s: %d of %d", s.Name, s.Done, s.Total)
		}
	}
	if !slices.ContainsFunc(h.state.Remainder, func(r deprovision.Remainder) bool { return strings.Contains(r.Name, "spf-inpost.tmcas.trendmicro.com") }) {
		t.Errorf("no word about SPF: %+v", h.state.Remainder)
	}
}

func checkFootprintGone(t *testing.T, h *harness) {
	t.Helper()
	count := map[tenantsim.Kind]int{}
	for _, c := range h.sim.Changes("") {
		count[c.Kind]++
	}
	for k, n := range footprintKinds {
		if count[k] != n {
			t.Errorf("%s: %d changed, want %d", k, count[k], n)
		}
	}
	if len(count) != len(footprintKinds) {
		t.Errorf("changed kinds: %v", count)
	}
	policy := h.sim.State(tenantsim.InlineTenantID)[tenantsim.KindConnectionFilterPolicy][0]
	if got := policy["IPAllowList"].([]string); !slices.Equal(got, []string{"203.0.113.17", "198.51.100.0/28"}) {
		t.Errorf("the customer's addresses are %v", got)
	}
}

// checkEachByOneCall matches the evidence with the tenant's own log.
func checkEachByOneCall(t *testing.T, h *harness) {
	t.Helper()
	for _, e := range h.evidence {
		id := e.Artifact.ID
		if e.Artifact.Kind == footprint.IPAllowEntry {
			id = e.Artifact.Name
		}
		calls := h.sim.RemovedBy(id)
		switch {
		case len(calls) != 1:
			t.Errorf("%s %s was removed by %d calls", e.Artifact.Kind, e.Artifact.Name, len(calls))
		case e.Outcome == deprovision.Removed && (e.RequestID != calls[0].RequestID || e.ClientID == "" || e.Call == ""):
			t.Errorf("%s: the evidence %+v is not of the call %+v", e.Artifact.Name, e, calls[0])
		}
	}
	for _, c := range h.sim.Destructive() {
		if c.Fault == "" && c.Effect != tenantsim.EffectRemoved {
			t.Errorf("a destructive call with the effect %s: %+v", c.Effect, c)
		}
	}
}

func TestRemovalGoesInTheOrderThatLosesNoMail(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.decide("confirm", deprovision.Confirm)
	h.runAll(t.Context())
	var order []string
	for _, e := range h.evidence {
		if !slices.Contains(order, e.Artifact.Step) {
			order = append(order, e.Artifact.Step)
		}
	}
	want := []string{"remove-rerouting-rules", "remove-outbound-connectors", "remove-virtual-groups", "remove-return-rules", "remove-inbound-connectors",
		"remove-spoof-allow", "remove-ip-allow", "remove-role-assignment", "remove-consent", "remove-service-principal", "remove-at-product"}
	if !slices.Equal(order, want) {
		t.Errorf("removed in the order %v", order)
	}
}

func TestLaggingReadsAreNoProofAndNoFailure(t *testing.T) {
	t.Parallel()
	for name, lag := range map[string]tenantsim.Consistency{
		"some reads": {DeletedReads: 3},
		"a minute":   {DeletedFor: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, nil)
			if err := h.sim.SetBehaviour(tenantsim.InlineTenantID, tenantsim.Behaviour{Consistency: lag}); err != nil {
				t.Fatal(err)
			}
			h.decide("confirm", deprovision.Confirm)
			h.runAll(t.Context())
			if h.state.Status != deprovision.Succeeded || len(h.stops) != 1 {
				t.Fatalf("ended %s: %+v", h.state.Status, h.stops)
			}
			checkFootprintGone(t, h)
			checkEachByOneCall(t, h)
		})
	}
}

func TestLostAnswerIsUnconfirmed(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]tenantsim.Match{
		tenantsim.RuleOutgoingUser:    {Cmdlet: "Remove-TransportRule", Nth: 4},
		tenantsim.OutboundForOutgoing: {Cmdlet: "Remove-OutboundConnector", Nth: 2},
		tenantsim.GroupIncoming:       {Method: "DELETE", Path: "/v1.0/groups/*", Target: tenantsim.GroupIncoming},
		"104.42.189.70":               {Cmdlet: "Set-HostedConnectionFilterPolicy", Nth: 2},
		tenantsim.ProductName:         {Method: "DELETE", Path: "/v1.0/servicePrincipals/" + tenantsim.ProductID},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, nil)
			h.sim.Faults.Must(tenantsim.Fault{Match: m, Do: tenantsim.FaultResetAfterCommit})
			h.decide("confirm", deprovision.Confirm)
			h.runAll(t.Context())
			if got := h.outcomes()[name]; got != deprovision.RemovedUnconfirmed || h.state.Unconfirmed != 1 {
				t.Errorf("%s is %q; unconfirmed %d", name, got, h.state.Unconfirmed)
			}
			if h.state.Status != deprovision.Succeeded {
				t.Fatalf("ended %s: %v", h.state.Status, h.failures)
			}
			checkFootprintGone(t, h)
			checkEachByOneCall(t, h)
		})
	}
}

func TestCallThatNeverArrivedIsMadeAgain(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{Cmdlet: "Remove-TransportRule", Nth: 2}, Do: tenantsim.FaultResetBeforeCommit})
	h.decide("confirm", deprovision.Confirm)
	h.runAll(t.Context())
	if len(h.failures) != 1 || h.state.Removed != footprintArtifacts+1 {
		t.Errorf("%v; removed %d", h.failures, h.state.Removed)
	}
	checkEachByOneCall(t, h)
}

func TestLaggingReadAfterLostAnswerIsUnconfirmed(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	if err := h.sim.SetBehaviour(tenantsim.InlineTenantID, tenantsim.Behaviour{Consistency: tenantsim.Consistency{DeletedFor: 5 * time.Minute}}); err != nil {
		t.Fatal(err)
	}
	h.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{Method: "DELETE", Path: "/v1.0/groups/*"}, Do: tenantsim.FaultResetAfterCommit})
	h.decide("confirm", deprovision.Confirm)
	h.runAll(t.Context())
	if h.state.Unconfirmed != 1 || h.state.Gone != 0 {
		t.Errorf("unconfirmed %d, found gone %d: the replica still showed the group, the call said that it is gone", h.state.Unconfirmed, h.state.Gone)
	}
}

func TestWhatSomebodyElseRemovedIsFoundGone(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.decide("confirm", deprovision.Confirm)
	h.until(t.Context(), "remove-rerouting-rules")
	id, _ := h.sim.ObjectID(tenantsim.InlineTenantID, tenantsim.KindTransportRule, tenantsim.RuleSkipSpam)
	if _, err := h.client.Do(t.Context(), "Remove-TransportRule", map[string]any{"Identity": id}); err != nil {
		t.Fatal(err)
	}
	h.runAll(t.Context())
	if h.outcomes()[tenantsim.RuleSkipSpam] != deprovision.FoundGone || h.state.Gone != 1 {
		t.Errorf("%s, gone %d", h.outcomes()[tenantsim.RuleSkipSpam], h.state.Gone)
	}
}

func TestEmptyTenantEndsAsNothingFoundAndIsClosed(t *testing.T) {
	t.Parallel()
	h := newHarness(t, func(f *tenantsim.Fixture) {
		bare := tenantsim.InlineTenant()
		f.Groups, f.Exchange = nil, tenantsim.ExchangeOrg{}
		f.ServicePrincipals = slices.DeleteFunc(bare.ServicePrincipals, func(s tenantsim.ServicePrincipal) bool { return s.AppID == tenantsim.ProductAppID })
		f.AppRoleAssignments = slices.DeleteFunc(bare.AppRoleAssignments, func(a tenantsim.AppRoleAssignment) bool { return a.Principal == tenantsim.ProductAppID })
		f.PermissionGrants = slices.DeleteFunc(bare.PermissionGrants, func(g tenantsim.PermissionGrant) bool { return g.Client == tenantsim.ProductAppID })
		f.RoleAssignments = slices.DeleteFunc(bare.RoleAssignments, func(r tenantsim.RoleAssignment) bool { return r.Principal == tenantsim.ProductAppID })
	})
	h.decide("invalid-account", deprovision.Continue)
	h.decide("confirm", deprovision.Confirm)
	h.runAll(t.Context())
	if h.state.Status != deprovision.NothingFound || h.accounts[accountID].State != deprovision.AccountClosed {
		t.Fatalf("ended %s at %s: %+v %v", h.state.Status, h.name(), h.state.Stop, h.failures)
	}
	if len(h.parks) > 0 {
		t.Errorf("parked %v with nothing to wait for", h.parks)
	}
}

func TestDryRunPlansAndTouchesNothing(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.policy = step.Policy{} // not even armed
	h.state.Request.Options.DryRun = true
	h.runAll(t.Context())
	if h.state.Status != deprovision.Planned || h.state.Plan.Artifacts != footprintArtifacts || len(h.sim.Destructive()) > 0 {
		t.Fatalf("ended %s with %+v; %d destructive calls", h.state.Status, h.state.Plan, len(h.sim.Destructive()))
	}
	if len(h.sim.Changes("")) > 0 {
		t.Errorf("changed %+v", h.sim.Changes(""))
	}
}
