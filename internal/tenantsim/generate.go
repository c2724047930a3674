package tenantsim

import (
	"fmt"
	"math/rand/v2"
)

// GenerateOptions says how big a generated tenant is. Numbers are additional to
// what the inline fixture has, if that is included.
type GenerateOptions struct {
	// Inline starts from [InlineTenant], under a tenant id of its own.
	Inline            bool
	Mailboxes         int
	Groups            int // a mix of all kinds
	TransportRules    int // other vendors' and the customer's
	Connectors        int // of each direction
	SpoofItems        int
	AllowedIPs        int // at most 65,536
	ServicePrincipals int

	// Services adds what [ServicesTenant] has over [InlineTenant], if Inline is
	// set too.
	Services bool
	Guests   int
	Synced   int // users from on-premises, without a mailbox
	// QuarantineFolders is how many mailboxes, counted from the first, hold a
	// hidden folder; every fifth holds it below a folder of the user, and every
	// seventh has another hidden one inside.
	QuarantineFolders int
	QuarantineFolder  string // its display name; "" is [QuarantineFolder]
	Teams             int    // each with a site of its own
	Chats             int    // each of two to four users
	Installations     int    // of one app, in teams, chats and for users in turn
	Sites             int    // without a group
	PersonalSites     int    // at most one per mailbox
	Subscriptions     int    // of the product's apps, if Services is set, and of others
	// SharePoint is what lies in sites of its own, which Graph lists as well.
	SharePoint GenerateSharePoint
}

// Generate makes a fixture from a seed: the same seed and options give the same
// tenant, ids included. Its worker and product apps, where Inline is set, have
// the App Ids and secrets of [InlineTenant].
func Generate(seed uint64, o GenerateOptions) *Fixture {
	g := &generator{f: &Fixture{}, rng: rand.New(rand.NewPCG(seed, 0x7e57))} //nolint:gosec // repeatable, not secret
	tenantID := derivedID("generated tenant", fmt.Sprint(seed))
	if o.Inline {
		g.f = InlineTenant()
		if o.Services {
			g.f = ServicesTenant()
		}
		g.f.Product.Accounts[0].ID = derivedID(tenantID, "product account")
	}
	domain := fmt.Sprintf("tenant%d.onmicrosoft.com", seed)
	g.f.Tenant = TenantInfo{ID: tenantID, DisplayName: fmt.Sprintf("Generated tenant %d", seed), Domains: []string{domain}}
	if o.Inline {
		g.f.Tenant.Domains = append(g.f.Tenant.Domains, fmt.Sprintf("contoso%d.example", seed))
	}
	g.people(o, domain)
	g.mailFlow(o)
	g.apps(o)
	g.services(o, domain)
	g.sharePoint(o, domain)
	return g.f
}

type generator struct {
	f   *Fixture
	rng *rand.Rand
}

var vendors = []string{"Abnormal", "Barracuda", "Mimecast", "Proofpoint", "Sophos", "Hornetsecurity"}

func (g *generator) vendor() string { return vendors[g.rng.IntN(len(vendors))] }

func (g *generator) people(o GenerateOptions, domain string) {
	for i := range o.Mailboxes {
		name := fmt.Sprintf("user%05d", i)
		g.f.Users = append(g.f.Users, User{UserPrincipalName: name + "@" + domain, DisplayName: name, Disabled: g.rng.IntN(20) == 0})
		g.f.Exchange.Mailboxes = append(g.f.Exchange.Mailboxes, Mailbox{Name: name, Address: name + "@" + domain})
	}
	kinds := []GroupKind{GroupMicrosoft365, GroupSecurity, GroupDistribution, GroupMailEnabledSecurity}
	for i := range o.Groups {
		grp := Group{DisplayName: fmt.Sprintf("Group %05d", i), Kind: kinds[g.rng.IntN(len(kinds))]}
		if o.Mailboxes > 0 {
			grp.Members = []string{fmt.Sprintf("user%05d@%s", g.rng.IntN(o.Mailboxes), domain)}
		}
		g.f.Groups = append(g.f.Groups, grp)
	}
}

func (g *generator) mailFlow(o GenerateOptions) {
	x := &g.f.Exchange
	for i := range o.Connectors {
		v := g.vendor()
		x.OutboundConnectors = append(x.OutboundConnectors, OutboundConnector{Name: fmt.Sprintf("%s outbound %d", v, i), SmartHosts: []string{"mx.example"}, RuleScoped: g.rng.IntN(2) == 0})
		x.InboundConnectors = append(x.InboundConnectors, InboundConnector{Name: fmt.Sprintf("%s inbound %d", v, i), SenderDomains: []string{"smtp:*;1"}})
	}
	for i := range o.TransportRules {
		rule := TransportRule{Name: fmt.Sprintf("%s rule %d", g.vendor(), i), Disabled: g.rng.IntN(10) == 0}
		if o.Connectors > 0 && g.rng.IntN(3) == 0 {
			rule.OutboundConnector = x.OutboundConnectors[len(x.OutboundConnectors)-1-g.rng.IntN(o.Connectors)].Name
		}
		x.TransportRules = append(x.TransportRules, rule)
	}
	for i := range o.SpoofItems {
		x.SpoofItems = append(x.SpoofItems, SpoofItem{SpoofedUser: "*", SendingInfrastructure: fmt.Sprintf("sender%d.example", i)})
	}
	if o.AllowedIPs > 0 && len(x.ConnectionFilters) == 0 {
		x.ConnectionFilters = []ConnectionFilter{{Name: "Default"}}
	}
	for i := range o.AllowedIPs {
		x.ConnectionFilters[0].IPAllowList = append(x.ConnectionFilters[0].IPAllowList, fmt.Sprintf("10.77.%d.%d", i/256%256, i%256))
	}
}

func (g *generator) apps(o GenerateOptions) {
	for i := range o.ServicePrincipals {
		app := derivedID(g.f.Tenant.ID, "app", fmt.Sprint(i))
		g.f.ServicePrincipals = append(g.f.ServicePrincipals, ServicePrincipal{AppID: app, DisplayName: fmt.Sprintf("%s app %d", g.vendor(), i), OwnerTenant: derivedID("vendor", g.vendor())})
		g.f.AppRoleAssignments = append(g.f.AppRoleAssignments, AppRoleAssignment{Principal: app, Resource: "graph", Role: "User.Read.All"})
	}
}
