package tenantsim

import "slices"

// What the product does not publish, and the customer's own things.
const (
	serviceInline     = "exchange-online-inline"
	vendorTenantID    = "3e04753a-ae5b-42d4-a86d-d6f05460f9e4"
	smartHostIncoming = "inpost-relay.tmcas.trendmicro.com"
	smartHostOutgoing = "repost-relay.tmcas.trendmicro.com"
	junkHeader        = "X-TMCAS-Junk"
	passedHeader      = "X-TMCAS-Scanned"

	customerIP       = "203.0.113.17"
	customerNet      = "198.51.100.0/28"
	customerOutbound = "Hybrid relay (do not touch)"
	trialOutbound    = "Migration trial"
	rivalOutbound    = "Check Point Outbound Connector"

	twinID    = "9c7b1d3e-4f60-4a85-93d2-8e5f0a61f002" // shares the product's display name
	twinAppID = "9c7b1d3e-4f60-4a85-93d2-8e5f0a61f001"
)

// addInlineFootprint adds the rules, connectors, groups and allow entries of
// inline protection. What the rules test for is not published; theirs here is
// plausible.
func addInlineFootprint(f *Fixture) {
	back := slices.Concat(USInboundIPs, USOutboundIPs)
	route := func(name, connector string, more map[string]any) TransportRule {
		return TransportRule{Name: name, OutboundConnector: connector, Properties: more}
	}
	x := &f.Exchange
	x.TransportRules = append(x.TransportRules,
		route(RuleIncomingDomain, OutboundForIncoming, map[string]any{"FromScope": "NotInOrganization", "RecipientDomainIs": []string{"contoso.example"}, "ExceptIfSenderIpRanges": USInboundIPs}),
		route(RuleIncomingUser, OutboundForIncoming, map[string]any{"FromScope": "NotInOrganization", "SentToMemberOf": []string{GroupIncoming}, "ExceptIfSenderIpRanges": USInboundIPs}),
		route(RuleOutgoingDomain, OutboundForOutgoing, map[string]any{"SentToScope": "NotInOrganization", "SenderDomainIs": []string{"contoso.example"}}),
		route(RuleOutgoingUser, OutboundForOutgoing, map[string]any{"SentToScope": "NotInOrganization", "FromMemberOf": []string{GroupOutgoing}}),
		route(RuleSkipSpam, "", map[string]any{"SenderIpRanges": back, "SetSCL": -1, "HeaderContainsMessageHeader": passedHeader, "HeaderContainsWords": []string{"passed"}}),
		route(RuleMoveToJunk, "", map[string]any{"SenderIpRanges": back, "SetSCL": 6, "HeaderContainsMessageHeader": junkHeader, "HeaderContainsWords": []string{"junk"}}),
	)
	x.OutboundConnectors = append(x.OutboundConnectors,
		OutboundConnector{Name: OutboundForIncoming, SmartHosts: []string{smartHostIncoming}, RuleScoped: true},
		OutboundConnector{Name: OutboundForOutgoing, SmartHosts: []string{smartHostOutgoing}, RuleScoped: true})
	x.InboundConnectors = append(x.InboundConnectors,
		InboundConnector{Name: InboundForIncoming, SenderIPAddresses: USInboundIPs, SenderDomains: []string{"smtp:*;1"}},
		InboundConnector{Name: InboundForOutgoing, SenderIPAddresses: USOutboundIPs, SenderDomains: []string{"smtp:*;1"}})
	x.SpoofItems = append(x.SpoofItems, SpoofItem{SpoofedUser: "*", SendingInfrastructure: SpoofInfrastructure})
	x.ConnectionFilters = append(x.ConnectionFilters, ConnectionFilter{Name: "Default", IPAllowList: append([]string{customerIP}, append(back, customerNet)...)})
	f.Groups = append(f.Groups,
		Group{DisplayName: GroupIncoming, Kind: GroupMicrosoft365, Members: []string{"mia@contoso.example"}},
		Group{DisplayName: GroupOutgoing, Kind: GroupMicrosoft365, Members: []string{"noah@contoso.example"}})
	x.Mailboxes = append(x.Mailboxes, Mailbox{Name: "mia", Address: "mia@contoso.example"}, Mailbox{Name: "noah", Address: "noah@contoso.example"})
}

// addDecoys adds what resembles the footprint and is not of it.
func addDecoys(f *Fixture) {
	x := &f.Exchange
	x.TransportRules = append(x.TransportRules,
		TransportRule{Name: RuleIncomingDomain + " (copy of IT)", OutboundConnector: customerOutbound},
		TransportRule{Name: "TMCAS monitoring mailbox", Properties: map[string]any{"RecipientDomainIs": []string{"contoso.example"}}},
		TransportRule{Name: "TMCAS Inline Incoming Skip Spam Filter", Properties: map[string]any{"SetSCL": -1}},
		TransportRule{Name: "Check Point - Protect", OutboundConnector: rivalOutbound},
		TransportRule{Name: "External mail banner", Disabled: true})
	x.OutboundConnectors = append(x.OutboundConnectors,
		OutboundConnector{Name: customerOutbound, SmartHosts: []string{"relay.tmcas.trendmicro.com"}},
		OutboundConnector{Name: rivalOutbound, SmartHosts: []string{"contoso.checkpointcloudsec.example"}, RuleScoped: true},
		OutboundConnector{Name: trialOutbound, SmartHosts: []string{"mx.new.example"}, TestMode: true},
		OutboundConnector{Name: "TMCAS Outbound Connector (old, IT keeps it)", SmartHosts: []string{"mail.contoso.example"}})
	x.InboundConnectors = append(x.InboundConnectors,
		InboundConnector{Name: "Scanner floor 2", SenderIPAddresses: []string{customerIP}},
		InboundConnector{Name: InboundForIncoming + " 2", SenderIPAddresses: []string{customerNet}})
	x.SpoofItems = append(x.SpoofItems,
		SpoofItem{SpoofedUser: "*", SendingInfrastructure: "newsletter.example"},
		SpoofItem{SpoofedUser: "ceo@contoso.example", SendingInfrastructure: SpoofInfrastructure},
		SpoofItem{SpoofedUser: "*", SendingInfrastructure: "inpost.tmcas.trendmicro.co.jp", Action: "Block"})
	x.DynamicDistributionGroups = append(x.DynamicDistributionGroups, DynamicGroup{Name: "TMCAS pilot users", Mail: "pilot@contoso.example"})
	x.RoleGroups = append(x.RoleGroups, RoleGroup{Name: "Organization Management", Roles: []string{"Transport Rules", "Mail Recipients"}, Members: []string{"admin"}, BuiltIn: true})
	f.Groups = append(f.Groups,
		Group{DisplayName: GroupIncoming + "s", Kind: GroupDistribution, ManagedBy: []string{AdminID}},
		Group{DisplayName: "TMCAS administrators", Kind: GroupSecurity, Members: []string{AdminID}})
	f.ServicePrincipals = append(f.ServicePrincipals,
		ServicePrincipal{ID: twinID, AppID: twinAppID, DisplayName: ProductName, OwnerTenant: vendorTenantID},
		ServicePrincipal{AppID: "8f2b6d41-7a3c-4e95-b1d8-5c0e9f72a001", DisplayName: "Check Point Cloud Security Platform - Emails V2", OwnerTenant: "c9e5a7b3-1d24-4f68-a0b9-3e7d6c81b001"},
		ServicePrincipal{AppID: "00000007-0000-0ff1-ce00-000000000000", DisplayName: "Microsoft Exchange Online Protection", OwnerTenant: MicrosoftTenantID},
		ServicePrincipal{AppID: "4d7e1a90-6c5b-4382-9f0a-8b3d2e61c001", DisplayName: "Contoso automation", Type: "ManagedIdentity"})
	f.AppRoleAssignments = append(f.AppRoleAssignments, AppRoleAssignment{Principal: twinAppID, Resource: "graph", Role: "Mail.ReadWrite"})
	f.PermissionGrants = append(f.PermissionGrants, PermissionGrant{Client: twinAppID, Resource: "graph", Scope: "User.Read"})
}
