package tenantsim

import (
	"sync"
	"time"
)

// placeIndex finds what lies in a place (the folders below a folder, the apps
// in a team, the chats of a user) without a walk over all objects of a kind.
// Ids stay in it when their objects go: a lagging read may still find them.
type placeIndex struct {
	mu  sync.RWMutex
	ids map[placeKey][]string
}

type placeKey struct {
	kind  Kind
	place string
}

func (x *placeIndex) add(k Kind, place, id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.ids == nil {
		x.ids = map[placeKey][]string{}
	}
	key := placeKey{k, place}
	x.ids[key] = append(x.ids[key], id)
}

func (x *placeIndex) at(k Kind, place string) []string {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.ids[placeKey{k, place}] // appends never change what is there
}

// seen lists what a reader finds in a place.
func (t *tenant) seen(k Kind, place string, now time.Time) []*object {
	return t.lookAll(k, place, func(id string) (*object, bool) { return t.of(k).read(id, now) })
}

// truly lists what is in a place.
func (t *tenant) truly(k Kind, place string) []*object { return t.lookAll(k, place, t.of(k).get) }

func (t *tenant) lookAll(k Kind, place string, look func(id string) (*object, bool)) []*object {
	var out []*object
	for _, id := range t.places.at(k, place) {
		if o, ok := look(id); ok {
			out = append(out, o)
		}
	}
	return out
}
