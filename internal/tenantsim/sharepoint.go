package tenantsim

import (
	"net/http"
	"slices"
	"strings"
)

// spCall is what a request to SharePoint's REST API has beside the rest.
type spCall struct {
	host    spHost
	prefix  string // of the path on loopback: /sharepoint/contoso-my
	web     string // path of the web, empty for the root
	shape   string // of what follows _api, see [apiShape]
	keys    []string
	minimal bool // odata=minimalmetadata
	on      *spWeb
}

// key is the n-th key of the path.
func (c *spCall) key(n int) string {
	if n < len(c.keys) {
		return c.keys[n]
	}
	return ""
}

// key of an id: GUIDs may stand in braces.
func (c *spCall) id(n int) string { return strings.Trim(c.key(n), "{}") }

// sharePoint judges and handles one call to SharePoint's REST API, see
// https://learn.microsoft.com/sharepoint/dev/sp-add-ins/get-to-know-the-sharepoint-rest-service
func (r *request) sharePoint() reply {
	p := r.sharePointCall()
	return r.rateLimits(p).set("SPRequestGuid", r.call.RequestID).set("X-Content-Type-Options", "nosniff")
}

func (r *request) sharePointCall() reply {
	if !r.tenant.sp.serves(r.sp.host) {
		return r.spUnauthorized("Invalid audience Uri '" + r.sp.host.String() + "'.")
	}
	r.method = r.tunnelled()
	r.call.Destructive = r.method == http.MethodDelete
	web, rest, ok := splitAPIPath(r.path)
	if !ok {
		return textReply(http.StatusNotFound, "text/plain; charset=utf-8", "404 FILE NOT FOUND")
	}
	r.sp.web = web
	steps, err := parseAPIPath(rest)
	if err != nil {
		return r.spError(http.StatusBadRequest, spQuery, "The expression \""+rest+"\" is not valid.")
	}
	r.sp.shape, r.sp.keys = apiShape(steps)
	row, known := r.spRoute()
	if p, refused := r.spThrottle(max(row.cost, 1)); refused {
		return p
	}
	r.call.Destructive = r.call.Destructive || row.destructive
	if !r.acceptsJSON() {
		return r.spError(http.StatusNotAcceptable, spQuery, "The HTTP header ACCEPT is missing or its value is invalid.")
	}
	if !slices.ContainsFunc(row.roles, r.may) && known {
		return r.forbidden()
	}
	if p := r.findWeb(row.admin); p != nil {
		return *p
	}
	if !known {
		return r.spError(http.StatusNotFound, spNotFound, "Cannot find resource for the request "+rest+".")
	}
	return row.handle(r)
}

// tunnelled is the method that X-HTTP-Method puts in place of POST, see
// https://learn.microsoft.com/sharepoint/dev/sp-add-ins/complete-basic-operations-using-sharepoint-rest-endpoints
func (r *request) tunnelled() string {
	instead := strings.ToUpper(firstOf(r.header.Get("X-HTTP-Method"), r.header.Get("X-HTTP-Method-Override")))
	switch {
	case r.method == http.MethodPost && instead != "":
		return instead
	case r.method == http.MethodPatch:
		return "MERGE"
	}
	return r.method
}

// acceptsJSON reads Accept and notes the level of metadata. The service would
// answer in XML without it; here only the two short forms of JSON are served.
func (r *request) acceptsJSON() bool {
	accept := fold(r.header.Get("Accept"))
	if !strings.Contains(accept, "application/json") {
		return false
	}
	_, level, named := strings.Cut(accept, "odata=")
	level, _, _ = strings.Cut(strings.NewReplacer(";", " ", ",", " ").Replace(level), " ")
	r.sp.minimal = !named || level == "minimalmetadata"
	return r.sp.minimal || level == "nometadata"
}

// findWeb finds the web that the path leads to. The admin site has no objects
// of its own and nothing but the operations for administrators.
func (r *request) findWeb(admin bool) *reply {
	if r.sp.host.admin() || admin {
		if admin && r.sp.host.admin() && r.sp.web == "" {
			return nil
		}
		p := r.spError(http.StatusNotFound, spNotFound, "Cannot find resource for the request "+r.sp.shape+".")
		return &p
	}
	w, ok := r.tenant.sp.webs[webKey(r.sp.host.label, r.sp.web)]
	if !ok {
		p := r.spError(http.StatusNotFound, spNoFile, "File Not Found.")
		return &p
	}
	if w.site.locked {
		p := r.spLocked()
		return &p
	}
	r.sp.on = w
	return nil
}

// spToken refuses what SharePoint refuses of a token that is in order: one that
// was got with a client secret; see
// https://learn.microsoft.com/sharepoint/dev/solution-guidance/security-apponly-azuread
func (r *request) spToken() *reply {
	if r.claims.Credential == byCertificate || (r.tenant.behaviour.Load().SecretsForSharePoint && r.plainLoopback()) {
		return nil
	}
	p := r.spUnauthorized("Unsupported app only token.")
	return &p
}

// plainLoopback reports whether the call came without TLS to a loopback address.
func (r *request) plainLoopback() bool {
	host, plain := strings.CutPrefix(r.base, "http://")
	return plain && isLoopback(hostName(host))
}
