package tenantsim

import (
	"fmt"
	"net/url"
	"strings"
)

func (c *checker) sharePoint(f *Fixture) {
	prefix := ""
	sites := map[string]bool{}
	for i := range f.SharePoint.Sites {
		s := &f.SharePoint.Sites[i]
		at := fmt.Sprintf("sharePoint.sites[%d]", i)
		host, ok := siteAddress(s.URL)
		c.must(ok, at+".url", "must be https://name.sharepoint.com with /sites/x, /teams/x, /personal/x or nothing, is %q", s.URL)
		c.once(at+".url", "web", siteKey(s.URL))
		c.id(at, s.ID)
		sites[siteKey(s.URL)] = true
		if name := host.prefix(); ok && prefix == "" {
			prefix = name
		} else if ok {
			c.must(name == prefix, at+".url", "a tenant's sites have one name in front, %q and %q are two", prefix, name)
		}
		c.receivers(at, s.Receivers)
		c.web(at+".web", &s.Web, s.URL, true)
	}
	c.appPrincipals(f, sites)
	for i, a := range f.SharePoint.AddIns {
		at := fmt.Sprintf("sharePoint.addIns[%d]", i)
		c.must(isGUID(a.AppID), at+".appId", "must be a GUID, is %q", a.AppID)
		c.must(sites[siteKey(a.Site)], at+".site", "there is no site %q", a.Site)
		c.id(at, a.ID)
	}
}

func (c *checker) appPrincipals(f *Fixture, sites map[string]bool) {
	apps := map[string]bool{}
	for _, sp := range f.ServicePrincipals {
		apps[fold(sp.AppID)] = true
	}
	for i, p := range f.SharePoint.AppPrincipals {
		at := fmt.Sprintf("sharePoint.appPrincipals[%d]", i)
		c.must(isGUID(p.AppID), at+".appId", "must be a GUID, is %q", p.AppID)
		c.once(at+".appId", "ACS principal", p.AppID)
		c.must(len(p.Sites) > 0 || apps[fold(p.AppID)], at+".appId", "a principal of the whole tenant needs the service principal %q", p.AppID)
		for _, s := range p.Sites {
			c.must(sites[siteKey(s)], at+".sites", "there is no site %q", s)
		}
	}
}

// web checks a web and all below it; parent is the address it must lie below.
func (c *checker) web(at string, w *Web, parent string, root bool) {
	below := root && (w.URL == "" || siteKey(w.URL) == siteKey(parent))
	if !root {
		_, _, err := webAddress(w.URL)
		below = err == nil && strings.HasPrefix(siteKey(w.URL), siteKey(parent)+"/")
		c.once(at+".url", "web", siteKey(w.URL))
	}
	c.must(below, at+".url", "must lie below %q, is %q", parent, w.URL)
	c.id(at, w.ID)
	c.receivers(at, w.Receivers)
	for i := range w.Lists {
		l, at := &w.Lists[i], fmt.Sprintf("%s.lists[%d]", at, i)
		c.must(l.Title != "", at+".title", "must be set")
		c.id(at, l.ID)
		c.receivers(at, l.Receivers)
		for j, h := range l.Webhooks {
			at := fmt.Sprintf("%s.webhooks[%d]", at, j)
			c.must(isGUID(h.App), at+".app", "must be an App Id, is %q", h.App)
			c.must(strings.HasPrefix(h.NotificationURL, "https://"), at+".notificationURL", "must be https, is %q", h.NotificationURL)
			c.id(at, h.ID)
		}
	}
	for i := range w.Webs {
		c.web(fmt.Sprintf("%s.webs[%d]", at, i), &w.Webs[i], firstOf(w.URL, parent), false)
	}
}

func (c *checker) receivers(at string, list []EventReceiver) {
	for i := range list {
		r, at := &list[i], fmt.Sprintf("%s.receivers[%d]", at, i)
		c.must(r.Name != "", at+".name", "must be set")
		c.must(r.URL != "" || r.Class != "", at, "needs a url or a class")
		c.id(at, r.ID)
	}
}

// webAddress splits the address of a web into its host and its path without a
// slash at the end.
func webAddress(address string) (spHost, string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return spHost{}, "", err
	}
	host, ok := sharePointHost(u.Host)
	if !ok || u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
		return spHost{}, "", fmt.Errorf("%q is no address of a SharePoint web", address)
	}
	return host, strings.TrimRight(u.Path, "/"), nil
}

// siteAddress is webAddress for a site collection.
func siteAddress(address string) (spHost, bool) {
	host, path, err := webAddress(address)
	parts := strings.Split(path, "/")
	managed := len(parts) == 3 && parts[2] != "" && (parts[1] == "sites" || parts[1] == "teams" || parts[1] == "personal")
	return host, err == nil && (path == "" || managed)
}

// siteKey is how addresses are compared.
func siteKey(address string) string { return strings.TrimRight(fold(address), "/") }

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
