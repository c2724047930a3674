package tenantsim_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	sim "github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

func TestJournalRuleIsListedMadeAndRemoved(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.CheckPointTenant(), sim.Options{})
	x := r.exchangeToken()
	listed := r.cmdlet(x, "Get-JournalRule", params{})
	if got := listed.column("Name"); !slices.Equal(got, []string{sim.CheckPointMonitor, "Legal archive", "Monitor", "Journal of the pilot"}) {
		t.Fatalf("%v", got)
	}
	own := listed.rows()[2]
	if own["Scope"] != "External" || own["Recipient"] != "mia@contoso.example" || own["Enabled"] != true || listed.rows()[3]["Enabled"] != false {
		t.Errorf("%v", listed.rows())
	}
	if first := listed.rows()[0]; first["Scope"] != "Global" || first["Recipient"] != nil || first["Guid"] == "" {
		t.Errorf("%v", first)
	}
	wantStatus(t, r.cmdlet(x, "Get-JournalRule", params{"ResultSize": "Unlimited"}), 400, "BadRequest") // it takes none
	if a := r.cmdlet(x, "Remove-JournalRule", params{"Identity": sim.CheckPointMonitor, "Confirm": false}); a.status != 200 {
		t.Fatalf("%s", a.raw)
	}
	wantStatus(t, r.cmdlet(x, "Remove-JournalRule", params{"Identity": sim.CheckPointMonitor, "Confirm": false}), 404, "NotFound")
	wantStatus(t, r.cmdlet(x, "New-JournalRule", params{"Name": sim.CheckPointMonitor}), 400, "BadRequest")
	again := params{"Name": sim.CheckPointMonitor, "JournalEmailAddress": "a@b.example", "Scope": "Internal"}
	if a := r.cmdlet(x, "New-JournalRule", again); a.status != 200 || a.rows()[0]["Enabled"] != false {
		t.Errorf("a new one is off: %s", a.raw)
	}
}

func TestReaderMayNotTouchJournalRules(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.CheckPointTenant(), sim.Options{})
	x := r.token(sim.ReaderAppID, sim.ReaderSecret, exchangeScope)
	if a := r.cmdlet(x, "Get-JournalRule", params{}); a.status != 200 {
		t.Errorf("%s", a.raw)
	}
	req := r.cmdletRequest(x, "Remove-JournalRule", params{"Identity": sim.CheckPointMonitor, "Confirm": false})
	req.Header.Set("Accept-Encoding", "gzip") // keeps Go from unpacking
	if a := r.do(req); a.status != 403 {
		t.Errorf("%d", a.status)
	}
}

func TestJournalRuleOfAFixtureIsChecked(t *testing.T) {
	t.Parallel()
	const head = "tenant: {id: 6f1c2a54-0c3b-4d7e-9a52-3b8f6e10c001, displayName: T, domains: [t.example]}\n"
	for text, want := range map[string]string{
		"exchange: {journalRules: [{name: J}]}\n": "exchange.journalRules[0].journalEmailAddress",
		"exchange: {journalRules: [{name: J, journalEmailAddress: a@b.example, enabled: false}, {name: j, journalEmailAddress: a@b.example}]}\n": "exchange.journalRules[1].name",
	} {
		if _, err := sim.ParseFixture([]byte(head + text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestCheckPointTenantHoldsWhatItsPagesName(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.CheckPointTenant(), sim.Options{})
	state := r.sim.State(sim.InlineTenantID)
	for kind, want := range map[sim.Kind][]string{
		sim.KindTransportRule:     {sim.CheckPointOutgoing, sim.CheckPointInternal, sim.CheckPointProtect, sim.CheckPointWhitelist},
		sim.KindOutboundConnector: {sim.CheckPointOutbound, sim.CheckPointDLPOutbound},
		sim.KindInboundConnector:  {sim.CheckPointInbound, sim.CheckPointDLPInbound},
		sim.KindJournalRule:       {sim.CheckPointMonitor},
		sim.KindGroup:             {sim.CheckPointGroupIn, sim.CheckPointGroupOut},
		sim.KindServicePrincipal:  {sim.CheckPointAppName},
	} {
		names := r.sim.Names(sim.InlineTenantID, kind)
		for _, name := range want {
			if !slices.Contains(names, name) {
				t.Errorf("%s: no %s in %v", kind, name, names)
			}
		}
		if len(state[kind]) <= len(want) {
			t.Errorf("%s: nothing in the tenant but the product's", kind)
		}
	}
	if a := r.graph(http.MethodGet, "/servicePrincipals/"+sim.CheckPointID+"/oauth2PermissionGrants", r.graphToken(), nil); len(a.rows()) != 2 {
		t.Errorf("%s", a.raw)
	}
}
