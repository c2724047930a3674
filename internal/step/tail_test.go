package step_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestWhatIsStillThereIsNamed(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.policy.ConfirmsItself = true
	h.until(t.Context(), step.VerifyRemoval)
	group := h.restore(tenantsim.GroupIncoming)
	h.runAll(t.Context())
	s := h.state.Stop
	if s == nil || s.Name != "still-there" || !strings.Contains(s.Detail, tenantsim.GroupIncoming) || len(h.parks) != 1+7 {
		t.Fatalf("%+v after %v", s, h.parks)
	}
	if left := h.left(step.VerifyRemoval).Stays; !slices.ContainsFunc(left, func(r deprovision.Remainder) bool { return strings.Contains(r.Name, tenantsim.GroupIncoming) }) {
		t.Errorf("a skip would leave %+v", left)
	}
	h.decide("still-there", deprovision.Retry)
	h.runAll(t.Context())
	if len(h.stops) != 2 || len(h.parks) != 1+7+7 {
		t.Fatalf("a retry reads anew once: %d stops after %v", len(h.stops), h.parks)
	}
	if _, err := h.client.DeleteGroup(t.Context(), group); err != nil {
		t.Fatal(err)
	}
	h.decide("still-there", deprovision.Retry, func(d *deprovision.Decision) { d.ID = "again" })
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded {
		t.Errorf("ended %s: %+v", h.state.Status, h.state.Stop)
	}
}

func TestWhatAppearedAfterThePlanIsNamedAndStays(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.policy.ConfirmsItself = true
	h.until(t.Context(), step.VerifyRemoval)
	for _, name := range []string{tenantsim.RuleSkipSpam, "TMCAS something new"} {
		if _, err := h.client.Do(t.Context(), "New-TransportRule", map[string]any{"Name": name}); err != nil {
			t.Fatal(err)
		}
	}
	h.runAll(t.Context())
	for _, want := range []string{tenantsim.RuleSkipSpam, "TMCAS something new"} {
		if !slices.ContainsFunc(h.state.Remainder, func(r deprovision.Remainder) bool {
			return strings.Contains(r.Name, want) && strings.Contains(r.Instructions, "appeared after the plan")
		}) {
			t.Errorf("%s is not named: %+v", want, h.state.Remainder)
		}
	}
	if names := h.sim.Names(tenantsim.InlineTenantID, tenantsim.KindTransportRule); !slices.Contains(names, tenantsim.RuleSkipSpam) {
		t.Error("it was removed, although nobody confirmed it")
	}
}

// restore brings a removed group back from the recycle bin.
func (h *harness) restore(name string) string {
	h.t.Helper()
	for _, e := range h.evidence {
		if e.Artifact.Name == name {
			if _, err := h.client.graph(h.t.Context(), "POST", "/directory/deletedItems/"+e.Artifact.ID+"/restore"); err != nil {
				h.t.Fatal(err)
			}
			return e.Artifact.ID
		}
	}
	h.t.Fatalf("%s was never removed", name)
	return ""
}

func TestOneAbsentReadOfTheDirectoryIsNoProof(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.policy.ConfirmsItself = true
	h.until(t.Context(), step.VerifyRemoval)
	h.runOnce(t.Context()) // everything reads as absent for the first time
	if h.name() != step.VerifyRemoval || h.parks[len(h.parks)-1] != 10*time.Second {
		t.Fatalf("at %s after %v", h.name(), h.parks)
	}
	group := h.restore(tenantsim.GroupIncoming)
	h.runOnce(t.Context())
	if h.name() != step.VerifyRemoval {
		t.Fatal("verified although the group reads as present again")
	}
	if _, err := h.client.DeleteGroup(t.Context(), group); err != nil {
		t.Fatal(err)
	}
	h.runOnce(t.Context())
	if h.name() != step.VerifyRemoval {
		t.Fatal("the first absent read counts although the group was there since")
	}
	h.runOnce(t.Context())
	if h.name() != step.RemoveAtProduct {
		t.Errorf("at %s after two absent reads", h.name())
	}
}

func TestProductIsToldOnceUnderOneID(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{API: tenantsim.APIProduct}, Do: tenantsim.FaultResetAfterCommit})
	h.policy.ConfirmsItself = true
	h.runAll(t.Context())
	calls := h.sim.CallsLike(tenantsim.Match{API: tenantsim.APIProduct})
	if len(calls) != 2 || calls[0].ClientRequestID != calls[1].ClientRequestID || len(h.sim.RemovedBy(tenantsim.ProductAccountID)) != 1 {
		t.Errorf("%+v", calls)
	}
	if h.state.Status != deprovision.Succeeded {
		t.Errorf("ended %s: %v", h.state.Status, h.failures)
	}
}

func TestWithoutAHookAPersonDoesIt(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.hook = false
	h.policy.ConfirmsItself, h.policy.ManualDue = true, 48*time.Hour
	h.runAll(t.Context())
	s := h.state.Stop
	if s == nil || s.Name != "manual" || s.Manual == nil || s.Manual.Owner != "mail team" || s.Manual.Link == "" ||
		!strings.Contains(s.Manual.Instructions, "Exchange Online (Inline Mode)") || !s.Manual.Due.Equal(h.clock.Now().Add(48*time.Hour)) {
		t.Fatalf("%+v %+v", s, h.failures)
	}
	if !slices.Equal(s.Offers, []deprovision.Verb{deprovision.ManualDone, deprovision.Skip, deprovision.Cancel, deprovision.Force}) {
		t.Errorf("offers %v", s.Offers)
	}
	h.decide("manual", deprovision.ManualDone, func(d *deprovision.Decision) { d.Reason = "ticket 4711" })
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded || !strings.Contains(h.state.Facts[step.RemoveAtProduct], "ticket 4711") {
		t.Errorf("ended %s, %v", h.state.Status, h.state.Facts)
	}
}

func TestAccountIsClosedOverOtherWriters(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.policy.ConfirmsItself = true
	h.until(t.Context(), step.CloseAccount)
	h.conflicts = 3
	h.runOnce(t.Context())
	if a := h.accounts[accountID]; a.State != deprovision.AccountClosed || a.Closed != "r1" || a.Open != "r1" {
		t.Errorf("%+v %v", a, h.failures)
	}
}

func TestForcedRequestRunsTheClosingStepsOnly(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.state.Forced = true
	h.begin()
	h.state.Steps = h.state.Steps[:0]
	for _, name := range h.steps.Closing(h.state.Request) {
		h.state.Steps = append(h.state.Steps, deprovision.StepProgress{Name: name})
	}
	h.state.Facts = map[string]string{step.TakeInventory: "nothing-found"}
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded || h.accounts[accountID].State != deprovision.AccountClosed { // which end it is, the engine says
		t.Errorf("ended %s, %+v", h.state.Status, h.accounts[accountID])
	}
	if calls := h.sim.Destructive(); len(calls) != 1 || calls[0].API != tenantsim.APIProduct {
		t.Errorf("%+v", calls)
	}
}

func TestForcedEndIsHeldUpByNothing(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*harness){
		"disarmed": func(h *harness) { h.policy.Armed = false },
		"no hook":  func(h *harness) { h.hook = false },
		"forbidden": func(h *harness) {
			h.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{API: tenantsim.APIProduct}, Do: tenantsim.FaultForbidden, Times: -1})
		},
		"away": func(h *harness) {
			h.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{API: tenantsim.APIProduct}, Do: tenantsim.FaultHTML503, Times: -1})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, nil)
			h.policy.ConfirmsItself = true
			h.until(t.Context(), step.RemoveAtProduct)
			h.state.Forced = true
			change(h)
			h.runAll(t.Context())
			if h.state.Stop != nil || h.accounts[accountID].State != deprovision.AccountClosed || len(h.parks) > 10 {
				t.Errorf("%+v after %v, the account is %s", h.state.Stop, h.parks, h.accounts[accountID].State)
			}
			if !slices.ContainsFunc(h.state.Remainder, func(r deprovision.Remainder) bool { return strings.Contains(r.Name, "row of the service account") }) {
				t.Errorf("the row at the product is not named: %+v", h.state.Remainder)
			}
		})
	}
}

func TestHookIsCalledForAConfirmedOrForcedEndOnly(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*harness)
		stop   string // "" means that the hook is called
	}{
		"confirmed":     {func(*harness) {}, ""},
		"disarmed":      {func(h *harness) { h.policy.Armed = false }, "not-armed"},
		"not confirmed": {func(h *harness) { h.state.Facts, h.policy.ConfirmsItself = nil, false }, "confirm"},
		"no plan":       {func(h *harness) { h.state.Plan = nil }, "failed"},
		"forced":        {func(h *harness) { h.state.Plan, h.state.Forced = nil, true }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, nil)
			h.policy.ConfirmsItself = true
			h.until(t.Context(), step.RemoveAtProduct)
			tc.change(h)
			h.runOnce(t.Context())
			called := len(h.sim.CallsLike(tenantsim.Match{API: tenantsim.APIProduct})) > 0
			if called != (tc.stop == "") || !called && (h.state.Stop == nil || h.state.Stop.Name != tc.stop) {
				t.Errorf("called: %t, stop %+v", called, h.state.Stop)
			}
		})
	}
}
