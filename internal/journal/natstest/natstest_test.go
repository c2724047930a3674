package natstest_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/journal/natstest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestServerComesBackAtItsAddressWithItsData(t *testing.T) {
	t.Parallel()
	w := natstest.Provision(t)
	record := deprovision.Account{Tenant: "contoso", ID: "teams", Service: deprovision.Teams, Kind: deprovision.Delegate, UPN: "svc@contoso.example",
		State: deprovision.AccountActive}
	if _, err := w.Journal.Accounts().Put(t.Context(), record, 0); err != nil {
		t.Fatal(err)
	}
	url := w.URL()
	for range 3 {
		w.Stop()
		if w.Conn.IsConnected() {
			t.Fatal("the worker has not noticed yet: what it sends now is lost")
		}
		w.Back()
	}
	if got, _, err := w.Journal.Accounts().Get(t.Context(), "contoso", "teams"); err != nil || got.UPN != record.UPN || w.URL() != url {
		t.Errorf("%+v, %v at %s, which was %s", got, err, w.URL(), url)
	}
}
