package footprint_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func ExampleLoad() {
	_, err := footprint.Load("mine.yaml", []byte("product: my-product\nname: My Product\nconsole: http://example.com\nhelp: https://example.com/help\nservices: {teams: {title: Teams, steps: [drain]}}"))
	fmt.Println(err)
	// Output: footprint mine.yaml: console "http://example.com" is not allowed: a link that begins with https://
}

func ExampleService_Find() {
	product, err := footprint.Default()
	if err != nil {
		panic(err)
	}
	service, _ := product.Service(deprovision.ExchangeOnlineInline)
	var objects []footprint.Object
	for _, row := range []string{
		`{"Guid":"1","Name":"TMCAS Inline Incoming Domain Transport Rule","State":"Enabled"}`,
		`{"Guid":"2","Name":"TMCAS monitoring mailbox"}`,
		`{"Guid":"3","Name":"External mail banner"}`,
	} {
		read, err := footprint.Parse(footprint.TransportRule, json.RawMessage(row))
		if err != nil {
			panic(err)
		}
		objects = append(objects, read...)
	}
	plan, err := service.Find(footprint.Search{
		Account: deprovision.Account{Service: deprovision.ExchangeOnlineInline, Site: "us"},
		Since:   time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC),
	}, objects)
	if err != nil {
		panic(err)
	}
	for _, a := range plan.Artifacts {
		fmt.Printf("%s: %s (%s)\n  %s\n", a.Step, a.Name, a.Match, a.Restore)
	}
	for _, a := range plan.Suspects {
		fmt.Printf("%s (%s)\n", a.Name, a.Match)
	}
	// Output:
	// remove-rerouting-rules: TMCAS Inline Incoming Domain Transport Rule (name)
	//   New-TransportRule -Name 'TMCAS Inline Incoming Domain Transport Rule' -Enabled:$true
	// TMCAS monitoring mailbox (suspect: its name begins with TMCAS)
}

func ExampleRestoreCall() {
	cmdlet, params, _ := footprint.RestoreCall(deprovision.Artifact{
		Kind: footprint.IPAllowEntry, Before: json.RawMessage(`{"Policy":"Default","IPAllowList":"192.0.2.16/28"}`),
	})
	body, _ := json.Marshal(params)
	fmt.Println(cmdlet, string(body))
	// Output: Set-HostedConnectionFilterPolicy {"IPAllowList":{"@odata.type":"#Exchange.GenericHashTable","Add":["192.0.2.16/28"]},"Identity":"Default"}
}
