package tenantsim_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	sim "github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

func generated(t *testing.T, o sim.GenerateOptions, opts sim.Options) (*rig, string) {
	t.Helper()
	r := newRig(t, sim.Generate(7, o), opts)
	a := r.tokenAnswer(r.sim.Tenants()[0], secretForm(sim.WorkerAppID, sim.WorkerSecret, graphScope))
	return r, bearer(t, a.raw)
}

func TestUsersCarryWhatTellsMailboxesApart(t *testing.T) {
	t.Parallel()
	f := sim.ServicesTenant()
	f.Users = append(f.Users, sim.User{UserPrincipalName: "sync@contoso.example", OnPremises: true})
	r := newRig(t, f, sim.Options{})
	g := r.graphToken()
	got := map[string]map[string]any{}
	for _, u := range r.rowsOf("/users?$top=2&$select=id,userPrincipalName,mail,userType,accountEnabled,onPremisesSyncEnabled", g) {
		name, _, _ := strings.Cut(u["userPrincipalName"].(string), "@")
		got[name] = u
	}
	for name, want := range map[string][3]any{
		"mia":                             {mia, "Member", nil},
		"cas-delegate":                    {nil, "Member", nil},
		"partner_fabrikam.example#EXT#":   {"partner@fabrikam.example", "Guest", nil},
		"sync":                            {"sync@contoso.example", "Member", true},
		"admin":                           {"admin@" + sim.InlineDomain, "Member", nil},
		"noah":                            {noah, "Member", nil},
		"there is no such user, so empty": {nil, nil, nil},
	} {
		u := got[name]
		if u["mail"] != want[0] || u["userType"] != want[1] || u["onPremisesSyncEnabled"] != want[2] {
			t.Errorf("%s: %v", name, u)
		}
	}
	if a := r.graph("GET", "/users/"+mia, g, nil); a.json["accountEnabled"] != nil || a.json["mail"] != mia {
		t.Errorf("the default properties: %s", a.raw)
	}
	wantStatus(t, r.graph("DELETE", "/users/sync@contoso.example", g, nil), 400, "Request_BadRequest")
	wantStatus(t, r.graph("PATCH", "/users/sync@contoso.example", g, params{"accountEnabled": false}), 400, "Request_BadRequest")
	if n := len(r.sim.Changes("")); n != 0 {
		t.Errorf("%d changes", n)
	}
}

func TestRemovedRoleCountsUntilItReplicated(t *testing.T) {
	t.Parallel()
	c := &clock{at: time.Now()}
	r := services(t, sim.Options{Now: c.now, Behaviour: sim.Behaviour{Graph: sim.GraphBehaviour{RoleWrites: 1, RoleFor: time.Minute}}})
	g := r.graphToken()
	at := "/users/" + sim.DelegateID
	wantStatus(t, r.graph("DELETE", at, g, nil), 403, "Authorization_RequestDenied")
	rows := r.rowsOf("/roleManagement/directory/roleAssignments?$filter="+url.QueryEscape("principalId eq '"+sim.DelegateID+"'"), g)
	if len(rows) != 1 {
		t.Fatalf("%v", rows)
	}
	if a := r.graph("DELETE", "/roleManagement/directory/roleAssignments/"+rows[0]["id"].(string), g, nil); a.status != 204 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	wantStatus(t, r.graph("DELETE", at, g, nil), 403, "Authorization_RequestDenied")
	wantStatus(t, r.graph("PATCH", at, g, params{"accountEnabled": false}), 403, "Authorization_RequestDenied")
	c.move(time.Minute)
	if a := r.graph("DELETE", at, g, nil); a.status != 204 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	a := r.graph("GET", "/directory/deletedItems/"+sim.DelegateID, g, nil)
	if a.json["@odata.type"] != "#microsoft.graph.user" || a.json["deletedDateTime"] == nil {
		t.Errorf("%s", a.raw)
	}
	if a := r.graph("DELETE", "/directory/deletedItems/"+sim.DelegateID, g, nil); a.status != 204 {
		t.Errorf("%d %s", a.status, a.raw)
	}
}

func TestApplicationShowsWhereItRedirects(t *testing.T) {
	t.Parallel()
	f := sim.ServicesTenant()
	f.ServicePrincipals = append(f.ServicePrincipals, sim.ServicePrincipal{AppID: "2f6d8b1c-4e70-4a95-83c2-6b9e0d51a0aa", DisplayName: "Old add-in", Type: "Legacy"})
	r := newRig(t, f, sim.Options{})
	g := r.graphToken()
	a := r.graph("GET", "/applications(appId='"+sim.ChatProductAppID+"')?$select=id,web,passwordCredentials", g, nil)
	web, _ := a.json["web"].(map[string]any)
	secrets, _ := a.json["passwordCredentials"].([]any)
	if len(web["redirectUris"].([]any)) != 1 || len(secrets) != 1 || secrets[0].(map[string]any)["secretText"] != nil {
		t.Errorf("%s", a.raw)
	}
	id := a.json["id"].(string)
	if a := r.graph("DELETE", "/applications/"+id, g, nil); a.status != 204 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	for _, path := range []string{"/applications/" + id, "/servicePrincipals(appId='" + sim.ChatProductAppID + "')"} {
		wantStatus(t, r.graph("GET", path, g, nil), 404, "Request_ResourceNotFound")
	}
	if a := r.graph("GET", "/directory/deletedItems/"+id, g, nil); a.json["@odata.type"] != "#microsoft.graph.application" || a.json["deletedDateTime"] == nil {
		t.Errorf("%s", a.raw)
	}
	legacy := r.rowsOf("/servicePrincipals?$filter="+url.QueryEscape("servicePrincipalType eq 'Legacy'"), g)
	if got := names(legacy); len(got) != 1 || got[0] != "Old add-in" {
		t.Errorf("%v", got)
	}
}

// A tenant of 10,000 mailboxes must be there, and answer, in the time of a test.
func TestLargeTenantStartsAndAnswersAtOnce(t *testing.T) {
	t.Parallel()
	began := time.Now()
	r, g := generated(t, sim.GenerateOptions{Inline: true, Services: true, Mailboxes: 10_000, QuarantineFolders: 2_500, Guests: 100, Teams: 200, Chats: 500,
		Installations: 600, Sites: 1_000, PersonalSites: 1_000, Subscriptions: 50}, sim.Options{})
	started := time.Since(began)
	users := r.rowsOf("/users?$top=999&$select=id,mail,userType", g)
	if len(users) < 10_105 {
		t.Fatalf("%d users", len(users))
	}
	listed := time.Since(began)
	hidden := 0
	for i := range 20 {
		for _, f := range r.rowsOf("/users/"+users[5+i]["id"].(string)+"/mailFolders?includeHiddenFolders=true&$top=250", g) {
			if f["displayName"] == sim.QuarantineFolder {
				hidden++
			}
		}
	}
	if hidden != 16 { // every fifth is nested
		t.Errorf("%d quarantine folders directly below the root of 20 mailboxes", hidden)
	}
	t.Logf("started after %v, users after %v, 20 mailboxes after %v", started, listed, time.Since(began))
	if len(r.sim.Changes("")) != 0 {
		t.Error("something changed")
	}
}
