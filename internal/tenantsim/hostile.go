package tenantsim

import (
	"fmt"
	"slices"
)

// What the product's own things are called in [HostileTenant]. Those that the
// vendor publishes keep their names: without them nobody could find them.
const (
	HostileFolder     = "Boi\u0302te <img src=x onerror=alert(1)>'\u202e{{7*7}}"
	HostileLibrary    = "\"><svg onload=alert(1)>'%27 Biblioth\u00e8que\u200b"
	HostileReceiver   = "=cmd|'/c calc'!A1<script>alert(1)</script>"
	HostileApp        = "<script>alert('app')</script>\u202e\x1b[31m"
	HostileChatApp    = "${alert(1)}</title>' or 1 eq 1 or '"
	HostileCatalogApp = "javascript:alert(1)//__proto__\n\tof Teams"
	HostileTeam       = "\"><img src=x onerror=alert(1)>' or 1 eq 1 or '"
	HostileChat       = "constructor\u2028${7*7}</script>"
	HostileProductID  = "\"><svg onload=alert(1)>%00../..#1"
	// HostileDelegate has all that Entra allows in front of the @.
	HostileDelegate = "o'cas.-_!#^~delegate@" + InlineDomain
	hostileLogin    = "i:0#.f|membership|" + HostileDelegate
)

// HostileTenant is [FullTenant] in the hands of people who call things what
// they like: see [HostileNames]. What the product made is still the product's,
// by its ids, its App Ids, the vendor's published names or what [HostileAccounts]
// recorded; beside each of these stands something that only looks like it, and
// an object of the customer's for each hostile name. Every call returns a new
// fixture.
func HostileTenant() *Fixture {
	f := FullTenant()
	f.Tenant.DisplayName = HostileApp
	renameApps(f)
	renameDelegate(f)
	renamePlaces(f)
	for i := range f.Product.Accounts {
		if f.Product.Accounts[i].ID == ProductAccountID {
			f.Product.Accounts[i].ID = HostileProductID
		}
	}
	addHostileDirectory(f)
	addHostileExchange(f)
	addHostilePlaces(f)
	return f
}

// HostileAccounts are the service accounts of [HostileTenant].
func HostileAccounts() []ServiceAccount {
	accounts := FullAccounts()
	for i := range accounts {
		a := &accounts[i]
		if a.UPN != "" {
			a.UPN = HostileDelegate
		}
		if a.ProductID != "" {
			a.ProductID = HostileProductID
		}
		names := map[string][]string{} // those of several accounts are one map
		for kind, list := range a.Names {
			names[kind] = slices.Clone(list)
			for j, name := range names[kind] {
				if hostile := map[string]string{QuarantineFolder: HostileFolder, QuarantineLibrary: HostileLibrary}[name]; hostile != "" {
					names[kind][j] = hostile
				}
			}
		}
		a.Names = names
	}
	return accounts
}

// renameApps gives the product's apps, all of which go by App Id, another name.
// The app that only shares their name shares this one too.
func renameApps(f *Fixture) {
	rename := map[string]string{ProductName: HostileApp, ChatAppName: HostileChatApp}
	for i := range f.ServicePrincipals {
		if name := rename[f.ServicePrincipals[i].DisplayName]; name != "" {
			f.ServicePrincipals[i].DisplayName = name
		}
	}
	for i := range f.Applications {
		f.Applications[i].DisplayName = HostileChatApp
		f.Applications[i].SecretNames = []string{"<b>cas</b>"}
	}
	for i := range f.SharePoint.AppPrincipals {
		f.SharePoint.AppPrincipals[i].Title = HostileApp
	}
	for i := range f.SharePoint.AddIns {
		f.SharePoint.AddIns[i].Title = HostileApp
	}
	for i := range f.Teams.Apps {
		if f.Teams.Apps[i].ID == CatalogAppID {
			f.Teams.Apps[i].DisplayName = HostileCatalogApp
		}
	}
	for i, in := range f.Teams.Installations {
		if in.App == CatalogAppName {
			f.Teams.Installations[i].App = CatalogAppID
		}
	}
}

func renameDelegate(f *Fixture) {
	for i := range f.Users {
		switch u := &f.Users[i]; u.ID {
		case DelegateID:
			u.UserPrincipalName, u.DisplayName = HostileDelegate, HostileApp
		case AdminID:
			u.DisplayName = "<b>Contoso</b> Admin\u202e"
		}
	}
	for i := range f.Exchange.RoleGroups {
		g := &f.Exchange.RoleGroups[i]
		for j, member := range g.Members {
			if member == DelegateName {
				g.Members[j] = HostileDelegate
			}
		}
	}
	for i := range f.SharePoint.Sites {
		admins := f.SharePoint.Sites[i].Admins
		for j, login := range admins {
			if login == DelegateLogin {
				admins[j] = hostileLogin
			}
		}
	}
}

// renamePlaces renames teams, chats, sites, folders and libraries.
func renamePlaces(f *Fixture) {
	for i := range f.Groups {
		if f.Groups[i].DisplayName == FinanceTeam {
			f.Groups[i].DisplayName, f.Groups[i].Mail = HostileTeam, "finance@contoso.example"
		}
	}
	for i := range f.Teams.Chats {
		f.Teams.Chats[i].Topic = HostileChat
	}
	for i := range f.Teams.Installations {
		in := &f.Teams.Installations[i]
		if in.Team != "" {
			in.Team = HostileTeam
		}
		if in.Chat != "" {
			in.Chat = HostileChat
		}
	}
	names := HostileNames()
	for i := range f.Sites {
		s := &f.Sites[i]
		s.Title = names[i%len(names)]
		if s.Group != "" {
			s.Group = HostileTeam
		}
	}
	for i := range f.Mail.Folders {
		if m := &f.Mail.Folders[i]; m.DisplayName == QuarantineFolder {
			m.DisplayName = HostileFolder
		}
	}
	for i := range f.SharePoint.Sites {
		s := &f.SharePoint.Sites[i]
		renameReceivers(s.Receivers)
		renameWeb(&s.Web, names[i%len(names)])
	}
}

func renameWeb(w *Web, title string) {
	w.Title = title
	renameReceivers(w.Receivers)
	for i := range w.Lists {
		if w.Lists[i].Title == QuarantineLibrary {
			w.Lists[i].Title = HostileLibrary
		}
		renameReceivers(w.Lists[i].Receivers)
	}
	for i := range w.Webs {
		renameWeb(&w.Webs[i], fmt.Sprintf("%s of %s", HostileLibrary, title))
	}
}

func renameReceivers(list []EventReceiver) {
	for i := range list {
		if list[i].URL == ReceiverURL {
			list[i].Name = HostileReceiver
		}
	}
}
