package tenantsim

// ServiceAccount is what an operator would have recorded of a service account
// when the product was set up.
type ServiceAccount struct {
	ID, Service, Kind           string
	AppID, SharePointAppID, UPN string
	Site, ProductID             string
	Names                       map[string][]string
	AppCredential               string
}

// ChatCredential is the name under which [FullAccounts] refers to the secret of
// the customer's own chat app, which is [ServicesSecret].
const ChatCredential = "chat-app"

// FullTenant is [ServicesTenant] with the contents of its sites: what all six
// services of the product leave in one tenant, for both kinds of account, among
// what belongs to Microsoft, to other vendors and to the customer. Every call
// returns a new fixture.
func FullTenant() *Fixture {
	f := ServicesTenant()
	AddSharePoint(f)
	have := map[string]bool{}
	for _, s := range f.Sites {
		have[s.URL] = true
	}
	for _, s := range []Site{{URL: MarketingSite, Title: "Marketing"}, {URL: LegalSite, Title: "Legal"}, {URL: LockedSite, Title: "Archive"}} {
		if !have[s.URL] {
			f.Sites = append(f.Sites, s)
		}
	}
	f.SharePoint.Sites = append(f.SharePoint.Sites,
		SharePointSite{URL: FinanceSite, PrimaryAdmin: adminLogin, Web: Web{Title: FinanceTeam, Receivers: append(microsoftReceivers(), productReceiver(listAdded)),
			Lists: append(microsoftLists(), List{Title: "Invoices", Receivers: []EventReceiver{productReceiver(itemAdded)}},
				List{Title: QuarantineLibrary, Hidden: true, ItemCount: 2})}},
		SharePointSite{URL: SharePointURL + "/sites/intranet", PrimaryAdmin: adminLogin, Admins: []string{DelegateLogin},
			Web: Web{Title: "Intranet", Receivers: microsoftReceivers(), Lists: microsoftLists()}},
		SharePointSite{URL: SharePointPersonalURL + "/personal/noah_contoso_example", PrimaryAdmin: "i:0#.f|membership|noah@contoso.example",
			Admins: []string{DelegateLogin},
			Web:    Web{Title: "Noah", Receivers: []EventReceiver{productReceiver(listAdded), rivalReceiver()}, Lists: microsoftLists()}})
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
		{ID: "sharepoint", Service: "sharepoint-online", Kind: "authorized", AppID: SharePointProdID, SharePointAppID: SharePointProductAppID, Names: sites},
		{ID: "sharepoint-delegate", Service: "sharepoint-online", Kind: "delegate", UPN: DelegateName, Names: sites},
		{ID: "onedrive", Service: "onedrive", Kind: "authorized", AppID: OneDriveProductAppID, Names: sites},
		{ID: "onedrive-delegate", Service: "onedrive", Kind: "delegate", UPN: DelegateName, Names: sites},
		{ID: "teams", Service: "teams", Kind: "authorized", AppID: TeamsProductAppID, Names: sites},
		{ID: "chat", Service: "teams-chat", Kind: "authorized", AppID: ChatProductAppID, AppCredential: ChatCredential, Names: chat},
	}
}
