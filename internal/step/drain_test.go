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

func TestDrain(t *testing.T) {
	t.Parallel()
	minute, none := deprovision.Duration(time.Minute), deprovision.Duration(0)
	hour := time.Hour
	for name, tc := range map[string]struct {
		change func(*harness)
		parks  []time.Duration
	}{
		"the footprint's day": {func(*harness) {}, []time.Duration{24 * time.Hour}},
		"the tenant's policy": {func(h *harness) { h.policy.Drain = &hour }, []time.Duration{time.Hour}},
		"the request's own":   {func(h *harness) { h.policy.Drain = &hour; h.state.Request.Options.Drain = &minute }, []time.Duration{time.Minute}},
		"none":                {func(h *harness) { h.state.Request.Options.Drain = &none }, nil},
		"lagging reads, first": {func(h *harness) { h.lag(tenantsim.Consistency{DeletedFor: 15 * time.Second}) },
			[]time.Duration{10 * time.Second, 20 * time.Second, 24 * time.Hour}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, nil)
			h.policy.ConfirmsItself = true
			tc.change(h)
			h.until(t.Context(), "remove-return-rules")
			if !slices.Equal(h.parks, tc.parks) {
				t.Errorf("parked %v, want %v", h.parks, tc.parks)
			}
		})
	}
	t.Run("nothing reroutes", func(t *testing.T) {
		t.Parallel()
		h := newHarness(t, func(f *tenantsim.Fixture) { f.Exchange.TransportRules = f.Exchange.TransportRules[4:] })
		h.policy.ConfirmsItself = true
		h.until(t.Context(), "remove-return-rules")
		if len(h.parks) > 0 {
			t.Errorf("parked %v", h.parks)
		}
	})
	t.Run("woken early", func(t *testing.T) {
		t.Parallel()
		h := newHarness(t, nil)
		h.policy.ConfirmsItself = true
		h.until(t.Context(), step.Drain)
		h.runOnce(t.Context())
		ends := h.clock.Now()
		h.clock.set(ends.Add(-time.Hour))
		h.runOnce(t.Context())
		if h.name() != step.Drain || !h.clock.Now().Equal(ends) {
			t.Errorf("at %s, %s", h.name(), h.clock.Now())
		}
	})
}

func (h *harness) lag(c tenantsim.Consistency) {
	if err := h.sim.SetBehaviour(tenantsim.InlineTenantID, tenantsim.Behaviour{Consistency: c}); err != nil {
		h.t.Fatal(err)
	}
}

func TestRuleThatTheProductMakesAgainKeepsTheWayBackOpen(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.policy.ConfirmsItself = true
	h.until(t.Context(), step.Drain)
	h.runOnce(t.Context()) // a day passes
	if _, err := h.client.Do(t.Context(), "New-TransportRule", map[string]any{"Name": tenantsim.RuleIncomingDomain}); err != nil {
		t.Fatal(err)
	}
	h.runAll(t.Context())
	if s := h.state.Stop; s == nil || s.Name != "still-rerouting" || !strings.Contains(s.Detail, tenantsim.RuleIncomingDomain) {
		t.Fatalf("at %s: %+v", h.name(), s)
	}
	id, _ := h.sim.ObjectID(tenantsim.InlineTenantID, tenantsim.KindTransportRule, tenantsim.RuleIncomingDomain)
	if _, err := h.client.Do(t.Context(), "Remove-TransportRule", map[string]any{"Identity": id}); err != nil {
		t.Fatal(err)
	}
	h.decide("still-rerouting", deprovision.Retry)
	before := len(h.parks)
	h.until(t.Context(), "remove-return-rules")
	if len(h.parks) != before+1 || h.parks[before] != 24*time.Hour {
		t.Errorf("the drain did not begin anew: %v", h.parks)
	}
}

func TestTheWayBackStaysWhileMailIsRerouted(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.policy.ConfirmsItself = true
	h.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{Cmdlet: "Remove-TransportRule", Nth: 4}, Do: tenantsim.FaultForbidden, Times: -1})
	h.decide("failed", deprovision.Skip)
	h.decide("failed", deprovision.Skip) // the connector that the rule still uses
	h.runAll(t.Context())
	if h.state.Stop == nil || h.state.Stop.Name != "still-rerouting" || h.name() != step.Drain || len(h.parks) > 0 {
		t.Fatalf("at %s: %+v %v", h.name(), h.state.Stop, h.parks)
	}
	if left := h.left(step.Drain, "remove-return-rules"); !strings.Contains(left.Note, "1 of 4") {
		t.Errorf("says %q", left.Note)
	}
	if names := h.sim.Names(tenantsim.InlineTenantID, tenantsim.KindInboundConnector); !slices.Contains(names, tenantsim.InboundForIncoming) {
		t.Error("the way back is closed")
	}
}
