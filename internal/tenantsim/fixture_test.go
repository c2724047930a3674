package tenantsim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	sim "github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

func TestFixtureErrorsNameTheField(t *testing.T) {
	t.Parallel()
	const head = "tenant: {id: 6f1c2a54-0c3b-4d7e-9a52-3b8f6e10c001, displayName: T, domains: [t.example]}\n"
	for name, c := range map[string]struct{ text, want string }{
		"unknown field": {head + "rules: []\n", `unknown field "rules"`},
		"no tenant":     {"users: []\n", "tenant.id"},
		"app id":        {head + "servicePrincipals: [{appId: x, displayName: A}]\n", "servicePrincipals[0].appId"},
		"group kind":    {head + "groups: [{displayName: G, kind: odd}]\n", "groups[0].kind"},
		"connector":     {head + "exchange: {transportRules: [{name: R, outboundConnector: C}]}\n", "exchange.transportRules[0].outboundConnector"},
		"twice":         {head + "exchange: {inboundConnectors: [{name: C}, {name: c}]}\n", "exchange.inboundConnectors[1].name"},
		"team":          {head + "groups: [{displayName: G, kind: security, team: true}]\n", "groups[0].team"},
		"service":       {head + "behaviour: {throttle: [{service: mail}]}\n", "behaviour.throttle[0].service"},
		"calls":         {head + "behaviour: {throttle: [{calls: all}]}\n", "behaviour.throttle[0].calls"},
		"folder":        {head + "mail: {folders: [{displayName: F}]}\n", "mail.folders[0]"},
		"denial":        {head + "mail: {denied: [{app: x}]}\n", "mail.denied[0].mailbox"},
		"Teams app":     {head + "teams: {apps: [{displayName: A, distribution: shop}]}\n", "teams.apps[0].distribution"},
		"chat":          {head + "teams: {chats: [{members: []}]}\n", "teams.chats[0]"},
		"two places":    {head + "teams: {installations: [{app: A, team: T, user: U}]}\n", "teams.installations[0]"},
		"site":          {head + "sites: [{url: finance}]\n", "sites[0].url"},
		"same site":     {head + "sites: [{url: 'https://a.b/s'}, {url: 'https://A.b/s'}]\n", "sites[1].url"},
		"subscription":  {head + "subscriptions: [{app: x, resource: users}]\n", "subscriptions[0]"},
		"address":       {head + "exchange: {connectionFilters: [{ipAllowList: [10.0.0.0/8]}]}\n", "exchange.connectionFilters[0]"},
	} {
		if _, err := sim.ParseFixture([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	for name, f := range map[string]*sim.Fixture{
		"appRoleAssignments[0].principal":                     {AppRoleAssignments: []sim.AppRoleAssignment{{Principal: "nobody", Resource: "graph", Role: "User.Read.All"}}},
		"mail.folders[0].mailbox: " + mia + " has no mailbox": {Users: []sim.User{{UserPrincipalName: mia}}, Mail: sim.Mail{Folders: []sim.MailFolder{{Mailbox: mia, DisplayName: "F"}}}},
		"mail.folders[0].parent": {Users: []sim.User{{UserPrincipalName: mia}}, Exchange: sim.ExchangeOrg{Mailboxes: []sim.Mailbox{{Address: mia}}},
			Mail: sim.Mail{Folders: []sim.MailFolder{{Mailbox: mia, DisplayName: "F", Parent: "later"}}}},
		"teams.installations[0].app": {Teams: sim.Teams{Installations: []sim.Installation{{App: "none", User: "x"}}}},
		"teams.installations[0].team": {Groups: []sim.Group{{DisplayName: "G", Kind: sim.GroupMicrosoft365}},
			Teams: sim.Teams{Apps: []sim.TeamsApp{{DisplayName: "A"}}, Installations: []sim.Installation{{App: "A", Team: "G"}}}},
		"sites[0].group":          {Sites: []sim.Site{{URL: "https://a.sharepoint.com/sites/x", Group: "none"}}},
		"roleAssignments[0].role": {RoleAssignments: []sim.RoleAssignment{{Principal: sim.GraphAppID, Role: "King"}}},
	} {
		f.Tenant = sim.InlineTenant().Tenant
		if _, err := sim.New(f, sim.Options{}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %s", err, name)
		}
	}
}

func TestFixtureFileLoads(t *testing.T) {
	t.Parallel()
	f, err := sim.LoadFixture("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := sim.New(f, sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[sim.Kind][]string{
		sim.KindTransportRule: {"Disclaimer", "Route to scanner"}, sim.KindMailFolder: {"Offers", "Quarantine"}, sim.KindInstallation: {"Guard", "Guard", "Guard"},
		sim.KindSubscription: {"chats/getAllMessages"},
		sim.KindSite:         {"https://small.sharepoint.com/sites/sales", "https://small-my.sharepoint.com/personal/lee_small_example"},
	} {
		if got := s.Names(f.Tenant.ID, kind); !cmp.Equal(got, want) {
			t.Errorf("%s: %v", kind, got)
		}
	}
	if f.Subscriptions[0].Expires.Year() != 2031 || f.Behaviour.Graph.MailboxConcurrency != 4 {
		t.Errorf("%+v %+v", f.Subscriptions, f.Behaviour)
	}
}

func TestGenerateIsRepeatable(t *testing.T) {
	t.Parallel()
	o := sim.GenerateOptions{Inline: true, Mailboxes: 50, Groups: 20, TransportRules: 10, Connectors: 4, SpoofItems: 5, AllowedIPs: 300, ServicePrincipals: 10,
		Services: true, Guests: 3, Synced: 2, QuarantineFolders: 30, Teams: 5, Chats: 20, Installations: 40, Sites: 4, PersonalSites: 9, Subscriptions: 6}
	a, b := sim.Generate(1, o), sim.Generate(1, o)
	if d := cmp.Diff(a, b); d != "" {
		t.Error(d)
	}
	if cmp.Equal(a, sim.Generate(2, o)) {
		t.Error("the seed changes nothing")
	}
	for _, o := range []sim.GenerateOptions{o, {}, {Mailboxes: 3, AllowedIPs: 1}} {
		s, err := sim.New(sim.Generate(3, o), sim.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
}

func TestTenantsAreApart(t *testing.T) {
	t.Parallel()
	r := inline(t)
	other := sim.Generate(9, sim.GenerateOptions{Inline: true})
	if err := r.sim.AddTenant(other); err != nil {
		t.Fatal(err)
	}
	if err := r.sim.AddTenant(other); err == nil {
		t.Error("the same id twice")
	}
	g := r.tokenAnswer(other.Tenant.Domains[0], secretForm(sim.WorkerAppID, sim.WorkerSecret, graphScope)).json["access_token"].(string)
	if a := r.graph(http.MethodDelete, "/servicePrincipals(appId='"+sim.ProductAppID+"')", g, nil); a.status != 204 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	if n := len(r.sim.Changes(sim.InlineTenantID)); n != 0 {
		t.Errorf("%d changes next door", n)
	}
	x := r.exchangeToken() // of the first tenant
	req := r.request(http.MethodPost, "/adminapi/beta/"+other.Tenant.ID+"/InvokeCommand", x, map[string]any{"CmdletInput": map[string]any{"CmdletName": "Get-TransportRule"}})
	req.Header.Set("X-AnchorMailbox", "APP:x")
	if a := r.do(req); a.status != 401 {
		t.Errorf("another tenant's path: %d", a.status)
	}
}
