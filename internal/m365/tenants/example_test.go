package tenants_test

import (
	"context"
	"fmt"
	"os"

	"github.com/deprovisioner/deprovisioner/internal/m365/tenants"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

func Example() {
	ctx := context.Background()
	sim, err := tenantsim.New(tenantsim.InlineTenant(), tenantsim.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sim.Close()
	if err := sim.Start(ctx, "127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	_ = os.Setenv("EXAMPLE_TENANT_SECRET", tenantsim.WorkerSecret) // a real one is set from outside
	defer func() { _ = os.Unsetenv("EXAMPLE_TENANT_SECRET") }()

	set, err := tenants.New(tenants.Config{Tenants: map[string]tenants.Tenant{"contoso": {
		ID:         tenantsim.InlineTenantID,
		Cloud:      "custom",
		Endpoints:  tenants.Endpoints{Login: sim.BaseURL(), Graph: sim.BaseURL(), Exchange: sim.BaseURL()},
		Credential: "main",
		Credentials: map[string]tenants.Credential{
			"main": {Type: "client-secret", ClientID: tenantsim.WorkerAppID, SecretEnv: "EXAMPLE_TENANT_SECRET"},
		},
	}}}, tenants.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer set.Close()
	tenant, err := set.Tenant(ctx, "contoso", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	user, err := tenant.Directory.User(ctx, "admin@contoso.onmicrosoft.com")
	fmt.Println(user.Name, err)
	_, err = set.Tenant(ctx, "fabrikam", "")
	fmt.Println(err)
	// Output:
	// Contoso Admin <nil>
	// tenant "fabrikam" is not allowed: one of contoso
}
