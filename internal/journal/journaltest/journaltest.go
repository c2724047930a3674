package journaltest

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Run runs every test on a journal and accounts of its own, which open makes empty. The tests run in parallel.
func Run(t *testing.T, open func(t *testing.T) (engine.Journal, engine.Accounts)) {
	t.Helper()
	for name, test := range journalTests {
		t.Run("Journal/"+name, func(t *testing.T) {
			t.Parallel()
			j, _ := open(t)
			test(t, j)
		})
	}
	for name, test := range accountTests {
		t.Run("Accounts/"+name, func(t *testing.T) {
			t.Parallel()
			_, a := open(t)
			test(t, a)
		})
	}
}

// request returns a request whose ref differs for each id.
func request(id string) deprovision.Request {
	return deprovision.Request{ID: id, Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Account: "inline", RequestedBy: "soc"}
}

var start = time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)

// event returns an event with something in every kind of field, so that a copy that is not deep shows.
func event(id string, change string) deprovision.Event {
	r := request(id)
	return deprovision.Event{
		Progress: deprovision.Progress{Request: r, RequestDigest: r.Digest(), Seq: 1, Status: deprovision.Held, Started: start, Updated: start,
			Claim: &deprovision.Claim{Worker: "w1", Trigger: "request", Seq: 1, Lease: deprovision.Duration(30 * time.Second)},
			Steps: []deprovision.StepProgress{{Name: "drain", State: deprovision.StepPending, Total: 1}},
			Facts: map[string]string{"mx": "vendor"}},
		Change: deprovision.Change{ID: change, Kind: deprovision.Claimed, By: "w1",
			Evidence: []deprovision.Evidence{{Artifact: deprovision.Artifact{Kind: "rule", ID: "1", Name: "a rule"}, Outcome: deprovision.Removed, At: start}}},
	}
}

// append1 appends and expects that to work.
func append1(t *testing.T, j engine.Journal, expected uint64, e deprovision.Event) uint64 {
	t.Helper()
	revision, err := j.Append(t.Context(), e.Progress.Request.Ref(), expected, e)
	if err != nil {
		t.Fatalf("append %s: %v", e.Change.ID, err)
	}
	if revision <= expected {
		t.Fatalf("append %s: revision %d does not follow %d", e.Change.ID, revision, expected)
	}
	return revision
}

// conflict appends and expects a conflict.
func conflict(t *testing.T, j engine.Journal, expected uint64, e deprovision.Event) {
	t.Helper()
	if revision, err := j.Append(t.Context(), e.Progress.Request.Ref(), expected, e); !errors.Is(err, engine.ErrConflict) {
		t.Fatalf("append %s: revision %d, error %v, want a conflict", e.Change.ID, revision, err)
	}
}

// holds expects exactly these changes in the journal, in this order.
func holds(t *testing.T, j engine.Journal, ref deprovision.Ref, want ...string) []engine.Entry {
	t.Helper()
	entries, err := j.Since(t.Context(), ref, 0)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]string, 0, len(entries))
	for i, e := range entries {
		got = append(got, e.Change.ID)
		if i > 0 && e.Revision <= entries[i-1].Revision {
			t.Errorf("revision %d comes after %d", e.Revision, entries[i-1].Revision)
		}
	}
	if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
		t.Fatalf("changes in the journal (-want +got):\n%s", diff)
	}
	return entries
}

// sameJSON compares what is stored, where an empty list and none may be one.
func sameJSON(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(asJSON(t, want), asJSON(t, got)); diff != "" {
		t.Errorf("not the same (-want +got):\n%s", diff)
	}
}

func asJSON(t *testing.T, v any) any {
	t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(body, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
