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
)

var matchings = map[deprovision.ArtifactKind]matching{
	TransportRule: byName, OutboundConnector: byName, InboundConnector: byName,
	Microsoft365Group: byGroup, SecurityGroup: byGroup, DistributionGroup: byGroup, DynamicGroup: byGroup,
	SpoofAllowPair: bySender, IPAllowEntry: byAddress,
	RoleAssignment: byIdentity, PermissionGrant: byIdentity, AppRoleAssignment: byIdentity, ServicePrincipal: byIdentity,
}
