package tenantsim

// Kind names one sort of object that a tenant holds. The values appear in
// [Call.Kind], in [Sim.State] and in GET /_sim/state.
type Kind string

// The kinds of the directory (Microsoft Graph).
const (
	KindServicePrincipal  Kind = "servicePrincipal"
	KindApplication       Kind = "application"
	KindUser              Kind = "user"
	KindGroup             Kind = "group"
	KindPermissionGrant   Kind = "oAuth2PermissionGrant"
	KindAppRoleAssignment Kind = "appRoleAssignment"
	KindRoleAssignment    Kind = "unifiedRoleAssignment"
	KindRoleDefinition    Kind = "unifiedRoleDefinition"
	KindOrganization      Kind = "organization"
	KindDomain            Kind = "domain"
)

// The kinds of mailboxes, Teams, sites and change notifications (Microsoft Graph).
const (
	KindMailFolder   Kind = "mailFolder" // default folders are not stored, and so not part of a state
	KindTeamsApp     Kind = "teamsApp"
	KindInstallation Kind = "teamsAppInstallation"
	KindChat         Kind = "chat"
	KindSite         Kind = "site"
	KindSubscription Kind = "subscription"
)

// The kinds of Exchange Online (InvokeCommand).
const (
	KindTransportRule            Kind = "transportRule"
	KindInboundConnector         Kind = "inboundConnector"
	KindOutboundConnector        Kind = "outboundConnector"
	KindSpoofItem                Kind = "tenantAllowBlockListSpoofItem"
	KindConnectionFilterPolicy   Kind = "hostedConnectionFilterPolicy"
	KindDynamicDistributionGroup Kind = "dynamicDistributionGroup"
	KindAcceptedDomain           Kind = "acceptedDomain"
	KindRoleGroup                Kind = "roleGroup"
	KindManagementRoleAssignment Kind = "managementRoleAssignment"
	KindMailbox                  Kind = "mailbox"
	KindJournalRule              Kind = "journalRule"
)

// KindProductAccount is a row in the product vendor's console.
const KindProductAccount Kind = "productAccount"

// The kinds of SharePoint Online and OneDrive.
const (
	KindSiteCollection Kind = "siteCollection"
	KindWeb            Kind = "web"
	KindList           Kind = "list"
	KindEventReceiver  Kind = "eventReceiver"
	KindWebhook        Kind = "listWebhook"
	KindSiteUser       Kind = "siteUser"
	KindAppPrincipal   Kind = "acsPrincipal"
	KindAddIn          Kind = "addIn"
)

// allKinds fixes the order in which a state is printed.
var allKinds = []Kind{
	KindOrganization, KindDomain, KindServicePrincipal, KindApplication, KindUser, KindGroup,
	KindPermissionGrant, KindAppRoleAssignment, KindRoleAssignment, KindRoleDefinition,
	KindTransportRule, KindInboundConnector, KindOutboundConnector, KindSpoofItem, KindJournalRule,
	KindConnectionFilterPolicy, KindDynamicDistributionGroup, KindAcceptedDomain,
	KindRoleGroup, KindManagementRoleAssignment, KindMailbox, KindProductAccount,
	KindMailFolder, KindTeamsApp, KindInstallation, KindChat, KindSite, KindSubscription,
	KindSiteCollection, KindWeb, KindList, KindEventReceiver, KindWebhook, KindSiteUser, KindAppPrincipal, KindAddIn,
}

// API names one front door of the simulator.
type API string

// The front doors, as written in [Call.API] and [Match.API].
const (
	APILogin    API = "login"
	APIGraph    API = "graph"
	APIExchange API = "exchange"
	APIProduct  API = "product"

	APISharePoint API = "sharepoint"
)
