package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/deprovisioner/deprovisioner/internal/logging"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// aliases are the demo's tenants.
var aliases = []string{"contoso", "fabrikam", "northwind", "tailspin", "wingtip"}

func demoCommand() *cobra.Command {
	var count int
	var plain bool
	e := embedding{fixture: fullFixture}
	c := &cobra.Command{
		Use:   "demo",
		Short: "Watch removals on this machine alone: everything embedded, nothing to install",
		Long: `Watch removals on this machine alone. Embedded NATS, Redis and simulated Microsoft 365 tenants are started in this process; removals are
submitted, planned, confirmed and carried out; at the end stands what was removed, what is left for a person, where the evidence lies, and what the
tenant's own log says: whether all of the product is gone, nothing else was touched, and every call was made once.`,
		Example: "  worker demo --tenants 5 --drain 10s",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if count < 1 || count > len(aliases) {
				return usage{&deprovision.Invalid{Field: "--tenants", Value: fmt.Sprint(count), Allowed: fmt.Sprintf("1 to %d", len(aliases))}}
			}
			if e.drain < 0 {
				return usage{&deprovision.Invalid{Field: "--drain", Value: e.drain.String(), Allowed: "0s or more"}}
			}
			e.tenants = aliases[:count]
			return demo(c.Context(), e, c.OutOrStdout(), !plain && term.IsTerminal(int(os.Stdout.Fd())))
		},
	}
	f := c.Flags()
	f.IntVar(&count, "tenants", 1, "how many tenants: the first with all six services, each further one with the inline mode alone")
	f.DurationVar(&e.drain, "drain", 5*time.Second, "how long mail under way may return; a day in a real tenant")
	f.StringVar(&e.dir, "dir", "", "where the journal and the evidence are kept; empty: a new directory for temporary files")
	f.BoolVar(&plain, "plain", false, "plain lines, also on a terminal")
	e.behaviour = tenantsim.Behaviour{Consistency: tenantsim.Consistency{DeletedReads: 1},
		Latency: map[tenantsim.API]time.Duration{"": 60 * time.Millisecond}}
	return c
}

// demo runs the removals and tells how they ended. It fails unless every one removed what it found.
func demo(ctx context.Context, e embedding, out io.Writer, bars bool) (err error) {
	if e.dir == "" {
		if e.dir, err = os.MkdirTemp("", "deprovisioner-demo-"); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(e.dir, 0o700); err != nil {
		return err
	}
	logfile, err := os.Create(filepath.Join(e.dir, "worker.log"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, logfile.Close()) }()
	log, err := logging.New(logfile, "info", "text")
	if err != nil {
		return err
	}
	d, err := embed(ctx, e, log)
	if err != nil {
		return err
	}
	defer d.close()
	working, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- d.worker.run(working) }()
	accounts, err := d.accounts(ctx, e.tenants)
	var ends []ending
	if err == nil {
		ends = follow(ctx, d.client, accounts, newScreen(out, bars))
	}
	stop()
	err = errors.Join(err, <-ended)
	if ctx.Err() != nil { // by a signal: what every part says of that is no news
		return errors.Join(err, fmt.Errorf("interrupted; the journal, the log and the evidence so far lie in %s", e.dir))
	}
	r := reporter{client: d.client, out: out, dir: e.dir, told: map[string]bool{}}
	for _, end := range ends {
		err = errors.Join(err, end.err, r.report(ctx, end.state))
	}
	return errors.Join(err, audit(d.stack.Tenant, out))
}

// ending is how one removal of the demo ended.
type ending struct {
	state deprovision.Progress
	err   error
}

// accounts lists the service accounts of the tenants.
func (e *embedded) accounts(ctx context.Context, tenants []string) ([]deprovision.Account, error) {
	var out []deprovision.Account
	for _, tenant := range tenants {
		of, err := e.client.Accounts(ctx, tenant)
		if err != nil {
			return nil, err
		}
		out = append(out, of...)
	}
	return out, nil
}

// follow submits one removal per service account and watches all of them to their ends. Accounts of one service come one after another, since
// what they left on sites is the same.
func follow(ctx context.Context, c *client.Client, accounts []deprovision.Account, s screen) []ending {
	ends := make([]ending, len(accounts))
	queues := map[string][]int{}
	for i, a := range accounts {
		key := a.Tenant + " " + string(a.Service)
		queues[key] = append(queues[key], i)
	}
	var all sync.WaitGroup
	for _, queue := range queues {
		all.Go(func() {
			for _, i := range queue {
				ends[i].state, ends[i].err = watch(ctx, c, accounts[i], s)
			}
		})
	}
	all.Wait()
	s.close()
	return ends
}

// watch submits the removal of one service account, decides at its stops as a person would, and returns its last state.
func watch(ctx context.Context, c *client.Client, a deprovision.Account, s screen) (deprovision.Progress, error) {
	receipt, err := c.Submit(ctx, deprovision.Request{ID: client.NewID(), Tenant: a.Tenant, Service: a.Service, Account: a.ID,
		RequestedBy: "demo@" + a.Tenant + ".example", Reason: "the product is being replaced"})
	if err != nil {
		return deprovision.Progress{}, err
	}
	var state deprovision.Progress
	for event, err := range c.Watch(ctx, receipt.Ref, 1) {
		if err != nil {
			return state, err
		}
		state = event.Progress
		s.show(event)
		if event.Change.Kind == deprovision.Stopped {
			if err := answer(ctx, c, state); err != nil {
				return state, err
			}
		}
	}
	if end := state.Status; end != deprovision.Succeeded && end != deprovision.SucceededWithRemainder {
		return state, fmt.Errorf("the removal of %s ended as %s: %s", label(state), end, state.Detail)
	}
	return state, nil
}

// answer confirms a plan, and does what a person has to do; any other stop is not part of the demo.
func answer(ctx context.Context, c *client.Client, p deprovision.Progress) error {
	d := deprovision.Decision{ID: client.NewID(), Tenant: p.Request.Tenant, Service: p.Request.Service, Request: p.Request.ID, Stop: p.Stop.Seq, DecidedBy: "demo"}
	switch {
	case (p.Stop.Name == "confirm" || p.Stop.Name == "drift") && p.Plan != nil: // accounts that share an app find it changed by each other
		d.Verb, d.PlanDigest, d.Reason = deprovision.Confirm, p.Plan.Digest, "the demo confirms what it has shown"
		d.Acknowledged = deprovision.Codes(p.Plan.Cautions)
	case p.Stop.Name == "manual":
		d.Verb, d.Reason = deprovision.ManualDone, "the demo's person has done it"
	default:
		return fmt.Errorf("%s stopped at %s: %s", label(p), p.Stop.Name, p.Stop.Detail)
	}
	told, err := c.Decide(ctx, d)
	if err == nil && !told.Accepted {
		err = fmt.Errorf("the decision %s was refused: %s", d.Verb, told.Refusal)
	}
	return err
}
