package tenantsim

import "time"

// Ids of [CheckPointTenant], which is the tenant of [InlineTenant] with another product in it. They belong to no real tenant.
const (
	CheckPointAppID     = "2c8f4e61-7b0d-4935-a1e6-5d9c3b70f001"
	CheckPointID        = "2c8f4e61-7b0d-4935-a1e6-5d9c3b70f002" // object id of the product's app
	CheckPointAccountID = "77d3a9b4-0e52-4c18-9f6b-8a1d5e20f001"
)

// Names that Check Point Harmony Email & Collaboration gives to its objects, see
// https://sc1.checkpoint.com/documents/Harmony_Email_and_Collaboration/Topics-Harmony-Email-Collaboration-Admin-Guide/Getting-Started/Activating-O365-Mail/O365-Footprint-Automatic-Mode.htm
// and the pages beside it. Those of the whitelist rule and of the inbound connectors are read under the product's older brand only, and are
// plausible here.
const (
	CheckPointAppName      = "Check Point Cloud Security Platform - Emails V2"
	CheckPointProtect      = "Check Point - Protect"
	CheckPointOutgoing     = "Check Point - Protect Outgoing Rule"
	CheckPointInternal     = "Check Point - Protect Internal Rule"
	CheckPointWhitelist    = "Check Point - Whitelist"
	CheckPointOutbound     = "Check Point Outbound Connector"
	CheckPointDLPOutbound  = "Check Point DLP Outbound Connector"
	CheckPointInbound      = "Check Point Inbound Connector"
	CheckPointDLPInbound   = "Check Point DLP Inbound Connector"
	CheckPointGroupIn      = "checkpoint_inline_incoming"
	CheckPointGroupOut     = "checkpoint_inline_outgoing"
	CheckPointMonitor      = "Check Point - Monitor"
	checkPointPortalDomain = "contoso-mail.checkpointcloudsec.com"
	checkPointVendorID     = "c9e5a7b3-1d24-4f68-a0b9-3e7d6c81b001"
)

// CheckPointTenant is a tenant with everything that Check Point Harmony Email & Collaboration leaves when it protects mail inline, with the
// worker's own app, and with look-alikes that nothing may touch: rules of the customer, a journal rule of the customer, and a footprint of
// another product. Every call returns a new fixture, free to be changed.
func CheckPointTenant() *Fixture {
	f := &Fixture{
		Tenant: TenantInfo{ID: InlineTenantID, DisplayName: "Contoso", Domains: []string{InlineDomain, "contoso.example"}},
		Users: []User{
			{ID: AdminID, UserPrincipalName: "admin@" + InlineDomain, DisplayName: "Contoso Admin"},
			{UserPrincipalName: "mia@contoso.example", DisplayName: "Mia"},
		},
		RoleAssignments: []RoleAssignment{{Principal: AdminID, Role: GlobalAdministrator}},
	}
	addWorker(f)
	addCheckPointApp(f)
	addCheckPointFootprint(f)
	addCheckPointDecoys(f)
	return f
}

// addCheckPointApp adds the product's app with its consents, its two roles, the token of who approved it, and its row in the portal.
func addCheckPointApp(f *Fixture) {
	f.ServicePrincipals = append(f.ServicePrincipals, ServicePrincipal{ID: CheckPointID, AppID: CheckPointAppID, DisplayName: CheckPointAppName,
		OwnerTenant: checkPointVendorID, Created: time.Date(2024, 5, 6, 9, 30, 0, 0, time.UTC)})
	for resource, roles := range map[string][]string{"graph": {"Directory.ReadWrite.All", "Group.ReadWrite.All", "Mail.ReadWrite"}, "exchange": {"Exchange.ManageAsApp"}} {
		for _, role := range roles {
			f.AppRoleAssignments = append(f.AppRoleAssignments, AppRoleAssignment{Principal: CheckPointAppID, Resource: resource, Role: role})
		}
	}
	f.PermissionGrants = append(f.PermissionGrants,
		PermissionGrant{Client: CheckPointAppID, Resource: "graph", Scope: "User.Read"},
		PermissionGrant{Client: CheckPointAppID, Resource: "graph", Scope: "Directory.AccessAsUser.All", User: AdminID})
	f.RoleAssignments = append(f.RoleAssignments,
		RoleAssignment{Principal: CheckPointAppID, Role: ExchangeAdministrator},
		RoleAssignment{Principal: CheckPointAppID, Role: privilegedAuthentication})
	f.Product = Product{Secret: HookSecret, Accounts: []ProductAccount{{ID: CheckPointAccountID, Service: serviceInline, Kind: "authorized", AppID: CheckPointAppID}}}
}

// addCheckPointFootprint adds the rules, connectors, groups and the journal rule of inline protection.
func addCheckPointFootprint(f *Fixture) {
	in, out := CheckPointGroupIn+"@"+checkPointPortalDomain, CheckPointGroupOut+"@"+checkPointPortalDomain
	x := &f.Exchange
	x.TransportRules = append(x.TransportRules,
		TransportRule{Name: CheckPointOutgoing, OutboundConnector: CheckPointDLPOutbound, Properties: map[string]any{"SentToScope": "NotInOrganization", "FromMemberOf": []string{out}}},
		TransportRule{Name: CheckPointInternal, OutboundConnector: CheckPointDLPOutbound, Properties: map[string]any{"FromScope": "InOrganization", "SentToMemberOf": []string{in}}},
		TransportRule{Name: CheckPointProtect, OutboundConnector: CheckPointOutbound, Properties: map[string]any{"FromScope": "NotInOrganization", "SentToMemberOf": []string{in}}},
		TransportRule{Name: CheckPointWhitelist, Properties: map[string]any{"SetSCL": -1, "SenderIpRanges": []string{customerIP}}})
	x.OutboundConnectors = append(x.OutboundConnectors,
		OutboundConnector{Name: CheckPointOutbound, SmartHosts: []string{"contoso-host.checkpointcloudsec.com"}, RuleScoped: true},
		OutboundConnector{Name: CheckPointDLPOutbound, SmartHosts: []string{"contoso-dlp.checkpointcloudsec.com"}, RuleScoped: true})
	x.InboundConnectors = append(x.InboundConnectors,
		InboundConnector{Name: CheckPointInbound, SenderDomains: []string{"smtp:*;1"}},
		InboundConnector{Name: CheckPointDLPInbound, SenderDomains: []string{"smtp:*;1"}})
	x.JournalRules = append(x.JournalRules, JournalRule{Name: CheckPointMonitor, JournalEmailAddress: "contoso@" + checkPointPortalDomain})
	f.Groups = append(f.Groups,
		Group{DisplayName: CheckPointGroupIn, Kind: GroupMicrosoft365, Mail: in, Members: []string{"mia@contoso.example"}},
		Group{DisplayName: CheckPointGroupOut, Kind: GroupMicrosoft365, Mail: out, Members: []string{"mia@contoso.example"}})
	x.ConnectionFilters = append(x.ConnectionFilters, ConnectionFilter{Name: "Default", IPAllowList: []string{customerNet}})
}

// addCheckPointDecoys adds what resembles the footprint, or belongs to somebody else.
func addCheckPointDecoys(f *Fixture) {
	off := false
	x := &f.Exchange
	x.TransportRules = append(x.TransportRules,
		TransportRule{Name: CheckPointProtect + " (copy of IT)", Disabled: true},
		TransportRule{Name: RuleIncomingDomain, OutboundConnector: OutboundForIncoming},
		TransportRule{Name: "External mail banner", Disabled: true})
	x.OutboundConnectors = append(x.OutboundConnectors,
		OutboundConnector{Name: OutboundForIncoming, SmartHosts: []string{smartHostIncoming}, RuleScoped: true},
		OutboundConnector{Name: customerOutbound, SmartHosts: []string{"relay-host.checkpointcloudsec.com"}})
	x.InboundConnectors = append(x.InboundConnectors, InboundConnector{Name: "Scanner floor 2", SenderIPAddresses: []string{customerIP}})
	x.JournalRules = append(x.JournalRules,
		JournalRule{Name: "Legal archive", JournalEmailAddress: "journal@archive.example"},
		JournalRule{Name: "Monitor", JournalEmailAddress: "board@archive.example", Scope: "External", Recipient: "mia@contoso.example"},
		JournalRule{Name: "Journal of the pilot", JournalEmailAddress: "contoso@" + checkPointPortalDomain, Scope: "Internal", Enabled: &off})
	f.Groups = append(f.Groups, Group{DisplayName: CheckPointGroupIn + "_pilot", Kind: GroupMicrosoft365, Members: []string{AdminID}})
	f.ServicePrincipals = append(f.ServicePrincipals,
		ServicePrincipal{AppID: "2c8f4e61-7b0d-4935-a1e6-5d9c3b70f003", DisplayName: CheckPointAppName, OwnerTenant: checkPointVendorID},
		ServicePrincipal{AppID: ProductAppID, DisplayName: ProductName, OwnerTenant: vendorTenantID})
}
