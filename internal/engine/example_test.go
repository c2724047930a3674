package engine_test

import (
	"context"
	"fmt"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/engine/memory"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// oneStep is a removal with a single step.
type oneStep struct{}

func (oneStep) Names(deprovision.Request) []string   { return []string{"remove-rule"} }
func (oneStep) Closing(deprovision.Request) []string { return nil }
func (oneStep) Left(deprovision.Progress, deprovision.Account, deprovision.Plan, []string) engine.Leftover {
	return engine.Leftover{}
}

func (oneStep) Run(context.Context, string, *engine.Work) (engine.Result, error) {
	rule := deprovision.Artifact{Kind: "transport-rule", ID: "1", Name: "a rule"}
	return engine.Result{Evidence: []deprovision.Evidence{{Artifact: rule, Outcome: deprovision.Removed, At: time.Now()}}}, nil
}

// A request is handed over once, and the verdict says that its message may be acknowledged: its end is in the journal.
func ExampleEngine_Handle() {
	ctx := context.Background()
	journal, accounts := &memory.Journal{}, &memory.Accounts{}
	account := deprovision.Account{Tenant: "contoso", ID: "inline", Service: deprovision.ExchangeOnlineInline, Kind: deprovision.Authorized,
		AppID: "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001", State: deprovision.AccountActive}
	if _, err := accounts.Put(ctx, account, 0); err != nil {
		fmt.Println(err)
		return
	}
	e := engine.New(engine.Config{Journal: journal, Accounts: accounts, Steps: oneStep{}, Clock: bubbleClock{}, Worker: "w1"})
	request := deprovision.Request{ID: "r1", Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Account: "inline", RequestedBy: "soc"}
	if err := e.Acquire(ctx); err != nil { // the slot in which the request is carried out
		fmt.Println(err)
		return
	}
	defer e.Release()
	verdict := e.Handle(ctx, engine.Trigger{Kind: engine.RequestTrigger, Ref: request.Ref(), Request: &request})
	last, err := journal.Last(ctx, request.Ref())
	fmt.Println(verdict.Fate, last.Progress.Seq, last.Progress.Status, err)
	// Output: ack 2 succeeded <nil>
}
