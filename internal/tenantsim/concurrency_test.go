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

// TestManyHandsDeleteAFolderOnce does the same below Graph's services, with readers that look through the lag meanwhile.
func TestManyHandsDeleteAFolderOnce(t *testing.T) {
	t.Parallel()
	r := services(t, sim.Options{Behaviour: sim.Behaviour{
		Consistency: sim.Consistency{DeletedReads: 5, NewReads: 2}, Throttle: sim.DocumentedBudgets()[:3], Graph: sim.GraphBehaviour{MailboxConcurrency: 100}}})
	g, chat := r.graphToken(), r.token(sim.ChatProductAppID, sim.ServicesSecret, graphScope)
	folder := "/v1.0/users/" + mia + "/mailFolders/" + r.folder(g, mia, "", sim.QuarantineFolder)
	subscription := "/v1.0/subscriptions/" + r.id(sim.KindSubscription, "chats/getAllMessages")
	app := "/v1.0/users/" + mia + "/teamwork/installedApps/" + r.graph("GET", "/users/"+mia+"/teamwork/installedApps", g, nil).column("id")[0]
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, path := range []string{folder, app, subscription} {
				token := g
				if path == subscription {
					token = chat
				}
				_, _ = r.try(r.request("GET", path, token, nil))
				_, _ = r.try(r.request("DELETE", path, token, nil))
				_, _ = r.try(r.request("GET", "/v1.0/users/"+mia+"/mailFolders/deleteditems/childFolders?includeHiddenFolders=true", g, nil))
			}
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
