package tenantsim_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	sim "github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

func TestEveryReadCmdletAnswers(t *testing.T) {
	t.Parallel()
	r := inline(t)
	x := r.exchangeToken()
	for name, want := range map[string]int{
		"Get-InboundConnector": 4, "Get-HostedConnectionFilterPolicy": 1, "Get-AcceptedDomain": 2, "Get-DynamicDistributionGroup": 1,
		"Get-RoleGroup": 1, "Get-ManagementRoleAssignment": 2, "Get-Mailbox": 2, "Get-TenantAllowBlockListSpoofItems": 4,
	} {
		if a := r.cmdlet(x, name, params{}); a.status != 200 || len(a.rows()) != want {
			t.Errorf("%s: %d, %d rows, want %d\n%s", name, a.status, len(a.rows()), want, a.raw)
		}
	}
	if a := r.cmdlet(x, "Get-RoleGroupMember", params{"Identity": "Organization Management"}); !slices.Equal(a.column("Name"), []string{"admin"}) {
		t.Errorf("%s", a.raw)
	}
	if a := r.cmdlet(x, "Get-TransportRule", params{"ResultSize": 3}); len(a.rows()) != 3 || a.json["@adminapi.warnings"] == nil {
		t.Errorf("%s", a.raw)
	}
	wantStatus(t, r.cmdlet(x, "Get-TransportRule", params{"Nonsense": 1}), 400, "BadRequest")
}

func TestRoleGroupGoesWithItsAssignments(t *testing.T) {
	t.Parallel()
	f := sim.InlineTenant()
	f.Exchange.RoleGroups = append(f.Exchange.RoleGroups, sim.RoleGroup{Name: "delegation_service", Roles: []string{"ApplicationImpersonation", "Mailbox Search"}})
	r := newRig(t, f, sim.Options{})
	x := r.exchangeToken()
	wantStatus(t, r.cmdlet(x, "Remove-RoleGroup", params{"Identity": "Organization Management"}), 400, "BadRequest")
	if a := r.cmdlet(x, "Remove-RoleGroup", params{"Identity": "delegation_service", "Confirm": false}); a.status != 200 {
		t.Fatalf("%s", a.raw)
	}
	if n := len(r.cmdlet(x, "Get-ManagementRoleAssignment", params{"RoleAssignee": "delegation_service"}).rows()); n != 0 {
		t.Errorf("%d assignments stay", n)
	}
}

func TestWhatIsMadeComesBackInExchangesOwnSpelling(t *testing.T) {
	t.Parallel()
	r := inline(t)
	x := r.exchangeToken()
	for name, p := range map[string]params{
		"New-OutboundConnector":              {"name": "again", "smartHosts": []string{"mx.example"}, "isTransportRuleScoped": true},
		"New-DistributionGroup":              {"Name": "again", "Members": []string{}},
		"New-TenantAllowBlockListSpoofItems": {"Identity": "default", "SpoofedUser": "*", "SendingInfrastructure": "again.example", "SpoofType": "External", "Action": "Allow"},
	} {
		if a := r.cmdlet(x, name, p); a.status != 200 || len(a.rows()) != 1 {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
		if a := r.cmdlet(x, name, p); a.status != 400 {
			t.Errorf("%s twice: %d", name, a.status)
		}
	}
	made := r.cmdlet(x, "Get-OutboundConnector", params{"Identity": "again", "IsTransportRuleScoped": true})
	if got := made.column("Name"); !slices.Equal(got, []string{"again"}) {
		t.Errorf("%s", made.raw)
	}
	wantStatus(t, r.cmdlet(x, "New-TransportRule", params{"Name": "r", "RouteMessageOutboundConnector": "none"}), 404, "NotFound")
}

func TestSingleGets(t *testing.T) {
	t.Parallel()
	r := inline(t)
	g := r.graphToken()
	at := "/servicePrincipals/" + sim.ProductID
	consent := r.graph("GET", at+"/appRoleAssignments", g, nil).column("id")[0]
	grant := r.graph("GET", at+"/oauth2PermissionGrants", g, nil).column("id")[0]
	for _, path := range []string{
		at + "/appRoleAssignments/" + consent, "/oauth2PermissionGrants/" + grant, "/domains/contoso.example", "/organization/" + sim.InlineTenantID,
		"/roleManagement/directory/roleDefinitions/" + sim.ExchangeAdministrator, "/servicePrincipals(appId='" + sim.ProductAppID + "')",
		"/users('mia@contoso.example')", at + "/transitiveMemberOf/microsoft.graph.directoryRole",
	} {
		if a := r.graph("GET", path, g, nil); a.status != 200 {
			t.Errorf("%s: %d %s", path, a.status, a.raw)
		}
	}
	graph, _ := r.sim.ObjectID(sim.InlineTenantID, sim.KindServicePrincipal, "Microsoft Graph")
	if n := len(r.graph("GET", "/servicePrincipals/"+graph+"/appRoleAssignedTo", g, nil).rows()); n != 12 {
		t.Errorf("%d hold a role on Graph", n)
	}
	wantStatus(t, r.graph("PATCH", at, g, "no object"), 400, "BadRequest")
}

func TestPrivilegedUserNeedsItsRoleStrippedFirst(t *testing.T) {
	t.Parallel()
	f := sim.InlineTenant()
	f.Users = append(f.Users, sim.User{UserPrincipalName: "svc@contoso.example"})
	f.RoleAssignments = append(f.RoleAssignments, sim.RoleAssignment{Principal: "svc@contoso.example", Role: sim.GlobalAdministrator})
	f.AppRoleAssignments = append(f.AppRoleAssignments, sim.AppRoleAssignment{Principal: sim.WorkerAppID, Resource: "graph", Role: "User.ReadWrite.All"})
	r := newRig(t, f, sim.Options{})
	g := r.graphToken()
	id := r.graph("GET", "/users/svc@contoso.example", g, nil).json["id"].(string)
	wantStatus(t, r.graph("DELETE", "/users/"+id, g, nil), 403, "Authorization_RequestDenied")
	for _, row := range r.graph("GET", "/roleManagement/directory/roleAssignments?$filter=principalId%20eq%20'"+id+"'", g, nil).column("id") {
		if a := r.graph("DELETE", "/roleManagement/directory/roleAssignments/"+row, g, nil); a.status != 204 {
			t.Fatalf("%s", a.raw)
		}
	}
	if a := r.graph("PATCH", "/users/svc@contoso.example", g, params{"accountEnabled": false}); a.status != 204 {
		t.Errorf("%d %s", a.status, a.raw)
	}
	if a := r.graph("DELETE", "/users/"+id, g, nil); a.status != 204 {
		t.Errorf("%d %s", a.status, a.raw)
	}
}

func TestApplicationTakesItsServicePrincipalAlong(t *testing.T) {
	t.Parallel()
	f := sim.InlineTenant()
	const app = "2f6d8b1c-4e70-4a95-83c2-6b9e0d51a001"
	f.Applications = []sim.Application{{AppID: app, DisplayName: "Chat app"}}
	f.ServicePrincipals = append(f.ServicePrincipals, sim.ServicePrincipal{AppID: app, DisplayName: "Chat app"})
	r := newRig(t, f, sim.Options{})
	g := r.graphToken()
	if a := r.graph("GET", "/applications(appId='"+app+"')", g, nil); a.status != 200 {
		t.Fatalf("%s", a.raw)
	}
	if a := r.graph("DELETE", "/applications(appId='"+app+"')", g, nil); a.status != 204 {
		t.Fatalf("%s", a.raw)
	}
	wantStatus(t, r.graph("GET", "/servicePrincipals(appId='"+app+"')", g, nil), 404, "Request_ResourceNotFound")
}

func TestControlAnswersLoopbackOnly(t *testing.T) {
	t.Parallel()
	r := inline(t)
	req := httptest.NewRequest(http.MethodGet, "/_sim/state", nil)
	req.RemoteAddr = "192.0.2.7:1234"
	rec := httptest.NewRecorder()
	if r.sim.Handler().ServeHTTP(rec, req); rec.Code != http.StatusForbidden {
		t.Fatal(rec.Code)
	}
}

func TestHangIsReleasedOverHTTPAndCallsComeAsLines(t *testing.T) {
	t.Parallel()
	r := inline(t)
	x := r.exchangeToken()
	h := r.sim.Faults.Must(sim.Fault{Do: sim.FaultHang, Match: sim.Match{Cmdlet: "Get-Mailbox"}})
	got := make(chan answer, 1)
	req := r.cmdletRequest(x, "Get-Mailbox", nil)
	go func() { a, _ := r.try(req); got <- a }()
	if err := h.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if a := r.do(r.request("POST", "/_sim/faults/"+h.ID+"/release", "", nil)); a.status != 204 {
		t.Fatal(a.status)
	}
	if a := <-got; a.status != 200 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	lines := r.request("GET", "/_sim/calls", "", nil)
	lines.Header.Set("Accept", "application/x-ndjson")
	if a := r.do(lines); strings.Count(string(a.raw), "\n") != 2 {
		t.Fatalf("%s", a.raw)
	}
}

func TestCloseFreesCallsThatHang(t *testing.T) {
	t.Parallel()
	s, err := sim.New(sim.InlineTenant(), sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, sim: s, base: s.BaseURL(), http: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	h := s.Faults.Must(sim.Fault{Do: sim.FaultHang})
	done := make(chan error, 1)
	req := r.request("GET", "/v1.0/domains", "", nil)
	go func() { _, err := r.try(req); done <- err }()
	if err := h.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s.Close()
	if <-done == nil {
		t.Error("it was answered")
	}
	if err := s.Start(t.Context(), "127.0.0.1:0"); err == nil {
		t.Error("started after Close")
	}
}
