package step_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// stays lists the names of what would be left; those of suspects begin with "suspect".
func stays(l engine.Leftover) []string {
	var names []string
	for _, r := range l.Stays {
		if strings.Contains(r.Instructions, "only resembles") {
			r.Name = "suspect " + r.Name
		}
		names = append(names, r.Name)
	}
	return names
}

func contains(names []string, part string) bool {
	return slices.ContainsFunc(names, func(n string) bool {
		return strings.Contains(n, part) && (!strings.HasPrefix(n, "suspect") || strings.HasPrefix(part, "suspect"))
	})
}

func TestLeftTellsWhatStays(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		at     string // the step
		runs   int    // further runs of it
		change func(*harness)
		note   string
		has    []string
		hasNot []string
	}{
		"before anything was read": {step.VerifyAccount, 0, nil, "is not known",
			[]string{tenantsim.RuleIncomingDomain, tenantsim.InboundForIncoming, "App Id " + tenantsim.ProductAppID, "SPF", "row of the service account"}, nil},
		"before the first removal": {"remove-rerouting-rules", 0, nil, "mail still takes the vendor's way: 4 of 4",
			[]string{tenantsim.RuleIncomingDomain, tenantsim.RuleSkipSpam, "SPF", "suspect transport-rule TMCAS monitoring mailbox"}, nil},
		"one rule is gone": {"remove-rerouting-rules", 0, func(h *harness) { h.state.Cursor = 1 }, "3 of 4",
			[]string{tenantsim.RuleIncomingUser, "suspect transport-rule TMCAS monitoring"}, []string{tenantsim.RuleIncomingDomain}},
		"one rule is in doubt": {"remove-rerouting-rules", 0, func(h *harness) {
			h.state.Cursor, h.state.MaybeCalled = 3, h.plan().Of("remove-rerouting-rules")[3].ID
		}, "mail may still take the vendor's way", []string{tenantsim.RuleSkipSpam}, []string{tenantsim.RuleOutgoingUser}},
		"in the drain": {step.Drain, 1, nil, "mail no longer takes the vendor's way",
			[]string{tenantsim.RuleSkipSpam, tenantsim.InboundForIncoming}, []string{tenantsim.RuleIncomingUser, tenantsim.OutboundForIncoming}},
		"after letting go": {"remove-consent", 0, nil, "no longer", []string{"service-principal"}, []string{tenantsim.InboundForIncoming}},
		"the hook was maybe called": {step.RemoveAtProduct, 0, func(h *harness) { h.state.MaybeCalled = step.RemoveAtProduct }, "no longer",
			nil, []string{"row of the service account"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, nil)
			h.policy.ConfirmsItself = true
			h.until(t.Context(), tc.at)
			for range tc.runs {
				h.runOnce(t.Context())
			}
			if tc.change != nil {
				tc.change(h)
			}
			var rest []string
			for _, s := range h.state.Steps[h.state.Step:] {
				rest = append(rest, s.Name)
			}
			left := h.left(rest...)
			if !strings.Contains(left.Note, tc.note) {
				t.Errorf("notes %q", left.Note)
			}
			for _, want := range tc.has {
				if !contains(stays(left), want) {
					t.Errorf("%s is missing in %v", want, stays(left))
				}
			}
			for _, not := range tc.hasNot {
				if contains(stays(left), not) {
					t.Errorf("%s stands in %v", not, stays(left))
				}
			}
		})
	}
}

func TestCancelAfterLettingGoNamesWhatIsGivenUp(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.policy.ConfirmsItself = true
	h.until(t.Context(), "remove-service-principal")
	left := h.left("remove-service-principal", step.VerifyRemoval)
	if !slices.ContainsFunc(left.Stays, func(r deprovision.Remainder) bool {
		return strings.HasPrefix(r.Name, "service-principal") && strings.Contains(r.Instructions, "given up")
	}) {
		t.Errorf("%+v", left.Stays)
	}
}
