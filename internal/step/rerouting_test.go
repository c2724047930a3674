package step_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestTheWayBackStaysWhileRulesWithLocalNamesReroute(t *testing.T) {
	t.Parallel()
	h := newHarness(t, func(f *tenantsim.Fixture) {
		for i := range f.Exchange.OutboundConnectors {
			if strings.HasPrefix(f.Exchange.OutboundConnectors[i].Name, "TMCAS") {
				f.Exchange.OutboundConnectors[i].Name = strings.Replace(f.Exchange.OutboundConnectors[i].Name, "Outbound Connector for", "送信コネクタ", 1)
			}
		}
		for i, r := range f.Exchange.TransportRules {
			if strings.HasPrefix(r.Name, "TMCAS") && r.OutboundConnector != "" {
				f.Exchange.TransportRules[i].Name = strings.Replace(r.Name, "Transport Rule", "トランスポートルール", 1)
				f.Exchange.TransportRules[i].OutboundConnector = strings.Replace(r.OutboundConnector, "Outbound Connector for", "送信コネクタ", 1)
			}
		}
	})
	h.policy.ConfirmsItself = true
	h.until(t.Context(), step.Confirm)
	note := h.left(h.steps.Names(h.state.Request)...).Note
	if strings.Contains(note, "no longer") {
		t.Errorf("a cancel would say %q", note)
	}
	h.runAll(t.Context())
	if names := h.sim.Names(tenantsim.InlineTenantID, tenantsim.KindInboundConnector); !slices.Contains(names, tenantsim.InboundForIncoming) {
		t.Error("the way back is closed while rules still send mail to the product")
	}
}

func TestTheWayBackStaysWhileASuspectReroutes(t *testing.T) {
	t.Parallel()
	h := newHarness(t, func(f *tenantsim.Fixture) {
		f.Exchange.OutboundConnectors = append(f.Exchange.OutboundConnectors, tenantsim.OutboundConnector{Name: "TMCAS legacy out", RuleScoped: true, SmartHosts: []string{"x.tmcas.trendmicro.com"}})
		f.Exchange.TransportRules = append(f.Exchange.TransportRules, tenantsim.TransportRule{Name: "TMCAS legacy rule", OutboundConnector: "TMCAS legacy out"})
	})
	h.policy.ConfirmsItself = true
	h.runAll(t.Context())
	if names := h.sim.Names(tenantsim.InlineTenantID, tenantsim.KindInboundConnector); !slices.Contains(names, tenantsim.InboundForIncoming) {
		t.Error("the way back is closed while a rule still sends mail to the product")
	}
	if note := h.left(step.VerifyRemoval, step.RemoveAtProduct, step.CloseAccount).Note; strings.Contains(note, "no longer") {
		t.Errorf("a cancel now says %q", note)
	}
}

func TestTheWayBackStaysWhileWhatWasMadeAnewReroutes(t *testing.T) {
	t.Parallel()
	h := newHarness(t, func(f *tenantsim.Fixture) {
		f.Exchange.OutboundConnectors = append(f.Exchange.OutboundConnectors, tenantsim.OutboundConnector{Name: "customer's", RuleScoped: true, SmartHosts: []string{"x.tmcas.trendmicro.com"}})
	})
	h.policy.ConfirmsItself = true
	h.until(t.Context(), step.Drain)
	h.runOnce(t.Context()) // parked for a day, and the day went by; meanwhile the product, whose account is still there, made its objects anew
	for _, c := range []struct {
		cmdlet string
		p      map[string]any
	}{
		{"New-OutboundConnector", map[string]any{"Name": tenantsim.OutboundForIncoming, "IsTransportRuleScoped": true, "SmartHosts": []string{"x.tmcas.trendmicro.com"}}},
		{"New-TransportRule", map[string]any{"Name": tenantsim.RuleIncomingDomain, "RouteMessageOutboundConnector": tenantsim.OutboundForIncoming}},
	} {
		if _, err := h.client.Do(t.Context(), c.cmdlet, c.p); err != nil {
			t.Fatal(err)
		}
	}
	h.runAll(t.Context())
	if names := h.sim.Names(tenantsim.InlineTenantID, tenantsim.KindInboundConnector); !slices.Contains(names, tenantsim.InboundForIncoming) {
		t.Error("the way back is closed while a rule of the product sends mail to it")
	}
	id, _ := h.sim.ObjectID(tenantsim.InlineTenantID, tenantsim.KindTransportRule, tenantsim.RuleIncomingDomain)
	named := slices.ContainsFunc(h.state.Remainder, func(r deprovision.Remainder) bool { return strings.Contains(r.Name, id) })
	if h.state.Status.Terminal() && !named {
		t.Errorf("ended %s without naming the rule that is in place: %+v", h.state.Status, h.state.Remainder)
	}
}

func TestMailNoteKnowsWhatIsInDoubt(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.policy.ConfirmsItself = true
	h.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{Cmdlet: "Remove-TransportRule", Nth: 4}, Do: tenantsim.FaultResetBeforeCommit, Times: -1})
	h.decide("failed", deprovision.Skip)
	h.decide("failed", deprovision.Skip)
	h.runAll(t.Context())
	if note := h.left(step.Drain, "remove-return-rules").Note; strings.Contains(note, "no longer") {
		t.Errorf("a cancel at %s says %q", h.state.Stop.Name, note)
	}
}
