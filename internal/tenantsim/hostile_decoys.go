package tenantsim

// What a hostile tenant has of others: nothing here may go.

// addHostileDirectory adds users, groups and apps. Two of them have the name of
// the product's app, one of a connector's.
func addHostileDirectory(f *Fixture) {
	for i, name := range append(HostileNames(), lookAlikes(HostileApp)...) {
		f.ServicePrincipals = append(f.ServicePrincipals, ServicePrincipal{AppID: derivedID("hostile app", name), DisplayName: name})
		f.Groups = append(f.Groups, Group{DisplayName: name, Kind: []GroupKind{GroupSecurity, GroupMicrosoft365, GroupDistribution}[i%3],
			Mail: derivedID("hostile group", name)[:8] + "@contoso.example"})
	}
	f.ServicePrincipals = append(f.ServicePrincipals,
		ServicePrincipal{AppID: derivedID("hostile app", "twin"), DisplayName: HostileApp},
		ServicePrincipal{AppID: derivedID("hostile app", "connector"), DisplayName: OutboundForIncoming})
	for i, name := range HostileNames() {
		upn := derivedID("hostile user", name)[:8] + "@contoso.example"
		if i < 4 { // with what a user principal name may have
			upn = []string{"o''neil", "a#b", "x!~^y", "__proto__"}[i] + "@contoso.example"
		}
		f.Users = append(f.Users, User{UserPrincipalName: upn, DisplayName: name, Mail: NoMail})
	}
	for _, name := range lookAlikes(GroupIncoming) {
		f.Groups = append(f.Groups, Group{DisplayName: name, Kind: GroupMicrosoft365, Mail: derivedID("hostile group", name)[:8] + "@contoso.example"})
	}
}

// addHostileExchange adds rules, connectors and role groups.
func addHostileExchange(f *Fixture) {
	x := &f.Exchange
	rule := func(name string) {
		x.TransportRules = append(x.TransportRules, TransportRule{Name: name, Disabled: true, Properties: map[string]any{"Comments": name}})
	}
	for i, name := range HostileNames() {
		rule(name)
		x.InboundConnectors = append(x.InboundConnectors, InboundConnector{Name: name, SenderIPAddresses: []string{customerIP}})
		x.OutboundConnectors = append(x.OutboundConnectors, OutboundConnector{Name: name, SmartHosts: []string{"mail.contoso.example"}, Properties: map[string]any{"Comment": name}})
		if i%5 == 0 {
			x.RoleGroups = append(x.RoleGroups, RoleGroup{Name: name, Roles: []string{"Mail Recipients"}})
		}
	}
	rule(InboundForIncoming) // the name of something else
	rule(GroupIncoming)
	for _, name := range append(lookAlikes(RuleIncomingDomain), lookAlikes(RuleSkipSpam)[2:]...) {
		rule(name)
	}
	for _, name := range lookAlikes(OutboundForIncoming) {
		x.OutboundConnectors = append(x.OutboundConnectors, OutboundConnector{Name: name, SmartHosts: []string{"mail.contoso.example"}})
	}
	for _, name := range lookAlikes("delegation_service") {
		x.RoleGroups = append(x.RoleGroups, RoleGroup{Name: name, Roles: []string{"Mailbox Search"}})
	}
}

// addHostilePlaces adds folders, libraries, Teams apps and chats. The first
// look-alikes are hidden, as the product's own are.
func addHostilePlaces(f *Fixture) {
	const mia = "mia@contoso.example"
	for i, name := range append(lookAlikes(HostileFolder), HostileNames()...) {
		f.Mail.Folders = append(f.Mail.Folders, MailFolder{Mailbox: mia, DisplayName: name, Hidden: i%2 == 0})
	}
	f.Mail.Folders = append(f.Mail.Folders, MailFolder{Mailbox: mia, DisplayName: "Bo\u00eete <img src=x onerror=alert(1)>'\u202e{{7*7}}", Hidden: true},
		MailFolder{Mailbox: mia, DisplayName: HostileLibrary, Hidden: true}, MailFolder{Mailbox: "noah@contoso.example", DisplayName: HostileFolder})
	for i := range f.SharePoint.Sites {
		s := &f.SharePoint.Sites[i]
		if s.URL != MarketingSite {
			continue
		}
		for j, name := range append(lookAlikes(HostileLibrary), HostileNames()...) {
			s.Web.Lists = append(s.Web.Lists, List{Title: name, Hidden: j%2 == 0, Receivers: []EventReceiver{{Name: name, URL: "https://events.backup.example/spo.svc",
				EventType: itemAdded, Synchronization: asynchronous, Sequence: 10000}}})
		}
		s.Web.Lists = append(s.Web.Lists, List{Title: HostileFolder, Hidden: true})
	}
	for _, name := range HostileNames() {
		f.Teams.Apps = append(f.Teams.Apps, TeamsApp{DisplayName: name, Distribution: "store"})
		f.Teams.Chats = append(f.Teams.Chats, Chat{Topic: name, Members: []string{mia, "noah@contoso.example"}})
		f.Teams.Installations = append(f.Teams.Installations, Installation{App: name, Chat: name}, Installation{App: name, Team: HostileTeam})
	}
}
