package tenantsim_test

import (
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

func TestHostileNamesAreShortEnoughForMicrosoftAndEachOnlyOnce(t *testing.T) {
	t.Parallel()
	names := tenantsim.HostileNames()
	for i, name := range names {
		if name == "" || len(name) > 300 || !utf8.ValidString(name) || slices.Contains(names[:i], name) {
			t.Errorf("name %d, %q", i, name)
		}
	}
}

// The hostile tenant holds as much of the product as the full one, and much more of others.
func TestHostileTenantHoldsWhatTheFullOneHolds(t *testing.T) {
	t.Parallel()
	full, hostile := audited(t, tenantsim.FullTenant()), audited(t, tenantsim.HostileTenant())
	if len(hostile.Left) != len(full.Left) || len(full.Left) < 70 || hostile.Kept < full.Kept+10*len(tenantsim.HostileNames()) {
		t.Errorf("of the product %d and %d, of others %d and %d", len(full.Left), len(hostile.Left), full.Kept, hostile.Kept)
	}
	if h := tenantsim.HostileAccounts(); len(h) != len(tenantsim.FullAccounts()) {
		t.Errorf("%d accounts", len(h))
	}
}

func audited(t *testing.T, f *tenantsim.Fixture) tenantsim.Audit {
	t.Helper()
	sim, err := tenantsim.New(f, tenantsim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	a, err := sim.AuditFull(f.Tenant.ID)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
