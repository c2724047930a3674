package graph_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const nobody = "11111111-2222-3333-4444-555555555555"

func TestServicePrincipalIsReadByItsAppID(t *testing.T) {
	t.Parallel()
	_, g := worker(t)
	sp, err := g.ServicePrincipalByAppID(t.Context(), strings.ToUpper(tenantsim.ProductAppID))
	if err != nil {
		t.Fatal(err)
	}
	if sp.ID != tenantsim.ProductID || sp.AppID != tenantsim.ProductAppID || sp.Name != tenantsim.ProductName || !sp.Enabled || sp.Type != "Application" || sp.OwnerOrgID == "" {
		t.Errorf("%+v", sp)
	}
	if sp.Created == nil || !sp.Created.Equal(time.Date(2024, 3, 5, 9, 30, 0, 0, time.UTC)) {
		t.Errorf("created %v", sp.Created)
	}
	var whole map[string]any
	if json.Unmarshal(sp.Raw, &whole) != nil || whole["appId"] != tenantsim.ProductAppID || len(whole) < 8 {
		t.Errorf("%s", sp.Raw)
	}
	_, err = g.ServicePrincipalByAppID(t.Context(), nobody)
	if f := wantFailure(t, err, deprovision.Gone); f.Status != 404 || f.RequestID == "" || f.Call != "GET /servicePrincipals(appId='{appId}')" {
		t.Errorf("%+v", f)
	}
}

func TestEverythingThatHangsOnAPrincipalIsListedAndRemovedByID(t *testing.T) {
	t.Parallel()
	sim, g := worker(t)
	ctx := m365.WithCallID(t.Context(), "7d0c3f5e-0000-8000-8000-000000000001")
	role := only(t)(g.RoleAssignments(ctx, tenantsim.ProductID))
	if role.Name != tenantsim.ExchangeAdministrator {
		t.Errorf("%+v", role)
	}
	grant := only(t)(g.Grants(ctx, tenantsim.ProductID))
	if grant.Name != "User.Read" || !strings.Contains(string(grant.Raw), `"clientId":"`+tenantsim.ProductID) {
		t.Errorf("%+v", grant)
	}
	consents, err := g.AppRoleAssignments(ctx, tenantsim.ProductID)
	if err != nil || len(consents) != 2 || consents[0].Name == "" || consents[0].Created == nil {
		t.Fatal(consents, err)
	}
	removals := map[string]func() (m365.Receipt, error){
		role.ID:  func() (m365.Receipt, error) { return g.DeleteRoleAssignment(ctx, role.ID) },
		grant.ID: func() (m365.Receipt, error) { return g.DeleteGrant(ctx, grant.ID) },
		consents[0].ID: func() (m365.Receipt, error) {
			return g.DeleteAppRoleAssignment(ctx, tenantsim.ProductID, consents[0].ID)
		},
		tenantsim.ProductID: func() (m365.Receipt, error) { return g.DeleteServicePrincipal(ctx, tenantsim.ProductID) },
	}
	for _, id := range []string{role.ID, grant.ID, consents[0].ID, tenantsim.ProductID} {
		r, err := removals[id]()
		if err != nil {
			t.Fatal(err)
		}
		by := sim.RemovedBy(id)
		if len(by) != 1 || r.RequestID != by[0].RequestID || r.ClientID != by[0].ClientRequestID || r.ClientID != m365.CallID(ctx) || !strings.HasPrefix(r.Call, "DELETE /") {
			t.Errorf("%+v, the tenant saw %+v", r, by)
		}
		_, err = removals[id]()
		wantClass(t, err, deprovision.Gone)
	}
}

func TestGroupsAreFoundByNameAndRemovedByID(t *testing.T) {
	t.Parallel()
	f := tenantsim.InlineTenant()
	f.Groups = append(f.Groups, tenantsim.Group{DisplayName: "Mia's & Noah's + 100%", Kind: tenantsim.GroupSecurity})
	sim, g := simulate(t, f, tenantsim.WorkerAppID, tenantsim.WorkerSecret)
	for _, name := range []string{tenantsim.GroupIncoming, "Mia's & Noah's + 100%"} {
		o := only(t)(g.GroupsByName(t.Context(), name))
		if o.Name != name || o.Created == nil {
			t.Errorf("%+v", o)
		}
		if again, err := g.Group(t.Context(), o.ID); err != nil || again.Name != name {
			t.Error(again, err)
		}
		if _, err := g.DeleteGroup(t.Context(), o.ID); err != nil {
			t.Error(err)
		}
		if n := len(sim.RemovedBy(o.ID)); n != 1 {
			t.Errorf("%d removals", n)
		}
		_, err := g.Group(t.Context(), o.ID)
		wantClass(t, err, deprovision.Gone)
	}
	if none, err := g.GroupsByName(t.Context(), "nobody"); err != nil || len(none) != 0 {
		t.Error(none, err)
	}
	mailEnabled := only(t)(g.GroupsByName(t.Context(), tenantsim.GroupIncoming+"s"))
	_, err := g.DeleteGroup(t.Context(), mailEnabled.ID)
	wantClass(t, err, deprovision.Malformed)
}

func TestUserIsReadByIDOrName(t *testing.T) {
	t.Parallel()
	_, g := worker(t)
	for _, key := range []string{tenantsim.AdminID, "admin@" + tenantsim.InlineDomain} {
		u, err := g.User(t.Context(), key)
		if err != nil || u.ID != tenantsim.AdminID || u.Name != "Contoso Admin" || !strings.Contains(string(u.Raw), `"accountEnabled":true`) {
			t.Errorf("%s: %+v, %v", key, u, err)
		}
	}
	_, err := g.User(t.Context(), "nobody_outside.example#EXT#@"+tenantsim.InlineDomain)
	wantClass(t, err, deprovision.Gone)
}

func TestListingsAreWholeOverPages(t *testing.T) {
	t.Parallel()
	f := tenantsim.InlineTenant()
	for i := range 250 {
		f.Groups = append(f.Groups, tenantsim.Group{DisplayName: "many", Kind: tenantsim.GroupSecurity, ID: fmt.Sprintf("11111111-2222-3333-4444-%012d", i)})
	}
	sim, g := simulate(t, f, tenantsim.WorkerAppID, tenantsim.WorkerSecret)
	all, err := g.GroupsByName(t.Context(), "many")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, o := range all {
		if seen[o.ID] = true; !strings.Contains(string(o.Raw), o.ID) {
			t.Errorf("%s is paired with %s", o.ID, o.Raw)
		}
	}
	if len(seen) != 250 || len(all) != 250 {
		t.Errorf("%d of %d", len(seen), len(all))
	}
	if n := len(sim.CallsLike(tenantsim.Match{API: tenantsim.APIGraph})); n != 3 {
		t.Errorf("%d calls", n)
	}
	sim.Faults.Must(tenantsim.Fault{Do: tenantsim.FaultThrottle, RetryAfter: tenantsim.Seconds(time.Second), Match: tenantsim.Match{API: tenantsim.APIGraph, Nth: 2}})
	_, err = g.GroupsByName(t.Context(), "many")
	wantClass(t, err, deprovision.Throttled)
}

func TestCallsOfAnIdentityThatMayOnlyReadAreForbidden(t *testing.T) {
	t.Parallel()
	_, g := simulate(t, tenantsim.InlineTenant(), tenantsim.ReaderAppID, tenantsim.ReaderSecret)
	_, err := g.DeleteServicePrincipal(t.Context(), tenantsim.ProductID)
	wantClass(t, err, deprovision.Forbidden)
}

func TestIDsThatWouldNameSomethingElseAreNotSent(t *testing.T) {
	t.Parallel()
	sim, g := worker(t)
	for _, id := range []string{"", ".", "..", "a/b", "a?b", "a b", "a%2fb", "line\nbreak", `a\b`, strings.Repeat("x", 300)} {
		for _, call := range []func() error{
			func() error { _, err := g.DeleteServicePrincipal(t.Context(), id); return err },
			func() error { _, err := g.DeleteAppRoleAssignment(t.Context(), tenantsim.ProductID, id); return err },
			func() error { _, err := g.DeleteAppRoleAssignment(t.Context(), id, "x"); return err },
			func() error { _, err := g.DeleteGrant(t.Context(), id); return err },
			func() error { _, err := g.DeleteRoleAssignment(t.Context(), id); return err },
			func() error { _, err := g.DeleteGroup(t.Context(), id); return err },
			func() error { _, err := g.Group(t.Context(), id); return err },
			func() error { _, err := g.User(t.Context(), id); return err },
			func() error { _, err := g.RoleAssignments(t.Context(), id); return err },
			func() error { _, err := g.AppRoleAssignments(t.Context(), id); return err },
			func() error { _, err := g.Grants(t.Context(), id); return err },
			func() error { _, err := g.ServicePrincipalByAppID(t.Context(), id); return err },
		} {
			err := call()
			var bad *deprovision.Invalid
			if wantClass(t, err, deprovision.Malformed); !errors.As(err, &bad) {
				t.Errorf("%q: %v", id, err)
			}
		}
	}
	_, err := g.GroupsByName(t.Context(), "")
	wantClass(t, err, deprovision.Malformed)
	if len(sim.Calls()) != 0 {
		t.Error("something was sent")
	}
}
