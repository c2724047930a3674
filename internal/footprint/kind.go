package footprint

import "github.com/deprovisioner/deprovisioner/pkg/deprovision"

// The kinds of artifact.
const (
	TransportRule     deprovision.ArtifactKind = "transport-rule"
	OutboundConnector deprovision.ArtifactKind = "outbound-connector"
	InboundConnector  deprovision.ArtifactKind = "inbound-connector"
	Microsoft365Group deprovision.ArtifactKind = "microsoft365-group"
	SecurityGroup     deprovision.ArtifactKind = "security-group"
	DistributionGroup deprovision.ArtifactKind = "distribution-group"
	DynamicGroup      deprovision.ArtifactKind = "dynamic-distribution-group"
	SpoofAllowPair    deprovision.ArtifactKind = "spoof-allow-pair"
	IPAllowEntry      deprovision.ArtifactKind = "ip-allow-entry"
	RoleAssignment    deprovision.ArtifactKind = "role-assignment"
	PermissionGrant   deprovision.ArtifactKind = "permission-grant"
	AppRoleAssignment deprovision.ArtifactKind = "app-role-assignment"
	ServicePrincipal  deprovision.ArtifactKind = "service-principal"
	JournalRule       deprovision.ArtifactKind = "journal-rule"
	RoleGroup         deprovision.ArtifactKind = "role-group"
	QuarantineFolder  deprovision.ArtifactKind = "quarantine-folder"
	EventReceiver     deprovision.ArtifactKind = "event-receiver"
	ListWebhook       deprovision.ArtifactKind = "list-webhook"
	SiteAdmin         deprovision.ArtifactKind = "site-admin"
	QuarantineLibrary deprovision.ArtifactKind = "quarantine-library"
	AppPrincipal      deprovision.ArtifactKind = "app-principal" // of Azure ACS, by the App Identifier that SharePoint shows
	UserRole          deprovision.ArtifactKind = "user-role"     // a directory role of the delegate user
	UserSignIn        deprovision.ArtifactKind = "user-sign-in"  // that the delegate user may sign in; it goes by disabling the user
	DelegateUser      deprovision.ArtifactKind = "delegate-user"
	Subscription      deprovision.ArtifactKind = "subscription"
	InstalledApp      deprovision.ArtifactKind = "installed-app"
	AppRegistration   deprovision.ArtifactKind = "app-registration" // the customer's own
	ProductAccount    deprovision.ArtifactKind = "product-account"  // the row in the product's own console; never read from the tenant
)

// matching tells how objects of a kind are recognised.
type matching string

const (
	byName     matching = "name"     // a published name
	byGroup    matching = "group"    // a published name and a rule of the product that uses the group
	bySender   matching = "sender"   // the site's sending infrastructure
	byAddress  matching = "address"  // the site's addresses
	byIdentity matching = "identity" // the account's App Id

	byRecordedName matching = "recorded-name" // a name that only the account's record has
	byHost         matching = "host"          // the host of an address, which only the account's record has
	byLogin        matching = "login"         // the delegate's login
	byUser         matching = "user"          // the delegate's user principal name, or its recorded id
	byResource     matching = "resource"      // the account's App Id and what it subscribed to
	byTeamsApp     matching = "teams-app"     // the id of a Teams app, which only the account's record has, or the account's App Id
	byRoles        matching = "roles"         // a published name and the roles that the product gives its group
)

var matchings = map[deprovision.ArtifactKind]matching{
	TransportRule: byName, OutboundConnector: byName, InboundConnector: byName,
	Microsoft365Group: byGroup, SecurityGroup: byGroup, DistributionGroup: byGroup, DynamicGroup: byGroup,
	SpoofAllowPair: bySender, IPAllowEntry: byAddress,
	JournalRule: byName, RoleGroup: byRoles,
	QuarantineFolder: byRecordedName, QuarantineLibrary: byRecordedName, EventReceiver: byHost, ListWebhook: byHost, SiteAdmin: byLogin,
	UserRole: byUser, UserSignIn: byUser, DelegateUser: byUser, Subscription: byResource, InstalledApp: byTeamsApp,
	AppPrincipal: byIdentity, AppRegistration: byIdentity,
	RoleAssignment: byIdentity, PermissionGrant: byIdentity, AppRoleAssignment: byIdentity, ServicePrincipal: byIdentity,
}

// batch is how many artifacts are removed together: what one call about several takes.
const batch = 20

// together are the kinds of which a tenant may hold thousands.
var together = map[deprovision.ArtifactKind]bool{
	QuarantineFolder: true, EventReceiver: true, ListWebhook: true, SiteAdmin: true, QuarantineLibrary: true, InstalledApp: true,
}

// numbered numbers the artifacts that are removed together.
func numbered(list []deprovision.Artifact) []deprovision.Artifact {
	number, size := 0, 0
	for i := range list {
		a := &list[i]
		if !together[a.Kind] {
			continue
		}
		if i == 0 || list[i-1].Step != a.Step {
			number = 0
		}
		if i == 0 || list[i-1].Kind != a.Kind || list[i-1].Step != a.Step || size == batch {
			number, size = number+1, 0
		}
		a.Batch = number
		size++
	}
	return list
}

// removals are the calls that remove an artifact, by kind, as the rights of a service name them.
var removals = map[deprovision.ArtifactKind]string{
	TransportRule: "Remove-TransportRule", OutboundConnector: "Remove-OutboundConnector", InboundConnector: "Remove-InboundConnector",
	JournalRule: "Remove-JournalRule", RoleGroup: "Remove-RoleGroup",
	Microsoft365Group: "DELETE /groups/{id}", SecurityGroup: "DELETE /groups/{id}",
	DistributionGroup: "Remove-DistributionGroup", DynamicGroup: "Remove-DynamicDistributionGroup",
	SpoofAllowPair: "Remove-TenantAllowBlockListSpoofItems", IPAllowEntry: "Set-HostedConnectionFilterPolicy",
	RoleAssignment: "DELETE /roleManagement/directory/roleAssignments/{id}", UserRole: "DELETE /roleManagement/directory/roleAssignments/{id}",
	PermissionGrant: "DELETE /oauth2PermissionGrants/{id}", AppRoleAssignment: "DELETE /servicePrincipals/{id}/appRoleAssignments/{id}",
	ServicePrincipal: "DELETE /servicePrincipals/{id}", AppPrincipal: "DELETE /servicePrincipals/{id}",
	AppRegistration: "DELETE /applications/{id}", UserSignIn: "PATCH /users/{id}", DelegateUser: "DELETE /users/{id}",
	Subscription: "DELETE /subscriptions/{id}", QuarantineFolder: "DELETE /users/{id}/mailFolders/{id}",
	EventReceiver: "DELETE eventreceivers", ListWebhook: "DELETE subscriptions of lists", SiteAdmin: "MERGE siteusers", QuarantineLibrary: "POST recycle",
	InstalledApp: "DELETE installedApps/{id}",
}
