package tenantsim_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"slices"
	"strings"
	"testing"

	sim "github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

func TestGetWithUnknownIdentityReturnsEverything(t *testing.T) {
	t.Parallel()
	r := inline(t)
	x := r.exchangeToken()
	all := len(r.cmdlet(x, "Get-TransportRule", nil).rows())
	if all != 11 {
		t.Fatalf("%d rules", all)
	}
	for name, p := range map[string]params{"unknown": {"Identity": "no such rule"}, "null": {"Identity": nil}, "empty": {"Identity": ""}} {
		if got := len(r.cmdlet(x, "Get-TransportRule", p).rows()); got != all {
			t.Errorf("%s: %d rows, want all %d", name, got, all)
		}
	}
	if got := r.cmdlet(x, "Get-TransportRule", params{"Identity": sim.RuleSkipSpam}).column("Name"); !slices.Equal(got, []string{sim.RuleSkipSpam}) {
		t.Errorf("by name: %v", got)
	}
	if err := r.sim.SetBehaviour(sim.InlineTenantID, sim.Behaviour{NotFoundOnGet: true}); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, r.cmdlet(x, "Get-TransportRule", params{"Identity": "no such rule"}), 404, "NotFound")
}

func TestRemoveOfWhatIsGoneSaysSo(t *testing.T) {
	t.Parallel()
	r := inline(t)
	x := r.exchangeToken()
	for _, name := range []string{"Remove-TransportRule", "Remove-InboundConnector", "Remove-OutboundConnector", "Remove-DistributionGroup", "Remove-RoleGroup"} {
		a := r.cmdlet(x, name, params{"Identity": "gone", "Confirm": false})
		wantStatus(t, a, 404, "NotFound")
		detail := a.json["error"].(map[string]any)["details"].([]any)[0].(map[string]any)["message"].(string)
		if parts := strings.Split(detail, "|"); len(parts) != 3 || len(parts[0]) != 8 || !strings.HasSuffix(parts[1], "ManagementObjectNotFoundException") {
			t.Errorf("%s: %q", name, detail)
		}
		wantStatus(t, r.cmdlet(x, name, params{"Confirm": false}), 400, "BadRequest")
	}
	calls := r.sim.Destructive()
	if len(calls) != 10 || calls[0].Effect != sim.EffectAbsent {
		t.Fatalf("%d calls, first %+v", len(calls), calls[0])
	}
}

func TestConnectorInUseStays(t *testing.T) {
	t.Parallel()
	r := inline(t)
	x := r.exchangeToken()
	wantStatus(t, r.cmdlet(x, "Remove-OutboundConnector", params{"Identity": sim.OutboundForIncoming}), 400, "BadRequest")
	if !slices.Contains(r.sim.Names(sim.InlineTenantID, sim.KindOutboundConnector), sim.OutboundForIncoming) {
		t.Fatal("it went")
	}
}

func TestOutboundConnectorsHideUnlessAskedFor(t *testing.T) {
	t.Parallel()
	r := inline(t)
	x := r.exchangeToken()
	for name, c := range map[string]struct {
		p    params
		want int
	}{
		"default":    {nil, 2},
		"scoped":     {params{"IsTransportRuleScoped": true}, 3},
		"test mode":  {params{"IncludeTestModeConnectors": true}, 3},
		"not scoped": {params{"IsTransportRuleScoped": false, "IncludeTestModeConnectors": true}, 3},
	} {
		if got := r.cmdlet(x, "Get-OutboundConnector", c.p).column("Name"); len(got) != c.want {
			t.Errorf("%s: %v, want %d", name, got, c.want)
		}
	}
}

func TestUnknownOrForbiddenCmdletIsNulBytesLabelledGzip(t *testing.T) {
	t.Parallel()
	r := inline(t)
	reader := r.token(sim.ReaderAppID, sim.ReaderSecret, exchangeScope)
	for name, req := range map[string]*http.Request{
		"unknown":           r.cmdletRequest(r.exchangeToken(), "Remove-Everything", nil),
		"unified group":     r.cmdletRequest(r.exchangeToken(), "Remove-UnifiedGroup", params{"Identity": sim.GroupIncoming}),
		"reader may not":    r.cmdletRequest(reader, "Remove-TransportRule", params{"Identity": sim.RuleSkipSpam}),
		"reader may not II": r.cmdletRequest(reader, "Remove-TenantAllowBlockListSpoofItems", params{"Identity": "default"}),
	} {
		req.Header.Set("Accept-Encoding", "gzip") // keeps Go from unpacking
		a := r.do(req)
		if a.status != 403 || a.header.Get("Content-Encoding") != "gzip" || len(a.raw) == 0 || len(bytes.Trim(a.raw, "\x00")) > 0 {
			t.Errorf("%s: %d %v %q", name, a.status, a.header, a.raw)
		}
	}
	if a := r.cmdlet(reader, "Get-TransportRule", nil); a.status != 200 {
		t.Errorf("reader: %d", a.status)
	}
}

func TestExchangeRefusesTokensWithoutItsRights(t *testing.T) {
	t.Parallel()
	f := sim.InlineTenant()
	f.RoleAssignments = f.RoleAssignments[:1] // the worker's Exchange Administrator goes
	r := newRig(t, f, sim.Options{})
	if a := r.cmdlet(r.exchangeToken(), "Get-TransportRule", nil); a.status != 403 || !strings.Contains(string(a.raw), "isn't supported in this scenario") {
		t.Errorf("no directory role: %d %s", a.status, a.raw)
	}
	if a := r.cmdlet(r.graphToken(), "Get-TransportRule", nil); a.status != 401 {
		t.Errorf("Graph's token: %d", a.status)
	}
	if a := r.cmdlet("", "Get-TransportRule", nil); a.status != 401 {
		t.Errorf("no token: %d", a.status)
	}
	req := r.cmdletRequest(r.exchangeToken(), "Get-TransportRule", nil)
	req.Header.Del("X-AnchorMailbox")
	wantStatus(t, r.do(req), 400, "BadRequest")
}

func TestExchangePagesByPostingTheSameBody(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.InlineTenant(), sim.Options{})
	x := r.exchangeToken()
	seen := map[string]bool{}
	link, pages := "/adminapi/beta/"+sim.InlineTenantID+"/InvokeCommand", 0
	for link != "" {
		req := r.request(http.MethodPost, link, x, map[string]any{"CmdletInput": map[string]any{"CmdletName": "Get-TransportRule", "Parameters": params{}}})
		req.Header.Set("X-AnchorMailbox", "APP:x")
		req.Header.Set("Prefer", "odata.maxpagesize=4")
		a := r.do(req)
		for _, n := range a.column("Name") {
			seen[n] = true
		}
		link, _ = a.json["@odata.nextLink"].(string)
		pages++
	}
	if pages != 3 || len(seen) != 11 {
		t.Fatalf("%d pages, %d rules", pages, len(seen))
	}
}

func TestAllowListHashtable(t *testing.T) {
	t.Parallel()
	r := inline(t)
	x := r.exchangeToken()
	set := func(v any) answer {
		return r.cmdlet(x, "Set-HostedConnectionFilterPolicy", params{"Identity": "Default", "IPAllowList": v})
	}
	hash := func(k string, v any) map[string]any {
		return map[string]any{"@odata.type": "#Exchange.GenericHashTable", k: v}
	}
	wantStatus(t, set(map[string]any{"Remove": []string{"20.72.147.113"}}), 400, "BadRequest") // no type, no binding
	wantStatus(t, set(hash("Add", "10.0.0.0/8")), 400, "BadRequest")
	if a := set(hash("Remove", []string{"192.0.2.1"})); a.status != 200 || a.json["@adminapi.warnings"] == nil {
		t.Errorf("no change must warn: %s", a.raw)
	}
	set(hash("Remove", []string{"20.72.147.113"}))
	if got := r.sim.RemovedBy("20.72.147.113"); len(got) != 1 || got[0].Effect != sim.EffectRemoved {
		t.Errorf("%+v", got)
	}
	set(hash("Add", []string{"20.72.147.113"}))
	if got := r.sim.State(sim.InlineTenantID)[sim.KindConnectionFilterPolicy][0]["IPAllowList"].([]string); len(got) != 12 {
		t.Errorf("%d entries: %v", len(got), got)
	}
}

func TestSpoofRemovalReportsUnknownIdsInside200(t *testing.T) {
	t.Parallel()
	r := inline(t)
	x := r.exchangeToken()
	id := productSpoofID(t, r, x)
	a := r.cmdlet(x, "Remove-TenantAllowBlockListSpoofItems", params{"Identity": `contoso.example\Default`, "Ids": []string{id, "nope"}})
	if a.status != 200 || a.json["@adminapi.errors"] == nil || len(r.sim.RemovedBy(id)) != 1 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
}

func TestGroupsByExchange(t *testing.T) {
	t.Parallel()
	r := inline(t)
	x := r.exchangeToken()
	name := sim.GroupIncoming + "s"
	if got := r.cmdlet(x, "Get-DistributionGroup", nil).column("Name"); !slices.Equal(got, []string{name}) {
		t.Fatalf("%v", got)
	}
	if got := r.cmdlet(x, "Get-UnifiedGroup", nil).rows(); len(got) != 2 {
		t.Fatalf("%v", got)
	}
	wantStatus(t, r.cmdlet(x, "Remove-DistributionGroup", params{"Identity": name}), 403, "Forbidden")
	if a := r.cmdlet(x, "Remove-DistributionGroup", params{"Identity": name, "BypassSecurityGroupManagerCheck": true}); a.status != 200 {
		t.Fatalf("%s", a.raw)
	}
}

func TestConfirmAsksAndChangesNothing(t *testing.T) {
	t.Parallel()
	r := inline(t)
	a := r.cmdlet(r.exchangeToken(), "Remove-TransportRule", params{"Identity": sim.RuleSkipSpam, "Confirm": true})
	if a.status != 200 || a.json["@adminapi.confirmationmessage"] == nil || len(r.sim.Changes("")) != 0 {
		t.Fatalf("%s", a.raw)
	}
}

func TestRemovedRuleAndConnectorCanBeMadeAgain(t *testing.T) {
	t.Parallel()
	r := inline(t)
	x := r.exchangeToken()
	r.cmdlet(x, "Remove-TransportRule", params{"Identity": sim.RuleSkipSpam})
	r.cmdlet(x, "Remove-InboundConnector", params{"Identity": sim.InboundForIncoming})
	a := r.cmdlet(x, "New-TransportRule", params{"Name": sim.RuleSkipSpam, "SetSCL": -1, "SenderIpRanges": sim.USInboundIPs})
	b := r.cmdlet(x, "New-InboundConnector", params{"Name": sim.InboundForIncoming, "ConnectorType": "Partner", "SenderIPAddresses": sim.USInboundIPs})
	c := r.cmdlet(x, "Disable-TransportRule", params{"Identity": sim.RuleSkipSpam})
	if a.status != 200 || b.status != 200 || c.status != 200 || r.cmdlet(x, "Get-TransportRule", params{"Identity": sim.RuleSkipSpam}).column("State")[0] != "Disabled" {
		t.Fatalf("%s\n%s\n%s", a.raw, b.raw, c.raw)
	}
}

func TestModuleFileListsWhatTheCallerMayRun(t *testing.T) {
	t.Parallel()
	r := inline(t)
	list := func(token string) string {
		req := r.request(http.MethodGet, "/adminapi/v1.0/"+sim.InlineTenantID+"/EXOModuleFile?Version=3.9.2", token, nil)
		req.Header.Set("CommandName", "*")
		return r.do(req).rows()[0]["exportedCmdlets"].(string)
	}
	if worker := list(r.exchangeToken()); !strings.Contains(worker, "Remove-TransportRule") || strings.Contains(worker, "Remove-UnifiedGroup") {
		t.Errorf("worker: %s", worker)
	}
	if reader := list(r.token(sim.ReaderAppID, sim.ReaderSecret, exchangeScope)); strings.Contains(reader, "Remove-") || !strings.Contains(reader, "Get-TransportRule") {
		t.Errorf("reader: %s", reader)
	}
}

func TestGzipBodies(t *testing.T) {
	t.Parallel()
	r := inline(t)
	x := r.exchangeToken()
	plain := `{"CmdletInput":{"CmdletName":"Get-AcceptedDomain","Parameters":{}}}`
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(plain))
	_ = z.Close()
	for body, status := range map[string]int{packed.String(): 200, plain: 400} {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, r.base+"/adminapi/beta/"+sim.InlineTenantID+"/InvokeCommand", strings.NewReader(body))
		req.Header.Set("Authorization", "Bearer "+x)
		req.Header.Set("X-AnchorMailbox", "APP:x")
		req.Header.Set("Content-Encoding", "gzip")
		if a := r.do(req); a.status != status {
			t.Errorf("%d %s, want %d", a.status, a.raw, status)
		}
	}
}
