package footprint_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

var asked = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

// tenant is a simulated tenant with everything that the product leaves, reached over HTTP with nothing in between.
type tenant struct {
	t    *testing.T
	sim  *tenantsim.Sim
	base string
	http *http.Client
}

func newTenant(t *testing.T, change func(*tenantsim.Fixture)) *tenant {
	t.Helper()
	fixture := tenantsim.InlineTenant()
	if change != nil {
		change(fixture)
	}
	sim, err := tenantsim.New(fixture, tenantsim.Options{Now: func() time.Time { return asked }})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim.Handler())
	t.Cleanup(func() { sim.Close(); server.Close() })
	return &tenant{t: t, sim: sim, base: server.URL, http: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
}

func (c *tenant) do(method, path, token string, body []byte, contentType string) []byte {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("X-AnchorMailbox", "APP:test")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 {
		c.t.Fatalf("%s %s: %s %s %v", method, path, res.Status, got, err)
	}
	return got
}

func (c *tenant) token(resource string) string {
	c.t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {tenantsim.WorkerAppID}, "client_secret": {tenantsim.WorkerSecret},
		"scope": {resource + "/.default"}}
	var answer struct {
		Token string `json:"access_token"`
	}
	body := c.do(http.MethodPost, "/"+tenantsim.InlineTenantID+"/oauth2/v2.0/token", "", []byte(form.Encode()), "application/x-www-form-urlencoded")
	if err := json.Unmarshal(body, &answer); err != nil {
		c.t.Fatal(err)
	}
	return answer.Token
}

func (c *tenant) values(body []byte) []json.RawMessage {
	c.t.Helper()
	var page struct {
		Value  []json.RawMessage `json:"value"`
		Errors []string          `json:"@adminapi.errors"`
	}
	if err := json.Unmarshal(body, &page); err != nil || len(page.Errors) > 0 {
		c.t.Fatal(err, page.Errors)
	}
	return page.Value
}

// cmdlet runs one cmdlet of Exchange.
func (c *tenant) cmdlet(name string, params map[string]any) []json.RawMessage {
	c.t.Helper()
	body, err := json.Marshal(map[string]any{"CmdletInput": map[string]any{"CmdletName": name, "Parameters": params}})
	if err != nil {
		c.t.Fatal(err)
	}
	return c.values(c.do(http.MethodPost, "/adminapi/beta/"+tenantsim.InlineTenantID+"/InvokeCommand", c.token("https://outlook.office365.com"), body,
		"application/json"))
}

func (c *tenant) graph(path string) []byte {
	c.t.Helper()
	return c.do(http.MethodGet, "/v1.0"+path, c.token("https://graph.microsoft.com"), nil, "application/json")
}

func (c *tenant) parse(kind deprovision.ArtifactKind, rows ...json.RawMessage) []footprint.Object {
	c.t.Helper()
	var out []footprint.Object
	for _, raw := range rows {
		objects, err := footprint.Parse(kind, raw)
		if err != nil {
			c.t.Fatal(err)
		}
		out = append(out, objects...)
	}
	return out
}

// objects reads the tenant as an inventory does.
func (c *tenant) objects() []footprint.Object {
	c.t.Helper()
	all := map[string]any{"ResultSize": "Unlimited"}
	var out []footprint.Object
	add := func(kind deprovision.ArtifactKind, rows []json.RawMessage) {
		out = append(out, c.parse(kind, rows...)...)
	}
	add(footprint.TransportRule, c.cmdlet("Get-TransportRule", all))
	for _, scoped := range []bool{true, false} {
		add(footprint.OutboundConnector, c.cmdlet("Get-OutboundConnector", map[string]any{"IsTransportRuleScoped": scoped, "IncludeTestModeConnectors": true}))
	}
	add(footprint.InboundConnector, c.cmdlet("Get-InboundConnector", all))
	add(footprint.DistributionGroup, c.cmdlet("Get-DistributionGroup", all))
	add(footprint.DynamicGroup, c.cmdlet("Get-DynamicDistributionGroup", all))
	add(footprint.Microsoft365Group, c.cmdlet("Get-UnifiedGroup", all))
	add(footprint.SpoofAllowPair, c.cmdlet("Get-TenantAllowBlockListSpoofItems", map[string]any{}))
	add(footprint.IPAllowEntry, c.cmdlet("Get-HostedConnectionFilterPolicy", map[string]any{}))
	add(footprint.ServicePrincipal, c.values(c.graph("/servicePrincipals")))
	add(footprint.RoleAssignment, c.values(c.graph("/roleManagement/directory/roleAssignments")))
	for _, id := range []string{tenantsim.ProductID, tenantsim.WorkerID} {
		add(footprint.PermissionGrant, c.values(c.graph("/servicePrincipals/"+id+"/oauth2PermissionGrants")))
		add(footprint.AppRoleAssignment, c.values(c.graph("/servicePrincipals/"+id+"/appRoleAssignments")))
	}
	return out
}

// search is for the account that the product's set-up recorded.
func search(change ...func(*footprint.Search)) footprint.Search {
	s := footprint.Search{
		Ref: deprovision.Ref{Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Request: "r1"},
		Account: deprovision.Account{Tenant: "contoso", ID: "inline", Service: deprovision.ExchangeOnlineInline, Kind: deprovision.Authorized,
			AppID: tenantsim.ProductAppID, Site: "us", State: deprovision.AccountActive},
		Acting: tenantsim.WorkerAppID, Since: asked, Now: asked.Add(time.Minute),
	}
	for _, c := range change {
		c(&s)
	}
	return s
}

func find(t testing.TB, s footprint.Search, objects []footprint.Object) deprovision.Plan {
	t.Helper()
	plan, err := inline(t).Find(s, objects)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// names lists kind and name of artifacts.
func names(list []deprovision.Artifact) []string {
	var out []string
	for _, a := range list {
		out = append(out, string(a.Kind)+" "+a.Name)
	}
	return out
}
