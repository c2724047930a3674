package tenantsim

import (
	"fmt"
	"strings"
)

// GenerateSharePoint says what lies in the sites of a generated tenant. The
// first web and the first list of each have receivers of the product beside
// Microsoft's own, and every tenth a hidden library of the product.
type GenerateSharePoint struct {
	Sites         int // …/sites/full00000
	TeamSites     int // …/sites/team-full00000, each of a team
	PersonalSites int // …-my…/personal/full00000_…
	Receivers     int // of the product, on each web; one at least
	Lists         int // on each web; three at least
}

func (g *generator) sharePoint(o GenerateOptions, domain string) {
	sp := o.SharePoint
	n := sp.Sites + sp.TeamSites + sp.PersonalSites
	if n == 0 {
		return
	}
	name, _, _ := strings.Cut(domain, ".")
	g.f.SharePoint.Sites = make([]SharePointSite, 0, n)
	add := func(n int, format string, more func(i int, s *Site)) {
		for i := range n {
			s := Site{URL: fmt.Sprintf(format, name, i)}
			g.f.SharePoint.Sites = append(g.f.SharePoint.Sites, g.siteCollection(s.URL, domain, sp))
			more(i, &s)
			g.f.Sites = append(g.f.Sites, s)
		}
	}
	add(sp.Sites, "https://%s.sharepoint.com/sites/full%05d", func(int, *Site) {})
	add(sp.TeamSites, "https://%s.sharepoint.com/sites/team-full%05d", func(i int, s *Site) {
		s.Group = fmt.Sprintf("Team with a full site %05d", i)
		g.f.Groups = append(g.f.Groups, Group{DisplayName: s.Group, Kind: GroupMicrosoft365, Team: true})
	})
	add(sp.PersonalSites, "https://%s-my.sharepoint.com/personal/full%05d_"+strings.ReplaceAll(domain, ".", "_"), func(_ int, s *Site) { s.Personal = true })
	if o.Inline {
		g.f.AppRoleAssignments = append(g.f.AppRoleAssignments, AppRoleAssignment{Principal: WorkerAppID, Resource: "sharepoint", Role: "Sites.FullControl.All"})
	}
}

func (g *generator) siteCollection(address, domain string, o GenerateSharePoint) SharePointSite {
	w := Web{Receivers: g.receivers(max(o.Receivers, 1), listAdded), Lists: make([]List, 0, max(o.Lists, 3)+1)}
	for n := range max(o.Lists, 3) {
		l := List{Title: fmt.Sprintf("Library %d", n), ItemCount: g.rng.IntN(1000), Hidden: n > 0 && g.rng.IntN(4) == 0}
		if n == 0 {
			l.Receivers = g.receivers(1, itemAdded)
		}
		w.Lists = append(w.Lists, l)
	}
	if g.rng.IntN(10) == 0 {
		w.Lists = append(w.Lists, List{Title: QuarantineLibrary, Hidden: true, ItemCount: 1 + g.rng.IntN(5)})
	}
	return SharePointSite{URL: address, PrimaryAdmin: "i:0#.f|membership|owner@" + domain, Web: w}
}

// receivers are some of the product's among Microsoft's own, in any order.
func (g *generator) receivers(n, event int) []EventReceiver {
	out := microsoftReceivers()
	for i := range n {
		out = append(out, productReceiver(event+i))
	}
	g.rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}
