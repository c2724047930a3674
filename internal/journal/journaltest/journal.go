//nolint:thelper // these are tests: a failure must name its own line
package journaltest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

var journalTests = map[string]func(*testing.T, engine.Journal){
	"an unknown request has no event":                         unknownRequest,
	"an event comes back whole":                               wholeEvent,
	"a stored event shares nothing with the caller":           storedApart,
	"an append needs the last revision":                       compareAndSet,
	"of many racing appenders one wins":                       racing,
	"a repeated append is found again":                        repeated,
	"Since begins after the revision":                         since,
	"requests do not mix":                                     apart,
	"an append on another's ref is refused":                   wrongRef,
	"an append without an id is refused":                      noID,
	"a document over its limit is refused":                    tooLarge,
	"an append whose context has ended is not called refused": ended,
	"a wake-up may be asked for again":                        wakes,
	"a plan comes back by its digest":                         plans,
	"a plan is kept as often as one likes":                    planAgain,
	"the parts of an inventory are read at once":              parts,
	"a plan that is not there is an error":                    planMissing,
	"a plan may be large":                                     planLarge,
}

func unknownRequest(t *testing.T, j engine.Journal) {
	ref := request("nobody").Ref()
	last, err := j.Last(t.Context(), ref)
	if err != nil || last.Revision != 0 {
		t.Fatalf("revision %d, %v", last.Revision, err)
	}
	holds(t, j, ref)
}

func wholeEvent(t *testing.T, j engine.Journal) {
	want := event("r1", "a")
	revision := append1(t, j, 0, want)
	last, err := j.Last(t.Context(), request("r1").Ref())
	if err != nil || last.Revision != revision {
		t.Fatalf("revision %d, want %d, %v", last.Revision, revision, err)
	}
	sameJSON(t, want, last.Event)
	sameJSON(t, want, holds(t, j, request("r1").Ref(), "a")[0].Event)
}

func storedApart(t *testing.T, j engine.Journal) {
	spoil := func(e *deprovision.Event) {
		e.Progress.Claim.Worker, e.Progress.Steps[0].Name, e.Progress.Facts["mx"], e.Change.Evidence[0].Outcome = "x", "x", "x", "x"
	}
	given := event("r1", "a")
	append1(t, j, 0, given)
	spoil(&given)
	for range 2 { // what was handed out is the caller's own, too
		last, err := j.Last(t.Context(), request("r1").Ref())
		if err != nil {
			t.Fatal(err)
		}
		sameJSON(t, event("r1", "a"), last.Event)
		spoil(&last.Event)
	}
}

func compareAndSet(t *testing.T, j engine.Journal) {
	first := append1(t, j, 0, event("r1", "a"))
	conflict(t, j, 0, event("r1", "b"))
	second := append1(t, j, first, event("r1", "c"))
	conflict(t, j, first, event("r1", "d"))
	conflict(t, j, second+1000, event("r1", "e")) // a revision that nobody has seen
	conflict(t, j, 1000, event("r2", "f"))
	holds(t, j, request("r1").Ref(), "a", "c")
	holds(t, j, request("r2").Ref())
}

func racing(t *testing.T, j engine.Journal) {
	const racers = 8
	last := append1(t, j, 0, event("r1", "first"))
	results := make(chan error, racers)
	for i := range racers {
		go func() {
			_, err := j.Append(t.Context(), request("r1").Ref(), last, event("r1", fmt.Sprint(i)))
			results <- err
		}()
	}
	won := 0
	for range racers {
		switch err := <-results; {
		case err == nil:
			won++
		case !errors.Is(err, engine.ErrConflict):
			t.Errorf("a loser got %v, want a conflict", err)
		}
	}
	if entries, err := j.Since(t.Context(), request("r1").Ref(), 0); err != nil || won != 1 || len(entries) != 2 {
		t.Fatalf("%d won and %d events are there, %v", won, len(entries), err)
	}
}

// repeated is what a writer does whose answer was lost: the same append, with the same id and the same expectation, also when others
// have written on top of it meanwhile.
func repeated(t *testing.T, j engine.Journal) {
	ref := request("r1").Ref()
	first := append1(t, j, 0, event("r1", "a"))
	if again := append1(t, j, 0, event("r1", "a")); again != first {
		t.Fatalf("revision %d, want %d", again, first)
	}
	second := append1(t, j, first, event("r1", "b"))
	append1(t, j, second, event("r1", "c"))
	for change, at := range map[string][2]uint64{"a": {0, first}, "b": {first, second}} {
		if again := append1(t, j, at[0], event("r1", change)); again != at[1] {
			t.Errorf("%s has revision %d, want %d", change, again, at[1])
		}
	}
	holds(t, j, ref, "a", "b", "c")
}

func since(t *testing.T, j engine.Journal) {
	ref := request("r1").Ref()
	first := append1(t, j, 0, event("r1", "a"))
	append1(t, j, 0, event("r2", "other"))
	second := append1(t, j, first, event("r1", "b"))
	third := append1(t, j, second, event("r1", "c"))
	for after, want := range map[uint64]int{0: 3, first: 2, second: 1, third: 0, third + 1000: 0} {
		got, err := j.Since(t.Context(), ref, after)
		if err != nil || len(got) != want {
			t.Errorf("%d events after %d, want %d, %v", len(got), after, want, err)
		}
		if len(got) > 0 && (got[len(got)-1].Revision != third || got[0].Revision <= after) {
			t.Errorf("after %d: first %d, last %d", after, got[0].Revision, got[len(got)-1].Revision)
		}
	}
}

func apart(t *testing.T, j engine.Journal) {
	other := event("r1", "other")
	other.Progress.Request.Tenant = "fabrikam" // the same id in another tenant is another request
	a := append1(t, j, 0, event("r1", "a"))
	o := append1(t, j, 0, other)
	append1(t, j, a, event("r1", "b"))
	if a == o {
		t.Error("two events have one revision")
	}
	holds(t, j, request("r1").Ref(), "a", "b")
	holds(t, j, other.Progress.Request.Ref(), "other")
}

// refuses expects an error that does not claim to know a conflict, and that nothing was written.
func refuses(t *testing.T, j engine.Journal, ref deprovision.Ref, e deprovision.Event) {
	t.Helper()
	if _, err := j.Append(t.Context(), ref, 0, e); err == nil || errors.Is(err, engine.ErrConflict) {
		t.Errorf("got %v, want an error that is no conflict", err)
	}
	holds(t, j, ref)
}

func wrongRef(t *testing.T, j engine.Journal) {
	refuses(t, j, request("r2").Ref(), event("r1", "a"))
}

func noID(t *testing.T, j engine.Journal) {
	refuses(t, j, request("r1").Ref(), event("r1", ""))
}

func tooLarge(t *testing.T, j engine.Journal) {
	e := event("r1", "a")
	e.Progress.Detail = strings.Repeat("x", deprovision.MaxProgress)
	refuses(t, j, request("r1").Ref(), e)
}

func ended(t *testing.T, j engine.Journal) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := j.Append(ctx, request("r1").Ref(), 0, event("r1", "a")); err == nil || errors.Is(err, engine.ErrConflict) {
		t.Errorf("got %v, want an error that is no conflict", err)
	}
}

func wakes(t *testing.T, j engine.Journal) {
	ref, park := request("r1").Ref(), deprovision.Park{Seq: 3, Until: time.Now().Add(time.Hour), Reason: "drain"}
	for range 2 {
		if err := errors.Join(j.Wake(t.Context(), ref, park), j.Sweep(t.Context(), ref, 3)); err != nil {
			t.Fatal(err)
		}
	}
	park.Until = time.Now().Add(-time.Hour) // overdue, as after an outage
	if err := j.Wake(t.Context(), ref, park); err != nil {
		t.Fatal(err)
	}
	holds(t, j, ref)
}
