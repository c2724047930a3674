package memory_test

import (
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/engine/memory"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestStopThatNoListNamesEndsATest(t *testing.T) {
	t.Parallel()
	r := deprovision.Request{ID: "r1", Tenant: "contoso", Service: deprovision.Teams, Account: "teams"}
	for name, tc := range map[string]struct {
		stop  *deprovision.Stop
		fault bool
	}{
		"no stop":               {},
		"a part of what it may": {stop: &deprovision.Stop{Name: deprovision.StopConfirm, Offers: []deprovision.Verb{deprovision.Confirm, deprovision.Cancel}}},
		"no such stop":          {stop: &deprovision.Stop{Name: "wait"}, fault: true},
		"another stop's answer": {stop: &deprovision.Stop{Name: deprovision.StopConfirm, Offers: []deprovision.Verb{deprovision.Retry}}, fault: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if found := recover() != nil; found != tc.fault {
					t.Errorf("refused: %v, want %v", found, tc.fault)
				}
			}()
			event := deprovision.Event{Progress: deprovision.Progress{Request: r, Seq: 1, Stop: tc.stop}, Change: deprovision.Change{ID: "c1"}}
			if _, err := (&memory.Journal{}).Append(t.Context(), r.Ref(), 0, event); err != nil {
				t.Error(err)
			}
		})
	}
}
