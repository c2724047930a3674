package event_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

func ExampleEncodeRequest() {
	msg, err := event.EncodeRequest(deprovision.Request{
		ID: "r1", Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Account: "inline", RequestedBy: "soc@contoso.example",
	}, "")
	fmt.Println(msg.Subject, msg.Header["ce-type"], err)
	// Output: deprovision.request.contoso.exchange-online-inline.r1 [io.deprovisioner.request.v1] <nil>
}

func ExampleDecodeRequest() {
	msg := nats.NewMsg("deprovision.request.contoso.teams.r1")
	msg.Header = nats.Header{"ce-specversion": {"1.0"}, "ce-id": {"r1"}, "ce-source": {"/soc"}, "ce-type": {event.RequestType}}
	msg.Data = []byte(`{"id":"r1","tenant":"contoso","service":"teams","account":"a","requestedBy":"soc","options":{"drain":"31 days"}}`)
	_, err := event.DecodeRequest(msg)
	if invalid, ok := errors.AsType[*deprovision.Invalid](err); ok {
		fmt.Println(invalid.Field, "must be", invalid.Allowed)
	}
	// Output: options.drain must be a duration such as "90m" or "24h"
}

func ExampleEncodeDecision() {
	msg, err := event.EncodeDecision(deprovision.Decision{
		ID: "d1", Tenant: "contoso", Service: deprovision.Teams, Request: "r1", Verb: deprovision.Cancel, DecidedBy: "admin",
	}, "")
	fmt.Println(msg.Subject, err)
	// Output: deprovision.decision.contoso.teams.r1 <nil>
}

func ExampleDecodeDecision() {
	d, err := event.DecodeDecision(must(event.EncodeDecision(decision(), "")))
	fmt.Println(d.Verb, d.Names, err)
	// Output: approve [Near match] <nil>
}

func ExampleEncodeAccount() {
	msg, err := event.EncodeAccount(deprovision.Account{
		Tenant: "contoso", ID: "teams", Service: deprovision.Teams, Kind: deprovision.Delegate, UPN: "svc@contoso.example", State: deprovision.AccountActive,
	})
	fmt.Println(msg.Subject, err)
	// Output: deprovision.account.contoso.teams <nil>
}

func ExampleDecodeAccount() {
	a, err := event.DecodeAccount(must(event.EncodeAccount(account())))
	fmt.Println(a.Kind, a.State, err)
	// Output: authorized active <nil>
}

func ExampleEncodeProgress() {
	msg, err := event.EncodeProgress(deprovision.Event{
		Progress: deprovision.Progress{Request: request(), Seq: 1, Status: deprovision.Held},
		Change:   deprovision.Change{ID: "c1", Kind: deprovision.Claimed, By: "worker-1"},
	})
	fmt.Println(msg.Subject, msg.Header["ce-id"], err)
	// Output: deprovision.event.contoso.exchange-online-inline.r1 [c1] <nil>
}

func ExampleDecodeProgress() {
	e, err := event.DecodeProgress(must(event.EncodeProgress(progress())))
	fmt.Println(e.Progress.Seq, e.Progress.Status, e.Progress.Stop.Name, err)
	// Output: 8 waiting confirm <nil>
}

func ExampleEncodePlan() {
	msg, err := event.EncodePlan(event.PlanChunk{Ref: request().Ref(), Digest: plan().Digest(), Put: "w1", Parts: 1, Data: []byte("{}")})
	fmt.Println(msg.Subject, err)
	// Output: deprovision.plan.contoso.exchange-online-inline.r1 <nil>
}

func ExampleDecodePlan() {
	c, err := event.DecodePlan(must(event.EncodePlan(event.PlanChunk{Ref: request().Ref(), Put: "w1", Part: 1, Parts: 2, Data: []byte("{}")})))
	fmt.Println(c.Part+1, "of", c.Parts, err)
	// Output: 2 of 2 <nil>
}

func ExampleEncodeLedger() {
	msg, err := event.EncodeLedger(deprovision.Ledger{Tenant: "contoso"})
	fmt.Println(msg.Subject, err)
	// Output: deprovision.brake.contoso <nil>
}

func ExampleDecodeLedger() {
	l, err := event.DecodeLedger(must(event.EncodeLedger(deprovision.Ledger{Tenant: "contoso", Entries: []deprovision.Reservation{{Count: 28}}})))
	fmt.Println(l.Tenant, l.Entries[0].Count, err)
	// Output: contoso 28 <nil>
}

func ExampleEncodeWake() {
	msg, err := event.EncodeWake(event.Wake{Ref: request().Ref(), Seq: 12})
	fmt.Println(msg.Subject, err)
	// Output: deprovision.wake.contoso.exchange-online-inline.r1.due.12 <nil>
}

func ExampleDecodeWake() {
	w, err := event.DecodeWake(must(event.EncodeWake(event.Wake{Ref: request().Ref(), Seq: 12, Sweep: true})))
	fmt.Println(w.Seq, w.Sweep, err)
	// Output: 12 true <nil>
}

func ExampleEncodeDeadLetter() {
	msgs, err := event.EncodeDeadLetter(event.DeadLetter{Reason: "not-json", Subject: "deprovision.request.contoso.teams.r1", Data: []byte("password=hunter2")})
	fmt.Println(len(msgs), msgs[0].Subject, err)
	// Output: 1 deprovision.deadletter.not-json <nil>
}

func ExampleDecodeDeadLetter() {
	msgs, err := event.EncodeDeadLetter(event.DeadLetter{Reason: "not-json", Data: []byte("the password=hunter2 it is")})
	if err != nil {
		fmt.Println(err)
	}
	d, err := event.DecodeDeadLetter(msgs[0])
	fmt.Println(string(d.Kept), d.Redacted, d.Size, err)
	// Output: the [redacted] it is 1 26 <nil>
}

func ExampleJoinDeadLetter() {
	msgs, err := event.EncodeDeadLetter(event.DeadLetter{Reason: "size", Data: make([]byte, 1<<20)})
	if err != nil {
		fmt.Println(err)
	}
	var parts []event.DeadLetter
	for _, msg := range msgs {
		parts = append(parts, must(event.DecodeDeadLetter(msg)))
	}
	d, err := event.JoinDeadLetter(parts...)
	fmt.Println(len(parts), "parts,", len(d.Data), "bytes", err)
	// Output: 6 parts, 1048576 bytes <nil>
}

func ExampleStructured() {
	msg, err := event.Structured(must(event.EncodeRequest(request(), "")))
	var envelope struct{ SpecVersion, Type string }
	err = errors.Join(err, json.Unmarshal(msg.Data, &envelope))
	fmt.Println(msg.Header[event.ContentType], envelope, err)
	// Output: [application/cloudevents+json] {1.0 io.deprovisioner.request.v1} <nil>
}

// must is for values of which the example knows that they are valid.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
