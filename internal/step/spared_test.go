package step_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestSharedAppStaysThoughTheRecordChangedMeanwhile(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.put(sister(nil)) // still uses the product's app
	h.policy.ConfirmsItself = true
	h.until(t.Context(), "remove-role-assignment")
	a := h.accounts[accountID]
	a.AppID = "11111111-2222-3333-4444-555555555555" // an operator corrects the record, for the product migrated to a new app
	h.put(a)
	h.runAll(t.Context())
	if len(h.sim.RemovedBy(tenantsim.ProductID)) > 0 {
		t.Error("the service principal that a sister account still uses was removed")
	}
}

func TestAppsOfAllTheWorkersCredentialsStay(t *testing.T) {
	t.Parallel()
	const second, secondID = "99999999-58a7-4f6b-8e21-7c4a9f30a001", "99999999-58a7-4f6b-8e21-7c4a9f30a002"
	h := newHarness(t, func(f *tenantsim.Fixture) {
		for i := range f.ServicePrincipals {
			if f.ServicePrincipals[i].AppID == tenantsim.WorkerAppID {
				f.ServicePrincipals[i].OwnerTenant = "12121212-58a7-4f6b-8e21-7c4a9f30a001"
			}
		}
		f.ServicePrincipals = append(f.ServicePrincipals, tenantsim.ServicePrincipal{ID: secondID, AppID: second, DisplayName: "Break glass", Secrets: []string{"second-secret"}})
		for _, a := range slices.Clone(f.AppRoleAssignments) {
			if a.Principal == tenantsim.WorkerAppID {
				a.Principal = second
				f.AppRoleAssignments = append(f.AppRoleAssignments, a)
			}
		}
		f.RoleAssignments = append(f.RoleAssignments, tenantsim.RoleAssignment{Principal: second, Role: tenantsim.ExchangeAdministrator})
	})
	a := inlineAccount()
	a.AppID = tenantsim.WorkerAppID // a mistake in the record, or a worker that was given the product's app
	h.put(a)
	h.policy.ConfirmsItself = true
	h.state.Credential = "second"
	h.policy.Spared = map[string]string{"": tenantsim.WorkerAppID, "second": second}
	tenant := func(context.Context, string, string) (m365.Tenant, error) {
		c := *h.client
		c.app, c.secret = second, "second-secret"
		return m365.Tenant{ID: tenantsim.InlineTenantID, ActingApp: second, Exchange: &c, Directory: &c, Product: &c}, nil
	}
	h.steps = step.New(step.Deps{Tenants: tenant, Accounts: h, Brake: h.ledgers, Footprints: h.print, Clock: h.clock, Policy: func(string) step.Policy { return h.policy }})
	h.runAll(t.Context())
	if len(h.sim.RemovedBy(tenantsim.WorkerID)) > 0 {
		t.Error("the app of the tenant's own credential was removed")
	}
}

func TestWhatHangsOnAnAppYoungerThanTheRequestStays(t *testing.T) {
	t.Parallel()
	h := newHarness(t, func(f *tenantsim.Fixture) {
		for i := range f.ServicePrincipals {
			if f.ServicePrincipals[i].AppID == tenantsim.ProductAppID {
				f.ServicePrincipals[i].Created = startOfDay.Add(time.Minute)
			}
		}
	})
	h.policy.ConfirmsItself = true
	h.until(t.Context(), step.Confirm)
	for _, a := range h.plan().Artifacts {
		if strings.HasSuffix(a.Step, "consent") || strings.HasSuffix(a.Step, "role-assignment") || strings.HasSuffix(a.Step, "principal") {
			t.Errorf("the plan removes %s %s of an app that is younger than the request", a.Kind, a.Name)
		}
	}
}

func TestHookIsNotCalledWithoutAnID(t *testing.T) {
	t.Parallel()
	h := newHarness(t, func(f *tenantsim.Fixture) {
		f.Product.Accounts = append([]tenantsim.ProductAccount{{ID: "77777777-7d25-4b83-a0c4-6e5d3f70d001", Service: f.Product.Accounts[0].Service, Kind: "authorized",
			AppID: "88888888-7d25-4b83-a0c4-6e5d3f70d001"}}, f.Product.Accounts...)
	})
	a := inlineAccount()
	a.Kind, a.AppID, a.UPN, a.ProductID = deprovision.Delegate, "", "mia@contoso.example", ""
	h.put(a)
	h.policy.ConfirmsItself = true
	h.runAll(t.Context())
	if len(h.sim.RemovedBy("77777777-7d25-4b83-a0c4-6e5d3f70d001")) > 0 {
		t.Error("the row of another account was removed at the product")
	}
}

func TestNameThatSeveralSuspectsHaveApprovesNone(t *testing.T) {
	t.Parallel()
	const one, other = "31111111-2222-3333-4444-555555555555", "41111111-2222-3333-4444-555555555555"
	h := newHarness(t, func(f *tenantsim.Fixture) {
		for _, id := range []string{one, other} {
			f.Groups = append(f.Groups, tenantsim.Group{ID: id, Kind: tenantsim.GroupMicrosoft365, DisplayName: "TMCAS twin"})
		}
	})
	approves := func(names ...string) (ids []string) {
		h.decide("confirm", deprovision.Approve, func(d *deprovision.Decision) { d.Names = names })
		h.runAll(t.Context())
		for _, a := range h.plan().Artifacts {
			if a.Name == "TMCAS twin" {
				ids = append(ids, a.ID)
			}
		}
		return ids
	}
	h.begin()
	if ids := approves("TMCAS twin"); len(ids) > 0 || !strings.Contains(h.state.Stop.Detail, "several") {
		t.Errorf("%v: %s", ids, h.state.Stop.Detail)
	}
	if ids := approves(other); !slices.Equal(ids, []string{other}) {
		t.Errorf("%v", ids)
	}
}
