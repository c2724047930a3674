package tenantsim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// route is one Graph operation and what it takes to be let through.
type route struct {
	method  string
	pattern string   // segments in braces are parameters
	roles   []string // any one of these application permissions
	cost    int      // resource units
	handle  func(*request) reply
	parts   []string
}

func compileRoutes(rows []route) map[string][]route {
	table := map[string][]route{}
	for _, row := range rows {
		row.parts = segments(row.pattern)
		key := routeKey(row.method, row.parts)
		table[key] = append(table[key], row)
	}
	return table
}

func routeKey(method string, parts []string) string {
	return method + " " + parts[0] + itoa(len(parts))
}

// segments splits a path; a key in parentheses becomes a segment of its own:
// /users('a@b') is /users/a@b, /servicePrincipals(appId='x') keeps its appId=.
func segments(path string) []string {
	var out []string
	for s := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		name, key, keyed := strings.Cut(s, "(")
		if !keyed || !strings.HasSuffix(key, ")") {
			out = append(out, s)
			continue
		}
		key = strings.TrimSuffix(key, ")")
		if strings.HasPrefix(key, "'") {
			key = strings.Trim(key, "'")
		}
		out = append(out, name, key)
	}
	return out
}

// route returns the most literal route for a path, and its parameters.
func (s *Sim) route(method string, parts []string) (route, map[string]string, bool) {
	var best route
	var params map[string]string
	for _, row := range s.routes[routeKey(method, parts)] {
		if p, ok := matchRoute(row.parts, parts); ok && (params == nil || len(p) < len(params)) {
			best, params = row, p
		}
	}
	return best, params, params != nil
}

func matchRoute(pattern, parts []string) (map[string]string, bool) {
	params := map[string]string{}
	for i, p := range pattern {
		if strings.HasPrefix(p, "{") {
			params[strings.Trim(p, "{}")] = parts[i]
		} else if p != parts[i] {
			return nil, false
		}
	}
	return params, true
}

// graph judges and handles one call to Graph.
func (r *request) graph() reply {
	parts := segments(r.path)
	row, params, ok := r.sim.route(r.method, parts)
	if !ok {
		if r.method != http.MethodGet {
			if _, _, readable := r.sim.route(http.MethodGet, parts); readable {
				return r.graphError(http.StatusMethodNotAllowed, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
			}
		}
		return r.graphError(http.StatusBadRequest, "BadRequest", "Resource not found for the segment '"+parts[len(parts)-1]+"'.")
	}
	r.params = params
	r.call.Destructive = destructiveGraph(r)
	cost := r.unitsOf(row.cost)
	if r.path != "/$batch" { // each item pays for itself
		if p, refused := r.throttle(cost); refused {
			return p
		}
	}
	if len(row.roles) > 0 && !slices.ContainsFunc(row.roles, r.may) {
		return r.forbidden()
	}
	return r.nearLimit(row.handle(r)).set("x-ms-resource-unit", itoa(cost)).set("OData-Version", "4.0")
}

// may reports whether the token carries an application permission.
func (r *request) may(role string) bool { return slices.Contains(r.claims.Roles, role) }

func destructiveGraph(r *request) bool {
	if r.method == http.MethodDelete || strings.HasSuffix(r.path, "/permanentDelete") {
		return true
	}
	return r.method == http.MethodPatch && strings.Contains(string(r.body), `"accountEnabled"`) && strings.Contains(string(r.body), "false")
}

// unitsOf is the price of a call in resource units: $select and a small $top
// make it cheaper, $expand dearer, and it is never below one. See
// https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
func (r *request) unitsOf(base int) int {
	units := max(base, 1)
	if r.service() != ServiceDirectory {
		return units
	}
	if r.query.Has("$select") {
		units--
	}
	if r.query.Has("$expand") {
		units++
	}
	if top, err := strconv.Atoi(r.query.Get("$top")); err == nil && top < 20 {
		units--
	}
	return max(units, 1)
}
