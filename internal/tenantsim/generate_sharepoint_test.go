package tenantsim_test

import (
	"strings"
	"testing"

	sim "github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

func TestGeneratedSitesHaveTheProductsReceiversAmongOthers(t *testing.T) {
	t.Parallel()
	f := sim.Generate(5, sim.GenerateOptions{Inline: true, SharePoint: sim.GenerateSharePoint{Sites: 16, PersonalSites: 4, Receivers: 2}})
	personal := 0
	for _, s := range f.SharePoint.Sites {
		if strings.Contains(s.URL, "-my.sharepoint.com/personal/") {
			personal++
		}
		if on, list := products(s.Web.Receivers), products(s.Web.Lists[0].Receivers); on != 2 || list != 1 || len(s.Web.Receivers) != 4 || len(s.Web.Lists) < 3 {
			t.Errorf("%s: %d and %d", s.URL, on, list)
		}
	}
	if personal != 4 {
		t.Errorf("%d OneDrives", personal)
	}
}

func products(list []sim.EventReceiver) int {
	n := 0
	for _, r := range list {
		if r.URL == sim.ReceiverURL {
			n++
		}
	}
	return n
}

// BenchmarkTwoThousandSites measures how long such a tenant takes to be made,
// and what it holds.
func BenchmarkTwoThousandSites(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		s, err := sim.New(sim.Generate(1, sim.GenerateOptions{Inline: true, SharePoint: sim.GenerateSharePoint{Sites: 1500, PersonalSites: 500}}), sim.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if n := len(s.Names(s.Tenants()[0], sim.KindEventReceiver)); n != 12000 {
			b.Fatal(n)
		}
		s.Close()
	}
}
