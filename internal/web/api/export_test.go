package api

import "time"

// Route is what a test compares with the OpenAPI document.
type Route struct {
	ID, Method, Path, Media string
	Right                   Right
	Query, Headers          []string
	Body                    bool
}

// Routes lists the routes.
func Routes() []Route {
	var out []Route
	for _, r := range routes() {
		out = append(out, Route{ID: r.id, Method: r.method, Path: r.path, Media: r.offers(), Right: r.right, Query: r.query, Headers: r.headers, Body: r.unsafe()})
	}
	return out
}

// WithTimes sets the times of streams.
func WithTimes(o Options, beat, slow time.Duration) Options {
	o.beat, o.slow = beat, slow
	return o
}

// Decode and Members read bodies as calls do.
func DecodeBody(body []byte, into any) error { return decode(body, into) }

// Answer is the body of a decision.
type Answer = answer
