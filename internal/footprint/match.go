package footprint

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// verdict is what a matcher makes of one object. The zero verdict: it is not the product's.
type verdict struct {
	entry   int    // index of the entry in the service's artifacts
	rank    int    // order within the entry
	match   string // why it is the product's for certain
	suspect string // or why it only resembles it
}

// finder decides about the objects of one tenant.
type finder struct {
	*Service
	account  deprovision.Account
	site     Site
	sited    bool
	recorded map[string]bool // folded object ids recorded at set-up
	used     list            // groups that a rule of the product uses
	holder   string          // id of the account's service principal
}

func (s *Service) finder(account deprovision.Account, objects []Object) (*finder, error) {
	f := &finder{Service: s, account: account, recorded: map[string]bool{}}
	f.site, f.sited = s.Site(account)
	for _, id := range account.Recorded {
		f.recorded[fold(id)] = true
	}
	for _, o := range objects {
		facts, err := o.read()
		if err != nil {
			return nil, err
		}
		switch {
		case o.Kind == TransportRule && f.named(o) >= 0:
			f.used = append(append(f.used, facts.SentToMemberOf...), facts.FromMemberOf...)
		case o.Kind == ServicePrincipal && f.owns(facts.AppID):
			f.holder = o.ID
		}
	}
	return f, nil
}

// judge decides about one object.
func (f *finder) judge(o Object) (verdict, error) {
	facts, err := o.read()
	if err != nil {
		return verdict{}, err
	}
	how, ok := matchings[o.Kind]
	first := slices.IndexFunc(f.Artifacts, func(e Entry) bool { return e.Kind == o.Kind })
	if !ok || first < 0 {
		return verdict{}, nil
	}
	v := verdict{entry: f.place(o, facts, first)}
	if how != byIdentity && f.recorded[fold(o.ID)] {
		v.match = "recorded-id"
		return v, nil
	}
	switch how {
	case bySender:
		f.judgeSender(&v, facts)
	case byAddress:
		f.judgeAddress(&v, facts)
	case byIdentity:
		f.judgeIdentity(&v, o, facts)
	default:
		f.judgeName(&v, o, facts, how)
	}
	return v, nil
}

// named returns the entry that publishes the object's name, or -1.
func (f *finder) named(o Object) int {
	return slices.IndexFunc(f.Artifacts, func(e Entry) bool {
		return e.Kind == o.Kind && slices.ContainsFunc(e.Names, func(n string) bool { return fold(n) == fold(o.Name) })
	})
}

// place finds the entry that an object belongs to. A rule of another name that reroutes goes with the rules that reroute, any other with
// the last entry of its kind, when mail no longer takes the vendor's way.
func (f *finder) place(o Object, facts facts, first int) int {
	if i := f.named(o); i >= 0 {
		return i
	}
	if facts.RouteMessageOutboundConnector != "" {
		return first
	}
	last := first
	for i, e := range f.Artifacts {
		if e.Kind == o.Kind {
			last = i
		}
	}
	return last
}

func (f *finder) judgeName(v *verdict, o Object, facts facts, how matching) {
	e := f.Artifacts[v.entry]
	if at := slices.IndexFunc(e.Names, func(n string) bool { return fold(n) == fold(o.Name) }); at >= 0 {
		v.rank, v.match = at, "name"
		if how == byGroup && !f.used.has(o.ID, o.Name, facts.Mail, facts.PrimarySmtpAddress) {
			v.match, v.suspect = "", "a published name, but no rule of the product uses the group"
		}
		return
	}
	v.rank = len(e.Names)
	for _, prefix := range f.product.Suspects.Prefixes {
		if strings.HasPrefix(fold(o.Name), fold(prefix)) {
			v.suspect = "its name begins with " + prefix
			return
		}
	}
	for _, host := range facts.SmartHosts {
		if f.ofProduct(host) {
			v.suspect = "it sends to " + host
			return
		}
	}
}

// ofProduct reports whether a host is one of the product's.
func (f *finder) ofProduct(host string) bool {
	return slices.ContainsFunc(f.product.Suspects.Hosts, func(pattern string) bool {
		ok, err := path.Match(fold(pattern), fold(host))
		return ok && err == nil
	})
}

func (f *finder) judgeSender(v *verdict, facts facts) {
	e := f.Artifacts[v.entry]
	anyone := facts.SpoofedUser == e.SpoofedUser
	switch {
	case f.sited && anyone && strings.EqualFold(facts.SendingInfrastructure, f.site.Infrastructure):
		v.match = "name"
	case f.ofProduct(facts.SendingInfrastructure) || f.ofProduct("x."+facts.SendingInfrastructure):
		v.suspect = "it allows " + facts.SendingInfrastructure
	}
}

func (f *finder) judgeAddress(v *verdict, facts facts) {
	have, err := parseRange(facts.IPAllowList)
	if err != nil {
		return // a customer's entry in another form: not ours
	}
	for id, site := range f.product.Sites {
		for i, a := range slices.Concat(site.Inbound, site.Outbound) {
			known, err := parseRange(a)
			switch {
			case err != nil || !known.Overlaps(have):
			case known == have && f.sited && id == f.account.Site:
				v.rank, v.match, v.suspect = i, "name", ""
				return
			case known == have:
				v.suspect = "an address of the product's site " + id
			default:
				v.suspect = fmt.Sprintf("it overlaps the address %s of the product's site %s", a, id)
			}
		}
	}
}

func (f *finder) judgeIdentity(v *verdict, o Object, facts facts) {
	e := f.Artifacts[v.entry]
	ofHolder := f.holder != "" && (facts.ClientID == f.holder || facts.ClientID == "" && facts.PrincipalID == f.holder)
	switch {
	case o.Kind == ServicePrincipal:
		if f.owns(facts.AppID) {
			v.match = "app-id"
		}
	case !ofHolder:
	case o.Kind == RoleAssignment && e.Roles[facts.RoleDefinitionID] == "":
		v.suspect = "the product's app holds the role " + facts.RoleDefinitionID + ", which its set-up does not ask for"
	default:
		v.match = "app-id"
	}
}

func (f *finder) owns(appID string) bool {
	return f.account.AppID != "" && strings.EqualFold(appID, f.account.AppID)
}
