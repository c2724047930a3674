package tenantsim

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// tenant is one company's directory, Exchange organization and product account.
type tenant struct {
	id        string
	name      string
	domains   []string
	behaviour atomic.Pointer[Behaviour]
	objects   map[Kind]*collection // the map itself never changes
	bin       *recycleBin
	creds     map[string]*credentials // by app id, lower case
	hooks     *hookDesk
	gates     sync.Map          // gateKey → *gate
	upns      map[string]string // user principal name, folded → object id
	mail      *postOffice
	places    placeIndex
	roleLags  sync.Map // object id of a user → *lag, see [GraphBehaviour]
	sp        *sharePoint
	origin    map[Kind][]*object
	// write orders all changes, so that a check and the change after it are
	// one step. It is held for map operations only, never while waiting.
	write sync.Mutex
}

// hasDomain reports whether name is the tenant's id or one of its domains.
func (t *tenant) is(name string) bool {
	return strings.EqualFold(t.id, name) || slices.ContainsFunc(t.domains, func(d string) bool { return strings.EqualFold(d, name) })
}

func (t *tenant) of(k Kind) *collection { return t.objects[k] }

func (t *tenant) fade(now time.Time) *lag {
	c := t.behaviour.Load().Consistency
	return newLag(c.DeletedReads, c.DeletedFor, now)
}

func (t *tenant) dawn(now time.Time) *lag {
	c := t.behaviour.Load().Consistency
	return newLag(c.NewReads, c.NewFor, now)
}

// create stores a new object; the caller holds write.
func (t *tenant) create(o *object, now time.Time) { t.of(o.kind).add(o, t.dawn(now)) }

// drop removes an object for good; the caller holds write.
func (t *tenant) drop(o *object, now time.Time) { t.of(o.kind).remove(o, t.fade(now)) }

// nameOf finds an object of any kind by id.
func (t *tenant) nameOf(id string) (*object, bool) {
	for _, k := range allKinds {
		if o, ok := t.of(k).get(id); ok {
			return o, true
		}
	}
	return nil, false
}

// principalByApp finds the service principal of an App Id in the truth.
func (t *tenant) principalByApp(appID string) (*object, bool) {
	return t.of(KindServicePrincipal).find(func(o *object) bool { return strings.EqualFold(o.str("appId"), appID) })
}
