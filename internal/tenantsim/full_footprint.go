package tenantsim

import "slices"

// ServiceAccount is what an operator would have recorded of a service account
// when the product was set up.
type ServiceAccount struct {
	ID, Service, Kind           string
	AppID, SharePointAppID, UPN string
	Site, ProductID             string
	Names                       map[string][]string
	AppCredential               string
}

// LegacyAppID is the App Identifier that SharePoint knows the product by.
const LegacyAppID = "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b071"

// Names under which [FullAccounts] refers to the secrets of apps that the
// customer holds; they are [ServicesSecret].
const (
	ChatCredential = "chat-app"
	SiteCredential = "sharepoint-app"
)

// FullTenant is [ServicesTenant] with the contents of its sites: what all six
// services of the product leave in one tenant, for both kinds of account, among
// what belongs to Microsoft, to other vendors and to the customer. Every call
// returns a new fixture.
func FullTenant() *Fixture {
	f := ServicesTenant()
	AddSharePoint(f)
	sp := &f.SharePoint
	sp.AppPrincipals[0].AppID = LegacyAppID // SharePoint's App Identifier is not the Entra App Id
	f.ServicePrincipals = append(f.ServicePrincipals, ServicePrincipal{AppID: LegacyAppID, DisplayName: ProductName, OwnerTenant: vendorTenantID})
	for _, s := range []Site{{URL: MarketingSite, Title: "Marketing"}, {URL: LegalSite, Title: "Legal"}, {URL: LockedSite, Title: "Archive"}} {
		if !slices.ContainsFunc(f.Sites, func(o Site) bool { return o.URL == s.URL }) {
			f.Sites = append(f.Sites, s)
		}
	}
	for i := range sp.Sites {
		s := &sp.Sites[i]
		switch s.URL {
		case FinanceTeamSite:
			s.Web.Lists = append(s.Web.Lists, List{Title: "Invoices", Receivers: []EventReceiver{productReceiver(itemAdded)}},
				List{Title: QuarantineLibrary, Hidden: true, ItemCount: 2})
		case SharePointURL + "/sites/intranet", SharePointPersonalURL + "/personal/noah_contoso_example":
			s.Admins = append(s.Admins, DelegateLogin)
			s.Web.Receivers = append(s.Web.Receivers, rivalReceiver())
		}
	}
	f.Exchange.RoleGroups = append(f.Exchange.RoleGroups, RoleGroup{Name: "delegation_service", Roles: []string{"ApplicationImpersonation", "Mailbox Search"},
		Members: []string{DelegateName}})
	return f
}

// FullAccounts are the service accounts of [FullTenant]. SharePoint and OneDrive
// were migrated once: their delegate accounts share one user, and are still there
// beside the authorized ones.
func FullAccounts() []ServiceAccount {
	sites := map[string][]string{"event-receiver": {ReceiverHost}, "quarantine-library": {QuarantineLibrary}}
	chat := map[string][]string{"installed-app": {CatalogAppID}}
	return []ServiceAccount{
		{ID: "inline", Service: serviceInline, Kind: "authorized", AppID: ProductAppID, Site: "us", ProductID: ProductAccountID},
		{ID: "exchange", Service: "exchange-online", Kind: "authorized", AppID: MailProductAppID, Names: map[string][]string{"quarantine-folder": {QuarantineFolder}}},
		{ID: "sharepoint", Service: "sharepoint-online", Kind: "authorized", AppID: SharePointProductAppID, SharePointAppID: LegacyAppID, Names: sites,
			AppCredential: SiteCredential},
		{ID: "sharepoint-delegate", Service: "sharepoint-online", Kind: "delegate", UPN: DelegateName, Names: sites},
		{ID: "onedrive", Service: "onedrive", Kind: "authorized", AppID: OneDriveProductAppID, Names: sites},
		{ID: "onedrive-delegate", Service: "onedrive", Kind: "delegate", UPN: DelegateName, Names: sites},
		{ID: "teams", Service: "teams", Kind: "authorized", AppID: TeamsProductAppID, Names: map[string][]string{"event-receiver": {ReceiverHost},
			"quarantine-library": {QuarantineLibrary}, "installed-app": {CatalogAppID}}},
		{ID: "chat", Service: "teams-chat", Kind: "authorized", AppID: ChatProductAppID, AppCredential: ChatCredential, Names: chat},
	}
}
