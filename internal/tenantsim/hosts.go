package tenantsim

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// The host names of the token endpoint, by cloud; see
// https://learn.microsoft.com/graph/deployments
var loginHosts = []string{"login.microsoftonline.com", "login.microsoftonline.us", "login.chinacloudapi.cn", "login.partner.microsoftonline.cn"}

// What follows a tenant's name in the host names of SharePoint, by cloud.
var sharePointSuffixes = []string{".sharepoint.com", ".sharepoint.us", ".sharepoint-mil.us", ".sharepoint.cn"}

// spHost is a host name of SharePoint: contoso, contoso-my or contoso-admin,
// and the suffix of the cloud. The suffix is empty where a call on loopback
// left it open.
type spHost struct{ label, suffix string }

func (h spHost) String() string { return h.label + h.suffix }

// prefix is the tenant's name in a host name.
func (h spHost) prefix() string {
	return strings.TrimSuffix(strings.TrimSuffix(h.label, "-my"), "-admin")
}

func (h spHost) admin() bool { return strings.HasSuffix(h.label, "-admin") }

func sharePointHost(name string) (spHost, bool) {
	name = fold(name)
	for _, suffix := range sharePointSuffixes {
		if label, ok := strings.CutSuffix(name, suffix); ok && label != "" && !strings.Contains(label, ".") {
			return spHost{label: label, suffix: suffix}, true
		}
	}
	return spHost{}, false
}

// hostName is the name in a Host header, without the port.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return fold(strings.Trim(host, "[]"))
}

// hostAPI tells which API a host name of the real service stands for. Other
// names, loopback among them, give "".
func hostAPI(name string) API {
	switch resourceHosts[name] {
	case GraphAppID:
		return APIGraph
	case ExchangeAppID:
		return APIExchange
	}
	if slices.Contains(loginHosts, name) {
		return APILogin
	}
	if _, ok := sharePointHost(name); ok {
		return APISharePoint
	}
	return ""
}

// isLoopback reports whether a host name or address is this machine's own.
func isLoopback(name string) bool {
	addr, err := netip.ParseAddr(name)
	return name == "localhost" || (err == nil && addr.IsLoopback())
}

// door is where a request came in.
type door struct {
	api  API
	path string  // as the API sees it
	sp   *spCall // SharePoint only
}

// doorOf finds the door by the host name, where it is one of Microsoft's, and
// by the path elsewhere: /sharepoint/contoso-my/… is contoso-my.sharepoint.com.
func doorOf(hr *http.Request) (door, bool) {
	name := hostName(hr.Host)
	named := hostAPI(name)
	if named == APISharePoint {
		host, _ := sharePointHost(name)
		return door{api: APISharePoint, path: hr.URL.Path, sp: &spCall{host: host}}, true
	}
	if rest, ok := strings.CutPrefix(hr.URL.Path, "/sharepoint/"); ok && named == "" {
		label, path, _ := strings.Cut(rest, "/")
		return door{api: APISharePoint, path: "/" + path, sp: &spCall{host: spHost{label: fold(label)}, prefix: "/sharepoint/" + label}}, true
	}
	api, path, ok := frontDoor(hr.URL.Path)
	return door{api: api, path: path}, ok && (named == "" || named == api)
}

// hasResource reports whether a resource is the tenant's: the sites of another
// tenant are not.
func (t *tenant) hasResource(name string) bool {
	host, ok := sharePointHost(strings.TrimPrefix(strings.TrimRight(name, "/"), "https://"))
	return !ok || t.sp.serves(host)
}
