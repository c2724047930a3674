package tenantsim

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

const (
	venueKey    = "_venue"    // scope and id of the place
	entraAppKey = "_entraApp" // App Id of the manifest, folded
)

// listInstalled lists the apps that are installed in a place; without $expand
// an installation shows its id alone. See
// https://learn.microsoft.com/graph/api/team-list-installedapps
func (r *request) listInstalled(s *installScope) reply {
	at, bad := r.venue(s)
	if bad != nil {
		return *bad
	}
	filter, bad := r.filter(KindInstallation)
	if bad != nil {
		return *bad
	}
	expand, bad := r.expanded()
	if bad != nil {
		return *bad
	}
	size, bad := r.top(defaultPage, largestPage)
	if bad != nil {
		return *bad
	}
	all := slices.DeleteFunc(r.tenant.seen(KindInstallation, s.name+" "+at.id, r.now), func(o *object) bool {
		return !r.reaches(o, s.read) || (filter != nil && !filter(flat(o)))
	})
	rest, ok := after(all, r.query.Get("$skiptoken"))
	if !ok {
		return r.graphError(http.StatusBadRequest, "BadRequest", "Invalid $skiptoken.")
	}
	out := map[string]any{"@odata.context": r.base + "/v1.0/$metadata#" + s.name + "('" + r.params["id"] + "')/installedApps"}
	if len(rest) > size {
		out["@odata.nextLink"] = r.link(nextQuery(r.query, rest[size-1]))
		rest = rest[:size]
	}
	values := make([]map[string]any, len(rest))
	for i, o := range rest {
		values[i] = installationView(o, expand)
	}
	out["value"] = values
	return jsonReply(http.StatusOK, out)
}

// expanded reads $expand, which knows the app and its definition.
func (r *request) expanded() ([]string, *reply) {
	text := r.query.Get("$expand")
	if text == "" {
		return nil, nil
	}
	names := strings.Split(text, ",")
	for i, n := range names {
		names[i] = strings.TrimSpace(n)
		if names[i] != "teamsApp" && names[i] != "teamsAppDefinition" {
			p := r.graphError(http.StatusBadRequest, "BadRequest", "Could not find a property named '"+names[i]+"' on type 'microsoft.graph.teamsAppInstallation'.")
			return nil, &p
		}
	}
	return names, nil
}

func installationView(o *object, expand []string) map[string]any {
	return view(o, append([]string{"id"}, expand...))
}

// flat names the properties of the app as a filter does: teamsApp/id.
func flat(o *object) map[string]any {
	out := maps.Clone(o.props)
	app, _ := o.props["teamsApp"].(map[string]any)
	for k, v := range app {
		out["teamsApp/"+k] = v
	}
	return out
}
