package tenantsim_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	sim "github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

// TestInlineRemovalLeavesOnlyDecoys walks the whole removal as a client would
// and then asks what has changed: the footprint, and nothing but it.
func TestInlineRemovalLeavesOnlyDecoys(t *testing.T) {
	t.Parallel()
	r := inline(t)
	g, x := r.graphToken(), r.exchangeToken()
	ok := func(a answer, status int) {
		t.Helper()
		if a.status != status {
			t.Fatalf("%d %s", a.status, a.raw)
		}
	}
	for _, rule := range []string{sim.RuleIncomingDomain, sim.RuleIncomingUser, sim.RuleOutgoingDomain, sim.RuleOutgoingUser} {
		ok(r.cmdlet(x, "Remove-TransportRule", params{"Identity": rule, "Confirm": false}), 200)
	}
	for _, c := range []string{sim.OutboundForIncoming, sim.OutboundForOutgoing} {
		ok(r.cmdlet(x, "Remove-OutboundConnector", params{"Identity": c, "Confirm": false}), 200)
	}
	for _, name := range []string{sim.GroupIncoming, sim.GroupOutgoing} {
		found := r.graph(http.MethodGet, "/groups?$filter="+url.QueryEscape("displayName eq '"+name+"'"), g, nil)
		ok(r.graph(http.MethodDelete, "/groups/"+found.column("id")[0], g, nil), 204)
	}
	for _, rule := range []string{sim.RuleSkipSpam, sim.RuleMoveToJunk} {
		ok(r.cmdlet(x, "Remove-TransportRule", params{"Identity": rule, "Confirm": false}), 200)
	}
	for _, c := range []string{sim.InboundForIncoming, sim.InboundForOutgoing} {
		ok(r.cmdlet(x, "Remove-InboundConnector", params{"Identity": c, "Confirm": false}), 200)
	}
	ok(r.cmdlet(x, "Remove-TenantAllowBlockListSpoofItems", params{"Identity": "default", "Ids": []string{productSpoofID(t, r, x)}, "Confirm": false}), 200)
	ok(r.cmdlet(x, "Set-HostedConnectionFilterPolicy", params{"Identity": "Default", "Confirm": false, "IPAllowList": map[string]any{
		"@odata.type": "#Exchange.GenericHashTable", "Remove": slices.Concat(sim.USInboundIPs, sim.USOutboundIPs)}}), 200)
	roles := r.graph(http.MethodGet, "/roleManagement/directory/roleAssignments?$filter="+url.QueryEscape("principalId eq '"+sim.ProductID+"'"), g, nil)
	ok(r.graph(http.MethodDelete, "/roleManagement/directory/roleAssignments/"+roles.column("id")[0], g, nil), 204)
	for _, id := range r.graph(http.MethodGet, "/servicePrincipals/"+sim.ProductID+"/oauth2PermissionGrants", g, nil).column("id") {
		ok(r.graph(http.MethodDelete, "/oauth2PermissionGrants/"+id, g, nil), 204)
	}
	for _, id := range r.graph(http.MethodGet, "/servicePrincipals/"+sim.ProductID+"/appRoleAssignments", g, nil).column("id") {
		ok(r.graph(http.MethodDelete, "/servicePrincipals/"+sim.ProductID+"/appRoleAssignments/"+id, g, nil), 204)
	}
	ok(r.graph(http.MethodDelete, "/servicePrincipals(appId='"+sim.ProductAppID+"')", g, nil), 204)
	ok(r.hook("msg_1", sim.HookSecret, map[string]any{"tenantId": sim.InlineTenantID, "service": "exchange-online-inline", "appId": sim.ProductAppID}), 200)
	checkInlineGone(t, r)
}

func productSpoofID(t *testing.T, r *rig, token string) string {
	t.Helper()
	for _, row := range r.cmdlet(token, "Get-TenantAllowBlockListSpoofItems", params{"Action": "Allow"}).rows() {
		if row["SpoofedUser"] == "*" && row["SendingInfrastructure"] == sim.SpoofInfrastructure {
			return row["Identity"].(string)
		}
	}
	t.Fatal("no spoof pair")
	return ""
}

func checkInlineGone(t *testing.T, r *rig) {
	t.Helper()
	changes := r.sim.Changes("")
	count := map[sim.Kind]int{}
	for _, c := range changes {
		count[c.Kind]++
		if strings.Contains(c.Name, "copy of IT") || c.Effect == sim.EffectCreated {
			t.Errorf("touched %+v", c)
		}
	}
	want := map[sim.Kind]int{sim.KindTransportRule: 6, sim.KindOutboundConnector: 2, sim.KindInboundConnector: 2, sim.KindGroup: 2, sim.KindSpoofItem: 1,
		sim.KindConnectionFilterPolicy: 1, sim.KindRoleAssignment: 1, sim.KindPermissionGrant: 1, sim.KindAppRoleAssignment: 2, sim.KindServicePrincipal: 1, sim.KindProductAccount: 1}
	for k, n := range want {
		if count[k] != n {
			t.Errorf("%s: %d changed, want %d", k, count[k], n)
		}
	}
	if len(count) != len(want) {
		t.Errorf("changed kinds: %v", count)
	}
	policy := r.sim.State(sim.InlineTenantID)[sim.KindConnectionFilterPolicy][0]
	if got := policy["IPAllowList"].([]string); !slices.Equal(got, []string{"203.0.113.17", "198.51.100.0/28"}) {
		t.Errorf("the customer's addresses are %v", got)
	}
	if got := r.sim.RemovedBy(sim.ProductID); len(got) != 1 || got[0].AppID != sim.WorkerAppID {
		t.Errorf("removed by %+v", got)
	}
}

// hook posts a removal signed by the Standard Webhooks scheme.
func (r *rig) hook(id, secret string, body any) answer {
	r.t.Helper()
	return r.hookAt(id, secret, time.Now(), body)
}

func (r *rig) hookAt(id, secret string, at time.Time, body any) answer {
	r.t.Helper()
	raw, _ := json.Marshal(body)
	stamp := strconv.FormatInt(at.Unix(), 10)
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + stamp + "." + string(raw)))
	req := r.request(http.MethodPost, "/product/removals", "", body)
	req.Header.Set("webhook-id", id)
	req.Header.Set("webhook-timestamp", stamp)
	req.Header.Set("webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	return r.do(req)
}
