package tenantsim

import "time"

// Ids and secrets of [ServicesTenant], beside those of [InlineTenant]. They
// belong to no real tenant. Every service has an app of its own; all but the
// customer's share the product's display name.
const (
	MailProductAppID       = "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b011" // exchange-online
	SharePointProductAppID = "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b021" // App Id, sharepoint-online
	OneDriveProductAppID   = "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b031"
	TeamsProductAppID      = "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b041" // App Id, teams
	ChatProductAppID       = "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b051" // teams-chat: the customer's own registration
	ServicesSecret         = "services-secret-for-tests"            // of all five
	DelegateID             = "c4d8a1f6-5e3b-4927-b0d1-2a7e9c80e011" // user cas-delegate@contoso.onmicrosoft.com
	DelegateName           = "cas-delegate@" + InlineDomain
	// QuarantineFolder is what the simulator calls the product's hidden folder:
	// its real name is published nowhere.
	QuarantineFolder = "TMCAS Quarantine (simulated)"
	ChatAppName      = "Contoso chat protection"
	CatalogAppName   = "Cloud App Security for Teams (simulated)" // likewise
	CatalogAppID     = "3f9c2e71-6b84-4d05-a1f7-0e5d8c60b081"
	FinanceTeam      = "Finance"
	FinanceSite      = "https://contoso.sharepoint.com/sites/finance"
)

// ServicesTenant is [InlineTenant] with what the other five services leave:
// hidden folders, subscriptions, installed Teams apps, sites, a delegate user
// with a role, an app for each service, and look-alikes. What lies in the
// sites, SharePoint's own fixture says. Every call returns a new fixture.
func ServicesTenant() *Fixture {
	f := InlineTenant()
	addServicePermissions(f)
	addServiceApps(f)
	addDelegate(f)
	addQuarantine(f)
	addTeams(f)
	addSites(f)
	return f
}

// addServicePermissions gives the worker what the five services need of Graph.
func addServicePermissions(f *Fixture) {
	for _, role := range []string{"Mail.ReadWrite", "Sites.Read.All", "User.ReadWrite.All", "User.DeleteRestore.All", "AppCatalog.Read.All", "Chat.ReadBasic.All",
		"TeamsAppInstallation.ReadWriteForTeam.All", "TeamsAppInstallation.ReadWriteForChat.All", "TeamsAppInstallation.ReadWriteForUser.All"} {
		f.AppRoleAssignments = append(f.AppRoleAssignments, AppRoleAssignment{Principal: WorkerAppID, Resource: "graph", Role: role})
	}
}

// addServiceApps adds the apps with the permissions that the vendor lists for
// each service.
func addServiceApps(f *Fixture) {
	since := time.Date(2024, 3, 5, 9, 30, 0, 0, time.UTC)
	for _, app := range []struct {
		id, service string
		graph       []string
	}{
		{MailProductAppID, "exchange-online", []string{"Directory.Read.All", "Group.Read.All", "Mail.ReadWrite", "Member.Read.Hidden"}},
		{SharePointProductAppID, "sharepoint-online", []string{"Directory.Read.All", "Sites.FullControl.All", "Sites.Read.All"}},
		{OneDriveProductAppID, "onedrive", []string{"Directory.Read.All", "Group.Read.All", "Sites.FullControl.All", "Sites.Read.All", "User.Read.All"}},
		{TeamsProductAppID, "teams", []string{"Directory.Read.All", "Group.Read.All", "Sites.FullControl.All", "Sites.Manage.All", "Sites.Read.All"}},
		{ChatProductAppID, "teams-chat", []string{"Chat.Read.All", "Chat.UpdatePolicyViolation.All", "Files.ReadWrite.All", "Group.Read.All", "User.Read.All"}},
	} {
		sp := ServicePrincipal{AppID: app.id, DisplayName: ProductName, OwnerTenant: vendorTenantID, Secrets: []string{ServicesSecret}, Created: since}
		if app.id == ChatProductAppID {
			sp.DisplayName, sp.OwnerTenant = ChatAppName, ""
			f.Applications = append(f.Applications, Application{AppID: app.id, DisplayName: ChatAppName, Created: since,
				RedirectURIs: []string{"https://admin.tmcas.trendmicro.com/ui/cas/provision.html"}, SecretNames: []string{"cas"}})
		}
		f.ServicePrincipals = append(f.ServicePrincipals, sp)
		for _, role := range app.graph {
			f.AppRoleAssignments = append(f.AppRoleAssignments, AppRoleAssignment{Principal: app.id, Resource: "graph", Role: role})
		}
		f.PermissionGrants = append(f.PermissionGrants, PermissionGrant{Client: app.id, Resource: "graph", Scope: "User.Read"})
		f.Product.Accounts = append(f.Product.Accounts, ProductAccount{Service: app.service, Kind: "authorized", AppID: app.id})
	}
}

// addDelegate adds the user that SharePoint and OneDrive shared, promoted to
// Global Administrator.
func addDelegate(f *Fixture) {
	f.Users = append(f.Users,
		User{ID: DelegateID, UserPrincipalName: DelegateName, DisplayName: "CAS delegate", Mail: NoMail},
		User{UserPrincipalName: "partner_fabrikam.example#EXT#@" + InlineDomain, DisplayName: "Partner", Mail: "partner@fabrikam.example", Guest: true})
	f.RoleAssignments = append(f.RoleAssignments, RoleAssignment{Principal: DelegateID, Role: GlobalAdministrator})
}

// addQuarantine adds hidden folders, one of them nested, and folders that only
// look like them.
func addQuarantine(f *Fixture) {
	const mia, noah = "mia@contoso.example", "noah@contoso.example"
	f.Mail.Folders = append(f.Mail.Folders,
		MailFolder{Mailbox: mia, DisplayName: "Projects", Items: 4},
		MailFolder{Mailbox: mia, DisplayName: QuarantineFolder, Hidden: true, Items: 2},
		MailFolder{Mailbox: mia, DisplayName: QuarantineFolder + " notes", Hidden: true},
		MailFolder{Mailbox: mia, DisplayName: "Unread mail", Search: true},
		MailFolder{Mailbox: noah, DisplayName: "Suppliers"},
		MailFolder{Mailbox: noah, DisplayName: QuarantineFolder, Parent: "Suppliers", Hidden: true, Items: 1})
	f.Subscriptions = append(f.Subscriptions,
		Subscription{App: MailProductAppID, Resource: "users/" + mia + "/messages", NotificationURL: "https://notify.tmcas.trendmicro.com/mail"},
		Subscription{App: ChatProductAppID, Resource: "chats/getAllMessages", NotificationURL: "https://notify.tmcas.trendmicro.com/chat"},
		Subscription{App: twinAppID, Resource: "groups", NotificationURL: "https://notify.example/groups"})
}

// addTeams adds a team, a chat and an app that is installed in every place.
func addTeams(f *Fixture) {
	const mia, noah = "mia@contoso.example", "noah@contoso.example"
	f.Groups = append(f.Groups,
		Group{DisplayName: FinanceTeam, Kind: GroupMicrosoft365, Team: true, Members: []string{mia, noah}},
		Group{DisplayName: "Finance archive", Kind: GroupMicrosoft365})
	f.Teams.Apps = append(f.Teams.Apps,
		TeamsApp{ID: CatalogAppID, DisplayName: CatalogAppName, Distribution: "organization", AppID: ChatProductAppID},
		TeamsApp{DisplayName: "Planner", Distribution: "store"})
	f.Teams.Chats = append(f.Teams.Chats, Chat{Topic: "Budget", Members: []string{mia, noah}})
	f.Teams.Installations = append(f.Teams.Installations,
		Installation{App: CatalogAppName, Team: FinanceTeam}, Installation{App: "Planner", Team: FinanceTeam},
		Installation{App: CatalogAppName, Chat: "Budget"}, Installation{App: CatalogAppName, User: mia})
}

func addSites(f *Fixture) {
	f.Sites = append(f.Sites,
		Site{URL: "https://contoso.sharepoint.com", Title: "Contoso"},
		Site{URL: FinanceSite, Title: FinanceTeam, Group: FinanceTeam},
		Site{URL: "https://contoso.sharepoint.com/sites/intranet", Title: "Intranet"},
		Site{URL: "https://contoso-my.sharepoint.com/personal/mia_contoso_example", Title: "Mia", Personal: true},
		Site{URL: "https://contoso-my.sharepoint.com/personal/noah_contoso_example", Title: "Noah", Personal: true})
}
