package client_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// A new id is a token, so that it may name a request, and ids sort by the time they were made.
func ExampleNewID() {
	id := client.NewID()
	fmt.Println(len(id), deprovision.ValidToken(id), deprovision.ValidAppID(id), string(id[14]))
	// Output: 36 true true 7
}

// A program that has a connection already gives it to the client, and closes it itself.
func ExampleNew() {
	servers, ref, strike := build()
	defer strike()
	nc, err := nats.Connect(servers, nats.ReconnectBufSize(-1))
	must(err)
	defer nc.Close()
	c, err := client.New(nc, client.Options{})
	must(err)
	last, err := c.Last(context.Background(), ref)
	fmt.Println(last.Progress.Status, err)
	c.Close()
	fmt.Println(nc.IsConnected()) // it is the caller's
	// Output:
	// succeeded <nil>
	// true
}

func ExampleClient_Close() {
	c, ref, done := stage()
	defer done()
	c.Close()
	_, err := c.Last(context.Background(), ref)
	fmt.Println(errors.Is(err, client.ErrUnreachable))
	// Output: true
}

// Requests whose ids share a prefix are a batch: found by it, and followed together until all have ended.
func ExampleClient_WatchMany() {
	c, _, done := stage()
	defer done()
	batch, err := c.Named(context.Background(), "contoso", "r")
	must(err)
	for e, err := range c.WatchMany(context.Background(), batch...) {
		must(err)
		fmt.Println(e.Progress.Request.Ref().Tokens(), e.Progress.Status)
	}
	// Output: contoso.teams.r0 succeeded
}

func ExampleClient_Queue() {
	c, _, done := stage()
	defer done()
	_, err := c.Submit(context.Background(), deprovision.Request{ID: "r5", Tenant: "contoso", Service: deprovision.Teams, Account: "main", RequestedBy: "soc"})
	must(err)
	queue, err := c.Queue(context.Background(), "contoso")
	must(err)
	for _, q := range queue {
		fmt.Println(q.Request.Ref().Tokens(), "of account", q.Request.Account)
	}
	// Output: contoso.teams.r5 of account main
}

// The trace of what asks for the removal goes on in what the workers do about it.
func ExampleWithTrace() {
	servers, _, strike := build()
	defer strike()
	nc, err := nats.Connect(servers)
	must(err)
	defer nc.Close()
	seen, err := nc.SubscribeSync(event.All(event.Requests)) // as a worker sees it
	must(err)
	must(nc.Flush())
	c, err := client.New(nc, client.Options{})
	must(err)
	ctx := client.WithTrace(context.Background(), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	_, err = c.Submit(ctx, deprovision.Request{ID: "case-4711", Tenant: "contoso", Service: deprovision.Teams, Account: "main", RequestedBy: "soc"})
	must(err)
	msg, err := seen.NextMsgWithContext(ctx)
	must(err)
	fmt.Println(event.Trace(msg.Header))
	// Output: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
}

// Dead letters tell what came, on which subject, and why it could not be used.
func ExampleClient_DeadLetters() {
	c, _, done := stage()
	defer done()
	for d, err := range c.DeadLetters(context.Background()) {
		must(err)
		fmt.Printf("%d: %q on %s: %s\n", d.Seq, d.Data, d.Subject, d.Reason)
	}
	// Output: 1: "hello" on deprovision.request.contoso.teams.r9: not-json
}

// Who looks after what went wrong wants the newest first; the number of the last one leads on to those before it.
func ExampleClient_DeadLettersBefore() {
	c, _, done := stage()
	defer done()
	for d, err := range c.DeadLettersBefore(context.Background(), 0) {
		must(err)
		fmt.Printf("%d: %q on %s\n", d.Seq, d.Data, d.Subject)
	}
	// Output: 1: "hello" on deprovision.request.contoso.teams.r9
}

func ExampleClient_DeadLetter() {
	c, _, done := stage()
	defer done()
	d, err := c.DeadLetter(context.Background(), 1)
	fmt.Println(d.Reason, d.Size, err)
	_, err = c.DeadLetter(context.Background(), 4711)
	fmt.Println(errors.Is(err, client.ErrUnknownDeadLetter))
	// Output:
	// not-json 5 <nil>
	// true
}

func ExampleGapError_Error() {
	fmt.Println(&client.GapError{Request: "contoso.teams.case-4711", Want: 4, Got: 6})
	// Output: the journal of contoso.teams.case-4711 has no event 4; the next one is 6
}
