package step_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

type goneListing struct {
	m365.Exchange
	cmdlet string
}

func (g goneListing) Get(ctx context.Context, cmdlet string, p map[string]any) ([]json.RawMessage, error) {
	if cmdlet == g.cmdlet {
		return nil, &deprovision.Failure{Class: deprovision.Gone, API: "exchange", Call: cmdlet, Status: 404}
	}
	return g.Exchange.Get(ctx, cmdlet, p)
}

func TestListingThatFailsAsGoneIsNotEmpty(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.policy.ConfirmsItself = true
	tenant := func(ctx context.Context, alias, ref string) (m365.Tenant, error) {
		x, err := h.tenant(ctx, alias, ref)
		x.Exchange = goneListing{x.Exchange, "Get-TransportRule"}
		return x, err
	}
	h.steps = step.New(step.Deps{Tenants: tenant, Accounts: h, Brake: h.ledgers, Footprints: h.print, Clock: h.clock, Policy: func(string) step.Policy { return h.policy }})
	h.begin()
	for h.name() != step.Confirm && len(h.failures) == 0 && h.state.Stop == nil {
		h.runOnce(t.Context())
	}
	if len(h.failures) == 0 {
		t.Errorf("a plan was made without the transport rules: %d artifacts", h.state.Plan.Artifacts)
	}
}

func TestWhatIsStillThereOfASkippedStepIsNamed(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.policy.ConfirmsItself = true
	h.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{Method: "DELETE", Path: "/v1.0/groups/*", Nth: 2}, Do: tenantsim.FaultForbidden, Times: -1})
	h.decide("failed", deprovision.Skip)
	h.until(t.Context(), step.VerifyRemoval)
	h.restore(tenantsim.GroupIncoming)
	h.runAll(t.Context())
	if !h.state.Status.Terminal() || !slices.ContainsFunc(h.state.Remainder, func(r deprovision.Remainder) bool { return strings.Contains(r.Name, tenantsim.GroupIncoming+" (") }) {
		t.Errorf("%s; the group that is there is not named: %+v", h.state.Status, h.state.Remainder)
	}
}

func TestSuspectsAreNotNothing(t *testing.T) {
	t.Parallel()
	h := newHarness(t, func(f *tenantsim.Fixture) {
		bare := tenantsim.InlineTenant()
		f.Groups = nil
		f.Exchange = tenantsim.ExchangeOrg{
			OutboundConnectors: []tenantsim.OutboundConnector{{Name: "TMCAS 送信", RuleScoped: true}},
			TransportRules:     []tenantsim.TransportRule{{Name: "TMCAS ルール", OutboundConnector: "TMCAS 送信"}},
		}
		f.ServicePrincipals = slices.DeleteFunc(bare.ServicePrincipals, func(s tenantsim.ServicePrincipal) bool { return s.AppID == tenantsim.ProductAppID })
		f.AppRoleAssignments = slices.DeleteFunc(bare.AppRoleAssignments, func(a tenantsim.AppRoleAssignment) bool { return a.Principal == tenantsim.ProductAppID })
		f.PermissionGrants = slices.DeleteFunc(bare.PermissionGrants, func(g tenantsim.PermissionGrant) bool { return g.Client == tenantsim.ProductAppID })
		f.RoleAssignments = slices.DeleteFunc(bare.RoleAssignments, func(r tenantsim.RoleAssignment) bool { return r.Principal == tenantsim.ProductAppID })
	})
	h.policy.ConfirmsItself = true
	h.decide("invalid-account", deprovision.Continue)
	h.runAll(t.Context())
	if h.state.Status == deprovision.NothingFound {
		t.Errorf("ended %s while it names %d suspects of the plan: %v", h.state.Status, len(h.plan().Suspects), h.state.Remainder)
	}
}

func TestApproveIsOfferedOnlyWhereItIsHeard(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.decide("confirm", deprovision.Confirm)
	h.until(t.Context(), "remove-rerouting-rules")
	h.state.Facts = nil
	h.runOnce(t.Context())
	if s := h.state.Stop; s == nil || s.Name != step.Confirm || s.Accepts(deprovision.Approve) || !s.Accepts(deprovision.Confirm) {
		t.Errorf("%+v", s)
	}
}

func TestAddressThatIsStillAllowedIsNamed(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.policy.ConfirmsItself = true
	h.until(t.Context(), "remove-ip-allow")
	ip := tenantsim.USInboundIPs[1]
	if _, err := h.client.Do(t.Context(), "Set-HostedConnectionFilterPolicy", map[string]any{"Identity": "Default", "IPAllowList": map[string]any{
		"@odata.type": "#Exchange.GenericHashTable", "Remove": []string{ip}, "Add": []string{ip + "/32"}}}); err != nil {
		t.Fatal(err)
	}
	h.runAll(t.Context())
	raw, err := h.client.Get(t.Context(), "Get-HostedConnectionFilterPolicy", map[string]any{})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw[0]), ip) && !slices.ContainsFunc(h.state.Remainder, func(r deprovision.Remainder) bool { return strings.Contains(r.Name, ip) }) {
		t.Errorf("ended %s; %s is allowed still and not named; outcome %s", h.state.Status, ip, h.outcomes()[ip])
	}
}

func TestClosedRecordIsNotCalledActive(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.policy.ConfirmsItself = true
	h.until(t.Context(), step.CloseAccount)
	a := h.accounts[accountID]
	a.State, a.Closed = deprovision.AccountClosed, "r1"
	h.put(a)
	if left := h.left(step.CloseAccount).Stays; len(left) > 0 {
		t.Errorf("a cancel says %+v", left)
	}
}

func TestUserOfADelegateAccountIsNamed(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	a := inlineAccount()
	a.Kind, a.AppID, a.UPN = deprovision.Delegate, "", "mia@contoso.example"
	h.put(a)
	h.policy.ConfirmsItself = true
	h.runAll(t.Context())
	if !slices.ContainsFunc(h.state.Remainder, func(r deprovision.Remainder) bool { return strings.Contains(r.Name, a.UPN) }) {
		t.Errorf("ended %s; the user %s is neither removed nor named", h.state.Status, a.UPN)
	}
}
