package api

import (
	"net/http"
	"slices"
	"strings"
)

const (
	jsonMedia   = "application/json"
	streamMedia = "text/event-stream"
	linesMedia  = "application/jsonl"
	pageMedia   = "text/html; charset=utf-8"
)

// route is one thing that can be asked for or done.
type route struct {
	id      string // as the OpenAPI document names it
	method  string
	path    string // below [Base]
	right   Right
	query   []string // the parameters that it knows
	headers []string // those that mean something to it
	media   string   // of the answer; "" means JSON
	reads   bool     // through a stream of NATS, by a consumer of its own
	serve   func(*call) error
}

// offers is the media type of the answer.
func (r route) offers() string {
	if r.media == "" {
		return jsonMedia
	}
	media, _, _ := strings.Cut(r.media, ";")
	return media
}

// unsafe reports whether the route changes something, and so has a body.
func (r route) unsafe() bool { return r.method != http.MethodGet }

const one = "/requests/{tenant}/{service}/{request}"

// routes lists the whole API.
func routes() []route {
	page := []string{"limit", "after"}
	filter := append([]string{"tenant", "service", "account", "status", "open"}, page...)
	return []route{
		{id: "listRequests", method: "GET", path: "/requests", right: Read, query: filter, serve: (*call).listRequests},
		{id: "ask", method: "POST", path: "/requests", right: Ask, headers: []string{"traceparent"}, serve: (*call).ask},
		{id: "getRequest", method: "GET", path: one, right: Read, serve: (*call).getRequest},
		{id: "getPlan", method: "GET", path: one + "/plan", right: Read, reads: true, serve: (*call).getPlan},
		{id: "getDifference", method: "GET", path: one + "/plan/difference", right: Read, reads: true, serve: (*call).getDifference},
		{id: "listArtifacts", method: "GET", path: one + "/artifacts", right: Read, reads: true, query: page, serve: (*call).listArtifacts},
		{id: "getEvidence", method: "GET", path: one + "/evidence", right: Read, reads: true, media: linesMedia, serve: (*call).getEvidence},
		{id: "getReport", method: "GET", path: one + "/report", right: Read, reads: true, media: pageMedia, serve: (*call).getReport},
		{id: "getTimeline", method: "GET", path: one + "/timeline", right: Read, reads: true, serve: (*call).getTimeline},
		{id: "decide", method: "POST", path: one + "/decisions", right: Decide, headers: []string{"traceparent"}, serve: (*call).decide},
		{id: "watchRequest", method: "GET", path: one + "/events", right: Read, query: []string{"after"}, headers: []string{"Last-Event-ID"},
			media: streamMedia, serve: (*call).watchRequest},
		{id: "watchChanges", method: "GET", path: "/changes", right: Read, query: []string{"after", "new"}, headers: []string{"Last-Event-ID"},
			media: streamMedia, serve: (*call).watchChanges},
		{id: "getSession", method: "GET", path: "/session", right: Read, serve: (*call).getSession},
		{id: "listTenants", method: "GET", path: "/tenants", right: Read, serve: (*call).listTenants},
		{id: "watchTenant", method: "GET", path: "/tenants/{tenant}/events", right: Read, query: []string{"after", "new"},
			headers: []string{"Last-Event-ID"}, media: streamMedia, serve: (*call).watchTenant},
		{id: "listAccounts", method: "GET", path: "/tenants/{tenant}/accounts", right: Read, reads: true, query: page, serve: (*call).listAccounts},
		{id: "getAccount", method: "GET", path: "/tenants/{tenant}/accounts/{account}", right: Read, serve: (*call).getAccount},
		{id: "listCautions", method: "GET", path: "/tenants/{tenant}/accounts/{account}/cautions", right: Read, serve: (*call).listCautions},
		{id: "putAccount", method: "PUT", path: "/tenants/{tenant}/accounts/{account}", right: Operate, headers: []string{"If-Match"},
			serve: (*call).putAccount},
		{id: "amendAccount", method: "PATCH", path: "/tenants/{tenant}/accounts/{account}", right: Operate, headers: []string{"If-Match"},
			serve: (*call).amendAccount},
		{id: "listDeadLetters", method: "GET", path: "/dead-letters", right: Read, reads: true, query: append([]string{"order"}, page...),
			serve: (*call).listDeadLetters},
		{id: "getDeadLetter", method: "GET", path: "/dead-letters/{seq}", right: Read, serve: (*call).getDeadLetter},
		{id: "requeueDeadLetter", method: "POST", path: "/dead-letters/{seq}/requeue", right: Operate, serve: (*call).requeue},
		{id: "listStops", method: "GET", path: "/stops", right: Read, serve: (*call).listStops},
		{id: "getDescription", method: "GET", path: "/openapi.json", right: Read, serve: (*call).getDescription},
	}
}

// mount makes one handler per path, so that a method that is not known there is told what is.
func (a *API) mount() {
	byPath := map[string][]route{}
	for _, r := range routes() {
		byPath[r.path] = append(byPath[r.path], r)
	}
	for path, list := range byPath {
		a.mux.HandleFunc(Base+path, func(w http.ResponseWriter, r *http.Request) { a.answer(w, r, list) })
	}
	a.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { a.answer(w, r, nil) })
}

// choose returns the route of a method; list is what there is on a path.
func choose(list []route, method string) (route, *Problem) {
	if len(list) == 0 {
		return route{}, unknownPath.says("the API begins at " + Base + "; " + Base + "/openapi.json describes it")
	}
	var allow []string
	for _, r := range list {
		plain := r.method == http.MethodGet && r.media == ""
		if r.method == method || plain && method == http.MethodHead {
			return r, nil
		}
		allow = append(allow, r.method)
		if plain {
			allow = append(allow, http.MethodHead)
		}
	}
	slices.Sort(allow)
	allowed := strings.Join(allow, ", ")
	return route{}, badMethod.says(clip(method)+" is not known here").at("method", allowed).with("Allow", allowed)
}
