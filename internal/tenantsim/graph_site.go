package tenantsim

import (
	"net/http"
	"strings"
)

// https://learn.microsoft.com/graph/api/site-getallsites, site-get
var readSites = []string{"Sites.Read.All", "Sites.ReadWrite.All"}

func siteRoutes() []route {
	return []route{
		{method: "GET", pattern: "/sites/getAllSites", roles: readSites, cost: 2, handle: (*request).listSites},
		{method: "GET", pattern: "/sites/{id}", roles: readSites, handle: (*request).getSite},
		{method: "GET", pattern: "/groups/{id}/sites/root", roles: readSites, handle: (*request).getGroupSite},
	}
}

// listSites lists the site collections, personal ones too.
func (r *request) listSites() reply { return r.many("sites", KindSite, nil) }

// getSite reads a site by its id of three parts, or by the middle one alone.
func (r *request) getSite() reply {
	id := r.params["id"]
	if parts := strings.Split(id, ","); len(parts) != 3 && !isGUID(id) {
		return r.graphError(http.StatusBadRequest, "invalidRequest", "Invalid hostname for this tenancy")
	}
	o, ok := r.tenant.of(KindSite).read(id, r.now)
	if found := r.tenant.seen(KindSite, fold(id), r.now); !ok && len(found) > 0 {
		o, ok = found[0], true
	}
	if !ok {
		return r.graphNotFound("itemNotFound", "Requested site could not be found")
	}
	r.about(o)
	return r.one("sites", o)
}

// getGroupSite reads the site collection of a group, see
// https://learn.microsoft.com/graph/api/site-get
func (r *request) getGroupSite() reply {
	g, ok := r.tenant.of(KindGroup).read(r.params["id"], r.now)
	if !ok {
		return r.notFound(r.params["id"])
	}
	found := r.tenant.seen(KindSite, g.id, r.now)
	if len(found) == 0 {
		return r.graphNotFound("itemNotFound", "Requested site could not be found")
	}
	r.about(found[0])
	return r.one("groups('"+g.id+"')/sites", found[0])
}
