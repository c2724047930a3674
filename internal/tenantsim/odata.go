package tenantsim

import (
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// innerError carries the ids that support asks for.
func (r *request) innerError() map[string]any {
	client := r.call.ClientRequestID
	if client == "" {
		client = r.call.RequestID
	}
	return map[string]any{
		"date": r.now.UTC().Format("2006-01-02T15:04:05"), "request-id": r.call.RequestID, "client-request-id": client,
	}
}

// graphError is the OData error body, see https://learn.microsoft.com/graph/errors
func (r *request) graphError(status int, code, message string) reply {
	return jsonReply(status, map[string]any{"error": map[string]any{"code": code, "message": message, "innerError": r.innerError()}})
}

// notFound is what the directory says of an id that is gone, not replicated
// yet or never was: the three cannot be told apart.
func (r *request) notFound(id string) reply {
	return r.graphError(http.StatusNotFound, "Request_ResourceNotFound", "Resource '"+id+"' does not exist or one of its queried reference-property objects are not present.")
}

func (r *request) badRequest(message string) reply {
	return r.graphError(http.StatusBadRequest, "Request_BadRequest", message)
}

// one answers with a single object.
func (r *request) one(set string, o *object) reply {
	fields, bad := r.selected(o.kind)
	if bad != nil {
		return *bad
	}
	v := view(o, fields)
	v["@odata.context"] = r.base + "/v1.0/$metadata#" + set + "/$entity"
	return jsonReply(http.StatusOK, v)
}

// view is the object as it goes over the wire; fields nil means all.
func view(o *object, fields []string) map[string]any {
	v := make(map[string]any, len(o.props)+1)
	for k, p := range o.props {
		if !strings.HasPrefix(k, "_") && (fields == nil || slices.Contains(fields, k)) {
			v[k] = p
		}
	}
	return v
}

// selected reads $select and refuses properties the type does not have.
func (r *request) selected(k Kind) ([]string, *reply) {
	text := r.query.Get("$select")
	if text == "" {
		return r.fields, nil
	}
	fields := strings.Split(text, ",")
	for i, f := range fields {
		fields[i] = strings.TrimSpace(f)
		if known := properties[k]; known != nil && !slices.Contains(known, fields[i]) {
			p := r.graphError(http.StatusBadRequest, "BadRequest", "Parsing OData Select and Expand failed: Could not find a property named '"+fields[i]+"' on type 'microsoft.graph."+string(k)+"'.")
			return nil, &p
		}
	}
	return fields, nil
}

// Graph's page sizes for directory objects, see https://learn.microsoft.com/graph/paging
const (
	defaultPage = 100
	largestPage = 999
)

// many answers with a page of a listing. keep narrows it before $filter.
func (r *request) many(set string, k Kind, keep func(*object) bool) reply {
	filter, bad := r.filter(k)
	if bad != nil {
		return *bad
	}
	return r.page(set, k, r.tenant.of(k).list(r.now, func(o *object) bool {
		return (keep == nil || keep(o)) && (filter == nil || filter(o.props))
	}))
}

// page cuts a listing by $top and $skiptoken. The token says where to go on
// by position, so that removals between two pages skip nothing.
func (r *request) page(set string, k Kind, all []*object) reply {
	return r.pageOf(set, k, all, defaultPage, largestPage)
}

// pageOf is page for services whose pages have another size.
func (r *request) pageOf(set string, k Kind, all []*object, usual, most int) reply {
	fields, bad := r.selected(k)
	if bad != nil {
		return *bad
	}
	size, bad := r.top(usual, most)
	if bad != nil {
		return *bad
	}
	rest, ok := after(all, r.query.Get("$skiptoken"))
	if !ok {
		return r.badRequest("Invalid value specified for property '$skiptoken' of resource.")
	}
	out := map[string]any{"@odata.context": r.base + "/v1.0/$metadata#" + set}
	if r.query.Get("$count") == "true" {
		out["@odata.count"] = len(all)
	}
	if len(rest) > size {
		out["@odata.nextLink"] = r.link(nextQuery(r.query, rest[size-1]))
		rest = rest[:size]
	}
	values := make([]map[string]any, len(rest))
	for i, o := range rest {
		values[i] = view(o, fields)
	}
	out["value"] = values
	return jsonReply(http.StatusOK, out)
}

// top reads $top.
func (r *request) top(usual, most int) (int, *reply) {
	if !r.query.Has("$top") {
		return usual, nil
	}
	size, err := strconv.Atoi(r.query.Get("$top"))
	if err != nil || size < 1 || size > most {
		p := r.badRequest("Invalid page size specified: '" + r.query.Get("$top") + "'. Must be between 1 and " + itoa(most) + " inclusive.")
		return 0, &p
	}
	return size, nil
}

// link is the address of this call with another query.
func (r *request) link(query string) string {
	return r.base + (&url.URL{Path: "/v1.0" + r.path, RawQuery: query}).String()
}

func after(all []*object, token string) ([]*object, bool) {
	if token == "" {
		return all, true
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return nil, false
	}
	ord, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return nil, false
	}
	i := slices.IndexFunc(all, func(o *object) bool { return o.ord > ord })
	if i < 0 {
		return nil, true
	}
	return all[i:], true
}

func nextQuery(q url.Values, last *object) string {
	next := url.Values{}
	maps.Copy(next, q)
	next.Set("$skiptoken", base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(last.ord, 10))))
	return next.Encode()
}
