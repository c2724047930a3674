package step_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// A second app of the worker's, with the same rights as the first.
const (
	secondCredential = "second"
	secondAppID      = "1e8c7f42-93d5-4b0a-a6f1-5c2d8e70f001"
	secondSecret     = "second-secret-for-tests"
)

// withSecondApp adds it to a tenant.
func withSecondApp(f *tenantsim.Fixture) {
	f.ServicePrincipals = append(f.ServicePrincipals, tenantsim.ServicePrincipal{AppID: secondAppID, DisplayName: "Deprovisioner (second)", Secrets: []string{secondSecret}})
	for _, a := range slices.Clone(f.AppRoleAssignments) {
		if a.Principal == tenantsim.WorkerAppID {
			a.Principal = secondAppID
			f.AppRoleAssignments = append(f.AppRoleAssignments, a)
		}
	}
	for _, a := range slices.Clone(f.RoleAssignments) {
		if a.Principal == tenantsim.WorkerAppID {
			a.Principal = secondAppID
			f.RoleAssignments = append(f.RoleAssignments, a)
		}
	}
}

// revoke takes a directory role from the worker's own app, and has it sign in anew: a token keeps the rights of its hour.
func (h *harness) revoke(role string) {
	found, err := h.client.RoleAssignments(h.t.Context(), tenantsim.WorkerID)
	if err != nil {
		h.t.Error(err)
	}
	for _, a := range found {
		if a.Name == role {
			if _, err := h.client.DeleteRoleAssignment(h.t.Context(), a.ID); err != nil {
				h.t.Error(err)
			}
		}
	}
	h.client.tokens.mu.Lock()
	defer h.client.tokens.mu.Unlock()
	h.client.tokens.kept = map[string]token{}
}

func TestRightsLostInMidRunStopTheStepAndItGoesOnAtItsCursor(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		lose  func(*harness)
		heal  func(*harness)
		with  deprovision.Decision
		by    string // App Id of whoever removes the rest
		wrong bool   // a first try is answered by a credential that may not either
	}{
		"another credential has them": {lose: func(h *harness) { h.revoke(tenantsim.ExchangeAdministrator) },
			with: deprovision.Decision{Verb: deprovision.Credentials, CredentialRef: secondCredential}, by: secondAppID},
		"another credential, after one that has them neither": {lose: func(h *harness) { h.revoke(tenantsim.ExchangeAdministrator) }, wrong: true,
			with: deprovision.Decision{Verb: deprovision.Credentials, CredentialRef: secondCredential}, by: secondAppID},
		"they are given back": {lose: func(h *harness) {
			h.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{Cmdlet: "Remove-TransportRule"}, Do: tenantsim.FaultForbidden, Times: -1})
		}, heal: func(h *harness) { h.sim.Faults.Clear() }, with: deprovision.Decision{Verb: deprovision.Retry}, by: tenantsim.WorkerAppID},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const rules = "remove-rerouting-rules"
			h := newHarness(t, withSecondApp)
			var once sync.Once
			s := newSeries(h, func(c *engine.Config) {
				c.At = func(at engine.Point, p deprovision.Progress) {
					if at == engine.AfterAppend && p.Step < len(p.Steps) && p.Steps[p.Step].Name == rules && p.Cursor == 2 {
						once.Do(func() { tc.lose(h) })
					}
				}
			})
			stops := 0
			p := s.take(s.state.Request, func(p deprovision.Progress) *deprovision.Decision {
				if p.Stop == nil || p.Stop.Name != deprovision.StopFailed {
					return nil
				}
				stops++
				if p.Steps[p.Step].Name != rules || p.Cursor != 2 || p.Removed != 2 || p.MaybeCalled != "" || !p.Stop.Accepts(deprovision.Credentials) ||
					!p.Stop.Accepts(deprovision.Retry) || !strings.Contains(p.Stop.Detail, "403") {
					t.Errorf("%s at %d, removed %d, in doubt %q: %+v", p.Steps[p.Step].Name, p.Cursor, p.Removed, p.MaybeCalled, p.Stop)
				}
				if tc.wrong && stops == 1 {
					return &deprovision.Decision{Verb: deprovision.Credentials, CredentialRef: "reader"}
				}
				if tc.heal != nil {
					tc.heal(h)
				}
				return &tc.with
			})
			want := 1
			if tc.wrong {
				want = 2
			}
			if p.Status != deprovision.SucceededWithRemainder || stops != want || p.Removed != footprintArtifacts+1 || p.Gone+p.Unconfirmed != 0 || len(p.InDoubt) > 0 {
				t.Fatalf("%s (%s) after %d stops: removed %d, gone %d, unconfirmed %d", p.Status, p.Detail, stops, p.Removed, p.Gone, p.Unconfirmed)
			}
			seen := map[string]bool{}
			for i, e := range s.evidence {
				if seen[e.Artifact.ID] {
					t.Errorf("%s is in the evidence twice", e.Artifact.Name)
				}
				seen[e.Artifact.ID] = true
				if e.Artifact.Step == step.RemoveAtProduct || strings.HasPrefix(string(e.Artifact.Kind), "ip-") {
					continue
				}
				calls := h.sim.RemovedBy(e.Artifact.ID)
				by := tc.by
				if i < 2 { // before they were lost
					by = tenantsim.WorkerAppID
				}
				if len(calls) != 1 || calls[0].AppID != by {
					t.Errorf("%s was removed by %d calls: %+v", e.Artifact.Name, len(calls), calls)
				}
			}
		})
	}
}
