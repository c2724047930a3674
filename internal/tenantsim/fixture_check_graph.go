package tenantsim

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// services checks mailboxes, Teams, sites and subscriptions. What they refer
// to is checked when it is built.
func (c *checker) services(f *Fixture) {
	for i, o := range f.Mail.Folders {
		at := fmt.Sprintf("mail.folders[%d]", i)
		c.must(o.Mailbox != "" && o.DisplayName != "", at, "needs mailbox and displayName")
		if o.ID != "" {
			c.once(at+".id", "folder", o.ID)
		}
	}
	for i, o := range f.Mail.Denied {
		c.must(o.Mailbox != "", fmt.Sprintf("mail.denied[%d].mailbox", i), "must be set")
	}
	c.teams(&f.Teams)
	if f.Behaviour != nil {
		c.budgets(f.Behaviour.Throttle)
	}
	for i, o := range f.Sites {
		at := fmt.Sprintf("sites[%d]", i)
		u, err := url.Parse(o.URL)
		c.must(err == nil && u.Scheme == "https" && strings.Contains(u.Host, "."), at+".url", "must be the address of a site, is %q", o.URL)
		c.once(at+".url", "site", o.URL)
		c.id(at, o.ID)
		c.must(o.WebID == "" || isGUID(o.WebID), at+".webId", "must be a GUID, is %q", o.WebID)
	}
	for i, o := range f.Subscriptions {
		at := fmt.Sprintf("subscriptions[%d]", i)
		c.must(isGUID(o.App) && o.Resource != "", at, "needs app, a GUID, and resource")
		c.id(at, o.ID)
	}
}

// budgets refuses what would silently hold for no call.
func (c *checker) budgets(all []Budget) {
	services := []Service{"", ServiceDirectory, ServiceOutlook, ServiceTeams, ServiceSites, ServiceSubscriptions}
	for i, b := range all {
		at := fmt.Sprintf("behaviour.throttle[%d]", i)
		c.must(slices.Contains(services, b.Service), at+".service", "there is no service %q", b.Service)
		c.must(b.Calls == "" || b.Calls == Reads || b.Calls == Writes, at+".calls", "must be reads or writes, is %q", b.Calls)
	}
}

func (c *checker) teams(t *Teams) {
	for i, o := range t.Apps {
		at := fmt.Sprintf("teams.apps[%d]", i)
		c.must(o.DisplayName != "", at+".displayName", "must be set")
		c.id(at, o.ID)
		switch o.Distribution {
		case "", "store", "organization", "sideloaded":
		default:
			c.must(false, at+".distribution", "must be store, organization or sideloaded, is %q", o.Distribution)
		}
	}
	for i, o := range t.Chats {
		at := fmt.Sprintf("teams.chats[%d]", i)
		c.must(o.ID != "" || o.Topic != "", at, "needs id or topic")
		if o.ID != "" {
			c.once(at+".id", "chat", o.ID)
		}
	}
	for i, o := range t.Installations {
		places := 0
		for _, p := range []string{o.Team, o.Chat, o.User} {
			if p != "" {
				places++
			}
		}
		c.must(o.App != "" && places == 1, fmt.Sprintf("teams.installations[%d]", i), "needs app and one of team, chat and user")
	}
}
