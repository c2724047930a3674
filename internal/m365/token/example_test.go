package token_test

import (
	"context"
	"fmt"
	"os"

	"github.com/deprovisioner/deprovisioner/internal/m365/token"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

func Example() {
	sim, err := tenantsim.New(tenantsim.InlineTenant(), tenantsim.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sim.Close()
	if err := sim.Start(context.Background(), "127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	_ = os.Setenv("EXAMPLE_WORKER_SECRET", tenantsim.WorkerSecret) // a real one is set from outside
	defer func() { _ = os.Unsetenv("EXAMPLE_WORKER_SECRET") }()

	base := transport.NewBase(nil)
	defer base.CloseIdleConnections()
	source, err := token.New(
		token.Credential{Type: token.ClientSecret, ClientID: tenantsim.WorkerAppID, SecretEnv: "EXAMPLE_WORKER_SECRET"},
		token.Options{TenantID: tenantsim.InlineTenantID, Login: sim.BaseURL(), Base: base})
	if err != nil {
		fmt.Println(err)
		return
	}
	bearer, err := source.For("https://graph.microsoft.com/.default").Token(context.Background())
	fmt.Println(bearer != "", err)
	// Output: true <nil>
}
