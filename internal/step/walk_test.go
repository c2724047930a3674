package step_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// errCrash ends a run as a crash does: what was appended before stays.
var errCrash = errors.New("the worker has crashed")

// crashAfter lets the n-th append of a step be the last that the worker makes.
func (h *harness) crashAfter(name string, n int) {
	h.advanced = func(step string) error {
		if step == name {
			if n--; n == 0 {
				h.advanced = nil
				return errCrash
			}
		}
		return nil
	}
}

// restart makes new steps for the same state, as a worker does that takes over.
func (h *harness) restart() {
	h.t.Helper()
	if n := len(h.failures); n == 0 || !errors.Is(h.failures[n-1], errCrash) {
		h.t.Fatalf("nothing has crashed: %v", h.failures)
	}
	h.failures, h.state.Attempts = nil, 0
	h.steps = step.New(step.Deps{Tenants: h.tenant, Accounts: h, Brake: h.ledgers, Footprints: h.print, Clock: h.clock, Policy: func(string) step.Policy { return h.policy }})
}

// crash runs until the step's n-th append, and takes over.
func (h *harness) crash(name string, n int) {
	h.t.Helper()
	h.until(h.t.Context(), name)
	h.crashAfter(name, n)
	h.runOnce(h.t.Context())
	h.restart()
}

// listings are the calls that read what one mailbox has at its top.
func listings(h *harness) map[string]int {
	return visitsOf(h.sim.CallsLike(tenantsim.Match{Method: "GET", Path: "/v1.0/users/*/mailFolders"}))
}

func TestWalkOfMailboxesGoesOnBehindTheLastChunk(t *testing.T) {
	t.Parallel()
	h := newFull(t, "exchange", mailboxes(230))
	h.crash(step.TakeInventory, 2)
	before := listings(h)
	h.until(t.Context(), step.Confirm)
	if len(before) < 200 || len(before) == len(listings(h)) {
		t.Fatalf("%d mailboxes were visited before the crash, %d after it", len(before), len(listings(h)))
	}
	if again := twice(listings(h)); len(again) > 0 {
		t.Errorf("visited twice: %v", again)
	}
	if got := len(h.plan().Of("remove-quarantine-folders")); got != 232 {
		t.Errorf("%d folders are of the plan", got)
	}
	if s := h.state.Steps[2]; s.Done != 233 || s.Total != 233 { // one has no mailbox that can be read
		t.Errorf("%d of %d mailboxes", s.Done, s.Total)
	}
	if !strings.Contains(h.state.Detail, "searched 233 of 233 mailboxes, found 233") {
		t.Errorf("the document tells %q", h.state.Detail)
	}
}

func TestWalkOfSitesGoesOnBehindTheLastChunk(t *testing.T) {
	t.Parallel()
	h := newFull(t, "sharepoint", sites(50))
	h.crash(step.TakeInventory, 1)
	roots := tenantsim.Match{API: tenantsim.APISharePoint, Path: "*/_api/site/eventreceivers"}
	before := len(h.sim.CallsLike(roots))
	h.until(t.Context(), step.Confirm)
	after := visitsOf(h.sim.CallsLike(roots))
	if before != 20 || len(after) != 55 {
		t.Fatalf("%d sites were visited before the crash, %d in all", before, len(after))
	}
	if again := twice(after); len(again) > 0 {
		t.Errorf("visited twice: %v", again)
	}
	if got := len(h.plan().Of("remove-event-receivers")); got != 55 {
		t.Errorf("%d receivers are of the plan", got)
	}
}

func TestThrottledWalkLosesNothing(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		account string
		change  func(*tenantsim.Fixture)
		match   tenantsim.Match
		of      string
		want    int
	}{
		"one mailbox of a batch": {"exchange", mailboxes(130), tenantsim.Match{Method: "GET", Path: "/v1.0/users/*/mailFolders", Nth: 117}, "remove-quarantine-folders", 132},
		"one site":               {"sharepoint", sites(30), tenantsim.Match{API: tenantsim.APISharePoint, Path: "*/_api/web/lists", Nth: 27}, "remove-event-receivers", 35},
		"one chat":               {"chat", nil, tenantsim.Match{Method: "GET", Path: "/v1.0/chats/*/installedApps"}, "remove-installed-apps", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, tc.account, tc.change)
			fault := h.sim.Faults.Must(tenantsim.Fault{Match: tc.match, Do: tenantsim.FaultThrottle, RetryAfter: tenantsim.Seconds(5e9), Lenient: true})
			h.until(t.Context(), step.Confirm)
			if fault.Hits() != 1 || len(h.failures) != 1 || deprovision.ClassOf(h.failures[0]) != deprovision.Throttled {
				t.Fatalf("%d hits: %v", fault.Hits(), h.failures)
			}
			if got := len(h.plan().Of(tc.of)); got != tc.want {
				t.Errorf("%d artifacts, want %d", got, tc.want)
			}
		})
	}
}

// A service that allows less between two pauses than a chunk takes: each run gets a little further, also past a site that always fails.
func TestWalkIsThroughInTheEndHoweverLittleIsAllowedBetweenTwoPauses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ broken, receivers, pauses int }{"every site answers": {0, 55, 15}, "one never does": {1, 54, 30}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, "sharepoint", sites(50))
			h.until(t.Context(), step.TakeInventory)
			pauses := 0
			for h.name() == step.TakeInventory && pauses < 55 {
				if tc.broken > 0 {
					h.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{API: tenantsim.APISharePoint, Path: "*s003/_api/*"}, Do: tenantsim.FaultError500, Times: -1})
				}
				fault := h.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{API: tenantsim.APISharePoint, Path: "*/_api/web/lists", Nth: 7}, // of the calls from now on
					Do: tenantsim.FaultThrottle, Times: -1, RetryAfter: tenantsim.Seconds(5e9), Lenient: true})
				attempts := h.state.Attempts
				h.runOnce(t.Context())
				if n := len(h.failures); n > 0 && deprovision.ClassOf(h.failures[n-1]) == deprovision.Throttled {
					h.state.Attempts = min(attempts, h.state.Attempts) // the engine does not count those
				}
				h.state.Status, h.state.Stop = deprovision.Held, nil // the harness is less patient than the engine
				pauses += min(fault.Hits(), 1)
				h.sim.Faults.Clear()
			}
			h.until(t.Context(), step.Confirm)
			if got := len(h.plan().Of("remove-event-receivers")); got != tc.receivers || pauses < 5 || pauses > tc.pauses {
				t.Errorf("%d receivers are of the plan, after %d pauses", got, pauses)
			}
			if named := slices.ContainsFunc(h.plan().Remainder, func(r deprovision.Remainder) bool { return strings.Contains(r.Instructions, "/sites/s003") }); named != (tc.broken > 0) {
				t.Errorf("a site that could not be read is named: %t", named)
			}
		})
	}
}

// TestPlacesThatChangeBetweenTwoRunsDoNoHarm takes the last visited mailbox away between two chunks.
func TestPlacesThatChangeBetweenTwoRunsDoNoHarm(t *testing.T) {
	t.Parallel()
	h := newFull(t, "exchange", mailboxes(130))
	h.crash(step.TakeInventory, 1)
	after := h.state.Facts["walked"]
	_, last, _ := strings.Cut(after, `"after":"`)
	last, _, _ = strings.Cut(last, `"`)
	if last == "" {
		t.Fatalf("the document keeps %q", after)
	}
	if _, err := h.client.DeleteUser(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	h.until(t.Context(), step.Confirm)
	if again := twice(listings(h)); len(again) > 0 {
		t.Errorf("visited twice: %v", again)
	}
	if len(listings(h)) != 133 {
		t.Errorf("%d mailboxes were visited", len(listings(h)))
	}
	h.policy.ConfirmsItself = true
	h.decide("manual", deprovision.ManualDone)
	h.runAll(t.Context())
	named := slices.ContainsFunc(h.state.Remainder, func(r deprovision.Remainder) bool { // nobody can look into the mailbox of a deleted user
		return strings.HasPrefix(r.Name, "quarantine-folder") && strings.Contains(r.Name, last) && strings.Contains(r.Instructions, "could not be removed")
	})
	if h.state.Status != deprovision.Succeeded || !named || len(h.removed(footprint.QuarantineFolder)) != 131 {
		t.Errorf("%s: %d folders, %+v %+v %v", h.state.Status, len(h.removed(footprint.QuarantineFolder)), h.state.Remainder, h.state.Stop, h.failures)
	}
}

func TestWalkIsNotMadeAgainForAnApproval(t *testing.T) {
	t.Parallel()
	h := newFull(t, "exchange", nil)
	suspect := "mia@contoso.example: " + tenantsim.QuarantineFolder + " notes"
	h.decide("confirm", deprovision.Approve, named(suspect))
	h.decide("confirm", deprovision.Confirm)
	h.decide("manual", deprovision.ManualDone)
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded || !slices.Contains(h.removed(footprint.QuarantineFolder), suspect) {
		t.Fatalf("%s %+v %v", h.state.Status, h.state.Stop, h.removed(footprint.QuarantineFolder))
	}
	if again := twice(listings(h)); len(again) > 0 {
		t.Errorf("visited twice: %v", again)
	}
}

// TestThrottlingOfOneChatIsNotForgottenOverTheNext has two chats of one user: the first asks to wait, the second refuses.
func TestThrottlingOfOneChatIsNotForgottenOverTheNext(t *testing.T) {
	t.Parallel()
	h := newFull(t, "chat", func(f *tenantsim.Fixture) {
		f.Teams.Chats = append(f.Teams.Chats, tenantsim.Chat{Topic: "Lunch", Members: []string{"mia@contoso.example", "noah@contoso.example"}})
	})
	chats := tenantsim.Match{Method: "GET", Path: "/v1.0/chats/*/installedApps"}
	h.sim.Faults.Must(tenantsim.Fault{Match: chats, Do: tenantsim.FaultThrottle, RetryAfter: tenantsim.Seconds(5e9), Lenient: true})
	h.sim.Faults.Must(tenantsim.Fault{Match: chats, Do: tenantsim.FaultForbidden})
	h.until(t.Context(), step.Confirm)
	if len(h.failures) != 1 || deprovision.ClassOf(h.failures[0]) != deprovision.Throttled {
		t.Errorf("%v", h.failures)
	}
	if got := len(h.plan().Of("remove-installed-apps")); got != 2 {
		t.Errorf("%d apps are of the plan", got)
	}
}
