package step_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// sister is another account on the same App Id.
func sister(change func(*deprovision.Account)) deprovision.Account {
	a := inlineAccount()
	a.ID, a.Service, a.Open = "mail", deprovision.ExchangeOnline, ""
	if change != nil {
		change(&a)
	}
	return a
}

func TestSharedAppStaysWhileAnotherAccountUsesIt(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		sister deprovision.Account
		stays  bool
	}{
		"in use":         {sister(nil), true},
		"closed":         {sister(func(a *deprovision.Account) { a.State = deprovision.AccountClosed }), false},
		"has let go":     {sister(func(a *deprovision.Account) { a.LetGo = []string{"app:" + tenantsim.ProductAppID} }), false},
		"another App Id": {sister(func(a *deprovision.Account) { a.AppID = tenantsim.ReaderAppID }), false},
		"let go of another app": {sister(func(a *deprovision.Account) {
			a.AppID, a.LetGo = strings.ToUpper(a.AppID), []string{"app:" + tenantsim.ReaderAppID}
		}), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, nil)
			h.put(tc.sister)
			h.policy.ConfirmsItself = true
			h.runAll(t.Context())
			if h.state.Status != deprovision.Succeeded {
				t.Fatalf("%+v %v", h.state.Stop, h.failures)
			}
			if stays := len(h.sim.RemovedBy(tenantsim.ProductID)) == 0; stays != tc.stays {
				t.Errorf("the service principal stays: %t", stays)
			}
			if !slices.Contains(h.accounts[accountID].LetGo, "app:"+tenantsim.ProductAppID) {
				t.Errorf("the account let go of %v", h.accounts[accountID].LetGo)
			}
			for _, p := range h.state.Steps {
				if strings.HasPrefix(p.Name, "remove-") && p.Done != p.Total {
					t.Errorf("%s: %d of %d", p.Name, p.Done, p.Total)
				}
			}
			said := slices.ContainsFunc(h.state.Remainder, func(r deprovision.Remainder) bool {
				return strings.HasPrefix(r.Name, "service-principal") && strings.Contains(r.Instructions, "still used by the service account mail")
			})
			if said != tc.stays {
				t.Errorf("the remainder tells: %t", said)
			}
		})
	}
}

func TestTheWorkersOwnAppStays(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	a := inlineAccount()
	a.AppID = tenantsim.WorkerAppID
	h.put(a)
	h.policy.ConfirmsItself = true
	h.runAll(t.Context())
	if len(h.sim.RemovedBy(tenantsim.WorkerID)) > 0 {
		t.Fatal("the worker removed itself")
	}
	for _, c := range h.sim.Destructive() {
		if c.API == tenantsim.APIGraph && c.Kind != tenantsim.KindGroup {
			t.Errorf("a call that took the worker's rights: %+v", c)
		}
	}
}

func TestAnotherPrincipalOfTheSameAppStays(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.policy.ConfirmsItself = true
	h.until(t.Context(), "remove-service-principal")
	plan := h.plan()
	last := len(plan.Artifacts) - 1
	plan.Artifacts[last].ID = "00000000-1111-2222-3333-444444444444" // consented to anew since: the planned one is gone
	h.plans[h.state.Plan.Digest] = plan
	h.runOnce(t.Context())
	if h.outcomes()[tenantsim.ProductName] != deprovision.FoundGone || len(h.sim.RemovedBy(tenantsim.ProductID)) > 0 {
		t.Errorf("%v", h.evidence[len(h.evidence)-1])
	}
}
