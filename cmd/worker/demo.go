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
	e := embedding{}
	c := &cobra.Command{
		Use:   "demo",
		Short: "Watch removals on this machine alone: everything embedded, nothing to install",
		Long: `Watch removals on this machine alone. Embedded NATS, Redis and simulated Microsoft 365 tenants are started in this process; removals are
submitted, planned, confirmed and carried out; at the end stands what was removed, what is left for a person, and where the evidence lies.`,
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
	f.IntVar(&count, "tenants", 3, "how many tenants, each with one service account to remove")
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
	ends := follow(ctx, d.client, e.tenants, newScreen(out, bars))
	stop()
	err = <-ended
	if ctx.Err() != nil { // by a signal: what every part says of that is no news
		return errors.Join(err, fmt.Errorf("interrupted; the journal, the log and the evidence so far lie in %s", e.dir))
	}
	for _, end := range ends {
		err = errors.Join(err, end.err, report(ctx, d.client, out, end.state, e.dir))
	}
	return err
}

// ending is how one removal of the demo ended.
type ending struct {
	state deprovision.Progress
	err   error
}

// follow submits one removal per tenant and watches all of them to their ends.
func follow(ctx context.Context, c *client.Client, tenants []string, s screen) []ending {
	ends := make([]ending, len(tenants))
	var all sync.WaitGroup
	for i, tenant := range tenants {
		all.Go(func() {
			ends[i].state, ends[i].err = watch(ctx, c, tenant, s)
		})
	}
	all.Wait()
	s.close()
	return ends
}

// watch submits the removal of one service account, confirms its plan as a person would, and returns its last state.
func watch(ctx context.Context, c *client.Client, tenant string, s screen) (deprovision.Progress, error) {
	receipt, err := c.Submit(ctx, deprovision.Request{ID: client.NewID(), Tenant: tenant, Service: deprovision.ExchangeOnlineInline,
		Account: simulatedAccount, RequestedBy: "demo@" + tenant + ".example", Reason: "the product is being replaced"})
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
		return state, fmt.Errorf("the removal in %s ended as %s: %s", tenant, end, state.Detail)
	}
	return state, nil
}

// answer confirms the plan; any other stop is not part of the demo.
func answer(ctx context.Context, c *client.Client, p deprovision.Progress) error {
	if p.Stop.Name != "confirm" || p.Plan == nil {
		return fmt.Errorf("%s stopped at %s: %s", p.Request.Ref().Tokens(), p.Stop.Name, p.Stop.Detail)
	}
	d := deprovision.Decision{ID: client.NewID(), Tenant: p.Request.Tenant, Service: p.Request.Service, Request: p.Request.ID,
		Verb: deprovision.Confirm, Stop: p.Stop.Seq, PlanDigest: p.Plan.Digest, DecidedBy: "demo", Reason: "the demo confirms what it has shown"}
	for _, caution := range p.Plan.Cautions {
		d.Acknowledged = append(d.Acknowledged, caution.Code)
	}
	told, err := c.Decide(ctx, d)
	if err == nil && !told.Accepted {
		err = fmt.Errorf("the confirmation was refused: %s", told.Refusal)
	}
	return err
}
