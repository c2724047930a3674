package deploy_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// TestAccountsAreThoseOfTheSimulatedTenant holds the records that the README imports to what the simulator says of its tenant. That of the inline
// mode is added by hand there.
func TestAccountsAreThoseOfTheSimulatedTenant(t *testing.T) {
	t.Parallel()
	file, err := os.Open("simulated-accounts.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }() // it was only read
	got, err := client.ReadAccounts(file)
	if err != nil {
		t.Fatal(err)
	}
	var want []deprovision.Account
	for _, a := range tenantsim.FullAccounts() {
		if deprovision.Service(a.Service) == deprovision.ExchangeOnlineInline {
			continue
		}
		want = append(want, deprovision.Account{Tenant: "contoso", ID: a.ID, Service: deprovision.Service(a.Service), Kind: deprovision.Kind(a.Kind), AppID: a.AppID,
			SharePointAppID: a.SharePointAppID, UPN: a.UPN, Site: a.Site, ProductID: a.ProductID, Names: a.Names, AppCredential: a.AppCredential,
			State: deprovision.AccountActive})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("deploy/simulated-accounts.jsonl (-simulator +file):\n%s", diff)
	}
}
