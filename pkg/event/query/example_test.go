package query_test

import (
	"fmt"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event/query"
)

func ExampleSubject() {
	fmt.Println(query.Subject(query.Get, "contoso"))
	fmt.Println(query.Subject(query.List, ""))
	// Output:
	// deprovision.query.contoso.get
	// deprovision.query.@all.list
}

// A worker listens for the questions about every tenant; a reader's permissions may name one tenant only.
func ExampleWildcard() {
	fmt.Println(query.Wildcard(query.List))
	// Output: deprovision.query.*.list
}

// What a screen offers to choose from: first the open states, then the ends.
func ExampleStatuses() {
	var open []deprovision.Status
	for _, s := range query.Statuses() {
		if !s.Terminal() {
			open = append(open, s)
		}
	}
	fmt.Println(open)
	// Output: [held contested released parked waiting]
}

func ExampleFilter_Validate() {
	fmt.Println(query.Filter{Tenant: "contoso", Service: deprovision.Teams, Open: true, Limit: 50}.Validate())
	fmt.Println(query.Filter{Tenant: "contoso", Limit: 5000}.Validate())
	fmt.Println(query.Filter{Account: "*"}.Validate())
	// Output:
	// <nil>
	// limit "5000" is not allowed: 1 to 1000, or 0 for 100
	// account "*" is not allowed: 1 to 64 letters, digits, '-' or '_'
}

// The subject says whose requests may be seen: a body can't ask for another tenant's.
func ExampleDecodeFilter() {
	f, err := query.DecodeFilter("deprovision.query.contoso.list", []byte(`{"service":"teams","open":true}`))
	fmt.Println(f.Tenant, f.Service, f.Open, err)
	_, err = query.DecodeFilter("deprovision.query.contoso.list", []byte(`{"tenant":"fabrikam"}`))
	fmt.Println(err)
	_, err = query.DecodeFilter("deprovision.query.contoso.list", []byte(`{"opened":true}`)) // misspelt, and not passed over
	fmt.Println(err)
	// Output:
	// contoso teams true <nil>
	// tenant "fabrikam" is not allowed: the tenant that the subject names
	// opened is missing or not allowed: no such field is known here
}

func ExampleDecodeRef() {
	ref, err := query.DecodeRef("deprovision.query.contoso.get", []byte(`{"service":"exchange-online-inline","request":"case-4711"}`))
	fmt.Println(ref.Tokens(), err)
	_, err = query.DecodeRef("deprovision.query.contoso.get", []byte(`{"service":"exchange-online-inline"}`))
	fmt.Println(err)
	// Output:
	// contoso.exchange-online-inline.case-4711 <nil>
	// id is missing or not allowed: 1 to 64 letters, digits, '-' or '_'
}

// One row of a list tells where a request is, and what it waits for.
func ExampleSummarize() {
	row := query.Summarize(deprovision.Progress{
		Request: deprovision.Request{ID: "case-4711", Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Account: "inline"},
		Status:  deprovision.Parked, Step: 1,
		Park:  &deprovision.Park{Until: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)},
		Steps: []deprovision.StepProgress{{Name: "remove-rerouting-rules", State: deprovision.StepDone}, {Name: "drain", State: deprovision.StepRunning}},
	})
	fmt.Printf("%s is %s in %s, %d of %d steps done, until %s\n", row.Tokens(), row.Status, row.Step, row.Done, row.Total, row.Until.Format(time.RFC3339))
	// Output: contoso.exchange-online-inline.case-4711 is parked in drain, 1 of 2 steps done, until 2026-03-02T12:00:00Z
}
