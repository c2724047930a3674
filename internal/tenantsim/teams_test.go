package tenantsim_test

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"

	sim "github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

func (r *rig) id(kind sim.Kind, name string) string {
	r.t.Helper()
	id, ok := r.sim.ObjectID(sim.InlineTenantID, kind, name)
	if !ok {
		r.t.Fatalf("no %s %q", kind, name)
	}
	return id
}

func TestTeamsAreGroupsWithAMark(t *testing.T) {
	t.Parallel()
	r := services(t, sim.Options{})
	rows := r.rowsOf("/groups?$select=id,displayName&$filter="+url.QueryEscape("resourceProvisioningOptions/Any(x:x eq 'Team')"), r.graphToken())
	if got := names(rows); !slices.Equal(got, []string{sim.FinanceTeam}) {
		t.Errorf("%v", got)
	}
}

func TestInstalledAppsByPlace(t *testing.T) {
	t.Parallel()
	r := services(t, sim.Options{})
	g := r.graphToken()
	app := r.id(sim.KindTeamsApp, sim.CatalogAppName)
	team, chat, user := r.id(sim.KindGroup, sim.FinanceTeam), r.id(sim.KindChat, "Budget"), r.id(sim.KindUser, mia)
	for base, place := range map[string]string{
		"/teams/" + team + "/installedApps": team, "/chats/" + chat + "/installedApps": chat, "/users/" + mia + "/teamwork/installedApps": user,
	} {
		id := base64.StdEncoding.EncodeToString([]byte(place + "##" + app))
		bare := r.graph("GET", base, g, nil)
		if !slices.Contains(bare.column("id"), id) || len(bare.rows()[0]) != 1 {
			t.Errorf("%s: %s", base, bare.raw)
		}
		full := r.graph("GET", base+"?$expand=teamsApp,teamsAppDefinition&$filter="+url.QueryEscape("teamsApp/id eq '"+app+"'"), g, nil)
		if rows := full.rows(); len(rows) != 1 || rows[0]["teamsApp"].(map[string]any)["displayName"] != sim.CatalogAppName || rows[0]["teamsAppDefinition"] == nil {
			t.Errorf("%s: %s", base, full.raw)
		}
		if a := r.graph("GET", base+"/"+id+"?$expand=teamsApp", g, nil); a.status != 200 || a.json["teamsApp"] == nil {
			t.Errorf("%s: %s", base, a.raw)
		}
		if a := r.graph("DELETE", base+"/"+id, g, nil); a.status != 204 || len(a.raw) != 0 {
			t.Errorf("%s: %d %s", base, a.status, a.raw)
		}
		for _, method := range []string{"GET", "DELETE"} {
			wantStatus(t, r.graph(method, base+"/"+id, g, nil), 404, "NotFound")
		}
		if got := r.sim.RemovedBy(id); len(got) != 1 || got[0].TargetName != sim.CatalogAppName {
			t.Errorf("%s: %+v", base, got)
		}
		if a := r.graph("GET", base+"?$expand=nonsense", g, nil); a.status != 400 {
			t.Errorf("%s: %d", base, a.status)
		}
	}
	if got := r.sim.Names(sim.InlineTenantID, sim.KindInstallation); !slices.Equal(got, []string{"Planner"}) {
		t.Errorf("%v stay", got)
	}
}

func TestTeamsRefusals(t *testing.T) {
	t.Parallel()
	r := services(t, sim.Options{})
	g := r.graphToken()
	archive := r.id(sim.KindGroup, "Finance archive") // a group, not a team
	for _, path := range []string{"/teams/" + archive + "/installedApps", "/teams/x/installedApps", "/chats/19:none@thread.v2/installedApps",
		"/users/nobody@x.example/teamwork/installedApps", "/users/nobody@x.example/chats", "/chats/19:none@thread.v2"} {
		if a := r.graph("GET", path, g, nil); a.status != 404 || a.code() != "NotFound" {
			t.Errorf("%s: %d %s", path, a.status, a.raw)
		}
	}
	catalog := r.graph("GET", "/appCatalogs/teamsApps?$filter="+url.QueryEscape("distributionMethod eq 'organization'"), g, nil)
	if got := catalog.column("displayName"); !slices.Equal(got, []string{sim.CatalogAppName}) {
		t.Fatalf("%v", got)
	}
	wantStatus(t, r.graph("DELETE", "/appCatalogs/teamsApps/"+catalog.column("id")[0], g, nil), 403, "Forbidden")
	reader := r.token(sim.ReaderAppID, sim.ReaderSecret, graphScope) // has Directory.Read.All
	team := "/teams/" + r.id(sim.KindGroup, sim.FinanceTeam) + "/installedApps"
	a := r.graph("GET", team, reader, nil)
	if a.status != 200 {
		t.Errorf("%d %s", a.status, a.raw)
	}
	wantStatus(t, r.graph("DELETE", team+"/"+a.column("id")[0], reader, nil), 403, "Forbidden")
	wantStatus(t, r.graph("GET", "/users/"+mia+"/chats", reader, nil), 403, "Forbidden")
	if got := r.rowsOf("/users/"+mia+"/chats", g); len(got) != 1 || got[0]["topic"] != "Budget" {
		t.Errorf("%v", got)
	}
	if a := r.graph("GET", "/users/"+mia+"/chats?$top=51", g, nil); a.status != 400 {
		t.Errorf("%d", a.status)
	}
	if a := r.graph("GET", "/chats/"+r.id(sim.KindChat, "Budget"), g, nil); a.json["chatType"] != "group" {
		t.Errorf("%s", a.raw)
	}
}

func TestPermissionOnItselfOpensItsOwnInstallations(t *testing.T) {
	t.Parallel()
	f := sim.ServicesTenant()
	f.AppRoleAssignments = append(f.AppRoleAssignments, sim.AppRoleAssignment{Principal: sim.ChatProductAppID, Resource: "graph", Role: "TeamsAppInstallation.ReadWriteSelfForChat.All"})
	f.Teams.Installations = append(f.Teams.Installations, sim.Installation{App: "Planner", Chat: "Budget"})
	r := newRig(t, f, sim.Options{})
	own := r.token(sim.ChatProductAppID, sim.ServicesSecret, graphScope)
	base := "/chats/" + r.id(sim.KindChat, "Budget") + "/installedApps"
	mine := r.graph("GET", base, own, nil).column("id")
	all := r.graph("GET", base, r.graphToken(), nil).column("id")
	if len(mine) != 1 || len(all) != 2 {
		t.Fatalf("%v of %v", mine, all)
	}
	other := slices.DeleteFunc(all, func(id string) bool { return id == mine[0] })[0]
	wantStatus(t, r.graph("DELETE", base+"/"+other, own, nil), 403, "Forbidden")
	if a := r.graph("DELETE", base+"/"+mine[0], own, nil); a.status != 204 {
		t.Errorf("%d %s", a.status, a.raw)
	}
}

func TestDocumentedBudgetsHoldPerTeam(t *testing.T) {
	t.Parallel()
	c := &clock{at: time.Now()}
	r := services(t, sim.Options{Now: c.now, Behaviour: sim.Behaviour{Throttle: sim.DocumentedBudgets()}})
	g := r.graphToken()
	status := func(path string) int { return r.graph("GET", path, g, nil).status }
	for i, want := range []int{200, 200, 200, 200, 429} {
		if got := status("/users/" + mia + "/teamwork/installedApps"); got != want {
			t.Errorf("call %d: %d", i+1, got)
		}
	}
	if got := status("/users/" + noah + "/teamwork/installedApps"); got != 200 {
		t.Errorf("another place: %d", got)
	}
	last := 0
	for i := range 31 {
		last = status("/chats/19:" + itoa(i) + "@thread.v2")
	}
	if last != 429 {
		t.Errorf("the 31st read in a second: %d", last)
	}
	if got := status("/users/" + mia + "/mailFolders"); got != 200 {
		t.Errorf("another service: %d", got)
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

func TestTeamsBudgetsTellReadsFromWrites(t *testing.T) {
	t.Parallel()
	c := &clock{at: time.Now()}
	r := services(t, sim.Options{Now: c.now, Behaviour: sim.Behaviour{Throttle: []sim.Budget{
		{API: sim.APIGraph, Service: sim.ServiceTeams, Calls: sim.Reads, Units: 3, Window: time.Second},
		{API: sim.APIGraph, Service: sim.ServiceTeams, Calls: sim.Writes, Units: 1, Window: time.Second}}}})
	g := r.graphToken()
	base := "/users/" + mia + "/teamwork/installedApps"
	id := r.graph("GET", base, g, nil).column("id")[0]
	status := func(method, path string) int { return r.graph(method, path, g, nil).status }
	for i, want := range []int{200, 200, 429} {
		if got := status("GET", base); got != want {
			t.Errorf("read %d: %d", i+2, got)
		}
	}
	if got := status("DELETE", base+"/"+id); got != 204 {
		t.Errorf("the first write: %d", got)
	}
	if got := status("DELETE", base+"/"+id); got != 429 {
		t.Errorf("the second write: %d", got)
	}
	c.move(time.Second)
	if got := status("DELETE", base+"/"+id); got != 404 {
		t.Errorf("after the window: %d", got)
	}
}
