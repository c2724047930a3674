package footprint

import (
	"fmt"
	"maps"
	"slices"
)

// address is one that the product publishes.
type address struct {
	span

	site, text string
	rank       int // among those of its site
}

// published lists the addresses of all sites, in the order of the sites' names.
func (f *Footprint) published() []address {
	var out []address
	for _, id := range slices.Sorted(maps.Keys(f.Sites)) {
		for rank, text := range slices.Concat(f.Sites[id].Inbound, f.Sites[id].Outbound) {
			if s, err := parseSpan(text); err == nil { // checked when the footprint was loaded
				out = append(out, address{s, id, text, rank})
			}
		}
	}
	return out
}

// addresses lists the addresses of all sites as they are published.
func (f *Footprint) addresses() []string {
	var out []string
	for _, a := range f.published() {
		out = append(out, a.text)
	}
	return out
}

// overlapping finds the first published address that shares something with a range.
func (f *Footprint) overlapping(have span) (address, bool) {
	all := f.published()
	i := slices.IndexFunc(all, func(a address) bool { return a.overlaps(have) })
	if i < 0 {
		return address{}, false
	}
	return all[i], true
}

// judgeAddress decides about an entry of an IP allow list, which is the customer's. Only what the account's site publishes is certain, and
// only as it is published: a wider or narrower range is somebody else's work.
func (f *finder) judgeAddress(v *verdict, c candidate) {
	have, err := parseSpan(c.IPAllowList)
	if err != nil {
		return // in no form that the product uses
	}
	known, ok := f.product.overlapping(have)
	if !ok {
		return
	}
	v.suspect = fmt.Sprintf("it overlaps the address %s of the product's site %s", known.text, known.site)
	for _, a := range f.product.published() {
		switch {
		case a.span != have:
		case a.site == f.account.Site:
			v.rank, v.match, v.suspect = a.rank, "name", ""
			return
		default:
			v.suspect = "an address of the product's site " + a.site + ", which is not the account's"
		}
	}
}

// judgeSender decides about a pair of the list of allowed spoofed senders.
func (f *finder) judgeSender(v *verdict, c candidate) {
	if !same(c.Action, "Allow") {
		return // the product only allows; what blocks is the customer's
	}
	site, sited := f.Site(f.account)
	host := c.SendingInfrastructure
	switch {
	case sited && c.SpoofedUser == f.Artifacts[v.entry].SpoofedUser && same(host, site.Infrastructure):
		v.match = "name"
	case f.ofProduct(host) || slices.ContainsFunc(slices.Collect(maps.Values(f.product.Sites)), func(s Site) bool { return same(host, s.Infrastructure) }):
		v.suspect = "it lets " + c.SpoofedUser + " be sent from " + host
	}
}
