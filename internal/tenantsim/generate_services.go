package tenantsim

import (
	"fmt"
	"strings"
)

// GeneratedTeamsApp is the display name of the app behind [GenerateOptions.Installations].
const GeneratedTeamsApp = "Generated Teams app"

func (g *generator) services(o GenerateOptions, domain string) {
	g.visitors(o, domain)
	g.folders(o, domain)
	g.collaboration(o, domain)
	g.sites(o, domain)
	for i := range o.Subscriptions {
		app := derivedID("vendor app", fmt.Sprint(i%3))
		if o.Services {
			app = []string{MailProductAppID, ChatProductAppID, app}[i%3]
		}
		g.f.Subscriptions = append(g.f.Subscriptions, Subscription{App: app, Resource: fmt.Sprintf("users/%s/messages", person(i, domain)), NotificationURL: "https://notify.example/"})
	}
}

// person is the user principal name of the i-th user with a mailbox.
func person(i int, domain string) string { return fmt.Sprintf("user%05d@%s", i, domain) }

func (g *generator) visitors(o GenerateOptions, domain string) {
	for i := range o.Guests {
		g.f.Users = append(g.f.Users, User{UserPrincipalName: fmt.Sprintf("guest%05d_fabrikam.example#EXT#@%s", i, domain),
			DisplayName: fmt.Sprintf("Guest %05d", i), Mail: fmt.Sprintf("guest%05d@fabrikam.example", i), Guest: true})
	}
	for i := range o.Synced {
		g.f.Users = append(g.f.Users, User{UserPrincipalName: fmt.Sprintf("onprem%05d@%s", i, domain), DisplayName: fmt.Sprintf("On-premises %05d", i), OnPremises: true})
	}
}

func (g *generator) folders(o GenerateOptions, domain string) {
	name := o.QuarantineFolder
	if name == "" {
		name = QuarantineFolder
	}
	for i := range min(o.QuarantineFolders, o.Mailboxes) {
		f := MailFolder{Mailbox: person(i, domain), DisplayName: name, Hidden: true, Items: 1 + g.rng.IntN(20)}
		if i%5 == 4 {
			f.Parent = "Old projects"
			g.f.Mail.Folders = append(g.f.Mail.Folders, MailFolder{Mailbox: f.Mailbox, DisplayName: f.Parent, Items: g.rng.IntN(9)})
		}
		g.f.Mail.Folders = append(g.f.Mail.Folders, f)
		if i%7 == 6 {
			g.f.Mail.Folders = append(g.f.Mail.Folders, MailFolder{Mailbox: f.Mailbox, DisplayName: "Released", Parent: name, Hidden: true})
		}
	}
}

func (g *generator) collaboration(o GenerateOptions, domain string) {
	for i := range o.Teams {
		t := Group{DisplayName: fmt.Sprintf("Team %05d", i), Kind: GroupMicrosoft365, Team: true}
		if o.Mailboxes > 0 {
			t.Members = []string{person(g.rng.IntN(o.Mailboxes), domain)}
		}
		g.f.Groups = append(g.f.Groups, t)
	}
	for i := range o.Chats {
		c := Chat{Topic: fmt.Sprintf("Chat %05d", i)}
		for range min(2+g.rng.IntN(3), o.Mailboxes) {
			c.Members = append(c.Members, person((i+len(c.Members))%o.Mailboxes, domain))
		}
		g.f.Teams.Chats = append(g.f.Teams.Chats, c)
	}
	if o.Installations > 0 {
		g.f.Teams.Apps = append(g.f.Teams.Apps, TeamsApp{DisplayName: GeneratedTeamsApp, Distribution: "organization"})
	}
	var places []Installation
	for i := range max(o.Teams, o.Chats, o.Mailboxes) {
		if i < o.Teams {
			places = append(places, Installation{App: GeneratedTeamsApp, Team: fmt.Sprintf("Team %05d", i)})
		}
		if i < o.Chats {
			places = append(places, Installation{App: GeneratedTeamsApp, Chat: fmt.Sprintf("Chat %05d", i)})
		}
		if i < o.Mailboxes {
			places = append(places, Installation{App: GeneratedTeamsApp, User: person(i, domain)})
		}
		if len(places) >= o.Installations {
			break
		}
	}
	g.f.Teams.Installations = append(g.f.Teams.Installations, places[:min(o.Installations, len(places))]...)
}

// sites gives addresses below the first label of the tenant's domain.
func (g *generator) sites(o GenerateOptions, domain string) {
	label, _, _ := strings.Cut(domain, ".")
	for i := range o.Sites {
		g.f.Sites = append(g.f.Sites, Site{URL: fmt.Sprintf("https://%s.sharepoint.com/sites/site%05d", label, i), Title: fmt.Sprintf("Site %05d", i)})
	}
	for i := range o.Teams {
		name := fmt.Sprintf("Team %05d", i)
		g.f.Sites = append(g.f.Sites, Site{URL: fmt.Sprintf("https://%s.sharepoint.com/sites/team%05d", label, i), Title: name, Group: name})
	}
	for i := range min(o.PersonalSites, o.Mailboxes) {
		login := strings.NewReplacer("@", "_", ".", "_").Replace(person(i, domain))
		g.f.Sites = append(g.f.Sites, Site{URL: fmt.Sprintf("https://%s-my.sharepoint.com/personal/%s", label, login), Title: fmt.Sprintf("user%05d", i), Personal: true})
	}
}
