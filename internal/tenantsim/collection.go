package tenantsim

import (
	"slices"
	"sync"
	"time"
)

// collection holds all objects of one kind in listing order. Writers see the
// truth (get); readers see what a replica would answer (read, list).
type collection struct {
	mu     sync.RWMutex
	byID   map[string]*object
	sorted []*object
	ghosts []ghost
	next   int64
}

// ghost is a removed object which reads may still find.
type ghost struct {
	*object
	fade *lag
}

func newCollection() *collection { return &collection{byID: map[string]*object{}} }

// get answers from the truth.
func (c *collection) get(id string) (*object, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	o, ok := c.byID[fold(id)]
	return o, ok
}

// read answers as a replica does: a new object may be missing still and a
// removed one may still be there.
func (c *collection) read(id string, now time.Time) (*object, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if o, ok := c.byID[fold(id)]; ok {
		return o, !o.fresh.active(now)
	}
	for _, g := range c.ghosts {
		if fold(g.id) == fold(id) {
			return g.object, g.fade.active(now)
		}
	}
	return nil, false
}

// list returns what a replica shows and keep accepts, in listing order. Only
// objects that keep accepts use up a lagging read.
func (c *collection) list(now time.Time, keep func(*object) bool) []*object {
	c.mu.RLock()
	defer c.mu.RUnlock()
	out := make([]*object, 0, min(len(c.sorted), 64))
	for _, o := range c.sorted {
		if (keep == nil || keep(o)) && !o.fresh.active(now) {
			out = append(out, o)
		}
	}
	shown := len(out)
	for _, g := range c.ghosts {
		if (keep == nil || keep(g.object)) && g.fade.active(now) {
			out = append(out, g.object)
		}
	}
	if len(out) > shown {
		slices.SortStableFunc(out, func(a, b *object) int { return int(a.ord - b.ord) })
	}
	return out
}

// all returns the truth in listing order.
func (c *collection) all(keep func(*object) bool) []*object {
	c.mu.RLock()
	defer c.mu.RUnlock()
	out := make([]*object, 0, min(len(c.sorted), 64))
	for _, o := range c.sorted {
		if keep == nil || keep(o) {
			out = append(out, o)
		}
	}
	return out
}

// find returns the first object of the truth that keep accepts.
func (c *collection) find(keep func(*object) bool) (*object, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if i := slices.IndexFunc(c.sorted, keep); i >= 0 {
		return c.sorted[i], true
	}
	return nil, false
}

// add stores a new object at the end, or puts a restored one back in place.
func (c *collection) add(o *object, fresh *lag) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if o.ord == 0 {
		c.next++
		o.ord = c.next
	}
	o.fresh = fresh
	c.ghosts = slices.DeleteFunc(c.ghosts, func(g ghost) bool { return g.id == o.id })
	c.byID[fold(o.id)] = o
	i, _ := slices.BinarySearchFunc(c.sorted, o.ord, byOrd)
	c.sorted = slices.Insert(c.sorted, i, o)
}

// replace swaps a live object for its changed copy.
func (c *collection) replace(o *object) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.byID[fold(o.id)] = o
	if i, ok := slices.BinarySearchFunc(c.sorted, o.ord, byOrd); ok {
		c.sorted[i] = o
	}
}

// remove takes an object out of the truth; reads may see it while fade lasts.
func (c *collection) remove(o *object, fade *lag) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.byID, fold(o.id))
	if i, ok := slices.BinarySearchFunc(c.sorted, o.ord, byOrd); ok {
		c.sorted = slices.Delete(c.sorted, i, i+1)
	}
	if fade != nil {
		c.ghosts = append(c.ghosts, ghost{object: o, fade: fade})
	}
}

func byOrd(o *object, ord int64) int { return int(o.ord - ord) }
