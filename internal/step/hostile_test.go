package step_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

// newHostile is a harness for the tenant whose names want to be more than names.
func newHostile(t *testing.T) *harness {
	t.Helper()
	h := newHarnessOf(t, tenantsim.HostileTenant(), tenantsim.Behaviour{SecretsForSharePoint: true}, nil)
	for _, a := range recordsOf(tenantsim.HostileAccounts()) {
		if err := a.Validate(); err != nil {
			t.Fatal(err)
		}
		h.put(a)
	}
	return h
}

func TestHostileTenantLosesTheProductAndNothingElse(t *testing.T) {
	t.Parallel()
	h := newHostile(t)
	var told []string // what the evidence calls the things that went
	for _, a := range recordsOf(tenantsim.HostileAccounts()) {
		h.ask(a.ID)
		h.fullRun()
		checkUnits(t, h)
		for _, e := range h.evidence {
			told = append(told, e.Artifact.Name)
		}
	}
	audit, err := h.sim.AuditFull(tenantsim.InlineTenantID)
	if err != nil || !audit.Clean() || audit.Gone < 70 {
		t.Errorf("%v; %d gone; still there %q; touched %q; called about more than once %q", err, audit.Gone, audit.Left, audit.Touched, audit.Repeated)
	}
	for _, name := range []string{tenantsim.HostileFolder, tenantsim.HostileLibrary, tenantsim.HostileReceiver, tenantsim.HostileApp, tenantsim.HostileChatApp,
		tenantsim.HostileCatalogApp, tenantsim.HostileDelegate} {
		if !slices.ContainsFunc(told, func(s string) bool { return strings.Contains(s, name) }) {
			t.Errorf("the evidence does not call anything %q", name)
		}
	}
}
