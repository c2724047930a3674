package tenantsim

import (
	"net/http"
	"strconv"
	"time"
)

// CallKind tells reads from writes.
type CallKind string

// The kinds of call, for [Budget.Calls].
const (
	Reads  CallKind = "reads"
	Writes CallKind = "writes"
)

// narrow reports whether a budget holds for a part of an API only. Such a
// budget has a gate of its own, so that one service or place that is over its
// limit closes no other.
func (b *Budget) narrow() bool { return b.Service != "" || b.Calls != "" || b.PerPlace }

// wide lists the budgets that hold for all calls of an API.
func wide(all []Budget) []Budget {
	out := make([]Budget, 0, len(all))
	for _, b := range all {
		if !b.narrow() {
			out = append(out, b)
		}
	}
	return out
}

// concerns reports whether a narrow budget counts this call.
func (b *Budget) concerns(r *request) bool {
	write := r.method != http.MethodGet
	return (b.API == "" || b.API == r.call.API) && (b.Service == "" || b.Service == r.service()) &&
		(b.Calls == "" || (b.Calls == Writes) == write)
}

// admitNarrow charges the narrow budgets.
func (r *request) admitNarrow(cost int, all []Budget) (wait time.Duration, broke Budget, early bool) {
	for i, b := range all {
		if !b.narrow() || !b.concerns(r) {
			continue
		}
		scope := itoa(i)
		if b.PerPlace {
			scope += " " + r.place()
		}
		g := r.gateOf(scope)
		wait, broke, early = g.admit(r.now, r.call.API, cost, all[i:i+1])
		r.used = max(r.used, g.share(r.call.API, all[i:i+1]))
		if wait > 0 {
			return wait, broke, early
		}
	}
	return 0, Budget{}, false
}

func (r *request) gateOf(scope string) *gate {
	g, _ := r.tenant.gates.LoadOrStore(gateKey{app: r.call.AppID, api: r.call.API, scope: scope}, &gate{})
	return g.(*gate)
}

// share tells how much of the tightest budget is used: 1 is all of it.
func (g *gate) share(api API, budgets []Budget) float64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	var most float64
	for i, b := range budgets {
		if i < len(g.windows) && (b.API == "" || b.API == api) && b.Units > 0 {
			most = max(most, float64(g.windows[i].used)/float64(b.Units))
		}
	}
	return most
}

// nearLimit adds the header that Graph sends from 80 % of a limit on, see
// https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
func (r *request) nearLimit(p reply) reply {
	if r.used < 0.8 {
		return p
	}
	return p.set("x-ms-throttle-limit-percentage", strconv.FormatFloat(r.used, 'f', 2, 64))
}
