package step_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// purges are the ids that were removed from the directory's deleted items.
func purges(h *harness) []string {
	var ids []string
	for _, c := range h.sim.CallsLike(tenantsim.Match{Method: http.MethodDelete, Path: "/v1.0/directory/deletedItems/*"}) {
		if c.Status == http.StatusNoContent {
			ids = append(ids, c.Path[strings.LastIndexByte(c.Path, '/')+1:])
		}
	}
	slices.Sort(ids)
	return ids
}

// directoryIDs are the ids of what went from the directory and is kept there, without groups: no app may purge one.
// https://learn.microsoft.com/graph/api/directory-deleteditems-delete
func directoryIDs(h *harness) []string {
	var ids []string
	for _, c := range h.sim.Changes("") {
		switch c.Kind {
		case tenantsim.KindServicePrincipal, tenantsim.KindApplication, tenantsim.KindUser:
			ids = append(ids, c.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

func TestPurgeLeavesNothingToRestore(t *testing.T) {
	t.Parallel()
	for _, account := range []string{"inline", "exchange", "sharepoint", "onedrive-delegate", "chat"} {
		t.Run(account, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, account, nil)
			delete(h.accounts, "sharepoint-delegate")
			h.state.Request.Options.Purge = true
			h.fullRun()
			if got, want := purges(h), directoryIDs(h); !slices.Equal(got, want) || len(got) == 0 {
				t.Errorf("purged %v, deleted %v", got, want)
			}
			if n := changes(h.sim)[binned]; n > 0 {
				t.Errorf("%d folders lie in Deleted Items", n)
			}
			if left := h.sim.CallsLike(tenantsim.Match{Method: http.MethodPost, Path: "*permanentDelete"}); account == "exchange" && len(left) != 2 {
				t.Errorf("%d folders were deleted for good", len(left))
			}
			checkUnits(t, h)
		})
	}
}

func TestWithoutTheOptionNothingIsPurged(t *testing.T) {
	t.Parallel()
	h := newFull(t, "exchange", nil)
	h.fullRun()
	if got := purges(h); len(got) > 0 || len(h.sim.CallsLike(tenantsim.Match{Path: "*permanentDelete"})) > 0 || changes(h.sim)[binned] != 2 {
		t.Errorf("purged %v", got)
	}
}

func TestRefusedPurgeIsNamed(t *testing.T) {
	t.Parallel()
	h := newFull(t, "sharepoint", nil)
	h.state.Request.Options.Purge = true
	h.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{Method: http.MethodDelete, Path: "/v1.0/directory/deletedItems/*"}, Do: tenantsim.FaultForbidden})
	h.fullRun()
	named := slices.DeleteFunc(slices.Clone(h.state.Remainder), func(r deprovision.Remainder) bool { return !strings.HasPrefix(r.Name, "deleted ") })
	if len(purges(h)) != 1 || len(named) != 1 || !strings.Contains(named[0].Instructions, "for at most 30 days: it was not purged") {
		t.Errorf("purged %v, named %+v", purges(h), named)
	}
}

func TestGroupsThatNoAppMayPurgeAreNamed(t *testing.T) {
	t.Parallel()
	h := newFull(t, "inline", nil)
	h.state.Request.Options.Purge = true
	h.fullRun()
	for _, group := range []string{tenantsim.GroupIncoming, tenantsim.GroupOutgoing} {
		if !slices.ContainsFunc(h.state.Remainder, func(r deprovision.Remainder) bool {
			return strings.HasPrefix(r.Name, "deleted microsoft365-group "+group) && strings.Contains(r.Instructions, "status 403")
		}) {
			t.Errorf("nothing names %s: %+v", group, h.state.Remainder)
		}
	}
}

func TestEvidenceTellsUntilWhenItCanBeRestored(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	want := map[deprovision.ArtifactKind]time.Duration{
		footprint.EventReceiver: 0, footprint.ListWebhook: 0, footprint.QuarantineLibrary: 93 * day, footprint.SiteAdmin: 0, footprint.UserRole: 0, footprint.UserSignIn: 0,
		footprint.DelegateUser: 30 * day, footprint.ServicePrincipal: 30 * day, footprint.AppPrincipal: 30 * day, footprint.PermissionGrant: 0,
		footprint.AppRoleAssignment: 0, footprint.ProductAccount: 0, footprint.Subscription: 0, footprint.InstalledApp: 0, footprint.AppRegistration: 30 * day,
	}
	for _, account := range []string{"sharepoint", "onedrive-delegate", "chat"} {
		t.Run(account, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, account, nil)
			delete(h.accounts, "sharepoint-delegate")
			h.fullRun()
			for _, e := range h.evidence {
				keeps, known := want[e.Artifact.Kind]
				switch {
				case !known:
					t.Errorf("%s is not of this test", e.Artifact.Kind)
				case keeps == 0 && e.RestoreUntil != nil, keeps > 0 && (e.RestoreUntil == nil || !e.RestoreUntil.Equal(e.At.Add(keeps))):
					t.Errorf("%s %s can be restored until %v", e.Artifact.Kind, e.Artifact.Name, e.RestoreUntil)
				}
			}
		})
	}
}
