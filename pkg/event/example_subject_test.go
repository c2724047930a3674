package event_test

import (
	"fmt"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

func ExampleAll() {
	fmt.Println(event.All(event.Events))
	// Output: deprovision.event.>
}

func ExampleSubject() {
	ref := deprovision.Ref{Tenant: "contoso", Service: deprovision.Teams, Request: "r1"}
	fmt.Println(event.Subject(event.Decisions, ref))
	// Output: deprovision.decision.contoso.teams.r1
}

func ExampleAccountSubject() {
	fmt.Println(event.AccountSubject("contoso", "inline"))
	// Output: deprovision.account.contoso.inline
}

func ExampleBrakeSubject() {
	fmt.Println(event.BrakeSubject("contoso"))
	// Output: deprovision.brake.contoso
}

func ExampleDeadLetterSubject() {
	fmt.Println(event.DeadLetterSubject("not JSON"))
	// Output: deprovision.deadletter.not-JSON
}

func ExampleWakeAt() {
	fmt.Println(event.WakeAt(request().Ref(), 12))
	// Output: deprovision.wake.contoso.exchange-online-inline.r1.at.12
}

func ExampleWakeDue() {
	fmt.Println(event.WakeDue(request().Ref(), 12))
	// Output: deprovision.wake.contoso.exchange-online-inline.r1.due.12
}

func ExampleToken() {
	fmt.Println(event.Token("invalid-options.drain"), event.Token(""))
	// Output: invalid-options-drain unknown
}

func ExampleParseSubject() {
	family, ref, rest, err := event.ParseSubject("deprovision.event.contoso.teams.r1")
	fmt.Println(family, ref.Tenant, ref.Service, ref.Request, rest, err)
	// Output: event contoso teams r1 [] <nil>
}

func ExampleTrace() {
	fmt.Println(event.Trace(nats.Header{"traceparent": {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}}))
	// Output: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
}
