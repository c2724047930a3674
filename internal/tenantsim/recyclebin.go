package tenantsim

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// recycleBin holds soft-deleted directory objects for 30 days, see
// https://learn.microsoft.com/graph/api/resources/directory
type recycleBin struct {
	mu    sync.Mutex
	items []*deletedItem
}

// deletedItem keeps what went with an object, so that a restore brings it back.
type deletedItem struct {
	*object
	at   time.Time
	with []*object
}

const binTime = 30 * 24 * time.Hour

func (b *recycleBin) put(d *deletedItem) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.items = append(b.items, d)
}

// list returns the items of a kind that have not lapsed yet.
func (b *recycleBin) list(k Kind, now time.Time) []*object {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []*object
	for _, d := range b.items {
		if d.kind == k && now.Sub(d.at) < binTime {
			out = append(out, d.object)
		}
	}
	return out
}

func (b *recycleBin) get(id string, now time.Time) (*deletedItem, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, d := range b.items {
		if strings.EqualFold(d.id, id) && now.Sub(d.at) < binTime {
			return d, true
		}
	}
	return nil, false
}

// take removes one item, if it is still there.
func (b *recycleBin) take(d *deletedItem) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.items = slices.DeleteFunc(b.items, func(x *deletedItem) bool { return x == d })
}

// softDelete moves an object and what hangs on it to the bin; the caller
// holds write.
func (t *tenant) softDelete(o *object, with []*object, now time.Time) {
	t.drop(o, now)
	for _, w := range with {
		t.drop(w, now)
	}
	gone := o.with(map[string]any{"deletedDateTime": wireTime(now)})
	t.bin.put(&deletedItem{object: gone, at: now, with: with})
}

// restore puts a bin item back; the caller holds write.
func (t *tenant) restore(d *deletedItem, now time.Time) *object {
	o := d.alive()
	t.create(o, now)
	for _, w := range d.with {
		t.create(w.with(nil), now)
	}
	return o
}

func (d *deletedItem) alive() *object {
	o := d.object.with(nil)
	delete(o.props, "deletedDateTime")
	return o
}

func wireTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
