package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	serve "github.com/deprovisioner/deprovisioner/internal/query"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
	"github.com/deprovisioner/deprovisioner/pkg/event/query"
)

// stage is a client of a server with one ended request, as a worker would have left it. A real program needs client.Connect only.
func stage() (c *client.Client, ref deprovision.Ref, done func()) {
	servers, ref, strike := build()
	c, err := client.Connect(servers, client.Options{Timeout: time.Second})
	must(err)
	return c, ref, func() {
		c.Close()
		strike()
	}
}

// build starts the server of a stage; strike stops it.
func build() (servers string, ref deprovision.Ref, strike func()) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "example")
	must(err)
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: dir, NoSigs: true, NoLog: true})
	must(err)
	s.Start()
	if !s.ReadyForConnections(20 * time.Second) {
		log.Fatal("the server does not start")
	}
	nc, err := journal.Connect(s.ClientURL(), journal.Connection{})
	must(err)
	must(journal.Provision(ctx, nc, journal.Options{}))
	j, err := journal.Bind(ctx, nc)
	must(err)
	r := deprovision.Request{ID: "r0", Tenant: "contoso", Service: deprovision.Teams, Account: "main", RequestedBy: "soc"}
	plan := deprovision.Plan{Ref: r.Ref(), Artifacts: []deprovision.Artifact{{Kind: "app", ID: "42", Name: "Sentry", Step: "remove-app-principal"}}}
	must(j.PutPlan(ctx, plan))
	p := deprovision.Progress{Request: r, RequestDigest: r.Digest(), Seq: 1, Status: deprovision.Held, Plan: &deprovision.PlanSummary{Digest: plan.Digest()}}
	first, err := j.Append(ctx, r.Ref(), 0, deprovision.Event{Progress: p, Change: deprovision.Change{ID: "1", Kind: deprovision.Claimed}})
	must(err)
	p.Seq, p.Status, p.Removed = 2, deprovision.Succeeded, 1
	_, err = j.Append(ctx, r.Ref(), first, deprovision.Event{Progress: p, Change: deprovision.Change{ID: "2", Kind: deprovision.Ended,
		Evidence: []deprovision.Evidence{{Artifact: plan.Artifacts[0], Outcome: deprovision.Removed}}}})
	must(err)
	must(j.PutDeadLetter(ctx, event.DeadLetter{Reason: "not-json", Subject: "deprovision.request.contoso.teams.r9", Data: []byte("hello"), At: time.Now()}))
	stopServing, err := serve.Serve(nc, picture{states: []deprovision.Progress{p}}, "1.0.0")
	must(err)
	must(nc.Flush())
	return s.ClientURL(), r.Ref(), func() {
		must(stopServing())
		nc.Close()
		s.Shutdown()
		s.WaitForShutdown()
		must(os.RemoveAll(dir))
	}
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func ExampleConnect() {
	_, err := client.Connect("nats://127.0.0.1:1", client.Options{Name: "joiner-mover-leaver"})
	fmt.Println(errors.Is(err, client.ErrUnreachable))
	// Output: true
}

func ExampleClient_Submit() {
	c, _, done := stage()
	defer done()
	r := deprovision.Request{ID: "case-4711", Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Account: "inline", RequestedBy: "soc"}
	for range 2 { // the same request, however often it is submitted
		receipt, err := c.Submit(context.Background(), r)
		fmt.Println(receipt.Ref.Tokens(), receipt.Duplicate, err)
	}
	r.Account = "another"
	_, err := c.Submit(context.Background(), r)
	var conflict *client.ConflictError
	fmt.Println(errors.As(err, &conflict))
	// Output:
	// contoso.exchange-online-inline.case-4711 false <nil>
	// contoso.exchange-online-inline.case-4711 true <nil>
	// true
}

func ExampleClient_Decide() {
	c, ref, done := stage()
	defer done()
	_, err := c.Decide(context.Background(), deprovision.Decision{ID: client.NewID(), Tenant: ref.Tenant, Service: ref.Service, Request: ref.Request,
		Verb: deprovision.Cancel, DecidedBy: "admin@contoso.example"})
	fmt.Println(errors.Is(err, client.ErrNoAnswer)) // no worker runs here; the decision is kept
	// Output: true
}

func ExampleClient_Watch() {
	c, ref, done := stage()
	defer done()
	for e, err := range c.Watch(context.Background(), ref, 1) {
		must(err)
		fmt.Println(e.Progress.Seq, e.Progress.Status)
	}
	// Output:
	// 1 held
	// 2 succeeded
}

func ExampleClient_WatchAll() {
	c, _, done := stage()
	defer done()
	for e, err := range c.WatchAll(context.Background(), client.Scope{Tenant: "contoso"}) {
		must(err)
		fmt.Println(e.Revision, e.Progress.Request.ID, e.Progress.Status)
		if e.Revision == 2 { // a real subscriber goes on, and keeps the revision
			break
		}
	}
	// Output:
	// 1 r0 held
	// 2 r0 succeeded
}

func ExampleClient_Get() {
	c, ref, done := stage()
	defer done()
	state, err := c.Get(context.Background(), ref)
	fmt.Println(state.Status, err)
	// Output: succeeded <nil>
}

func ExampleClient_Last() {
	c, ref, done := stage()
	defer done()
	last, err := c.Last(context.Background(), ref)
	fmt.Println(last.Change.Kind, last.Revision, err)
	// Output: ended 2 <nil>
}

func ExampleClient_Queued() {
	c, ref, done := stage()
	defer done()
	_, err := c.Queued(context.Background(), ref)
	fmt.Println(errors.Is(err, client.ErrUnknownRequest)) // a worker took it
	// Output: true
}

func ExampleClient_List() {
	c, _, done := stage()
	defer done()
	page, err := c.List(context.Background(), query.Filter{Tenant: "contoso", Limit: 10})
	must(err)
	for _, row := range page.Requests {
		fmt.Println(row.Tokens(), row.Status)
	}
	// Output: contoso.teams.r0 succeeded
}

func ExampleClient_Plan() {
	c, ref, done := stage()
	defer done()
	plan, err := c.Plan(context.Background(), ref)
	must(err)
	fmt.Println(plan.Artifacts[0].Kind, plan.Artifacts[0].Name)
	// Output: app Sentry
}

func ExampleClient_Evidence() {
	c, ref, done := stage()
	defer done()
	for e, err := range c.Evidence(context.Background(), ref) {
		must(err)
		fmt.Println(e.Artifact.Name, e.Outcome)
	}
	// Output: Sentry removed
}

func ExampleClient_Entries() {
	c, ref, done := stage()
	defer done()
	for e, err := range c.Entries(context.Background(), ref) {
		must(err)
		fmt.Println(e.Progress.Seq, e.Progress.Status)
	}
	// Output:
	// 1 held
	// 2 succeeded
}

func ExampleClient_PutAccount() {
	c, _, done := stage()
	defer done()
	a := deprovision.Account{Tenant: "contoso", ID: "sp", Service: deprovision.SharePointOnline, Kind: deprovision.Delegate, UPN: "svc@contoso.example"}
	change, err := c.PutAccount(context.Background(), a, false)
	fmt.Println(change, err)
	there, err := c.Account(context.Background(), "contoso", "sp")
	fmt.Println(there.State, err)
	// Output:
	// added <nil>
	// active <nil>
}

func ExampleClient_AmendAccount() {
	c, _, done := stage()
	defer done()
	_, err := c.PutAccount(context.Background(), deprovision.Account{Tenant: "contoso", ID: "sp", Service: deprovision.SharePointOnline,
		Kind: deprovision.Delegate, UPN: "svc@contoso.example"}, false)
	must(err)
	record, change, err := c.AmendAccount(context.Background(), "contoso", "sp", client.Amendment{
		Names: map[string][]string{"quarantine-library": {"Quarantined by Sentry"}}})
	fmt.Println(record.Names, change, err)
	// Output:
	// map[quarantine-library:[Quarantined by Sentry]] updated <nil>
}

func ExampleClient_ImportAccounts() {
	c, _, done := stage()
	defer done()
	records, err := client.ReadAccounts(strings.NewReader(`
		{"tenant":"contoso","id":"sp","service":"sharepoint-online","kind":"delegate","upn":"svc@contoso.example"}
		{"tenant":"contoso","id":"od","service":"onedrive","kind":"delegate","upn":"svc@contoso.example"}`))
	must(err)
	for done, err := range c.ImportAccounts(context.Background(), records, false) {
		must(err)
		fmt.Println(done.Account.ID, done.Change)
	}
	list, err := c.Accounts(context.Background(), "contoso")
	fmt.Println(len(list), err)
	// Output:
	// sp added
	// od added
	// 2 <nil>
}

func ExampleClient_Requeue() {
	c, _, done := stage()
	defer done()
	for d, err := range c.DeadLetters(context.Background()) {
		must(err)
		fmt.Println(d.Seq, d.Reason, d.Publishable())
		_, err = c.Requeue(context.Background(), d.Seq)
		must(err)
	}
	// Output: 1 not-json true
}
