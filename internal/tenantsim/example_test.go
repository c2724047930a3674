package tenantsim_test

import (
	"fmt"

	sim "github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

// A tenant in which all six services left something.
func ExampleServicesTenant() {
	s, err := sim.New(sim.ServicesTenant(), sim.Options{})
	if err != nil {
		panic(err)
	}
	defer s.Close()
	fmt.Println(s.Names(sim.InlineTenantID, sim.KindSubscription))
	fmt.Println(s.Names(sim.InlineTenantID, sim.KindInstallation))
	// Output:
	// [users/mia@contoso.example/messages chats/getAllMessages groups]
	// [Cloud App Security for Teams (simulated) Planner Cloud App Security for Teams (simulated) Cloud App Security for Teams (simulated)]
}

// The same seed makes the same tenant, of any size.
func ExampleGenerate() {
	f := sim.Generate(1, sim.GenerateOptions{Inline: true, Services: true, Mailboxes: 100, QuarantineFolders: 10})
	s, err := sim.New(f, sim.Options{})
	if err != nil {
		panic(err)
	}
	defer s.Close()
	hidden := 0
	for _, folder := range s.State(f.Tenant.ID)[sim.KindMailFolder] {
		if folder["isHidden"] == true {
			hidden++
		}
	}
	fmt.Println(len(f.Exchange.Mailboxes), "mailboxes,", hidden, "hidden folders")
	// Output: 102 mailboxes, 14 hidden folders
}
