package sharepoint

import (
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// What follows the tenant's name in the names of its hosts.
const (
	sites    = ""
	oneDrive = "-my"
	admin    = "-admin"
)

// host is one of the three.
type host struct {
	public *url.URL // as data names it
	actual *url.URL // where it is; with a path in a simulated tenant
	http   *http.Client
}

// service is what a token and a connection are for.
func (h *host) service() string { return h.actual.Scheme + "://" + h.actual.Host }

// web is where a web is.
type web struct {
	host *host
	path string // below the host, escaped, without a slash at its end
}

// api is the address of something about the web.
func (w web) api(leaf string) string {
	return strings.TrimSuffix(w.host.actual.String(), "/") + w.path + "/_api/" + leaf
}

// parse finds the three hosts beside one another.
func parse(base string) (*Client, error) {
	const field = "endpoints.sharePoint"
	u, err := transport.ParseService(field, base)
	if err != nil {
		return nil, err
	}
	u.Path, u.RawPath = strings.TrimSuffix(u.Path, "/"), ""
	name, domain, _ := strings.Cut(u.Host, ".")
	if u.Path != "" {
		name, domain = path.Base(u.Path), "sharepoint.com"
	}
	bad := &deprovision.Invalid{Field: field, Value: base, Allowed: "the address of the tenant's sites, such as https://contoso.sharepoint.com"}
	beside := strings.HasSuffix(name, oneDrive) || strings.HasSuffix(name, admin)
	if !plainName(name) || beside || !strings.Contains(domain, ".") || u.Port() != "" && u.Path == "" {
		return nil, bad
	}
	c := &Client{name: strings.ToLower(name), domain: strings.ToLower(domain), hosts: map[string]*host{}}
	for _, kind := range []string{sites, oneDrive, admin} {
		actual := *u
		if u.Path != "" {
			actual.Path += kind
		} else {
			actual.Host = c.name + kind + "." + c.domain
		}
		c.hosts[kind] = &host{actual: &actual, public: &url.URL{Scheme: "https", Host: c.name + kind + "." + c.domain}}
	}
	return c, nil
}

// plainName reports whether a text can be the first label of a host.
func plainName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}

// find tells where the web of a public address is. It refuses what is not this tenant's, and what names more than a web.
func (c *Client) find(call *transport.Call, address string) (web, error) {
	u, err := url.Parse(address)
	if err == nil && u.User == nil && u.RawQuery == "" && u.Fragment == "" && u.Opaque == "" {
		for _, h := range c.hosts {
			if !transport.SameService(u, h.public) {
				continue
			}
			if at := strings.TrimSuffix(u.EscapedPath(), "/"); plainPath(u.Path) {
				return web{host: h, path: at}, nil
			}
		}
	}
	return web{}, transport.Malformed(API, call, "%w", &deprovision.Invalid{
		Field: "web", Value: transport.Printable(address), Allowed: "the address of a web of this tenant, such as https://" + c.name + "." + c.domain + "/sites/x",
	})
}

// plainPath reports whether a path is what it looks like, and not one of the API itself.
func plainPath(p string) bool {
	p = strings.TrimSuffix(p, "/")
	for part := range strings.SplitSeq(p, "/") {
		if strings.EqualFold(part, "_api") || strings.EqualFold(part, "_vti_bin") {
			return false
		}
	}
	return p == "" || path.Clean(p) == p && !strings.ContainsFunc(p, func(r rune) bool { return r < ' ' || r == '\\' })
}

// next tells where the next page is. A service names it by the public address, by the actual one, or from where the last page was; it has
// to be about the same web.
func (w web) next(link string) (string, bool) {
	base, err := url.Parse(w.api(""))
	if err != nil {
		return "", false
	}
	u, err := base.Parse(link)
	if err != nil || u.User != nil {
		return "", false
	}
	if transport.SameService(u, w.host.public) && !transport.SameService(u, w.host.actual) {
		u.Scheme, u.Host = w.host.actual.Scheme, w.host.actual.Host
		u.Path, u.RawPath = w.host.actual.Path+u.Path, ""
	}
	u.Fragment = ""
	inside := strings.HasPrefix(strings.ToLower(u.Path), strings.ToLower(base.Path)) && path.Clean(u.Path) == strings.TrimSuffix(u.Path, "/")
	return u.String(), inside && transport.SameService(u, w.host.actual)
}

// literal writes a text as a literal of OData inside a path.
func literal(s string) string {
	return "'" + strings.ReplaceAll(url.QueryEscape(strings.ReplaceAll(s, "'", "''")), "+", "%20") + "'"
}
