package tenantsim

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// gateKey is the scope of throttling: one app on one API of one tenant.
// or, where a budget is narrower, one budget and place.
type gateKey struct {
	app   string
	api   API
	scope string
}

// gate counts what an app has used and keeps it out while it is throttled.
type gate struct {
	mu      sync.Mutex
	until   time.Time     // closed until then
	penalty time.Duration // what an early retry adds
	windows []window      // one per budget
}

type window struct {
	start time.Time
	used  int
}

func (r *request) gate() *gate {
	key := gateKey{app: r.call.AppID, api: r.call.API}
	if g, ok := r.tenant.gates.Load(key); ok {
		return g.(*gate)
	}
	g, _ := r.tenant.gates.LoadOrStore(key, &gate{})
	return g.(*gate)
}

func (g *gate) close(now time.Time, d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.until, g.penalty = now.Add(d), d
}

// admit charges a call to the budgets. When it is refused, wait is the time
// until the gate opens and early tells that the caller had been told to wait:
// then the wait starts anew.
func (g *gate) admit(now time.Time, api API, cost int, budgets []Budget) (wait time.Duration, broke Budget, early bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Before(g.until) {
		g.until = now.Add(max(g.penalty, g.until.Sub(now)))
		return g.until.Sub(now), Budget{}, true
	}
	if len(g.windows) != len(budgets) {
		g.windows = make([]window, len(budgets))
	}
	for i, b := range budgets {
		if b.API != "" && b.API != api {
			continue
		}
		w := &g.windows[i]
		if now.Sub(w.start) >= b.Window {
			*w = window{start: now}
		}
		if w.used += cost; w.used > b.Units {
			wait = w.start.Add(b.Window).Sub(now)
			g.until, g.penalty = now.Add(wait), wait
			return wait, b, false
		}
	}
	return 0, Budget{}, false
}

// throttle returns the refusal if the caller is over its budget.
func (r *request) throttle(cost int) (reply, bool) {
	b := r.tenant.behaviour.Load()
	wait, broke, early := r.gate().admit(r.now, r.call.API, cost, wide(b.Throttle))
	r.used = max(r.used, r.gate().share(r.call.API, wide(b.Throttle)))
	if wait <= 0 {
		if wait, broke, early = r.admitNarrow(cost, b.Throttle); wait <= 0 {
			return reply{}, false
		}
	}
	r.call.Early = early
	return r.throttled(wait, broke), true
}

// throttled is the documented 429, see https://learn.microsoft.com/graph/throttling
func (r *request) throttled(wait time.Duration, b Budget) reply {
	if b.Concurrent && r.call.API == APIExchange {
		return tooConcurrent()
	}
	var p reply
	if r.call.API == APIGraph {
		inner := r.innerError()
		inner["code"], inner["status"], inner["message"] = "429", "429", "Please retry after"
		p = jsonReply(http.StatusTooManyRequests, map[string]any{"error": map[string]any{
			"code": "TooManyRequests", "message": "Please retry again later.", "innerError": inner}})
		p = r.nearLimit(p.set("x-ms-throttle-scope", "Tenant_Application/ReadWrite/"+r.call.AppID+"/"+r.tenantID()))
	} else {
		p = r.apiError(http.StatusTooManyRequests, "TooManyRequests", "The request has been throttled. Please retry later.")
	}
	if wait > 0 {
		p = p.set("Retry-After", retryAfter(wait, b.Whole))
	}
	return p
}

func (r *request) tenantID() string {
	if r.tenant == nil {
		return ""
	}
	return r.tenant.id
}

// retryAfter writes a wait as seconds, rounded up: never too early.
func retryAfter(wait time.Duration, whole bool) string {
	if whole {
		return strconv.FormatInt(int64((wait+time.Second-1)/time.Second), 10)
	}
	ms := (wait + time.Millisecond - 1) / time.Millisecond
	return strconv.FormatFloat(float64(ms)/1000, 'f', -1, 64)
}
