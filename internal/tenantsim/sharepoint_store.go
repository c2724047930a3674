package tenantsim

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// sharePoint is a tenant's SharePoint beside its objects: who lies below whom,
// and what addresses lead to. Webs never change; objects only go.
type sharePoint struct {
	name   string // contoso, in front of all host names
	suffix string // .sharepoint.com
	labels []string
	webs   map[string]*spWeb // by label and path, lower case
	sites  []*spSite

	mu       sync.RWMutex
	children map[branch][]string // ids in listing order
	bin      []binned
	jobs     map[string]*uninstallJob
}

// branch names the children of one kind of a web, a site or a list.
type branch struct {
	parent string // id
	kind   Kind
}

// spSite is a site collection.
type spSite struct {
	id      string
	url     string
	primary string // login
	locked  bool
}

// spWeb is an address that _api answers at.
type spWeb struct {
	id   string
	url  string
	site *spSite
}

// binned is a list in a site's recycle bin.
type binned struct {
	id   string
	site string
	list *object
	at   time.Time
}

func webKey(label, path string) string { return fold(label + path) }

// add puts an object below a parent.
func (s *sharePoint) add(parent string, o *object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := branch{parent: parent, kind: o.kind}
	s.children[at] = append(s.children[at], o.id)
}

// below lists the ids of the children of one kind.
func (s *sharePoint) below(parent string, k Kind) []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.children[branch{parent: parent, kind: k}]
}

// listBelow returns the children that a replica shows.
func (t *tenant) listBelow(parent string, k Kind, now time.Time) []*object {
	ids := t.sp.below(parent, k)
	out := make([]*object, 0, len(ids))
	for _, id := range ids {
		if o, ok := t.of(k).read(id, now); ok {
			out = append(out, o)
		}
	}
	return out
}

// allBelow returns the children of the truth.
func (t *tenant) allBelow(parent string, k Kind) []*object {
	var out []*object
	for _, id := range t.sp.below(parent, k) {
		if o, ok := t.of(k).get(id); ok {
			out = append(out, o)
		}
	}
	return out
}

// has reports whether an id is one of a parent's children.
func (s *sharePoint) has(parent string, k Kind, id string) bool {
	return slices.ContainsFunc(s.below(parent, k), func(c string) bool { return strings.EqualFold(c, id) })
}

// recycle puts a list into its site's recycle bin and returns the item's id.
func (s *sharePoint) recycle(site string, list *object, now time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := derivedID(list.id, "recycled", wireTime(now))
	s.bin = append(s.bin, binned{id: id, site: site, list: list, at: now})
	return id
}

func (s *sharePoint) recycled(site string) []binned {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.DeleteFunc(slices.Clone(s.bin), func(b binned) bool { return b.site != site })
}

// serves reports whether a host is one of the tenant's.
func (s *sharePoint) serves(h spHost) bool {
	return (h.suffix == "" || h.suffix == s.suffix) && slices.Contains(s.labels, h.label)
}

// siteByID finds a site collection; a key that is no id gives nothing.
func (s *sharePoint) siteByID(id string) (*spSite, bool) {
	i := slices.IndexFunc(s.sites, func(x *spSite) bool { return strings.EqualFold(x.id, id) })
	if i < 0 {
		return nil, false
	}
	return s.sites[i], true
}

// siteByPath finds a site collection by its server-relative address, on any
// host of the tenant.
func (s *sharePoint) siteByPath(path string) (*spSite, bool) {
	path = strings.TrimRight(fold(path), "/")
	i := slices.IndexFunc(s.sites, func(x *spSite) bool {
		_, own, _ := webAddress(x.url)
		return fold(own) == path
	})
	if i < 0 {
		return nil, false
	}
	return s.sites[i], true
}
