package tenantsim

import "time"

// Ids and secrets of [InlineTenant]. They belong to no real tenant.
const (
	InlineTenantID   = "6f1c2a54-0c3b-4d7e-9a52-3b8f6e10c001"
	InlineDomain     = "contoso.onmicrosoft.com"
	WorkerAppID      = "0d9b5c1e-58a7-4f6b-8e21-7c4a9f30a001"
	WorkerID         = "0d9b5c1e-58a7-4f6b-8e21-7c4a9f30a002" // object id
	WorkerSecret     = "worker-secret-for-tests"
	ProductAppID     = "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001"
	ProductID        = "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b002" // object id of Trend Micro Cloud App Security
	ProductSecret    = "product-secret-for-tests"
	ReaderAppID      = "5a3c8e7d-21b4-4c90-8f6e-9d1b7a40c001" // may read, change nothing
	ReaderSecret     = "reader-secret-for-tests"
	HookSecret       = "whsec_dGVuYW50c2ltLXByb2R1Y3QtaG9vay1zZWNyZXQ="
	ProductAccountID = "e19f0b6a-7d25-4b83-a0c4-6e5d3f70d001"
	AdminID          = "c4d8a1f6-5e3b-4927-b0d1-2a7e9c80e001" // user admin@contoso.onmicrosoft.com, Global Administrator
)

// Names that the product gives to its objects, see
// https://docs.trendmicro.com/en-us/documentation/article/trend-vision-one-connectors-transport-inline
const (
	ProductName         = "Trend Micro Cloud App Security"
	RuleIncomingDomain  = "TMCAS Inline Incoming Domain Transport Rule"
	RuleIncomingUser    = "TMCAS Inline Incoming User Transport Rule"
	RuleOutgoingDomain  = "TMCAS Inline Outgoing Domain Transport Rule"
	RuleOutgoingUser    = "TMCAS Inline Outgoing User Transport Rule"
	RuleSkipSpam        = "TMCAS Inline Incoming Skip Spam Filter Transport Rule"
	RuleMoveToJunk      = "TMCAS Inline Incoming Move to Junk Folder Transport Rule"
	OutboundForIncoming = "TMCAS Inline Outbound Connector for Incoming Message"
	OutboundForOutgoing = "TMCAS Inline Outbound Connector for Outgoing Message"
	InboundForIncoming  = "TMCAS Inline Inbound Connector for Incoming Message"
	InboundForOutgoing  = "TMCAS Inline Inbound Connector for Outgoing Message"
	GroupIncoming       = "TMCAS Inline Incoming O365 Virtual Group"
	GroupOutgoing       = "TMCAS Inline Outgoing O365 Virtual Group"
	SpoofInfrastructure = "inpost.tmcas.trendmicro.com"
)

// USInboundIPs and USOutboundIPs are what the product adds to the IP allow
// list for customers of its US site.
var (
	USInboundIPs  = []string{"20.245.215.64/28", "104.42.189.70", "104.210.58.247", "20.72.147.113", "20.72.140.32"}
	USOutboundIPs = []string{"20.66.85.0/28", "104.210.59.109", "104.42.190.154", "20.72.147.115", "20.72.140.41"}
)

// InlineTenant is a tenant with everything the product leaves for its service
// exchange-online-inline, with the worker's own app, and with look-alikes that
// nothing may touch. Every call returns a new fixture, free to be changed.
func InlineTenant() *Fixture {
	f := &Fixture{
		Tenant: TenantInfo{ID: InlineTenantID, DisplayName: "Contoso", Domains: []string{InlineDomain, "contoso.example"}},
		Users: []User{
			{ID: AdminID, UserPrincipalName: "admin@" + InlineDomain, DisplayName: "Contoso Admin"},
			{UserPrincipalName: "mia@contoso.example", DisplayName: "Mia"},
			{UserPrincipalName: "noah@contoso.example", DisplayName: "Noah"},
		},
		RoleAssignments: []RoleAssignment{{Principal: AdminID, Role: GlobalAdministrator}},
	}
	addWorker(f)
	addProduct(f)
	addInlineFootprint(f)
	addDecoys(f)
	return f
}

// addWorker adds the app that the removal runs as, and one that may only read.
func addWorker(f *Fixture) {
	f.ServicePrincipals = append(f.ServicePrincipals,
		ServicePrincipal{ID: WorkerID, AppID: WorkerAppID, DisplayName: "Deprovisioner", Secrets: []string{WorkerSecret}},
		ServicePrincipal{AppID: ReaderAppID, DisplayName: "Deprovisioner (read only)", Secrets: []string{ReaderSecret}})
	for _, role := range []string{"Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All",
		"Directory.Read.All", "RoleManagement.ReadWrite.Directory", "Group.ReadWrite.All", "User.Read.All", "Organization.Read.All", "Domain.Read.All"} {
		f.AppRoleAssignments = append(f.AppRoleAssignments, AppRoleAssignment{Principal: WorkerAppID, Resource: "graph", Role: role})
	}
	f.AppRoleAssignments = append(f.AppRoleAssignments,
		AppRoleAssignment{Principal: WorkerAppID, Resource: "exchange", Role: "Exchange.ManageAsApp"},
		AppRoleAssignment{Principal: ReaderAppID, Resource: "graph", Role: "Directory.Read.All"},
		AppRoleAssignment{Principal: ReaderAppID, Resource: "exchange", Role: "Exchange.ManageAsApp"})
	f.RoleAssignments = append(f.RoleAssignments,
		RoleAssignment{Principal: WorkerAppID, Role: ExchangeAdministrator},
		RoleAssignment{Principal: ReaderAppID, Role: GlobalReader})
}

// addProduct adds the product's app with its consents, role and console row.
func addProduct(f *Fixture) {
	f.ServicePrincipals = append(f.ServicePrincipals, ServicePrincipal{ID: ProductID, AppID: ProductAppID, DisplayName: ProductName,
		OwnerTenant: vendorTenantID, Secrets: []string{ProductSecret}, Created: time.Date(2024, 3, 5, 9, 30, 0, 0, time.UTC)})
	f.AppRoleAssignments = append(f.AppRoleAssignments,
		AppRoleAssignment{Principal: ProductAppID, Resource: "graph", Role: "Domain.Read.All"},
		AppRoleAssignment{Principal: ProductAppID, Resource: "exchange", Role: "Exchange.ManageAsApp"})
	f.PermissionGrants = append(f.PermissionGrants, PermissionGrant{Client: ProductAppID, Resource: "graph", Scope: "User.Read"})
	f.RoleAssignments = append(f.RoleAssignments, RoleAssignment{Principal: ProductAppID, Role: ExchangeAdministrator})
	f.Product = Product{Secret: HookSecret, Accounts: []ProductAccount{{ID: ProductAccountID, Service: serviceInline, Kind: "authorized", AppID: ProductAppID}}}
}
