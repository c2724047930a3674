package tenantsim

import (
	"net/http"
	"time"
)

// spThrottle charges a call to the app's budgets. Over a budget SharePoint
// answers 429, and 503 to an app that does not wait; both say how long. See
// https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
func (r *request) spThrottle(cost int) (reply, bool) {
	budgets := r.tenant.behaviour.Load().Throttle
	wait, _, early := r.gate().admit(r.now, r.call.API, cost, wide(budgets))
	if wait <= 0 {
		if wait, _, early = r.admitNarrow(cost, budgets); wait <= 0 {
			return reply{}, false
		}
	}
	r.call.Early = early
	status, message := http.StatusTooManyRequests, "The request has been throttled."
	if early {
		status, message = http.StatusServiceUnavailable, "The server is too busy. Please retry later."
	}
	return r.spError(status, spBusy, message).set("Retry-After", retryAfter(wait, true)), true
}

// rateLimits adds the headers that are sent from 80 % of a budget on.
func (r *request) rateLimits(p reply) reply {
	limit, left, reset := r.gate().spent(r.now, r.call.API, wide(r.tenant.behaviour.Load().Throttle))
	if limit == 0 || left*5 > limit {
		return p
	}
	return p.set("RateLimit-Limit", itoa(limit)).set("RateLimit-Remaining", itoa(left)).set("RateLimit-Reset", retryAfter(reset, true))
}

// spent tells about the budget of an API that is nearest to its end: its size,
// what is left of it and when it starts anew. Without a budget limit is zero.
func (g *gate) spent(now time.Time, api API, budgets []Budget) (limit, left int, reset time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.windows) != len(budgets) {
		return 0, 0, 0
	}
	for i, b := range budgets {
		if b.Units <= 0 || (b.API != "" && b.API != api) {
			continue
		}
		w := g.windows[i]
		rest := max(b.Units-w.used, 0)
		if limit == 0 || rest*limit < left*b.Units {
			limit, left, reset = b.Units, rest, w.start.Add(b.Window).Sub(now)
		}
	}
	return limit, left, reset
}
