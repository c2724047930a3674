package footprint

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/guard"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// candidate is an object with what the matchers look at.
type candidate struct {
	Object
	facts

	err error // why it can't be read
}

// verdict is what the matchers make of one object. The zero verdict: it is not the product's.
type verdict struct {
	entry   int    // index of the entry in the service's artifacts
	rank    int    // order within the entry
	match   string // why it is the product's for certain
	suspect string // or why it only resembles it
}

// finder decides about the objects of one tenant.
type finder struct {
	*Service
	account    deprovision.Account
	candidates []candidate
	connectors texts                 // of the product: ids and names of those that are certain
	used       texts                 // groups that a rule of the product uses
	groups     texts                 // of the product: ids, names and addresses of those that are certain
	holders    map[string]guard.App  // the account's service principals, by folded id
	born       map[string]*time.Time // when they were created
	users      map[string]guard.User // the delegate user, by folded id
	namesake   bool                  // another user has the delegate's name
}

// finder prepares the decisions: what one object is can depend on what others are. used are groups that rules which are gone by now used.
func (s *Service) finder(account deprovision.Account, objects []Object, used ...string) *finder {
	f := &finder{Service: s, account: account, candidates: candidates(objects), used: used, holders: map[string]guard.App{},
		born: map[string]*time.Time{}, users: map[string]guard.User{}}
	for _, c := range f.candidates {
		switch {
		case c.Kind == DelegateUser && c.err == nil && f.judge(c).match == "" && same(account.UPN, c.UserPrincipalName):
			f.namesake = true
		case c.err != nil || f.judge(c).match == "":
		case c.Kind == TransportRule:
			f.used = append(append(f.used, c.SentToMemberOf...), c.FromMemberOf...)
		case c.Kind == OutboundConnector:
			f.connectors = append(f.connectors, c.ID, c.Name)
		case c.Kind == ServicePrincipal:
			f.holders[fold(c.ID)], f.born[fold(c.ID)] = c.app(), c.Created
		case c.Kind == DelegateUser:
			f.users[fold(c.ID)], f.born[fold(c.ID)] = c.user(), c.Created
		}
	}
	for _, c := range f.candidates {
		if matchings[c.Kind] == byGroup && c.err == nil && f.judge(c).match != "" {
			f.groups = append(f.groups, c.calledBy()...)
		}
	}
	return f
}

// candidates reads the objects, and leaves out what listings name twice.
func candidates(objects []Object) []candidate {
	list := make([]candidate, 0, len(objects))
	for _, o := range objects {
		c := candidate{Object: o}
		c.facts, c.err = o.read()
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b candidate) int {
		if n := cmp.Or(cmp.Compare(a.Kind, b.Kind), strings.Compare(fold(a.ID), fold(b.ID)), strings.Compare(a.ID, b.ID), strings.Compare(a.Name, b.Name)); n != 0 {
			return n
		}
		return bytes.Compare(a.before(), b.before())
	})
	return slices.CompactFunc(list, func(a, b candidate) bool { return a.Kind == b.Kind && same(a.ID, b.ID) })
}

// app is what a guard wants to know of a service principal.
func (c candidate) app() guard.App {
	return guard.App{ID: c.AppID, Owner: c.AppOwnerOrganizationID, Type: c.ServicePrincipalType, Home: c.Kind == AppRegistration}
}

// user is what a guard wants to know of a user.
func (c candidate) user() guard.User {
	return guard.User{Type: c.UserType, Synchronised: c.OnPremisesSyncEnabled != nil && *c.OnPremisesSyncEnabled}
}

// calledBy lists what rules may call a group by.
func (c candidate) calledBy() texts {
	return texts{c.ID, c.Name, c.Mail, c.PrimarySMTPAddress, c.ExternalDirectoryObjectID}
}

// judge decides about one object. What can't be read could be the product's: it is a suspect, for a guard to refuse.
func (f *finder) judge(c candidate) verdict {
	first := slices.IndexFunc(f.Artifacts, func(e Entry) bool { return e.Kind == c.Kind })
	if first < 0 {
		return verdict{}
	}
	v := f.place(c, first)
	if c.err != nil || c.ID == "" {
		v.suspect = "it can't be read"
		return v
	}
	how := matchings[c.Kind]
	if how != byIdentity && how != byUser && f.recordedAs(c.ID) != "" {
		v.match = "recorded-id"
		return v
	}
	switch how {
	case bySender:
		f.judgeSender(&v, c)
	case byAddress:
		f.judgeAddress(&v, c)
	case byIdentity:
		f.judgeIdentity(&v, c)
	case byRecordedName:
		f.judgeRecordedName(&v, c)
	case byHost:
		f.judgeHost(&v, c)
	case byLogin, byUser:
		f.judgeUser(&v, c)
	case byResource:
		f.judgeSubscription(&v, c)
	case byTeamsApp:
		f.judgeTeamsApp(&v, c)
	case byRoles:
		f.judgeRoleGroup(&v, c)
	default:
		f.judgeName(&v, c)
	}
	return v
}

// recordedAs returns the name under which an object's id was recorded at set-up; "" when it was not.
func (f *finder) recordedAs(id string) string {
	var names []string
	for name, recorded := range f.account.Recorded {
		if same(recorded, id) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return slices.Min(names)
}

// place finds the entry of an object and its place in it: by its published name, or by the one that it was recorded under. Of the others, a
// rule that reroutes goes with the rules that reroute; any other goes with the last entry of its kind, when mail no longer takes the vendor's way.
func (f *finder) place(c candidate, first int) verdict {
	last := first
	for i, e := range f.Artifacts {
		if e.Kind != c.Kind {
			continue
		}
		for rank, name := range e.Names {
			if same(name, c.Name) || same(name, f.recordedAs(c.ID)) {
				return verdict{entry: i, rank: rank}
			}
		}
		last = i
	}
	if c.RouteMessageOutboundConnector != "" {
		last = first
	}
	return verdict{entry: last, rank: len(f.Artifacts[last].Names)}
}

// guarded is what the guards are asked about.
func (f *finder) guarded(c candidate, v verdict) guard.Candidate {
	g := guard.Candidate{Kind: c.Kind, ID: c.ID, Name: c.Name, Created: c.Created, Raw: c.Raw}
	if c.err != nil {
		g.Raw = nil // valid JSON, but not of the kind
	}
	switch {
	case c.Kind == ServicePrincipal, c.Kind == AppRegistration, c.Kind == AppPrincipal:
		app := c.app()
		g.App = &app
	case c.Kind == DelegateUser, c.Kind == UserSignIn:
		user := c.user()
		g.User = &user
	case c.Kind == UserRole:
		user, known := f.users[fold(c.PrincipalID)]
		g.User = &user
		if born := f.born[fold(c.PrincipalID)]; known && born != nil {
			g.Created = born
		}
	case matchings[c.Kind] == byHost:
		host := hostOf(c.ReceiverURL + c.NotificationURL)
		g.Host = &host
	case matchings[c.Kind] == byIdentity:
		app, born := f.holders[fold(c.holder())], f.born[fold(c.holder())]
		g.App = &app
		if born != nil && (g.Created == nil || born.After(*g.Created)) { // it cannot be older than what it hangs on
			g.Created = born
		}
	case c.Kind == IPAllowEntry && v.match != "":
		g.Entry = &guard.Entry{Text: c.IPAllowList, Known: f.product.addresses()}
	}
	return g
}
