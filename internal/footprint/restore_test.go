package footprint_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// remove removes an artifact of Exchange as a step would.
func (c *tenant) remove(a deprovision.Artifact) {
	c.t.Helper()
	switch a.Kind {
	case footprint.SpoofAllowPair:
		c.cmdlet("Remove-TenantAllowBlockListSpoofItems", map[string]any{"Identity": "Default", "Ids": []string{a.ID}, "Confirm": false})
	case footprint.IPAllowEntry:
		c.cmdlet("Set-HostedConnectionFilterPolicy", map[string]any{"Identity": "Default", "Confirm": false,
			"IPAllowList": map[string]any{"@odata.type": "#Exchange.GenericHashTable", "Remove": []string{a.Name}}})
	case footprint.DistributionGroup:
		c.cmdlet("Remove-DistributionGroup", map[string]any{"Identity": a.ID, "BypassSecurityGroupManagerCheck": true, "Confirm": false})
	default:
		cmdlet := map[deprovision.ArtifactKind]string{footprint.TransportRule: "Remove-TransportRule", footprint.OutboundConnector: "Remove-OutboundConnector",
			footprint.InboundConnector: "Remove-InboundConnector"}[a.Kind]
		c.cmdlet(cmdlet, map[string]any{"Identity": a.ID, "Confirm": false})
	}
}

// content is an object without what a new one can't have: its identity and its dates.
func content(t *testing.T, raw json.RawMessage) map[string]any {
	t.Helper()
	var o map[string]any
	if err := json.Unmarshal(raw, &o); err != nil {
		t.Fatal(err)
	}
	for _, own := range []string{"Guid", "Identity", "ExternalDirectoryObjectId", "WhenCreated", "WhenChanged", "Priority"} {
		delete(o, own)
	}
	if o["State"] != nil { // a rule's State says it; the simulator repeats what a new rule was made with
		delete(o, "Enabled")
	}
	return o
}

func TestEveryExchangeObjectComesBackFromItsBeforeState(t *testing.T) {
	t.Parallel()
	c := newTenant(t, func(f *tenantsim.Fixture) {
		f.Exchange.TransportRules[4].Disabled = true // as it was, it comes back
	})
	s := search(func(s *footprint.Search) { s.Approved = []string{tenantsim.GroupIncoming + "s"} })
	plan := find(t, s, c.objects())
	var exchange []deprovision.Artifact
	for _, a := range plan.Artifacts {
		if _, _, ok := footprint.RestoreCall(a); ok {
			exchange = append(exchange, a)
		}
	}
	if len(exchange) != 6+2+2+1+1+10 {
		t.Fatalf("%d can be restored: %v", len(exchange), names(exchange))
	}
	for _, a := range exchange {
		c.remove(a)
	}
	if left := find(t, search(), c.objects()); len(left.Artifacts) >= len(plan.Artifacts)-len(exchange)+1 {
		t.Fatalf("not removed: %v", names(left.Artifacts))
	}
	connector := func(a deprovision.Artifact) bool { return a.Kind == footprint.OutboundConnector }
	slices.SortStableFunc(exchange, func(a, b deprovision.Artifact) int { // rules need their connectors
		switch {
		case connector(a) == connector(b):
			return 0
		case connector(a):
			return -1
		}
		return 1
	})
	for _, a := range exchange {
		cmdlet, params, _ := footprint.RestoreCall(a)
		c.cmdlet(cmdlet, params)
	}
	now := map[string]footprint.Object{}
	for _, o := range c.objects() {
		now[string(o.Kind)+" "+o.Name] = o
	}
	for _, a := range exchange {
		o, ok := now[string(a.Kind)+" "+a.Name]
		if !ok {
			t.Errorf("%s %s is not back", a.Kind, a.Name)
			continue
		}
		if diff := cmp.Diff(content(t, a.Before), content(t, o.Raw)); diff != "" {
			t.Errorf("%s %s came back another (-before +now):\n%s", a.Kind, a.Name, diff)
		}
	}
}

func TestRestoreCommandsAreCompleteAndQuoted(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		kind   deprovision.ArtifactKind
		before string
		want   string
	}{
		"rule": {footprint.TransportRule,
			`{"Name":"O'Neil’s","State":"Disabled","Priority":3,"SetSCL":-1,"SenderIpRanges":["192.0.2.1","192.0.2.16/28"],"DeleteMessage":false,
			  "StopRuleProcessing":true,"ExceptIfFrom":["a@b.example"],"Guid":"g","WhenChanged":"2024-03-05T09:30:00Z","Comments":"","SubjectContainsWords":null}`,
			`New-TransportRule -Name 'O''Neil’’s' -Priority 3 -StopRuleProcessing:$true -SenderIpRanges '192.0.2.1','192.0.2.16/28' -ExceptIfFrom 'a@b.example' -SetSCL -1 -Enabled:$false`},
		"rule with data classifications": {footprint.TransportRule, `{"Name":"n","MessageContainsDataClassifications":[{"Name":"IBAN","minCount":1}]}`,
			`New-TransportRule -Name 'n' -MessageContainsDataClassifications @{'Name'='IBAN';'minCount'=1}`},
		"inbound": {footprint.InboundConnector, `{"Name":"in","Enabled":true,"RequireTls":false,"SenderDomains":["smtp:*;1"],"EFUsers":[]}`,
			`New-InboundConnector -Name 'in' -Enabled:$true -SenderDomains 'smtp:*;1' -RequireTls:$false`},
		"outbound": {footprint.OutboundConnector, `{"Name":"out","UseMXRecord":false,"SmartHosts":["relay.example"],"IsTransportRuleScoped":true}`,
			`New-OutboundConnector -Name 'out' -UseMXRecord:$false -SmartHosts 'relay.example' -IsTransportRuleScoped:$true`},
		"spoof pair": {footprint.SpoofAllowPair, `{"Identity":"i","SpoofedUser":"*","SendingInfrastructure":"x.example","SpoofType":"External","Action":"Allow"}`,
			`New-TenantAllowBlockListSpoofItems -Identity 'Default' -SpoofedUser '*' -SendingInfrastructure 'x.example' -SpoofType 'External' -Action 'Allow'`},
		"allow entry": {footprint.IPAllowEntry, `{"Policy":"Default","PolicyGuid":"g","IPAllowList":"192.0.2.1"}`,
			`Set-HostedConnectionFilterPolicy -Identity 'Default' -IPAllowList @{'Add'='192.0.2.1'}`},
		"mail-enabled security group": {footprint.DistributionGroup, `{"Name":"g","RecipientTypeDetails":"MailUniversalSecurityGroup","ManagedBy":["a"]}`,
			`New-DistributionGroup -Name 'g' -Type 'Security' -ManagedBy 'a' # its members are not part of the before-state`},
		"dynamic group": {footprint.DynamicGroup, `{"Name":"g","RecipientFilter":"(Company -eq 'x')"}`,
			`New-DynamicDistributionGroup -Name 'g' -RecipientFilter '(Company -eq ''x'')'`},
		"Microsoft 365 group": {footprint.Microsoft365Group, `{}`, `Restore-MgDirectoryDeletedItem -DirectoryObjectId 'the-id' # within 30 days`},
		"security group": {footprint.SecurityGroup, `{"mailNickname":"nick","description":null}`,
			`New-MgGroup -DisplayName 'the name' -MailNickname 'nick' -SecurityEnabled -MailEnabled:$false # its members are not part of the before-state`},
		"role": {footprint.RoleAssignment, `{"principalId":"p","roleDefinitionId":"r","directoryScopeId":"/"}`,
			`New-MgRoleManagementDirectoryRoleAssignment -PrincipalId 'p' -RoleDefinitionId 'r' -DirectoryScopeId '/'`},
		"a user's consent": {footprint.PermissionGrant, `{"clientId":"c","consentType":"Principal","principalId":"u","resourceId":"r","scope":"User.Read"}`,
			`New-MgOauth2PermissionGrant -ClientId 'c' -ConsentType 'Principal' -PrincipalId 'u' -ResourceId 'r' -Scope 'User.Read'`},
		"app role": {footprint.AppRoleAssignment, `{"principalId":"p","resourceId":"r","appRoleId":"a"}`,
			`New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId 'p' -PrincipalId 'p' -ResourceId 'r' -AppRoleId 'a'`},
		"app":                       {footprint.ServicePrincipal, `{}`, `Restore-MgDirectoryDeletedItem -DirectoryObjectId 'the-id' # within 30 days`},
		"what can't be read":        {footprint.TransportRule, `[`, ""},
		"what no command can bring": {footprint.ProductAccount, `{}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := deprovision.Artifact{Kind: tc.kind, ID: "the-id", Name: "the name", Before: json.RawMessage(tc.before)}
			if got := footprint.RestoreCommand(a); got != tc.want {
				t.Errorf("%s\nwant %s", got, tc.want)
			}
			if _, _, ok := footprint.RestoreCall(a); ok != (strings.HasPrefix(tc.want, "New-") && !strings.HasPrefix(tc.want, "New-Mg") || strings.HasPrefix(tc.want, "Set-")) {
				t.Errorf("a call: %t", ok)
			}
		})
	}
}

func TestRestoreCallMarksHashTablesForTheBinder(t *testing.T) {
	t.Parallel()
	_, params, ok := footprint.RestoreCall(deprovision.Artifact{Kind: footprint.TransportRule,
		Before: json.RawMessage(`{"Name":"n","Priority":12345678,"MessageContainsDataClassifications":[{"Name":"IBAN"}]}`)})
	want := map[string]any{"Name": "n", "Priority": int64(12345678),
		"MessageContainsDataClassifications":            []any{map[string]any{"@odata.type": "#Exchange.GenericHashTable", "Name": "IBAN"}},
		"MessageContainsDataClassifications@odata.type": "#Collection(Exchange.GenericHashTable)"}
	if diff := cmp.Diff(want, params); !ok || diff != "" {
		t.Error(diff)
	}
}
