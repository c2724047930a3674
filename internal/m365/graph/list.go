package graph

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
)

// maxPages bounds a listing whose pages do not end.
const maxPages = 10_000

// page is a page of any listing.
type page[T entity] interface {
	GetOdataNextLink() *string
	GetValue() []T
}

// listing says how to read all objects of one kind.
type listing[T entity, P page[T]] struct {
	name  string
	fetch func(ctx context.Context, link string) (P, error) // link is empty for the first page
	label func(T) *string
	owner func(T) *string // whom a row must belong to; nil: anybody
}

// all reads every page. A row that belongs to somebody else means that the service did not do as it was asked: nothing of such an
// answer is used. Pages come from this service alone, and none twice.
func all[T entity, P page[T]](ctx context.Context, c *Client, l listing[T, P], owner string) ([]m365.Object, error) {
	var out []m365.Object
	seen := map[string]bool{}
	for link := ""; ; {
		call := &transport.Call{Name: l.name}
		if seen[link] || len(seen) == maxPages {
			return nil, transport.Malformed(API, call, "the pages do not end: the next page is one that came before")
		}
		seen[link] = true
		p, err := l.fetch(call.Context(ctx), link)
		if err != nil {
			return nil, transport.Failed(err, API, call)
		}
		if any(p) == nil {
			return nil, transport.Malformed(API, call, "the answer is empty")
		}
		rows, err := l.rows(p.GetValue(), call.Body, owner)
		if err != nil {
			return nil, transport.Failed(err, API, call)
		}
		out = append(out, rows...)
		if link = text(p.GetOdataNextLink()); link == "" {
			return out, nil
		}
		if next, err := url.Parse(link); err != nil || !transport.SameService(next, c.service) {
			return nil, transport.Malformed(API, call, "the next page is not at %s", c.service.Host)
		}
	}
}

// rows pairs the models of a page with the bytes that they were read from.
func (l listing[T, P]) rows(models []T, body []byte, owner string) ([]m365.Object, error) {
	var raw struct {
		Value []json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(body, &raw); err != nil {
		return nil, err
	}
	empty := func(row json.RawMessage) bool { return string(row) == "null" }
	if raw.Value == nil || len(raw.Value) != len(models) || slices.ContainsFunc(raw.Value, empty) {
		return nil, errors.New("the answer is no listing")
	}
	out := make([]m365.Object, len(models))
	for i, m := range models {
		if l.owner != nil && text(l.owner(m)) != owner {
			return nil, errors.New("the answer holds what belongs to another principal")
		}
		var err error
		if out[i], err = object(m, l.label(m), raw.Value[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}
