package step_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestRenamedObjectIsLeftForAPerson(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.policy.ConfirmsItself = true
	h.until(t.Context(), "remove-return-rules")
	plan := h.plan()
	for i, a := range plan.Artifacts {
		if a.Name == tenantsim.RuleSkipSpam {
			plan.Artifacts[i].Name = tenantsim.RuleSkipSpam + " as it was" // as if it had been renamed since
		}
	}
	h.plans[h.state.Plan.Digest] = plan
	h.runAll(t.Context())
	if !slices.Contains(h.sim.Names(tenantsim.InlineTenantID, tenantsim.KindTransportRule), tenantsim.RuleSkipSpam) {
		t.Fatal("it was removed")
	}
	if h.state.Status != deprovision.Succeeded || !slices.ContainsFunc(h.state.Remainder, func(r deprovision.Remainder) bool {
		return strings.Contains(r.Instructions, "it is called") && strings.Contains(r.Instructions, "Remove-TransportRule")
	}) {
		t.Errorf("ended %s, remainder %+v", h.state.Status, h.state.Remainder)
	}
}

func TestStepGoesOnAtItsCursor(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.policy.ConfirmsItself = true
	lost := errors.New("somebody else has the request")
	h.advanced = func(string) error { return lost }
	h.until(t.Context(), "remove-rerouting-rules")
	h.runOnce(t.Context())
	if h.state.Cursor != 1 || len(h.sim.Destructive()) != 1 || !errors.Is(h.failures[0], lost) {
		t.Fatalf("cursor %d after %d calls: %v", h.state.Cursor, len(h.sim.Destructive()), h.failures)
	}
	h.advanced = nil
	h.runAll(t.Context())
	checkEachByOneCall(t, h)
}

func TestNothingIsRemovedWithoutAConfirmedPlan(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*harness){
		"confirm was skipped": func(h *harness) { h.state.Facts = nil },
		"another plan":        func(h *harness) { h.state.Facts[step.Confirm] = "sha256:other by admin" },
		"disarmed meanwhile":  func(h *harness) { h.policy.Armed = false },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, nil)
			h.decide("confirm", deprovision.Confirm)
			h.until(t.Context(), "remove-rerouting-rules")
			change(h)
			h.runOnce(t.Context())
			if h.state.Stop == nil || len(h.sim.Destructive()) > 0 {
				t.Fatalf("%d destructive calls, stop %+v", len(h.sim.Destructive()), h.state.Stop)
			}
		})
	}
}

func TestGroupGoesTheWayOfItsKind(t *testing.T) {
	t.Parallel()
	regroup := func(kind tenantsim.GroupKind) func(*tenantsim.Fixture) {
		return func(f *tenantsim.Fixture) { f.Groups[0].Kind = kind }
	}
	for name, tc := range map[string]struct {
		fixture func(*tenantsim.Fixture)
		kind    deprovision.ArtifactKind
		call    string
	}{
		"Microsoft 365": {nil, footprint.Microsoft365Group, "DELETE"},
		"security":      {regroup(tenantsim.GroupSecurity), footprint.SecurityGroup, "DELETE"},
		"distribution":  {regroup(tenantsim.GroupDistribution), footprint.DistributionGroup, "Remove-DistributionGroup"},
		"mail-enabled":  {regroup(tenantsim.GroupMailEnabledSecurity), footprint.DistributionGroup, "Remove-DistributionGroup"},
		"dynamic": {func(f *tenantsim.Fixture) {
			f.Groups = f.Groups[1:]
			f.Exchange.DynamicDistributionGroups = append(f.Exchange.DynamicDistributionGroups, tenantsim.DynamicGroup{Name: tenantsim.GroupIncoming})
		}, footprint.DynamicGroup, "Remove-DynamicDistributionGroup"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, tc.fixture)
			h.policy.ConfirmsItself = true
			h.until(t.Context(), step.Drain)
			i := slices.IndexFunc(h.evidence, func(e deprovision.Evidence) bool { return e.Artifact.Name == tenantsim.GroupIncoming })
			if i < 0 || h.evidence[i].Artifact.Kind != tc.kind || !strings.HasPrefix(h.evidence[i].Call, tc.call) {
				t.Fatalf("%+v", h.evidence)
			}
			checkEachByOneCall(t, h)
		})
	}
}

func TestRightsThatOnlyThisPlanNeedsAreAskedForBeforeAnythingGoes(t *testing.T) {
	t.Parallel()
	h := newHarness(t, func(f *tenantsim.Fixture) { f.Groups[0].Kind = tenantsim.GroupDistribution })
	h.policy.ConfirmsItself = true
	h.client.mayNot = "Remove-DistributionGroup"
	h.until(t.Context(), step.TakeInventory) // no word of it before anybody knows that there is such a group
	h.runAll(t.Context())
	if s := h.state.Stop; s == nil || s.Name != "missing-rights" || !strings.Contains(s.Detail, "Remove-DistributionGroup") || h.name() != step.TakeInventory {
		t.Fatalf("at %s: %+v", h.name(), s)
	}
	h.client.mayNot = ""
	h.decide("missing-rights", deprovision.Retry)
	h.until(t.Context(), step.Drain)
}

func TestObjectYoungerThanTheRequestStays(t *testing.T) {
	t.Parallel()
	h := newHarness(t, func(f *tenantsim.Fixture) { f.Exchange.InboundConnectors = f.Exchange.InboundConnectors[1:] })
	h.clock.set(h.clock.Now().Add(time.Minute))
	if _, err := h.client.Do(t.Context(), "New-InboundConnector", map[string]any{"Name": tenantsim.InboundForIncoming}); err != nil {
		t.Fatal(err)
	}
	h.policy.ConfirmsItself = true
	h.runAll(t.Context())
	if !slices.Contains(h.sim.Names(tenantsim.InlineTenantID, tenantsim.KindInboundConnector), tenantsim.InboundForIncoming) {
		t.Fatal("it was removed")
	}
	if !slices.ContainsFunc(h.state.Remainder, func(r deprovision.Remainder) bool {
		return strings.HasPrefix(r.Name, "inbound-connector "+tenantsim.InboundForIncoming+" (") && strings.Contains(r.Instructions, "after the request")
	}) {
		t.Errorf("%+v", h.state.Remainder)
	}
}

func TestConfirmationAtALaterStepHoldsForTheRest(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.decide("confirm", deprovision.Confirm)
	h.until(t.Context(), "remove-rerouting-rules")
	h.state.Facts = nil
	h.decide("confirm", deprovision.Confirm)
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded || len(h.stops) != 2 {
		t.Errorf("ended %s after %+v", h.state.Status, h.stops)
	}
}

func TestLeaseThatEndedSendsNothing(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.policy.ConfirmsItself = true
	h.until(t.Context(), "remove-rerouting-rules")
	before := len(h.sim.Calls())
	h.runOnce(&ended{Context: t.Context()})
	if got := len(h.sim.Calls()) - before; got != 0 || len(h.failures) != 1 {
		t.Errorf("%d calls, %v", got, h.failures)
	}
}

// ended is a lease that ran out while nobody looked: Done is still open.
type ended struct{ context.Context }

func (*ended) Err() error { return context.DeadlineExceeded }
