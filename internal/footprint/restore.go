package footprint

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// settable lists, per cmdlet that makes an object anew, the properties of the before-state that it takes as parameters, in the order in
// which they are written. https://learn.microsoft.com/powershell/module/exchangepowershell/<cmdlet>
var settable = map[deprovision.ArtifactKind]struct {
	cmdlet string
	params []string
}{
	TransportRule: {"New-TransportRule", []string{"Name", "Comments", "Mode", "Priority", "FromScope", "SentToScope", "FromMemberOf", "SentToMemberOf",
		"SenderDomainIs", "RecipientDomainIs", "SenderIpRanges", "HeaderContainsMessageHeader", "HeaderContainsWords", "HeaderMatchesMessageHeader",
		"HeaderMatchesPatterns", "ExceptIfSenderIpRanges", "ExceptIfHeaderContainsMessageHeader", "ExceptIfHeaderContainsWords",
		"RouteMessageOutboundConnector", "SetSCL", "SetHeaderName", "SetHeaderValue", "StopRuleProcessing", "SenderAddressLocation", "RuleErrorAction"}},
	OutboundConnector: {"New-OutboundConnector", []string{"Name", "Enabled", "Comment", "ConnectorType", "ConnectorSource", "UseMXRecord", "SmartHosts",
		"RecipientDomains", "IsTransportRuleScoped", "TlsSettings", "TlsDomain", "CloudServicesMailEnabled", "RouteAllMessagesViaOnPremises",
		"AllAcceptedDomains", "TestMode", "SenderRewritingEnabled"}},
	InboundConnector: {"New-InboundConnector", []string{"Name", "Enabled", "Comment", "ConnectorType", "ConnectorSource", "SenderDomains", "SenderIPAddresses",
		"AssociatedAcceptedDomains", "RequireTls", "RestrictDomainsToIPAddresses", "RestrictDomainsToCertificate", "TlsSenderCertificateName",
		"CloudServicesMailEnabled", "TreatMessagesAsInternal", "EFSkipLastIP", "EFSkipIPs", "EFUsers"}},
	SpoofAllowPair:    {"New-TenantAllowBlockListSpoofItems", []string{"SpoofedUser", "SendingInfrastructure", "SpoofType", "Action"}},
	DistributionGroup: {"New-DistributionGroup", []string{"Name", "DisplayName", "Alias", "PrimarySmtpAddress", "ManagedBy", "Members"}},
	DynamicGroup:      {"New-DynamicDistributionGroup", []string{"Name", "DisplayName", "Alias", "PrimarySmtpAddress", "RecipientFilter"}},
}

// Parameter is one parameter of a cmdlet; Value is a text, a number, a bool or a list of texts.
type Parameter struct {
	Name  string
	Value any
}

// RestoreCall returns the cmdlet that makes an Exchange object anew from its before-state, with its parameters in order. ok is false for
// objects that Exchange does not keep, and where the before-state can't be read.
func RestoreCall(a deprovision.Artifact) (cmdlet string, params []Parameter, ok bool) {
	var before map[string]any
	if json.Unmarshal(a.Before, &before) != nil {
		return "", nil, false
	}
	if a.Kind == IPAllowEntry {
		policy, _ := before["Policy"].(string)
		return "Set-HostedConnectionFilterPolicy", []Parameter{{"Identity", policy}, {"IPAllowList", added{a.Name}}}, policy != ""
	}
	how, ok := settable[a.Kind]
	if !ok {
		return "", nil, false
	}
	if a.Kind == SpoofAllowPair {
		params = append(params, Parameter{"Identity", "Default"})
	}
	for _, name := range how.params {
		if value, given := given(before[name]); given {
			params = append(params, Parameter{name, value})
		}
	}
	if state, _ := before["State"].(string); a.Kind == TransportRule && state != "" {
		params = append(params, Parameter{"Enabled", state == "Enabled"})
	}
	return how.cmdlet, params, true
}

// added is the hashtable that adds entries to a list and leaves the others alone.
type added []string

// given drops what a cmdlet would not take: nothing, an empty text, an empty list.
func given(v any) (any, bool) {
	switch v := v.(type) {
	case nil:
		return nil, false
	case string:
		return v, v != ""
	case []any:
		texts := make([]string, 0, len(v))
		for _, e := range v {
			texts = append(texts, fmt.Sprint(e))
		}
		return texts, len(texts) > 0
	case map[string]any:
		return nil, false
	}
	return v, true
}

// RestoreCommand returns the command that would restore an artifact: PowerShell for Exchange and the directory.
func RestoreCommand(a deprovision.Artifact) string {
	if cmdlet, params, ok := RestoreCall(a); ok {
		var b strings.Builder
		b.WriteString(cmdlet)
		for _, p := range params {
			b.WriteString(" " + argument(p))
		}
		return b.String()
	}
	var f struct{ PrincipalID, RoleDefinitionID, DirectoryScopeID, ClientID, ResourceID, Scope, ConsentType, AppRoleID string }
	if json.Unmarshal(a.Before, &f) != nil {
		return ""
	}
	switch a.Kind {
	case Microsoft365Group, ServicePrincipal: // soft-deleted, for 30 days
		return "Restore-MgDirectoryDeletedItem -DirectoryObjectId " + quote(a.ID)
	case SecurityGroup:
		return "New-MgGroup -DisplayName " + quote(a.Name) + " -SecurityEnabled -MailEnabled:$false -MailNickname " + quote(strings.ReplaceAll(a.Name, " ", ""))
	case RoleAssignment:
		return fmt.Sprintf("New-MgRoleManagementDirectoryRoleAssignment -PrincipalId %s -RoleDefinitionId %s -DirectoryScopeId %s",
			quote(f.PrincipalID), quote(f.RoleDefinitionID), quote(f.DirectoryScopeID))
	case PermissionGrant:
		return fmt.Sprintf("New-MgOauth2PermissionGrant -ClientId %s -ResourceId %s -ConsentType %s -Scope %s",
			quote(f.ClientID), quote(f.ResourceID), quote(f.ConsentType), quote(f.Scope))
	case AppRoleAssignment:
		return fmt.Sprintf("New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId %[1]s -PrincipalId %[1]s -ResourceId %[2]s -AppRoleId %[3]s",
			quote(f.PrincipalID), quote(f.ResourceID), quote(f.AppRoleID))
	}
	return ""
}

func argument(p Parameter) string {
	switch v := p.Value.(type) {
	case bool:
		return fmt.Sprintf("-%s:$%t", p.Name, v)
	case []string:
		return "-" + p.Name + " " + quoteAll(v)
	case added:
		return "-" + p.Name + " @{Add=" + quoteAll(v) + "}"
	case string:
		return "-" + p.Name + " " + quote(v)
	}
	return fmt.Sprintf("-%s %v", p.Name, p.Value)
}

// quote makes a PowerShell literal: nothing inside is expanded.
// https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
func quote(s string) string {
	return "'" + strings.NewReplacer("'", "''", "‘", "‘‘", "’", "’’", "‚", "‚‚", "‛", "‛‛").Replace(s) + "'"
}

func quoteAll(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = quote(s)
	}
	return strings.Join(quoted, ",")
}
