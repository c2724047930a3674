package step_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// twin is another request in the same tenant, with the same records, whose steps can be made between those of the first.
func (h *harness) twin(account string) *harness {
	other := *h
	other.used, other.answer = nil, map[string][]deprovision.Decision{}
	other.ask(account)
	return &other
}

// orders are all orders in which n steps of one and m of another can be made.
func orders(n, m int) []string {
	if n == 0 || m == 0 {
		return []string{strings.Repeat("a", n) + strings.Repeat("b", m)}
	}
	var out []string
	for _, o := range orders(n-1, m) {
		out = append(out, "a"+o)
	}
	for _, o := range orders(n, m-1) {
		out = append(out, "b"+o)
	}
	return out
}

func TestOfTwoSistersOneRemovesWhatTheyShare(t *testing.T) {
	t.Parallel()
	for _, shares := range []string{"remove-delegate-user", "remove-service-principal"} {
		t.Run(shares, func(t *testing.T) {
			t.Parallel()
			for _, order := range orders(3, 3) {
				a := newSisters(t, shares)
				b := a.twin("onedrive" + suffix(shares))
				run := map[rune]*harness{'a': a, 'b': b}
				a.policy.ConfirmsItself = true
				for _, h := range []*harness{a, b} {
					h.until(t.Context(), shares)
				}
				for _, who := range order {
					h := run[who]
					if h.name() == shares { // one artifact, or an attempt at it, at a time
						h.advanced = func(string) error { return errCrash }
						h.runOnce(t.Context())
						h.advanced = nil
					}
				}
				for _, h := range []*harness{a, b} {
					h.failures, h.state.Attempts = nil, 0
					h.fullRunOn(t)
				}
				checkOneRemoved(t, order, shares, a, b)
			}
		})
	}
}

func suffix(shares string) string {
	if shares == "remove-delegate-user" {
		return "-delegate"
	}
	return ""
}

// newSisters stands before two accounts that share a user, or an app.
func newSisters(t *testing.T, shares string) *harness {
	t.Helper()
	h := newFull(t, "sharepoint"+suffix(shares), nil)
	if shares == "remove-service-principal" {
		a := h.accounts["onedrive"]
		a.AppID = h.accounts["sharepoint"].AppID
		h.put(a)
	}
	return h
}

// gated makes a sister's writes and looks at the records wait for their turn.
type gated struct {
	*store
	turn chan struct{} // one turn each; closed: no more waiting
	done chan struct{} // when one is over
}

func (g gated) take() func() {
	_, wait := <-g.turn
	return func() {
		if wait {
			g.done <- struct{}{}
		}
	}
}

func (g gated) Put(ctx context.Context, a deprovision.Account, expected uint64) (uint64, error) {
	defer g.take()()
	return g.store.Put(ctx, a, expected)
}

func (g gated) Of(ctx context.Context, tenant string) ([]deprovision.Account, error) {
	defer g.take()()
	return g.store.Of(ctx, tenant)
}

// TestSistersThatLookAtOnceLeaveNothing interleaves what two sisters do about an app that they share: each writes that it lets go, and then looks.
func TestSistersThatLookAtOnceLeaveNothing(t *testing.T) {
	t.Parallel()
	const shared = "remove-service-principal"
	for _, order := range orders(2, 2) {
		t.Run(order, func(t *testing.T) {
			t.Parallel()
			a := newSisters(t, shared)
			a.policy.ConfirmsItself = true // of both, which are of one tenant
			b := a.twin("onedrive")
			gates := map[rune]gated{}
			var runs sync.WaitGroup
			sisters := map[rune]*harness{'a': a, 'b': b}
			for _, h := range sisters {
				h.until(t.Context(), "remove-consent")
				h.stepOver(deprovision.StepSkipped) // it would let go of the app before
				h.until(t.Context(), shared)
			}
			for who, h := range sisters {
				g := gated{h.store, make(chan struct{}), make(chan struct{})}
				gates[who] = g
				h.steps = step.New(step.Deps{Tenants: h.tenant, Accounts: g, Brake: h.ledgers, Footprints: h.print, Clock: h.clock,
					Policy: func(string) step.Policy { return step.Policy{Armed: true, ConfirmsItself: true} }})
				runs.Go(func() { h.runOnce(t.Context()) })
			}
			for _, who := range order {
				gates[who].turn <- struct{}{}
				<-gates[who].done
			}
			for _, g := range gates {
				close(g.turn)
			}
			runs.Wait()
			if n := len(a.sim.RemovedBy(a.principalID(t))); n != 1 || len(a.failures)+len(b.failures) > 0 {
				t.Errorf("removed by %d calls: %v %v", n, a.failures, b.failures)
			}
		})
	}
}

// checkOneRemoved expects that what is shared is gone by the end, each by one call at most, with evidence of one sister at least: never does each
// leave it to the other.
func checkOneRemoved(t *testing.T, order, shared string, a, b *harness) {
	t.Helper()
	kinds := []deprovision.ArtifactKind{footprint.ServicePrincipal}
	if shared == "remove-delegate-user" {
		kinds = []deprovision.ArtifactKind{footprint.UserRole, footprint.UserSignIn, footprint.DelegateUser}
	}
	for _, kind := range kinds {
		removed, gone := 0, 0
		for _, e := range append(slices.Clone(a.evidence), b.evidence...) {
			switch {
			case e.Artifact.Kind != kind:
			case e.Outcome == deprovision.Removed:
				removed++
			default:
				gone++
			}
		}
		if removed > 1 || removed+gone == 0 {
			t.Errorf("%s: %s was removed %d times, and found gone %d times", order, kind, removed, gone)
		}
		for _, r := range append(slices.Clone(a.state.Remainder), b.state.Remainder...) {
			if strings.HasPrefix(r.Name, string(kind)+" ") && strings.Contains(r.Instructions, "called about") {
				t.Errorf("%s: %+v", order, r)
			}
		}
	}
	for _, c := range a.sim.Destructive() {
		if c.Kind == tenantsim.KindUser && c.Effect == tenantsim.EffectAbsent {
			t.Errorf("%s: %+v", order, c)
		}
	}
	left := rest(a.sim)
	if shared == "remove-delegate-user" && left["user"] > 0 || shared == "remove-service-principal" && len(a.sim.RemovedBy(a.principalID(t))) != 1 {
		t.Errorf("%s: neither has removed it: %v", order, left)
	}
}

// principalID is the id of the service principal that the first account's plan has.
func (h *harness) principalID(t *testing.T) string {
	t.Helper()
	list := h.plan().Of("remove-service-principal")
	if len(list) != 1 {
		t.Fatalf("%+v", list)
	}
	return list[0].ID
}

func TestCancelAfterLettingGoListsItAsGivenUp(t *testing.T) {
	t.Parallel()
	h := newFull(t, "sharepoint-delegate", nil)
	h.policy.ConfirmsItself = true
	h.until(t.Context(), "remove-delegate-user")
	h.advanced = func(string) error { return errCrash }
	h.runOnce(t.Context())
	left := h.left("remove-delegate-user").Stays
	if len(left) != 2 { // of three, the first is behind the cursor
		t.Fatalf("%+v", left)
	}
	for _, r := range left {
		if !strings.Contains(r.Instructions, "given up by this account") {
			t.Errorf("%+v", r)
		}
	}
}

func TestGlobalAdministratorHasToBeAcknowledged(t *testing.T) {
	t.Parallel()
	const code = "delegate-is-global-administrator"
	h := newFull(t, "onedrive-delegate", nil)
	h.runAll(t.Context())
	if !slices.Contains(h.everything(), code) || h.state.Stop.Name != "confirm" {
		t.Fatalf("%v %+v", h.everything(), h.state.Stop)
	}
	d := func(d *deprovision.Decision) {
		d.PlanDigest, d.Acknowledged = h.state.Plan.Digest, []string{"quarantine-lost"}
	}
	h.decide("confirm", deprovision.Confirm, d)
	h.runAll(t.Context())
	if h.state.Status != deprovision.Waiting || !strings.Contains(h.state.Stop.Detail, code) || len(h.sim.Destructive()) > 0 {
		t.Errorf("%s %+v", h.state.Status, h.state.Stop)
	}
	calm := newFull(t, "onedrive-delegate", func(f *tenantsim.Fixture) {
		f.RoleAssignments = slices.DeleteFunc(f.RoleAssignments, func(r tenantsim.RoleAssignment) bool { return r.Principal == tenantsim.DelegateID })
	})
	calm.runAll(t.Context())
	if slices.Contains(calm.everything(), code) {
		t.Errorf("a user without roles: %v", calm.everything())
	}
}

func TestRoleThatStillReplicatesIsWaitedFor(t *testing.T) {
	t.Parallel()
	h := newFull(t, "onedrive-delegate", nil)
	delete(h.accounts, "sharepoint-delegate")
	if err := h.sim.SetBehaviour(tenantsim.InlineTenantID, tenantsim.Behaviour{SecretsForSharePoint: true, Graph: tenantsim.GraphBehaviour{RoleFor: 25 * time.Second}}); err != nil {
		t.Fatal(err)
	}
	h.policy.ConfirmsItself = true
	h.decide("manual", deprovision.ManualDone)
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded {
		t.Fatalf("%s %+v: %v", h.state.Status, h.state.Stop, h.failures)
	}
	if len(h.failures) == 0 {
		t.Error("nothing was refused")
	}
	for _, err := range h.failures {
		if deprovision.ClassOf(err) != deprovision.Transient || !strings.Contains(err.Error(), "its roles were taken away a moment ago") {
			t.Errorf("%v", err)
		}
	}
	checkDelegateOrder(t, h.sim)
}

func TestRefusalLongAfterItsRolesIsAMissingRight(t *testing.T) {
	t.Parallel()
	h := newFull(t, "onedrive-delegate", nil)
	delete(h.accounts, "sharepoint-delegate")
	h.policy.ConfirmsItself = true
	h.until(t.Context(), "remove-delegate-user")
	h.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{Method: "PATCH", Path: "/v1.0/users/*"}, Do: tenantsim.FaultForbidden, Times: -1})
	h.runOnce(t.Context())
	if len(h.failures) != 1 || deprovision.ClassOf(h.failures[0]) != deprovision.Transient {
		t.Fatalf("%v", h.failures)
	}
	h.clock.set(h.clock.Now().Add(31 * time.Minute))
	h.runOnce(t.Context())
	if h.state.Status != deprovision.Waiting || h.state.Stop.Name != "failed" {
		t.Errorf("%s %v", h.state.Status, h.failures)
	}
}

// TestPrincipalThatIsASistersAppStays has a sister that runs as the app whose principal of ACS the account has: the two are one object in Entra.
func TestPrincipalThatIsASistersAppStays(t *testing.T) {
	t.Parallel()
	for name, sister := range map[string]func(a *deprovision.Account, app string){
		"as its App Id":               func(a *deprovision.Account, app string) { a.AppID = app },
		"as its App Id of SharePoint": func(a *deprovision.Account, app string) { a.SharePointAppID = app },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, "sharepoint", nil)
			h.policy.ConfirmsItself = true
			b := h.accounts["onedrive"]
			sister(&b, h.accounts["sharepoint"].SharePointAppID)
			h.put(b)
			h.runAll(t.Context())
			if gone := h.removed(footprint.AppPrincipal); len(gone) > 0 {
				t.Errorf("%s went, which %s runs as", gone, b.ID)
			}
		})
	}
}
