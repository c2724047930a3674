package step_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/sharepoint"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// stoppedAtInventory expects that the request stops before anything was planned, for a reason.
func stoppedAtInventory(t *testing.T, h *harness, why string) {
	t.Helper()
	h.runAll(t.Context())
	if s := h.state.Stop; s == nil || h.name() != step.TakeInventory || !strings.Contains(s.Detail, why) || h.state.Plan != nil || len(h.sim.Destructive()) > 0 {
		t.Errorf("at %s with the plan %v: %+v", h.name(), h.state.Plan, s)
	}
}

func TestCredentialOfAnotherAppIsToldBeforeAnythingIsPlanned(t *testing.T) {
	t.Parallel()
	h := newFull(t, "sharepoint", nil)
	a := h.accounts["sharepoint"]
	a.AppCredential = "worker"
	h.put(a)
	stoppedAtInventory(t, h, "signs in as the app")
}

func TestSharePointOfAnotherTenantIsToldBeforeAnythingIsPlanned(t *testing.T) {
	t.Parallel()
	h := newFull(t, "onedrive", nil)
	h.wrap(func(m *m365.Tenant) {
		var err error
		m.SharePoint, err = sharepoint.New(h.client.base+"/sharepoint/fabrikam", func(service string) (*http.Client, error) {
			return transport.New(transport.Options{API: sharepoint.API, Service: service, Tokens: simTokens{h.client, "https://contoso.sharepoint.com"},
				Base: h.client.http.Transport})
		})
		if err != nil {
			t.Error(err)
		}
	})
	stoppedAtInventory(t, h, "none of 2 places may be read")
}

// unreadableRecords is a store of accounts in which something else lies.
type unreadableRecords struct{ *store }

func (unreadableRecords) Of(context.Context, string) ([]deprovision.Account, error) {
	return nil, &deprovision.Invalid{Field: "record", Value: "evil", Allowed: "the record of a service account"}
}

func TestUnreadableRecordOfASisterIsToldBeforeAnythingIsPlanned(t *testing.T) {
	t.Parallel()
	h := newFull(t, "teams", nil)
	h.steps = step.New(step.Deps{Accounts: unreadableRecords{h.store}, Brake: h.ledgers, Footprints: h.print, Clock: h.clock, Tenants: h.tenant,
		Policy: func(string) step.Policy { return h.policy }})
	stoppedAtInventory(t, h, "the records of the tenant's service accounts")
}
