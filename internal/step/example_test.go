package step_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/engine/memory"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func exampleSteps() *step.Steps {
	product, err := footprint.Embedded()
	if err != nil {
		panic(err)
	}
	return step.New(step.Deps{
		Tenants:    func(context.Context, string, string) (m365.Tenant, error) { return m365.Tenant{}, nil },
		Accounts:   &store{},
		Brake:      &memory.Ledgers{},
		Footprints: product,
		Clock:      &fakeClock{now: startOfDay},
		Policy:     func(string) step.Policy { return step.Policy{Armed: true} },
	})
}

func ExampleNew() {
	steps := exampleSteps()
	request := deprovision.Request{Service: deprovision.ExchangeOnlineInline}
	fmt.Println(strings.Join(steps.Names(request), "\n"))
	request.Options.DryRun = true
	fmt.Println("dry run:", steps.Names(request))
	fmt.Println("forced:", steps.Closing(request))
	// Output:
	// verify-account
	// verify-privileges
	// take-inventory
	// confirm
	// remove-rerouting-rules
	// remove-outbound-connectors
	// remove-virtual-groups
	// drain
	// remove-return-rules
	// remove-inbound-connectors
	// remove-spoof-allow
	// remove-ip-allow
	// remove-role-assignment
	// remove-consent
	// remove-service-principal
	// verify-removal
	// remove-at-product
	// close-account
	// dry run: [verify-account verify-privileges take-inventory]
	// forced: [remove-at-product close-account]
}

func ExampleSteps_Left() {
	state := deprovision.Progress{
		Request: deprovision.Request{ID: "r1", Tenant: "contoso", Service: deprovision.ExchangeOnlineInline},
		Plan:    &deprovision.PlanSummary{Digest: "sha256:…", Artifacts: 2},
		Step:    0, Cursor: 1,
		Steps: []deprovision.StepProgress{{Name: "remove-rerouting-rules"}},
	}
	plan := deprovision.Plan{Artifacts: []deprovision.Artifact{
		{Kind: footprint.TransportRule, ID: "1", Name: "first", Step: "remove-rerouting-rules"},
		{Kind: footprint.TransportRule, ID: "2", Name: "second", Step: "remove-rerouting-rules"},
	}}
	left := exampleSteps().Left(state, deprovision.Account{ID: "inline"}, plan, []string{"remove-rerouting-rules"})
	fmt.Println(left.Note)
	for _, r := range left.Stays {
		fmt.Println(r.Name + "\n  " + r.Instructions)
	}
	// Output:
	// mail still takes the vendor's way: 1 of 2 rules that reroute it are in place
	// transport-rule second (2)
	//   Exchange admin center > Mail flow > Rules, or: Remove-TransportRule -Identity '2'
}
