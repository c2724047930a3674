package step_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// largeSite is a site collection with more to ask about than is allowed between two pauses: its addresses in another order than its webs, each web and
// list with a receiver of the product.
func largeSite(f *tenantsim.Fixture) {
	mine := []tenantsim.EventReceiver{{Name: tenantsim.ReceiverName, URL: tenantsim.ReceiverURL, EventType: 10104, Synchronization: 2, Sequence: 10000}}
	web := func(path string, lists int, below ...tenantsim.Web) tenantsim.Web {
		w := tenantsim.Web{Title: path, URL: site(0) + path, Receivers: mine, Webs: below}
		for i := range lists {
			w.Lists = append(w.Lists, tenantsim.List{Title: fmt.Sprintf("List %d", i), Receivers: mine})
		}
		return w
	}
	addSite(f, site(0))
	f.SharePoint.Sites[len(f.SharePoint.Sites)-1].Web = web("", 12, web("/b", 4, web("/b/y", 0), web("/b/x", 7, web("/b/x/deep", 3))), web("/b-a", 4), web("/a", 1))
}

// inLargeSite is how many receivers it has: one on each of seven webs, and on each of their lists.
const inLargeSite = 7 + 12 + 4 + 7 + 3 + 4 + 1

// A site that needs more calls than are allowed between two pauses, also where it can say nothing but "later" or breaks off.
func TestSiteIsReadToItsEndHoweverLittleOfItIsAllowedBetweenTwoPauses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		allowed int
		do      tenantsim.FaultKind
		class   deprovision.Class
	}{
		"throttled":               {12, tenantsim.FaultThrottle, deprovision.Throttled},
		"hardly anything allowed": {8, tenantsim.FaultThrottle, deprovision.Throttled},
		"broken off":              {12, tenantsim.FaultError500, deprovision.Transient},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole := newFull(t, "sharepoint", largeSite)
			whole.until(t.Context(), step.Confirm)
			h := newFull(t, "sharepoint", largeSite)
			h.until(t.Context(), step.TakeInventory)
			pauses := 0
			for ; h.name() == step.TakeInventory && pauses < 60; pauses++ {
				h.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{API: tenantsim.APISharePoint, Path: "*/sites/s000/*", Nth: tc.allowed + 1}, Do: tc.do, Times: -1,
					RetryAfter: tenantsim.Seconds(5e9), Lenient: true})
				h.runOnce(t.Context())
				if n := len(h.failures); n > 0 && deprovision.ClassOf(h.failures[n-1]) != tc.class {
					t.Fatalf("failed otherwise: %v", h.failures[n-1])
				}
				h.state.Status, h.state.Stop, h.state.Attempts = deprovision.Held, nil, 0 // the harness is less patient than the engine
				h.sim.Faults.Clear()
			}
			if h.name() == step.TakeInventory {
				t.Fatalf("no end after %d pauses: %s", pauses, h.state.Facts["walked"])
			}
			h.until(t.Context(), step.Confirm)
			ids := map[string]int{}
			for _, a := range h.plan().Of("remove-event-receivers") {
				ids[a.ID]++
			}
			if again := twice(ids); len(again) > 0 {
				t.Errorf("found twice: %v", again)
			}
			if want := inLargeSite + 5; len(ids) != want {
				t.Errorf("%d receivers are of the plan after %d pauses, want %d", len(ids), pauses, want)
			}
			if pauses < 3 {
				t.Errorf("only %d pauses", pauses)
			}
			if got, want := foundOf(t, h), foundOf(t, whole); got != want {
				t.Errorf("%d objects were found, want %d as without a pause", got, want)
			}
			read := visitsOf(h.sim.CallsLike(tenantsim.Match{API: tenantsim.APISharePoint, Path: "*/sites/s000/*lists(*)/eventreceivers"}))
			if again := twice(read); len(again) > pauses {
				t.Errorf("read again: %v", again)
			}
		})
	}
}

// foundOf is how many objects the walks say that they found.
func foundOf(t *testing.T, h *harness) int {
	t.Helper()
	var told struct {
		Found int `json:"found"`
	}
	if err := json.Unmarshal([]byte(h.state.Facts["walked"]), &told); err != nil {
		t.Fatal(err)
	}
	return told.Found
}
