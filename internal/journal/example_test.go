package journal_test

import (
	"context"
	"fmt"
	"os"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// local starts a server for an example; stop ends it and removes its files.
func local() (url string, stop func()) {
	dir, err := os.MkdirTemp("", "journal")
	if err != nil {
		panic(err)
	}
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: dir, NoSigs: true, NoLog: true})
	if err != nil {
		panic(err)
	}
	s.Start()
	if !s.ReadyForConnections(soon) {
		panic("the server does not start")
	}
	return s.ClientURL(), func() { s.Shutdown(); s.WaitForShutdown(); _ = os.RemoveAll(dir) }
}

// open makes a journal in one go; a worker only connects and binds.
func open(ctx context.Context) (j *journal.Journal, stop func(), err error) {
	url, end := local()
	nc, err := journal.Connect(url, journal.Connection{Name: "example"})
	if err != nil {
		return nil, end, err
	}
	stop = func() { nc.Close(); end() }
	if err := journal.Provision(ctx, nc, journal.Options{}); err != nil {
		return nil, stop, err
	}
	j, err = journal.Bind(ctx, nc)
	return j, stop, err
}

// Who was refused reads what is there, and decides anew.
func Example() {
	ctx := context.Background()
	j, stop, err := open(ctx)
	defer stop()
	if err != nil {
		fmt.Println(err)
		return
	}
	request := deprovision.Request{ID: "r1", Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Account: "inline", RequestedBy: "soc"}
	claim := deprovision.Event{Progress: deprovision.Progress{Request: request, Seq: 1, Status: deprovision.Held},
		Change: deprovision.Change{ID: "a", Kind: deprovision.Claimed, By: "worker-1"}}
	revision, err := j.Append(ctx, request.Ref(), 0, claim)
	fmt.Println(revision, err)

	claim.Change.ID, claim.Change.By = "b", "worker-2"
	_, err = j.Append(ctx, request.Ref(), 0, claim)
	last, _ := j.Last(ctx, request.Ref())
	fmt.Printf("%v; held by %s\n", err, last.Change.By)
	// Output:
	// 1 <nil>
	// append to contoso.exchange-online-inline.r1: the journal moved on; held by worker-1
}

func ExampleConsumer() {
	ctx := context.Background()
	j, stop, err := open(ctx)
	defer stop()
	if err != nil {
		fmt.Println(err)
		return
	}
	done := make(chan struct{})
	c := &journal.Consumer{Journal: j, Slots: make(slots, 16), Known: func(tenant string) bool { return tenant == "contoso" },
		Handle: func(_ context.Context, t engine.Trigger) engine.Verdict {
			defer close(done)
			fmt.Println(t.Kind, t.Ref.Tokens(), "doubts", t.Seq)
			return engine.Verdict{Fate: engine.Ack}
		}}
	c.Start()
	ref := deprovision.Ref{Tenant: "contoso", Service: deprovision.Teams, Request: "r1"}
	if err := j.Sweep(ctx, ref, 7); err != nil {
		fmt.Println(err)
		return
	}
	<-done
	fmt.Println(c.Stop(ctx))
	// Output:
	// sweep contoso.teams.r1 doubts 7
	// <nil>
}

func ExampleJournal_DeadLetters() {
	ctx := context.Background()
	j, stop, err := open(ctx)
	defer stop()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, reason := range []string{"not-json", "unknown-tenant"} {
		if err := j.PutDeadLetter(ctx, event.DeadLetter{Reason: reason, Subject: "deprovision.request.contoso.teams.r1"}); err != nil {
			fmt.Println(err)
		}
	}
	var after uint64
	for page, err := j.DeadLetters(ctx, after, 100); err == nil && len(page) > 0; page, err = j.DeadLetters(ctx, after, 100) {
		for _, d := range page {
			fmt.Println(d.Seq, d.Reason)
			after = d.Seq
		}
	}
	// Output:
	// 1 not-json
	// 2 unknown-tenant
}
