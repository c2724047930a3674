package guard_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/deprovisioner/deprovisioner/internal/guard"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const window = time.Hour

// exact is the largest count that these tests draw: they add up in floating point, and sums of a few such numbers are exact there.
const exact = 1 << 49

// entries draws what a ledger may hold around a time: old, new, and from clocks that run ahead.
func entries(t *rapid.T) []deprovision.Reservation {
	one := rapid.Custom(func(t *rapid.T) deprovision.Reservation {
		return deprovision.Reservation{Request: "contoso.teams.r" + rapid.StringMatching(`[0-4]`).Draw(t, "request"), Plan: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "plan"),
			Count: rapid.OneOf(rapid.IntRange(0, 60), rapid.IntRange(0, exact)).Draw(t, "count"),
			At:    asked.Add(time.Duration(rapid.Int64Range(-int64(3*window), int64(window)).Draw(t, "at")))}
	})
	return rapid.SliceOfN(one, 0, 8).Draw(t, "entries")
}

// taken adds up what lies in the window at a time, without overflow.
func taken(l deprovision.Ledger, now time.Time) float64 {
	sum := 0.0
	for _, e := range l.Entries {
		if now.Sub(e.At) <= window {
			sum += float64(e.Count)
		}
	}
	return sum
}

func of(t *rapid.T, approved string) deprovision.Reservation {
	return deprovision.Reservation{Request: "contoso.teams.r" + rapid.StringMatching(`[0-4]`).Draw(t, "request"), Plan: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "plan"),
		Count: rapid.OneOf(rapid.IntRange(1, 100), rapid.IntRange(1, exact)).Draw(t, "count"), Approved: approved}
}

func TestReservationsNeverPassTheLimitWithoutApproval(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before := deprovision.Ledger{Entries: entries(t)}
		limit := rapid.OneOf(rapid.IntRange(-5, 200), rapid.IntRange(math.MinInt, math.MaxInt)).Draw(t, "limit")
		r := of(t, "")
		after, refusal := guard.Reserve(before, r, limit, window, asked)
		sum, was := taken(after, asked), taken(before, asked)
		switch {
		case refusal != nil && !slices.Equal(after.Entries, before.Entries):
			t.Fatalf("refused and changed: %+v", after)
		case refusal == nil && sum > was && sum > float64(limit):
			t.Fatalf("%v taken, at most %d allowed: %+v", sum, limit, after)
		case refusal != nil && was+float64(r.Count) <= float64(limit):
			t.Fatalf("refused although it fits: %v", refusal)
		case refusal == nil && own(after, r) < float64(r.Count):
			t.Fatalf("passed and not recorded: %+v", after)
		}
	})
}

// own is what a request holds for its plan.
func own(l deprovision.Ledger, r deprovision.Reservation) float64 {
	sum := 0.0
	for _, e := range l.Entries {
		if e.Request == r.Request && e.Plan == r.Plan {
			sum += float64(e.Count)
		}
	}
	return sum
}

func TestManyReservationsNeverPassTheLimitTogether(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const limit = 100
		var l deprovision.Ledger
		now := asked
		for i := range rapid.IntRange(1, 40).Draw(t, "requests") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(window)/4).Draw(t, "later")))
			r := deprovision.Reservation{Request: fmt.Sprint("r", i), Plan: "a", Count: rapid.IntRange(0, 60).Draw(t, "count")}
			l, _ = guard.Reserve(l, r, limit, window, now)
			if sum := taken(l, now); sum > limit {
				t.Fatalf("%v within the hour: %+v", sum, l)
			}
		}
	})
}

func TestReservationIsMadeOncePerRequestAndPlan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := of(t, rapid.SampledFrom([]string{"", "admin"}).Draw(t, "approved"))
		limit := rapid.IntRange(0, 200).Draw(t, "limit")
		once, refusal := guard.Reserve(deprovision.Ledger{Tenant: "contoso", Entries: entries(t)}, r, limit, window, asked)
		if refusal != nil {
			return
		}
		later := asked.Add(time.Duration(rapid.Int64Range(-int64(window), 0).Draw(t, "earlier")))
		twice, refusal := guard.Reserve(once, r, limit, window, later)
		if refusal != nil || !slices.Equal(once.Entries, twice.Entries) || twice.Tenant != "contoso" {
			t.Fatalf("%+v became %+v, %v", once, twice, refusal)
		}
	})
}

func TestApprovedOverrunIsRecorded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := of(t, "admin")
		after, refusal := guard.Reserve(deprovision.Ledger{Entries: entries(t)}, r, rapid.IntRange(-1, 10).Draw(t, "limit"), window, asked)
		if refusal != nil || own(after, r) < float64(r.Count) {
			t.Fatalf("%+v, %v", after, refusal)
		}
		next, refusal := guard.Reserve(after, deprovision.Reservation{Request: "next", Plan: "a", Count: 1}, min(r.Count, 10), window, asked)
		if refusal == nil {
			t.Fatalf("it counts for nobody else: %+v", next)
		}
	})
}

func TestOrderOfTheLedgerDoesNotMatter(t *testing.T) {
	t.Parallel()
	sorted := func(l deprovision.Ledger) []deprovision.Reservation {
		return slices.SortedFunc(slices.Values(l.Entries), func(a, b deprovision.Reservation) int {
			return cmp.Or(strings.Compare(a.Request, b.Request), strings.Compare(a.Plan, b.Plan), cmp.Compare(a.Count, b.Count), a.At.Compare(b.At))
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		list := entries(t)
		r, limit := of(t, ""), rapid.IntRange(0, 300).Draw(t, "limit")
		one, first := guard.Reserve(deprovision.Ledger{Entries: list}, r, limit, window, asked)
		other, second := guard.Reserve(deprovision.Ledger{Entries: rapid.Permutation(list).Draw(t, "shuffled")}, r, limit, window, asked)
		if (first == nil) != (second == nil) || !slices.Equal(sorted(one), sorted(other)) {
			t.Fatalf("%+v, %v and %+v, %v", one, first, other, second)
		}
	})
}

// TestClockThatGoesBackwardsFreesNothingEarly moves the clock to and fro. What was reserved when the latest time seen was T must count at
// every time up to T and the window.
func TestClockThatGoesBackwardsFreesNothingEarly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var l deprovision.Ledger
		made := map[string]time.Time{}
		latest := asked
		for i := range rapid.IntRange(2, 20).Draw(t, "requests") {
			now := latest.Add(time.Duration(rapid.Int64Range(-int64(2*window), int64(window)/2).Draw(t, "moved")))
			if now.After(latest) {
				latest = now
			}
			name := fmt.Sprint("r", i)
			var refusal *guard.Refusal
			if l, refusal = guard.Reserve(l, deprovision.Reservation{Request: name, Plan: "a", Count: 1}, math.MaxInt, window, now); refusal != nil {
				t.Fatal(refusal)
			}
			made[name] = newest(l)
			for name, at := range made {
				counts := slices.ContainsFunc(l.Entries, func(e deprovision.Reservation) bool { return e.Request == name })
				if now.Sub(at) <= window && !counts {
					t.Fatalf("%s was made at %s and is free at %s", name, at, now)
				}
				if !counts {
					delete(made, name)
				}
			}
		}
	})
}

// newest is the latest time that a ledger knows.
func newest(l deprovision.Ledger) time.Time {
	var at time.Time
	for _, e := range l.Entries {
		if e.At.After(at) {
			at = e.At
		}
	}
	return at
}

func TestWhatCannotBeCountedRefuses(t *testing.T) {
	t.Parallel()
	good := deprovision.Reservation{Request: "r1", Plan: "a", Count: 1, At: asked}
	spoiled := map[string]func(*deprovision.Reservation){
		"negative":   func(r *deprovision.Reservation) { r.Count = -1 },
		"no request": func(r *deprovision.Reservation) { r.Request = "" },
		"no plan":    func(r *deprovision.Reservation) { r.Plan = "" },
		"no time":    func(r *deprovision.Reservation) { r.At = time.Time{} },
	}
	for name, spoil := range spoiled {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad := good
			spoil(&bad)
			mine := deprovision.Reservation{Request: "r2", Plan: "a", Count: 1}
			l := deprovision.Ledger{Entries: []deprovision.Reservation{good, bad}}
			if _, refusal := guard.Reserve(l, mine, 100, window, asked); refusal == nil || refusal.Rule != guard.Unreadable {
				t.Errorf("in the ledger: %v", refusal)
			}
			mine.Approved = "admin"
			after, refusal := guard.Reserve(l, mine, 100, window, asked)
			if refusal != nil || len(after.Entries) != 2 || after.Entries[1].Request != "r2" {
				t.Errorf("approved: %+v, %v", after, refusal)
			}
			if name == "no time" { // a reservation gets its time when it is made
				return
			}
			bad.Approved = "admin"
			if _, refusal := guard.Reserve(deprovision.Ledger{}, bad, 100, window, asked); refusal == nil || refusal.Rule != guard.Unreadable {
				t.Errorf("as a reservation: %v", refusal)
			}
		})
	}
	for name, tc := range map[string]struct {
		limit  int
		window time.Duration
		now    time.Time
	}{"no limit": {0, window, asked}, "no window": {100, 0, asked}, "no time": {100, window, time.Time{}}} {
		if _, refusal := guard.Reserve(deprovision.Ledger{}, good, tc.limit, tc.window, tc.now); refusal == nil {
			t.Errorf("%s: passes", name)
		}
	}
}

func TestRefusedReservationSaysWhoTookWhat(t *testing.T) {
	t.Parallel()
	var l deprovision.Ledger
	for i := range 7 {
		l.Entries = append(l.Entries, deprovision.Reservation{Request: fmt.Sprint("contoso.teams.r", i), Plan: "a", Count: 10, At: asked})
	}
	_, refusal := guard.Reserve(l, deprovision.Reservation{Request: "r", Plan: "a", Count: 31}, 100, window, asked)
	const want = "the plan stays: it would remove 31 artifacts; of the at most 100 within 1h0m0s, 70 are taken: 10 by contoso.teams.r2, 10 by contoso.teams.r3, " +
		"10 by contoso.teams.r4, 10 by contoso.teams.r5, 10 by contoso.teams.r6, the rest by 2 before"
	if refusal == nil || refusal.Rule != guard.TooMany || refusal.Error() != want {
		t.Errorf("%v", refusal)
	}
}

func TestWhatIsOlderThanTheWindowIsForgotten(t *testing.T) {
	t.Parallel()
	l := deprovision.Ledger{Entries: []deprovision.Reservation{
		{Request: "old", Plan: "a", Count: 60, At: asked.Add(-window - 1)}, {Request: "in", Plan: "a", Count: 60, At: asked.Add(-window)},
		{Request: "ahead", Plan: "a", Count: 20, At: asked.Add(window)}}}
	if _, refusal := guard.Reserve(l, deprovision.Reservation{Request: "r", Plan: "a", Count: 21}, 100, window, asked); refusal == nil {
		t.Error("what a faster clock wrote, or what is as old as the window, does not count")
	}
	after, refusal := guard.Reserve(l, deprovision.Reservation{Request: "r", Plan: "a", Count: 20}, 100, window, asked)
	if refusal != nil || len(after.Entries) != 3 || after.Entries[0].Request != "in" {
		t.Errorf("%+v, %v", after, refusal)
	}
}
