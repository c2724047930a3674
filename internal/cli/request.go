package cli

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func (a *app) request() *cobra.Command {
	var (
		r            deprovision.Request
		service      string
		drain        time.Duration
		wait, strict bool
	)
	cmd := &cobra.Command{
		Use:   "request",
		Short: "Ask for the removal of a service account",
		Long: `Request asks for the removal of one service account. The same --id with the same contents is the same request, however often it is sent;
with other contents it is refused. With --wait, it prints the events until the request ends or waits for a decision.`,
		Example: `  publisher request --tenant contoso --service exchange-online-inline --account inline --dry-run --wait
  publisher request --tenant contoso --service exchange-online-inline --account inline --reason "contract ended" --wait
  publisher request --tenant contoso --service exchange-online-inline --account inline --confirmed \
    --acknowledge mail-unscanned --acknowledge quarantine-lost --drain 12h --id case-4711`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r.Service = deprovision.Service(service)
			if cmd.Flags().Changed("drain") {
				d := deprovision.Duration(drain)
				r.Options.Drain = &d
			}
			if r.ID == "" {
				r.ID = client.NewID()
			}
			return a.submit(cmd, r, wait, strict)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&r.Tenant, "tenant", "", "`alias` of the tenant")
	serviceFlag(cmd, &service, "the service whose account goes")
	flags.StringVar(&r.Account, "account", "", "`id` of the service account's record: see publisher accounts list")
	flags.StringVar(&r.AppID, "app-id", "", "App Id of the account as you know it; it must be the record's")
	flags.StringVar(&r.ID, "id", "", "id of the request (default a new one)")
	flags.StringVar(&r.RequestedBy, "by", me(), "who asks")
	flags.StringVar(&r.Reason, "reason", "", "why, for the evidence")
	flags.BoolVar(&r.Options.DryRun, "dry-run", false, "end after the plan; nothing is removed")
	flags.DurationVar(&drain, "drain", 0, "how long mail under way may still return (default the tenant's, 24h)")
	flags.BoolVar(&r.Options.Confirmed, "confirmed", false, "carry out the plan without showing it first, if every caution is acknowledged")
	flags.StringArrayVar(&r.Options.Acknowledged, "acknowledge", nil, "`code` of a caution that is accepted; may be repeated")
	flags.StringArrayVar(&r.Options.ApproveByName, "approve", nil, "exact `name` of a suspect that may go; may be repeated")
	flags.BoolVar(&wait, "wait", false, "print the events until the request ends or waits for a decision")
	flags.BoolVar(&strict, "strict", false, "with --wait: a remainder has its own exit code")
	return cmd
}

func (a *app) submit(cmd *cobra.Command, r deprovision.Request, wait, strict bool) error {
	if err := r.Validate(); err != nil { // before anything is connected
		return err
	}
	c, err := a.connect()
	if err != nil {
		return err
	}
	receipt, err := c.Submit(cmd.Context(), r)
	if err != nil {
		return err
	}
	if a.json() {
		err = a.printJSON(receipt)
	} else {
		err = a.printReceipt(receipt, wait)
	}
	if err != nil || !wait {
		return err
	}
	ctx, cancel := a.whole(cmd)
	defer cancel()
	return a.follow(ctx, r.Ref(), 1, true, strict)
}

func (a *app) printReceipt(r client.Receipt, wait bool) error {
	state := "stored"
	if r.Duplicate {
		state = "the same request was there already: queued"
		if r.State != nil {
			state = "the same request was there already: " + string(r.State.Status)
		}
	}
	if err := a.printf("request %s: %s", r.Ref.Tokens(), state); err != nil || wait {
		return err
	}
	return a.printf("follow it with: publisher watch %s", r.Ref.Tokens())
}
