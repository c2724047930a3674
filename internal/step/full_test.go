package step_test

import (
	"testing"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestEveryServiceIsRemoved(t *testing.T) {
	t.Parallel()
	for _, a := range fullAccounts() {
		t.Run(a.ID, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, a.ID, nil)
			h.decide("confirm", deprovision.Confirm)
			h.decide("manual", deprovision.ManualDone)
			h.runAll(t.Context())
			t.Logf("%s %+v %v", h.state.Status, h.state.Stop, h.failures)
			for _, e := range h.evidence {
				t.Logf("  %s %s %s %s (%s)", e.Outcome, e.Artifact.Kind, e.Artifact.Name, e.Call, e.Artifact.Match)
			}
			for _, r := range h.state.Remainder {
				t.Logf("  left %s: %s", r.Name, r.Instructions)
			}
			for _, c := range h.sim.Changes("") {
				t.Logf("  change %+v", c)
			}
		})
	}
}
