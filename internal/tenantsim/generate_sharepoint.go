package tenantsim

import "fmt"

// contents fills the generated sites. Each has the product's receivers beside
// Microsoft's own on its web and on its first list.
func (g *generator) contents(o GenerateOptions) {
	if o.Sites+o.PersonalSites+o.Teams <= 0 {
		return
	}
	from := len(g.f.Sites) - o.Sites - o.Teams - min(o.PersonalSites, o.Mailboxes)
	for i, s := range g.f.Sites[from:] {
		g.f.SharePoint.Sites = append(g.f.SharePoint.Sites, g.content(s.URL, i, o))
	}
	if o.Inline {
		g.f.AppRoleAssignments = append(g.f.AppRoleAssignments, AppRoleAssignment{Principal: WorkerAppID, Resource: "sharepoint", Role: "Sites.FullControl.All"})
	}
}

func (g *generator) content(address string, i int, o GenerateOptions) SharePointSite {
	owner := "i:0#.f|membership|owner@" + g.f.Tenant.Domains[0]
	w := Web{Title: fmt.Sprintf("Site %d", i), Receivers: g.receivers(max(o.ReceiversPerSite, 1), listAdded)}
	for n := range max(o.ListsPerSite, 3) {
		l := List{Title: fmt.Sprintf("Library %d", n), ItemCount: g.rng.IntN(1000), Hidden: n > 0 && g.rng.IntN(4) == 0}
		if n == 0 {
			l.Receivers = g.receivers(1, itemAdded)
		}
		w.Lists = append(w.Lists, l)
	}
	if g.rng.IntN(10) == 0 {
		w.Lists = append(w.Lists, List{Title: QuarantineLibrary, Hidden: true, ItemCount: 1 + g.rng.IntN(5)})
	}
	return SharePointSite{URL: address, PrimaryAdmin: owner, Web: w}
}

// receivers are some of the product's among Microsoft's own.
func (g *generator) receivers(n, event int) []EventReceiver {
	out := microsoftReceivers()
	for range n {
		out = append(out, productReceiver(event))
		event++
	}
	at := g.rng.IntN(len(out))
	out[0], out[at] = out[at], out[0]
	return out
}
