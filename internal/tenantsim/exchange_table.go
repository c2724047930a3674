package tenantsim

import "slices"

// cmdletTable lists the cmdlets that exist here, the access they need and the
// parameters they take (not all of them: those a cleanup or a replay of the
// removed objects needs). The pages are
// https://learn.microsoft.com/powershell/module/exchangepowershell/<cmdlet>
func cmdletTable() map[string]cmdlet {
	table := map[string]cmdlet{}
	for _, c := range slices.Concat(mailFlowCmdlets(), journalCmdlets(), recipientCmdlets()) {
		table[fold(c.name)] = c
	}
	return table
}

var (
	byIdentity = []string{"Identity"}
	listing    = []string{"Identity", "ResultSize", "Filter", "SortBy"}
	ruleParams = []string{"Name", "Comments", "Enabled", "Mode", "Priority", "RouteMessageOutboundConnector", "SetSCL", "SetHeaderName", "SetHeaderValue",
		"HeaderContainsMessageHeader", "HeaderContainsWords", "HeaderMatchesMessageHeader", "HeaderMatchesPatterns", "ExceptIfHeaderContainsMessageHeader",
		"ExceptIfHeaderContainsWords", "SenderIpRanges", "ExceptIfSenderIpRanges", "FromScope", "SentToScope", "SentToMemberOf", "FromMemberOf",
		"RecipientDomainIs", "SenderDomainIs", "StopRuleProcessing", "SenderAddressLocation", "RuleErrorAction", "RuleSubType"}
	inboundParams = []string{"Name", "Enabled", "ConnectorType", "ConnectorSource", "Comment", "SenderIPAddresses", "SenderDomains", "AssociatedAcceptedDomains",
		"RequireTls", "RestrictDomainsToIPAddresses", "RestrictDomainsToCertificate", "CloudServicesMailEnabled", "TreatMessagesAsInternal", "TlsSenderCertificateName",
		"EFSkipLastIP", "EFSkipIPs", "EFUsers"}
	outboundParams = []string{"Name", "Enabled", "ConnectorType", "ConnectorSource", "Comment", "SmartHosts", "UseMXRecord", "IsTransportRuleScoped", "RecipientDomains",
		"TlsSettings", "TlsDomain", "CloudServicesMailEnabled", "RouteAllMessagesViaOnPremises", "AllAcceptedDomains", "TestMode", "SenderRewritingEnabled", "LinkForModifiedConnector"}
)

func mailFlowCmdlets() []cmdlet {
	return []cmdlet{
		{"Get-TransportRule", accessRead, append([]string{"State"}, listing...), (*request).getTransportRule},
		{"New-TransportRule", accessWrite, ruleParams, (*request).newTransportRule},
		{"Disable-TransportRule", accessWrite, byIdentity, (*request).disableTransportRule},
		{"Enable-TransportRule", accessWrite, byIdentity, (*request).enableTransportRule},
		{"Remove-TransportRule", accessWrite, byIdentity, (*request).removeTransportRule},
		{"Get-InboundConnector", accessRead, listing, (*request).getInboundConnector},
		{"New-InboundConnector", accessWrite, inboundParams, (*request).newInboundConnector},
		{"Remove-InboundConnector", accessWrite, byIdentity, (*request).removeInboundConnector},
		{"Get-OutboundConnector", accessRead, append([]string{"IsTransportRuleScoped", "IncludeTestModeConnectors"}, listing...), (*request).getOutboundConnector},
		{"New-OutboundConnector", accessWrite, outboundParams, (*request).newOutboundConnector},
		{"Remove-OutboundConnector", accessWrite, byIdentity, (*request).removeOutboundConnector},
		{"Get-TenantAllowBlockListSpoofItems", accessRead, []string{"Identity", "Action", "SpoofType"}, (*request).getSpoofItems},
		{"New-TenantAllowBlockListSpoofItems", accessSecurity, []string{"Identity", "SpoofedUser", "SendingInfrastructure", "SpoofType", "Action"}, (*request).newSpoofItem},
		{"Remove-TenantAllowBlockListSpoofItems", accessSecurity, []string{"Identity", "Ids"}, (*request).removeSpoofItems},
		{"Get-HostedConnectionFilterPolicy", accessRead, byIdentity, (*request).getConnectionFilter},
		{"Set-HostedConnectionFilterPolicy", accessWrite, []string{"Identity", "IPAllowList", "IPBlockList", "EnableSafeList", "AdminDisplayName"}, (*request).setConnectionFilter},
		{"Get-AcceptedDomain", accessRead, listing, (*request).getAcceptedDomain},
	}
}

func recipientCmdlets() []cmdlet {
	return []cmdlet{
		{"Get-DistributionGroup", accessRead, append([]string{"RecipientTypeDetails"}, listing...), (*request).getDistributionGroup},
		{"New-DistributionGroup", accessWrite, []string{"Name", "DisplayName", "Alias", "PrimarySmtpAddress", "Type", "ManagedBy", "Members", "Notes"}, (*request).newDistributionGroup},
		{"Remove-DistributionGroup", accessWrite, []string{"Identity", "BypassSecurityGroupManagerCheck"}, (*request).removeDistributionGroup},
		{"Get-DynamicDistributionGroup", accessRead, listing, (*request).getDynamicGroup},
		{"Remove-DynamicDistributionGroup", accessWrite, byIdentity, (*request).removeDynamicGroup},
		{"Get-UnifiedGroup", accessRead, listing, (*request).getUnifiedGroup},
		{"Get-RoleGroup", accessRead, listing, (*request).getRoleGroup},
		{"Get-RoleGroupMember", accessRead, []string{"Identity", "ResultSize"}, (*request).getRoleGroupMember},
		{"Remove-RoleGroup", accessWrite, []string{"Identity", "BypassSecurityGroupManagerCheck", "ForceDeletion"}, (*request).removeRoleGroup},
		{"Get-ManagementRoleAssignment", accessRead, []string{"Identity", "Role", "RoleAssignee", "RoleAssigneeType", "ResultSize"}, (*request).getManagementRoleAssignment},
		{"Get-Mailbox", accessRead, append([]string{"RecipientTypeDetails", "Anr"}, listing...), (*request).getMailbox},
	}
}
