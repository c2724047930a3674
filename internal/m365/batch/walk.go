package batch

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// walk reads all objects of several places at once, page by page, and what lies below them.
type walk struct {
	name   string
	header map[string]string
	first  func(place string) string        // where the listing of a place begins
	below  func(place string, r row) string // where that of what is below an object does; "" where nothing is. nil: never
	label  func(row) string                 // the name of an object
	absent []string                         // codes by which the first page says that there is no such place
}

// place is how far the walk came in one of the places.
type place struct {
	id    string
	open  []string // addresses yet to be read
	seen  map[string]bool
	ids   map[string]bool
	found []m365.Object
	err   error
}

// over walks over at most [m365.MostTargets] places. Batches are filled with whatever is open, wherever it is. A place of which anything
// cannot be read has an error and no objects: a part of a listing would look like the whole.
func (w walk) over(ctx context.Context, c *Client, ids []string) ([]m365.Answer, error) {
	if err := few(&transport.Call{Name: w.name}, len(ids), func(i int) []string { return ids[i : i+1] }); err != nil {
		return nil, err
	}
	places := make([]*place, len(ids))
	for i, id := range ids {
		places[i] = &place{id: id, seen: map[string]bool{}, ids: map[string]bool{}}
		places[i].enter(w, w.first(id))
	}
	for {
		of, items := w.next(places)
		if len(items) == 0 {
			break
		}
		results, err := c.run(ctx, w.name, false, items)
		if err != nil {
			return nil, err
		}
		for i, r := range results {
			of[i].take(c, w, items[i].URL, r)
		}
	}
	out := make([]m365.Answer, len(ids))
	for i, p := range places {
		if out[i].Err = p.err; p.err == nil {
			out[i].Objects = sorted(p.found)
		}
	}
	return out, nil
}

// next takes the next items from the places in turn, so that none waits for a larger one.
func (w walk) next(places []*place) (of []*place, items []item) {
	for took := true; took; {
		took = false
		for _, p := range places {
			if len(items) == m365.MostTargets {
				return of, items
			}
			if p.err == nil && len(p.open) > 0 {
				of, items, took = append(of, p), append(items, read(p.open[0], w.header)), true
				p.open = p.open[1:]
			}
		}
	}
	return of, items
}

// enter notes an address to be read. One that was read before is the sign of a loop.
func (p *place) enter(w walk, address string) {
	if p.seen[address] || len(p.seen) == maxPages {
		p.fail(w, "the pages do not end: the next page is one that came before")
		return
	}
	p.seen[address] = true
	p.open = append(p.open, address)
}

func (p *place) fail(w walk, format string, args ...any) {
	p.err = transport.Malformed(API, &transport.Call{Name: w.name}, format, args...)
}

// take reads one answer about a place.
func (p *place) take(c *Client, w walk, address string, r result) {
	if p.err != nil {
		return
	}
	if r.err != nil {
		p.refused(w, address, r)
		return
	}
	rows, next, err := readPage(r.body)
	if err != nil {
		p.fail(w, "the answer cannot be read: %w", err)
		return
	}
	for _, row := range rows {
		if p.ids[row.ID] {
			continue // it moved while the pages were read
		}
		p.ids[row.ID] = true
		p.found = append(p.found, row.object(w.label(row)))
		if w.below == nil {
			continue
		}
		if p.err = checkID(&transport.Call{Name: w.name}, row.ID); p.err != nil {
			return
		}
		if address := w.below(p.id, row); address != "" {
			p.enter(w, address)
		}
	}
	if next == "" {
		return
	}
	link, ok := c.relative(next)
	if !ok || !within(link, p.id) {
		p.fail(w, "the next page is not at %s, or is another place's", c.service.Host)
		return
	}
	p.enter(w, link)
}

// within reports whether an address names the place.
func within(address, id string) bool {
	u, err := url.Parse(address)
	return err == nil && strings.Contains(strings.ToLower(u.Path), strings.ToLower(id))
}

// refused keeps why a place cannot be read. Only its first page can say that the place is not there; what vanishes later may just have
// moved.
func (p *place) refused(w walk, address string, r result) {
	p.err = r.err
	f, ok := errors.AsType[*deprovision.Failure](r.err)
	if !ok {
		return
	}
	again := *f
	switch first := address == w.first(p.id); {
	case first && slices.Contains(w.absent, r.code):
		again.Class = deprovision.Gone
	case !first && f.Class == deprovision.Gone:
		again.Class = deprovision.Transient
	}
	p.err = &again
}
