package tenantsim

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// batchItem is one request of a $batch, see https://learn.microsoft.com/graph/json-batching
type batchItem struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body"`
	DependsOn []string          `json:"dependsOn"`
}

type batchAnswer struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    json.RawMessage   `json:"body,omitempty"`
}

// largestBatch is Graph's limit of items.
const largestBatch = 20

// batch judges every item by itself: faults, throttling and permissions.
func (r *request) batch() reply {
	var body struct {
		Requests []batchItem `json:"requests"`
	}
	if !r.decode(&body) {
		return r.badJSON()
	}
	if n := len(body.Requests); n == 0 || n > largestBatch {
		return r.graphError(http.StatusBadRequest, "MaximumValueExceeded", "Number of batch request steps exceeds the maximum value of 20, or is zero.")
	}
	if !distinct(body.Requests) {
		return r.graphError(http.StatusBadRequest, "BadRequest", "Request Id has to be unique in a batch.")
	}
	done := map[string]int{}
	answers := make([]batchAnswer, 0, len(body.Requests))
	for _, item := range body.Requests {
		a := r.batchOne(item, done)
		done[item.ID] = a.Status
		answers = append(answers, a)
	}
	return jsonReply(http.StatusOK, map[string]any{"responses": answers})
}

func distinct(items []batchItem) bool {
	seen := map[string]bool{}
	for _, item := range items {
		if item.ID == "" || seen[item.ID] {
			return false
		}
		seen[item.ID] = true
	}
	return true
}

func (r *request) batchOne(item batchItem, done map[string]int) batchAnswer {
	for _, id := range item.DependsOn {
		if done[id] < 200 || done[id] > 299 {
			return answer(item.ID, r.graphError(http.StatusFailedDependency, "FailedDependency", "A request that this one depends on has failed."))
		}
	}
	u, err := url.Parse(item.URL)
	if err != nil || u.IsAbs() || strings.Contains(u.Path, "$batch") {
		return answer(item.ID, r.graphError(http.StatusBadRequest, "BadRequest", "Invalid batch item URL '"+item.URL+"'."))
	}
	header := http.Header{}
	for k, v := range item.Headers {
		header.Set(k, v)
	}
	if len(item.Body) > 0 && header.Get("Content-Type") == "" {
		return answer(item.ID, r.graphError(http.StatusBadRequest, "BadRequest", "Write request id : "+item.ID+" does not contain Content-Type header or body."))
	}
	return answer(item.ID, r.sim.handle(r.item(item, u, header)))
}

// item makes the request inside; it has its envelope's caller.
func (r *request) item(item batchItem, u *url.URL, header http.Header) *request {
	path := "/" + strings.TrimPrefix(strings.TrimPrefix(u.Path, "/v1.0"), "/")
	call := Call{
		Time: r.now, Tenant: r.call.Tenant, AppID: r.call.AppID, API: APIGraph, Method: strings.ToUpper(item.Method),
		Path: "/v1.0" + path, Query: u.RawQuery, Effect: EffectNone,
		RequestID: randomID(), ClientRequestID: header.Get("client-request-id"), Batch: r.call.RequestID,
	}
	return &request{
		sim: r.sim, tenant: r.tenant, claims: r.claims, method: call.Method, path: path, query: u.Query(),
		header: header, body: item.Body, base: r.base, now: r.now, call: &call,
	}
}

func answer(id string, p reply) batchAnswer {
	a := batchAnswer{ID: id, Status: p.status, Headers: map[string]string{}, Body: p.body}
	if p.cut { // one item cannot be cut: it ends as a gateway error
		a.Status, a.Body = http.StatusBadGateway, nil
	}
	for k, v := range p.header {
		a.Headers[k] = v[0]
	}
	if len(a.Body) > 0 && !json.Valid(a.Body) {
		a.Body, _ = json.Marshal(string(a.Body)) // text becomes a JSON string
	}
	return a
}
