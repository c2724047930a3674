package guard

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// thePlan is what a refusal of a whole plan calls it.
const thePlan = "the plan"

// Reserve enters r into the ledger, unless the artifacts within the window would then be more than limit, and forgets what is older than the
// window. A request reserves nothing twice for one plan. A reservation that is approved is entered all the same; with it goes what can't be
// read, which is counted by nobody. The ledger that was handed in is not changed; a refusal comes with it as it was.
//
// r.At is not read: a reservation is made now, and never before one that is in the ledger already, so that a clock that goes
// backwards frees nothing early.
func Reserve(l deprovision.Ledger, r deprovision.Reservation, limit int, window time.Duration, now time.Time) (deprovision.Ledger, *Refusal) {
	r.At = now
	switch {
	case r.Count == 0:
		return l, nil
	case !legible(r), window <= 0:
		return l, &Refusal{Object: thePlan, Rule: Unreadable, Why: "it can't be read how much it removes"}
	}
	kept, bad := recent(l.Entries, window, now)
	if bad && r.Approved == "" {
		return l, &Refusal{Object: thePlan, Rule: Unreadable, Why: "it can't be read how much other removals have taken"}
	}
	used, own := sums(kept, r)
	if own >= r.Count {
		return deprovision.Ledger{Tenant: l.Tenant, Entries: kept}, nil
	}
	r.Count -= own
	if (limit <= 0 || r.Count > limit-used) && r.Approved == "" {
		return l, &Refusal{Object: thePlan, Rule: TooMany, Why: fmt.Sprintf("it would remove %d artifacts; of the at most %d within %s, %d are taken%s",
			r.Count, max(limit, 0), window, used, takers(kept))}
	}
	for _, e := range kept {
		if e.At.After(r.At) {
			r.At = e.At
		}
	}
	return deprovision.Ledger{Tenant: l.Tenant, Entries: append(kept, r)}, nil
}

// legible reports whether a reservation can be counted.
func legible(r deprovision.Reservation) bool {
	return r.Request != "" && r.Plan != "" && r.Count >= 0 && !r.At.IsZero()
}

// recent returns the entries of the window, in their order, and whether there are some that can't be counted.
func recent(entries []deprovision.Reservation, window time.Duration, now time.Time) (kept []deprovision.Reservation, bad bool) {
	for _, e := range entries {
		switch {
		case !legible(e):
			bad = true
		case now.Sub(e.At) <= window: // what a faster clock wrote counts as well
			kept = append(kept, e)
		}
	}
	return kept, bad
}

// sums adds up what is taken by all, and by this request for this plan.
func sums(entries []deprovision.Reservation, r deprovision.Reservation) (used, own int) {
	for _, e := range entries {
		used = plus(used, e.Count)
		if e.Request == r.Request && e.Plan == r.Plan {
			own = plus(own, e.Count)
		}
	}
	return used, own
}

// plus adds what is not negative, and stays at the largest number where the sum would be larger.
func plus(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}

// takers names who has taken what, for a person.
func takers(entries []deprovision.Reservation) string {
	const most = 5
	var out []string
	for _, e := range entries[max(0, len(entries)-most):] {
		out = append(out, fmt.Sprintf("%d by %s", e.Count, e.Request))
	}
	if more := len(entries) - len(out); more > 0 {
		out = append(out, fmt.Sprintf("the rest by %d before", more))
	}
	if len(out) == 0 {
		return ""
	}
	return ": " + strings.Join(out, ", ")
}
