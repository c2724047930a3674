package api

import (
	"context"
	"iter"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/client"
)

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

// Changes is what a stream of changes sends.
type Changes = changes

// Gathered makes few messages of many events, as the stream of changes does.
func Gathered(ctx context.Context, entries func(context.Context) iter.Seq2[client.Entry, error]) iter.Seq2[Changes, error] {
	return func(yield func(Changes, error) bool) {
		all := func(ctx context.Context) iter.Seq2[news, error] {
			return func(yield func(news, error) bool) {
				for e, err := range entries(ctx) {
					if !yield(news{entry: e}, err) {
						return
					}
				}
			}
		}
		for m, err := range gathered(ctx, all) {
			c, _ := m.data.(changes)
			if !yield(c, err) {
				return
			}
		}
	}
}
