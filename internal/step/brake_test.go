package step_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/guard"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// ledger returns what the tenant's removals have reserved.
func (h *harness) ledger() []deprovision.Reservation {
	h.t.Helper()
	l, _, err := h.ledgers.Get(h.t.Context(), "contoso")
	if err != nil {
		h.t.Fatal(err)
	}
	return l.Entries
}

// take enters what another request has reserved.
func (h *harness) take(count int, ago time.Duration) {
	h.t.Helper()
	l, revision, err := h.ledgers.Get(h.t.Context(), "contoso")
	if err != nil {
		h.t.Fatal(err)
	}
	l.Entries = append(l.Entries, deprovision.Reservation{Request: fmt.Sprintf("contoso.teams.r%d", count), Plan: "sha256:1", Count: count, At: h.clock.Now().Add(-ago)})
	if _, err := h.ledgers.Put(h.t.Context(), l, revision); err != nil {
		h.t.Fatal(err)
	}
}

// checkBraked expects that the request waits at the brake, and that nothing has gone.
func checkBraked(t *testing.T, h *harness, says ...string) {
	t.Helper()
	s := h.state.Stop
	if s == nil || s.Name != step.Brake || !slices.Equal(s.Offers, []deprovision.Verb{deprovision.Approve, deprovision.Retry, deprovision.Cancel, deprovision.Force}) {
		t.Fatalf("waits at %+v: %v", s, h.failures)
	}
	for _, want := range append(says, h.state.Plan.Digest, `the name "brake" and no other`) {
		if !strings.Contains(s.Detail, want) {
			t.Errorf("no word about %s: %s", want, s.Detail)
		}
	}
	if n := len(h.sim.Destructive()); n > 0 {
		t.Errorf("%d calls removed something", n)
	}
}

func named(names ...string) func(*deprovision.Decision) {
	return func(d *deprovision.Decision) { d.Names = names }
}

func TestPlanOverTheLimitWaitsBeforeAnythingGoes(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.policy.Brake.PerHour = footprintArtifacts - 1
	h.decide("confirm", deprovision.Confirm)
	h.runAll(t.Context())
	checkBraked(t, h, "would remove 28 artifacts", "at most 27 within 1h0m0s", "Nothing has been removed.")
	h.decide(step.Brake, deprovision.Retry)
	h.runAll(t.Context())
	checkBraked(t, h)
	if len(h.stops) != 3 || len(h.ledger()) != 0 {
		t.Errorf("%d stops, reserved %+v", len(h.stops), h.ledger())
	}
	h.decide(step.Brake, deprovision.Approve, named(step.Brake))
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded || len(h.stops) != 3 || h.state.Removed != footprintArtifacts+1 {
		t.Fatalf("ended %s: %+v %v", h.state.Status, h.stops, h.failures)
	}
	if l := h.ledger(); len(l) != 1 || l[0].Count != footprintArtifacts || l[0].Approved != "admin@contoso.example" || l[0].Plan != h.state.Plan.Digest {
		t.Errorf("reserved %+v", l)
	}
	if f := h.state.Facts[step.Brake]; !strings.HasPrefix(f, h.state.Plan.Digest) || !strings.HasSuffix(f, "approved by admin@contoso.example") {
		t.Errorf("the document keeps %q", f)
	}
}

func TestOnlyItsOwnNameApprovesTheBrake(t *testing.T) {
	t.Parallel()
	const suspect = "TMCAS monitoring mailbox"
	h := newHarness(t, nil)
	h.policy.Brake.PerHour, h.policy.ConfirmsItself = 1, true
	for _, names := range [][]string{{suspect}, {"Brake"}, {step.Brake, suspect}, {step.Brake, step.Brake}, {}} {
		h.decide(step.Brake, deprovision.Approve, named(names...))
	}
	h.decide(step.Brake, deprovision.Approve, named(step.Brake), func(d *deprovision.Decision) { d.PlanDigest = "sha256:old" })
	h.decide(step.Brake, deprovision.Approve, named(step.Brake), func(d *deprovision.Decision) { d.DecidedBy = "" })
	h.runAll(t.Context())
	checkBraked(t, h)
	if len(h.stops) != 8 || len(h.state.Approved) > 0 || len(h.plans) != 1 || len(h.ledger()) > 0 {
		t.Errorf("%d stops, approved %v, %d plans, reserved %v", len(h.stops), h.state.Approved, len(h.plans), h.ledger())
	}
}

func TestApprovalOfSuspectsPassesNoBrake(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.policy.Brake.PerHour = 1
	h.decide("confirm", deprovision.Approve, named("TMCAS monitoring mailbox"))
	h.decide("confirm", deprovision.Confirm)
	h.runAll(t.Context())
	checkBraked(t, h, "would remove 29 artifacts")
}

func TestOtherRemovalsOfTheTenantCountForAnHour(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.take(900, 61*time.Minute)
	h.take(973, 30*time.Minute)
	h.decide("confirm", deprovision.Confirm)
	h.runAll(t.Context())
	checkBraked(t, h, "at most 1000 within 1h0m0s, 973 are taken: 973 by contoso.teams.r973")
	h.clock.set(h.clock.Now().Add(31 * time.Minute))
	h.decide(step.Brake, deprovision.Retry)
	h.until(t.Context(), "remove-rerouting-rules")
	if l := h.ledger(); len(h.stops) != 2 || len(l) != 1 || l[0].Count != footprintArtifacts || l[0].Approved != "" {
		t.Errorf("stops %+v, reserved %+v", h.stops, l)
	}
}

func TestTooLargePartOfAKindWaits(t *testing.T) {
	t.Parallel()
	rules := func(n int) func(*tenantsim.Fixture) {
		return func(f *tenantsim.Fixture) {
			for i := len(f.Exchange.TransportRules); i < n; i++ {
				f.Exchange.TransportRules = append(f.Exchange.TransportRules, tenantsim.TransportRule{Name: fmt.Sprint("banner ", i)})
			}
		}
	}
	for name, tc := range map[string]struct {
		objects int
		share   float64
		held    bool
	}{
		"more than the part":        {guard.FewestObjects, 0.29, true},
		"the part":                  {guard.FewestObjects, 0.3, false},
		"the default part":          {guard.FewestObjects, 0, false},
		"of few objects all may go": {guard.FewestObjects - 1, 0.01, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, rules(tc.objects))
			h.policy.Brake.Share = tc.share
			h.decide("confirm", deprovision.Confirm)
			for h.name() != "remove-rerouting-rules" && (h.state.Status != deprovision.Waiting || h.resume()) {
				if h.state.Steps == nil {
					h.begin()
				}
				h.runOnce(t.Context())
			}
			if want := tc.objects / guard.FewestObjects * tc.objects; h.state.Plan.Objects[footprint.TransportRule] != want {
				t.Errorf("the document says %v", h.state.Plan.Objects)
			}
			if !tc.held {
				if h.name() != "remove-rerouting-rules" {
					t.Fatalf("%+v %v", h.state.Stop, h.failures)
				}
				return
			}
			checkBraked(t, h, "would remove 6 of the tenant's 20 of transport-rule; at most a part of 0.29")
			h.decide(step.Brake, deprovision.Approve, named(step.Brake))
			h.runAll(t.Context())
			if h.state.Status != deprovision.Succeeded {
				t.Errorf("%+v %v", h.state.Stop, h.failures)
			}
		})
	}
}

func TestWhoSkipsTheConfirmationDoesNotSkipTheBrake(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.policy.Brake.PerHour, h.policy.ConfirmsItself = 1, true
	h.ledgers.Fail = func(string) error { return &deprovision.Invalid{Field: "size", Allowed: "less"} }
	h.until(t.Context(), step.Confirm)
	h.runOnce(t.Context())
	h.decide("failed", deprovision.Skip)
	if !h.resume() || h.name() != "remove-rerouting-rules" {
		t.Fatalf("at %s: %v", h.name(), h.failures)
	}
	h.ledgers.Fail = nil
	h.runAll(t.Context())
	checkBraked(t, h)
	h.decide(step.Brake, deprovision.Approve, named(step.Brake))
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded || len(h.ledger()) != 1 {
		t.Errorf("ended %s at %+v %v, reserved %v", h.state.Status, h.state.Stop, h.failures, h.ledger())
	}
}

func TestNothingGoesWhileTheLedgerIsAway(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"get", "put"} {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, nil)
			h.policy.ConfirmsItself = true
			h.ledgers.Fail = func(o string) error {
				if o == op {
					return errors.New("no answer")
				}
				return nil
			}
			h.runAll(t.Context())
			if h.name() != step.Confirm || len(h.failures) < 2 || len(h.sim.Destructive()) > 0 {
				t.Errorf("at %s: %v", h.name(), h.failures)
			}
		})
	}
}

func TestLedgerThatCannotBeCountedHoldsThePlan(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.take(-1, 0)
	h.policy.ConfirmsItself = true
	h.runAll(t.Context())
	checkBraked(t, h, "it can't be read how much other removals have taken")
	h.decide(step.Brake, deprovision.Approve, named(step.Brake))
	h.until(t.Context(), "remove-rerouting-rules")
	if l := h.ledger(); len(l) != 1 || l[0].Count != footprintArtifacts {
		t.Errorf("reserved %+v", l)
	}
}

func TestInterruptedConfirmationReservesOnce(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.policy.ConfirmsItself, h.policy.Brake.PerHour = true, footprintArtifacts
	h.until(t.Context(), step.Confirm)
	for range 3 { // whose results were never appended
		if r, err := h.steps.Run(t.Context(), step.Confirm, h.work()); err != nil || r.Stop != nil {
			t.Fatal(r.Stop, err)
		}
		h.clock.set(h.clock.Now().Add(10 * time.Minute))
	}
	h.runAll(t.Context())
	if l := h.ledger(); h.state.Status != deprovision.Succeeded || len(l) != 1 || l[0].Count != footprintArtifacts {
		t.Errorf("ended %s, reserved %+v", h.state.Status, l)
	}
}

func TestWorkerWhoseLeaseEndedReservesNothing(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.policy.ConfirmsItself = true
	h.until(t.Context(), step.Confirm)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.steps.Run(ctx, step.Confirm, h.work()); err == nil || len(h.ledger()) > 0 {
		t.Errorf("%v, reserved %v", err, h.ledger())
	}
}

func TestRacingRequestsNeverPassTheLimitTogether(t *testing.T) {
	t.Parallel()
	const racers, room = 6, 3
	h := newHarness(t, nil)
	h.policy.ConfirmsItself, h.policy.Brake.PerHour = true, room*footprintArtifacts+1
	h.until(t.Context(), step.Confirm)
	results := make([]engine.Result, racers)
	errs := make([]error, racers)
	var all sync.WaitGroup
	for i := range racers {
		all.Go(func() {
			state := h.state.Clone()
			state.Request.ID = fmt.Sprint("race", i)
			work := engine.NewWork(func() deprovision.Progress { return state.Clone() }, nil, h, h.accounts[accountID])
			results[i], errs[i] = h.steps.Run(t.Context(), step.Confirm, work)
		})
	}
	all.Wait()
	passed := 0
	for i, r := range results {
		if errs[i] != nil {
			t.Error(errs[i])
		}
		if r.Stop == nil {
			passed++
		}
	}
	if passed != room || len(h.ledger()) != room {
		t.Errorf("%d passed, reserved %+v", passed, h.ledger())
	}
}

func TestEngineTakesTheApprovalOfTheBrake(t *testing.T) {
	t.Parallel()
	r := newEngineRig(t)
	r.policy.Brake.PerHour = 1
	r.decide("confirm", deprovision.Confirm)
	r.decide(step.Brake, deprovision.Approve, named(step.Brake))
	if p := r.run(); p.Status != deprovision.SucceededWithRemainder || p.Removed != footprintArtifacts+1 {
		t.Fatalf("%s: removed %d; %s", p.Status, p.Removed, p.Detail)
	}
	stops := 0
	for _, e := range r.events() {
		if s := e.Progress.Stop; s != nil && s.Name == step.Brake && e.Progress.Removed == 0 {
			stops++
		}
	}
	if stops != 1 {
		t.Errorf("%d stops at the brake", stops)
	}
}
