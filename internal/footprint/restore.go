package footprint

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// maker is a cmdlet that makes an object anew, with the properties of the before-state that it takes as parameters, in the order in which they
// are written. https://learn.microsoft.com/powershell/module/exchangepowershell/<cmdlet>
type maker struct {
	cmdlet string
	params []string
}

var makers = map[deprovision.ArtifactKind]maker{
	TransportRule: {"New-TransportRule", ruleParameters()},
	OutboundConnector: {"New-OutboundConnector", strings.Fields(`Name Enabled Comment ConnectorType ConnectorSource UseMXRecord SmartHosts
		RecipientDomains IsTransportRuleScoped TlsSettings TlsDomain CloudServicesMailEnabled RouteAllMessagesViaOnPremises AllAcceptedDomains
		SenderRewritingEnabled TestMode`)},
	InboundConnector: {"New-InboundConnector", strings.Fields(`Name Enabled Comment ConnectorType ConnectorSource SenderDomains SenderIPAddresses
		AssociatedAcceptedDomains ClientHostNames RequireTls RestrictDomainsToIPAddresses RestrictDomainsToCertificate TlsSenderCertificateName
		TrustedOrganizations CloudServicesMailEnabled TreatMessagesAsInternal EFSkipLastIP EFSkipIPs EFSkipMailGateway EFTestMode EFUsers
		ScanAndDropRecipients`)},
	SpoofAllowPair: {"New-TenantAllowBlockListSpoofItems", strings.Fields(`SpoofedUser SendingInfrastructure SpoofType Action`)},
	DistributionGroup: {"New-DistributionGroup", strings.Fields(`Name DisplayName Alias PrimarySmtpAddress Type ManagedBy Notes Description
		BccBlocked BypassNestedModerationEnabled HiddenGroupMembershipEnabled MemberDepartRestriction MemberJoinRestriction ModeratedBy
		ModerationEnabled RequireSenderAuthenticationEnabled SendModerationNotifications`)},
	RoleGroup:   {"New-RoleGroup", strings.Fields(`Name Description Roles Members ManagedBy`)},
	JournalRule: {"New-JournalRule", strings.Fields(`Name JournalEmailAddress Recipient Scope Enabled`)},
	DynamicGroup: {"New-DynamicDistributionGroup", strings.Fields(`Name DisplayName Alias PrimarySmtpAddress RecipientFilter RecipientContainer
		DirectMembershipOnly ModeratedBy ModerationEnabled SendModerationNotifications`)},
}

// parameter is one parameter of a cmdlet. Its value is a text, a bool, a json.Number, a map, or a list of these.
type parameter struct {
	name  string
	value any
}

// hashTable marks a map for the service's binder, which takes it for nothing else without: see [RestoreCall].
const hashTable = "#Exchange.GenericHashTable"

// RestoreCall returns the cmdlet that would restore an object of Exchange from its before-state, with parameters as an InvokeCommand call takes
// them. ok is false for objects that Exchange does not keep, and where the before-state can't be read.
func RestoreCall(a deprovision.Artifact) (cmdlet string, params map[string]any, ok bool) {
	cmdlet, list, ok := restoration(a)
	if !ok {
		return "", nil, false
	}
	params = make(map[string]any, len(list))
	for _, p := range list {
		params[p.name] = wire(p.value)
		if l, is := p.value.([]any); is && slices.ContainsFunc(l, isMap) {
			params[p.name+"@odata.type"] = "#Collection(" + strings.TrimPrefix(hashTable, "#") + ")"
		}
	}
	return cmdlet, params, true
}

// restoration is the cmdlet with its parameters in order.
func restoration(a deprovision.Artifact) (cmdlet string, params []parameter, ok bool) {
	var before map[string]any
	if decodeNumbers(a.Before, &before) != nil || before == nil {
		return "", nil, false
	}
	if a.Kind == IPAllowEntry {
		policy, _ := before["Policy"].(string)
		entry, _ := before["IPAllowList"].(string)
		return "Set-HostedConnectionFilterPolicy", []parameter{{"Identity", policy}, {"IPAllowList", map[string]any{"Add": []any{entry}}}},
			policy != "" && entry != ""
	}
	how, ok := makers[a.Kind]
	if !ok {
		return "", nil, false
	}
	switch a.Kind {
	case SpoofAllowPair:
		params = append(params, parameter{"Identity", "Default"}) // the one list there is
	case DistributionGroup:
		before["Type"] = nil // "Distribution"
		if before["RecipientTypeDetails"] == "MailUniversalSecurityGroup" {
			before["Type"] = "Security"
		}
	}
	for _, name := range how.params {
		value := before[name]
		if a.Kind == TransportRule && value == false || empty(value) { // what a rule does not test or do reads as false
			continue
		}
		params = append(params, parameter{name, value})
	}
	if state, _ := before["State"].(string); a.Kind == TransportRule && state != "" {
		params = append(params, parameter{"Enabled", state == "Enabled"})
	}
	return how.cmdlet, params, len(params) > 0
}

// empty reports whether a value says nothing.
func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

func isMap(v any) bool { _, is := v.(map[string]any); return is }

// wire brings a value into the form of an InvokeCommand call.
func wire(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = wire(e)
		}
		return out
	case map[string]any:
		out := map[string]any{"@odata.type": hashTable}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			out[key] = wire(v[key])
		}
		return out
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
	}
	return v
}
