package tenantsim_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	sim "github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

func TestFilters(t *testing.T) {
	t.Parallel()
	r := inline(t)
	g := r.graphToken()
	for _, c := range []struct {
		path, filter string
		want         int // rows, or -status
	}{
		{"/servicePrincipals", "appId eq '" + sim.ProductAppID + "'", 1},
		{"/servicePrincipals", "appId eq '00000000-1111-4222-8333-444444444444'", 0},
		{"/servicePrincipals", "displayName eq 'trend micro cloud app security'", 2},
		{"/servicePrincipals", "startswith(displayName,'Trend Micro')", 2},
		{"/servicePrincipals", "startswith(displayName,'Trend') and not(appId eq 'x')", -400},
		{"/servicePrincipals", "servicePrincipalType eq 'ManagedIdentity' or appId eq '" + sim.WorkerAppID + "'", 2},
		{"/servicePrincipals", "appId in ('" + sim.WorkerAppID + "','" + sim.ProductAppID + "')", 2},
		{"/servicePrincipals", "displayName ne 'x'", -400},
		{"/servicePrincipals", "homepage eq 'x'", -400},
		{"/servicePrincipals", "appId eq", 0},
		{"/servicePrincipals", "appId like 'x'", -400},
		{"/groups", "displayName eq 'TMCAS Inline Incoming O365 Virtual Group'", 1},
		{"/groups", "displayName eq 'it''s'", 0},
		{"/groups", "groupTypes/any(c:c eq 'Unified')", 2},
		{"/groups", "securityEnabled eq true and mailEnabled eq false", 1},
		{"/roleManagement/directory/roleAssignments", "principalId eq '" + sim.ProductID + "'", 1},
		{"/oauth2PermissionGrants", "clientId eq '" + sim.ProductID + "'", 1},
	} {
		a := r.graph(http.MethodGet, c.path+"?$filter="+url.QueryEscape(c.filter), g, nil)
		if c.want < 0 && a.status == -c.want || c.want >= 0 && a.status == 200 && len(a.rows()) == c.want {
			continue
		}
		t.Errorf("%s %q: %d, %d rows, want %d\n%s", c.path, c.filter, a.status, len(a.rows()), c.want, a.raw)
	}
}

func TestAdvancedQueriesNeedTheHeader(t *testing.T) {
	t.Parallel()
	r := inline(t)
	req := r.request(http.MethodGet, "/v1.0/servicePrincipals?$count=true&$filter="+url.QueryEscape("displayName ne 'x'"), r.graphToken(), nil)
	req.Header.Set("ConsistencyLevel", "eventual")
	if a := r.do(req); a.status != 200 || a.json["@odata.count"] == nil {
		t.Fatalf("%d %s", a.status, a.raw)
	}
}

func TestPagingAndSelect(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Generate(7, sim.GenerateOptions{Inline: true, Groups: 250}), sim.Options{})
	tenant := r.sim.Tenants()[0]
	g := r.tokenAnswer(tenant, secretForm(sim.WorkerAppID, sim.WorkerSecret, graphScope)).json["access_token"].(string)
	seen, pages := map[string]bool{}, 0
	for link := "/v1.0/groups?$select=id,displayName"; link != ""; pages++ {
		a := r.do(r.request(http.MethodGet, link, g, nil))
		for _, row := range a.rows() {
			seen[row["id"].(string)] = true
			if len(row) != 2 {
				t.Fatalf("%v", row)
			}
		}
		link, _ = a.json["@odata.nextLink"].(string)
	}
	if pages != 3 || len(seen) != 254 {
		t.Errorf("%d pages, %d groups", pages, len(seen))
	}
	for _, q := range []string{"$top=1000", "$top=x", "$select=nonsense", "$skiptoken=!"} {
		if a := r.do(r.request(http.MethodGet, "/v1.0/groups?"+q, g, nil)); a.status != 400 {
			t.Errorf("%s: %d", q, a.status)
		}
	}
}

func TestPermissionsArePerCall(t *testing.T) {
	t.Parallel()
	r := inline(t)
	reader := r.token(sim.ReaderAppID, sim.ReaderSecret, graphScope)
	for _, c := range []struct {
		method, path string
		want         int
	}{
		{"GET", "/servicePrincipals/" + sim.ProductID, 200},
		{"DELETE", "/servicePrincipals/" + sim.ProductID, 403},
		{"PATCH", "/servicePrincipals/" + sim.ProductID, 403},
		{"DELETE", "/oauth2PermissionGrants/x", 403},
		{"DELETE", "/roleManagement/directory/roleAssignments/x", 403},
		{"DELETE", "/groups/x", 403},
		{"POST", "/servicePrincipals", 405},
		{"GET", "/nonsense", 400},
	} {
		req := r.request(c.method, "/v1.0"+c.path, reader, nil)
		req.Header.Set("client-request-id", "mine")
		a := r.do(req)
		if a.status != c.want || a.header.Get("client-request-id") != "mine" || a.header.Get("request-id") == "" {
			t.Errorf("%s %s: %d %v", c.method, c.path, a.status, a.header)
		}
		if c.want == 403 && (a.code() != "Authorization_RequestDenied" || a.json["error"].(map[string]any)["innerError"].(map[string]any)["client-request-id"] != "mine") {
			t.Errorf("%s", a.raw)
		}
	}
	if len(r.sim.Changes("")) != 0 {
		t.Error("something changed")
	}
	wantStatus(t, r.graph("GET", "/users", "x.y.z", nil), 401, "InvalidAuthenticationToken")
	wantStatus(t, r.graph("GET", "/users", r.exchangeToken(), nil), 401, "InvalidAuthenticationToken")
}

func TestOwnedByOpensOwnObjectsOnly(t *testing.T) {
	t.Parallel()
	f := sim.InlineTenant()
	for i := range f.AppRoleAssignments {
		if f.AppRoleAssignments[i].Role == "Application.ReadWrite.All" {
			f.AppRoleAssignments[i].Role = "Application.ReadWrite.OwnedBy"
		}
	}
	for i := range f.ServicePrincipals {
		if f.ServicePrincipals[i].AppID == sim.ProductAppID {
			f.ServicePrincipals[i].Owners = []string{sim.WorkerID}
		}
	}
	r := newRig(t, f, sim.Options{})
	g := r.graphToken()
	wantStatus(t, r.graph("DELETE", "/servicePrincipals(appId='"+sim.ReaderAppID+"')", g, nil), 403, "Authorization_RequestDenied")
	if a := r.graph("DELETE", "/servicePrincipals/"+sim.ProductID, g, nil); a.status != 204 {
		t.Fatalf("%d", a.status)
	}
}

func TestServicePrincipalIsSoftDeletedWithItsConsents(t *testing.T) {
	t.Parallel()
	r := inline(t)
	g := r.graphToken()
	at := "/servicePrincipals/" + sim.ProductID
	if a := r.graph("DELETE", at, g, nil); a.status != 204 || len(a.raw) != 0 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	wantStatus(t, r.graph("GET", at, g, nil), 404, "Request_ResourceNotFound")
	wantStatus(t, r.graph("DELETE", at, g, nil), 404, "Request_ResourceNotFound")
	bin := r.graph("GET", "/directory/deletedItems/microsoft.graph.servicePrincipal", g, nil)
	if !slices.Equal(bin.column("id"), []string{sim.ProductID}) {
		t.Fatalf("%s", bin.raw)
	}
	if got := r.sim.RemovedBy(sim.ProductID); len(got) != 1 || len(got[0].Removed) != 5 {
		t.Fatalf("%+v", got)
	}
	if a := r.graph("POST", "/directory/deletedItems/"+sim.ProductID+"/restore", g, nil); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	if n := len(r.graph("GET", at+"/appRoleAssignments", g, nil).rows()); n != 2 {
		t.Fatalf("%d consents after the restore", n)
	}
	r.graph("DELETE", at, g, nil)
	if a := r.graph("DELETE", "/directory/deletedItems/"+sim.ProductID, g, nil); a.status != 204 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	wantStatus(t, r.graph("GET", "/directory/deletedItems/"+sim.ProductID, g, nil), 404, "Request_ResourceNotFound")
}

func TestGroupsByKind(t *testing.T) {
	t.Parallel()
	r := inline(t)
	g := r.graphToken()
	id := func(name string) string {
		id, ok := r.sim.ObjectID(sim.InlineTenantID, sim.KindGroup, name)
		if !ok {
			t.Fatal(name)
		}
		return id
	}
	unified := id(sim.GroupIncoming)
	if got := r.graph("GET", "/groups/"+unified+"/members", g, nil).column("userPrincipalName"); !slices.Equal(got, []string{"mia@contoso.example"}) {
		t.Errorf("%v", got)
	}
	if a := r.graph("DELETE", "/groups/"+unified, g, nil); a.status != 204 {
		t.Errorf("%d", a.status)
	}
	if a := r.graph("GET", "/directory/deletedItems/"+unified, g, nil); a.status != 200 {
		t.Errorf("%d", a.status)
	}
	wantStatus(t, r.graph("DELETE", "/directory/deletedItems/"+unified, g, nil), 403, "Authorization_RequestDenied")
	wantStatus(t, r.graph("DELETE", "/groups/"+id(sim.GroupIncoming+"s"), g, nil), 400, "Request_BadRequest")
	wantStatus(t, r.graph("GET", "/groups/not-a-guid", g, nil), 400, "Request_BadRequest")
}

func TestUsersAndTheirRoles(t *testing.T) {
	t.Parallel()
	r := inline(t)
	g := r.graphToken()
	a := r.graph("GET", "/users/admin@"+sim.InlineDomain+"?$select=id,accountEnabled", g, nil)
	if a.json["id"] != sim.AdminID || a.json["accountEnabled"] != true {
		t.Errorf("%s", a.raw)
	}
	roles := r.graph("GET", "/users/"+sim.AdminID+"/transitiveMemberOf/microsoft.graph.directoryRole", g, nil).column("roleTemplateId")
	if !slices.Equal(roles, []string{sim.GlobalAdministrator}) {
		t.Errorf("%v", roles)
	}
	assignment := r.graph("GET", "/roleManagement/directory/roleAssignments?$filter="+url.QueryEscape("roleDefinitionId eq '"+sim.GlobalAdministrator+"'"), g, nil)
	wantStatus(t, r.graph("DELETE", "/roleManagement/directory/roleAssignments/"+assignment.column("id")[0], g, nil), 400, "Request_BadRequest")
	for path, n := range map[string]int{"/organization": 1, "/domains": 2, "/users": 3, "/roleManagement/directory/roleDefinitions": 10, "/applications": 0} {
		if got := len(r.graph("GET", path, g, nil).rows()); got != n {
			t.Errorf("%s: %d, want %d", path, got, n)
		}
	}
}

func TestBatchJudgesItemsOneByOne(t *testing.T) {
	t.Parallel()
	r := inline(t)
	g := r.graphToken()
	r.sim.Faults.Must(sim.Fault{Do: sim.FaultThrottle, RetryAfter: sim.Seconds(2_128_000_000), Lenient: true, Match: sim.Match{Path: "/v1.0/domains"}})
	item := func(id, method, url string, more ...any) map[string]any {
		m := map[string]any{"id": id, "method": method, "url": url}
		for i := 0; i < len(more); i += 2 {
			m[more[i].(string)] = more[i+1]
		}
		return m
	}
	a := r.graph("POST", "/$batch", g, map[string]any{"requests": []any{
		item("1", "GET", "/servicePrincipals/"+sim.ProductID), item("2", "GET", "/domains"), item("3", "DELETE", "/servicePrincipals/"+sim.ProductID),
		item("4", "GET", "/organization", "dependsOn", []string{"2"}), item("5", "GET", "/users/nobody@x.example"),
		item("6", "PATCH", "/servicePrincipals/"+sim.ProductID, "body", params{"accountEnabled": false}),
	}})
	got := ""
	for _, x := range a.json["responses"].([]any) {
		m := x.(map[string]any)
		got += fmt.Sprintf("%v=%v ", m["id"], m["status"])
		if m["id"] == "2" && m["headers"].(map[string]any)["Retry-After"] != "2.128" {
			t.Errorf("%v", m)
		}
	}
	if a.status != 200 || got != "1=200 2=429 3=204 4=424 5=404 6=400 " {
		t.Fatalf("%d %s", a.status, got)
	}
	many := make([]any, 21)
	for i := range many {
		many[i] = item(fmt.Sprint(i), "GET", "/domains")
	}
	wantStatus(t, r.graph("POST", "/$batch", g, map[string]any{"requests": many}), 400, "MaximumValueExceeded")
	many[1] = many[0]
	wantStatus(t, r.graph("POST", "/$batch", g, map[string]any{"requests": many[:2]}), 400, "BadRequest")
	if c := r.sim.CallsLike(sim.Match{Method: "DELETE"}); len(c) != 1 || c[0].Batch == "" || !strings.HasSuffix(c[0].Path, sim.ProductID) {
		t.Fatalf("%+v", c)
	}
}
