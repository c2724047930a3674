package tenantsim_test

import (
	"sync"
	"testing"

	sim "github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

// TestManyHandsRemoveOnce lets several clients remove the same objects at once:
// each object is removed by one call, all others find it absent.
func TestManyHandsRemoveOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.InlineTenant(), sim.Options{Behaviour: sim.Behaviour{Consistency: sim.Consistency{DeletedReads: 5}}})
	x, g := r.exchangeToken(), r.graphToken()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, rule := range []string{sim.RuleSkipSpam, sim.RuleMoveToJunk} {
				_, _ = r.try(r.cmdletRequest(x, "Get-TransportRule", params{"Identity": rule}))
				_, _ = r.try(r.cmdletRequest(x, "Remove-TransportRule", params{"Identity": rule}))
			}
			_, _ = r.try(r.request("GET", "/v1.0/servicePrincipals/"+sim.ProductID, g, nil))
			_, _ = r.try(r.request("DELETE", "/v1.0/servicePrincipals/"+sim.ProductID, g, nil))
		})
	}
	wg.Wait()
	effects := map[sim.Effect]int{}
	for _, c := range r.sim.Destructive() {
		effects[c.Effect]++
	}
	if effects[sim.EffectRemoved] != 3 || effects[sim.EffectAbsent] != 21 {
		t.Fatalf("%v", effects)
	}
}
