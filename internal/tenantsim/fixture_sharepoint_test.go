package tenantsim_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	sim "github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

func TestFixtureErrorsNameTheFieldOfSharePoint(t *testing.T) {
	t.Parallel()
	const head = "tenant: {id: 6f1c2a54-0c3b-4d7e-9a52-3b8f6e10c001, displayName: T, domains: [t.example]}\nsharePoint: "
	for name, c := range map[string]struct{ text, want string }{
		"site":          {"{sites: [{url: 'https://small.sharepoint.com/x'}]}", "sharePoint.sites[0].url"},
		"no https":      {"{sites: [{url: 'http://small.sharepoint.com'}]}", "sharePoint.sites[0].url"},
		"twice":         {"{sites: [{url: 'https://a.sharepoint.com'}, {url: 'https://A.sharepoint.com/'}]}", "sharePoint.sites[1].url"},
		"two tenants":   {"{sites: [{url: 'https://a.sharepoint.com'}, {url: 'https://b.sharepoint.com'}]}", "sharePoint.sites[1].url"},
		"a web outside": {"{sites: [{url: 'https://a.sharepoint.com/sites/x', web: {webs: [{url: 'https://a.sharepoint.com/sites/xy'}]}}]}", "sharePoint.sites[0].web.webs[0].url"},
		"receiver":      {"{sites: [{url: 'https://a.sharepoint.com', receivers: [{name: R}]}]}", "sharePoint.sites[0].receivers[0]"},
		"webhook":       {"{sites: [{url: 'https://a.sharepoint.com', web: {lists: [{title: L, webhooks: [{app: x}]}]}}]}", "sharePoint.sites[0].web.lists[0].webhooks[0].app"},
		"list":          {"{sites: [{url: 'https://a.sharepoint.com', web: {lists: [{hidden: true}]}}]}", "sharePoint.sites[0].web.lists[0].title"},
		"ACS principal": {"{appPrincipals: [{appId: 0d9b5c1e-58a7-4f6b-8e21-7c4a9f30a001}]}", "sharePoint.appPrincipals[0].appId"},
		"add-in":        {"{addIns: [{appId: 0d9b5c1e-58a7-4f6b-8e21-7c4a9f30a001, site: 'https://a.sharepoint.com'}]}", "sharePoint.addIns[0].site"},
	} {
		if _, err := sim.ParseFixture([]byte(head + c.text + "\n")); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestFixtureFileOfSharePointLoads(t *testing.T) {
	t.Parallel()
	f, err := sim.LoadFixture("testdata/sharepoint.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, f, sim.Options{})
	if got := r.sim.Names(f.Tenant.ID, sim.KindWeb); !slices.Equal(got, []string{"https://small.sharepoint.com/sites/team",
		"https://small.sharepoint.com/sites/team/sub", "https://small-my.sharepoint.com/personal/admin_small_example"}) {
		t.Errorf("%v", got)
	}
	token := r.tokenAnswer(f.Tenant.ID, secretForm("7d2b9c40-1e6f-4a83-95d7-0c8e3f51a001", "small-secret", "https://small.sharepoint.com/.default")).json["access_token"]
	req := r.request("GET", "/sharepoint/small/sites/team/_api/web/lists?$select=AllowDeletion", token.(string), nil)
	req.Header.Set("Accept", "application/json")
	if a := r.do(req); a.status != 200 || a.rows()[0]["AllowDeletion"] != true || a.rows()[1]["AllowDeletion"] != false {
		t.Errorf("%d %s", a.status, a.raw)
	}
}

func TestGeneratedSitesAreRepeatable(t *testing.T) {
	t.Parallel()
	o := sim.GenerateOptions{Inline: true, SharePoint: sim.GenerateSharePoint{Sites: 20, TeamSites: 5, PersonalSites: 10, Receivers: 2}}
	a, b := sim.Generate(1, o), sim.Generate(1, o)
	if d := cmp.Diff(a, b); d != "" {
		t.Error(d)
	}
	if cmp.Equal(a.SharePoint, sim.Generate(2, o).SharePoint) {
		t.Error("the seed changes nothing")
	}
	s, err := sim.New(a, sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}
