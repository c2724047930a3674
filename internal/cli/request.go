package cli

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// asking is what the flags of a request say.
type asking struct {
	deprovision.Request
	services     []string
	drain        time.Duration
	all          bool
	wait, strict bool
}

func (a *app) request() *cobra.Command {
	var r asking
	cmd := &cobra.Command{
		Use:   "request",
		Short: "Ask for the removal of a service account, or of all of a tenant",
		Long: `Request asks for the removal of one service account. The same --id with the same contents is the same request, however often it is sent;
with other contents it is refused. With --wait, it prints the events until the request ends or waits for a decision.

With --all it makes one request for each active account of the tenant, or of each --service: mail flow first, since mail under way has to
drain for a day, then Exchange, SharePoint, OneDrive and Teams, and Teams Chat last, whose app is the customer's own and rather needs a
person; of one service, delegates before applications, since a user with a password is the worst that can be forgotten. That is the order
of the queue: several are worked on at a time. The ids are <batch>-<account>, with the batch of --id; the same batch with the same flags
again makes the same requests. An account on which another request is open is left out, with a line that says so. Nothing is confirmed by
this: each request waits at its own stop, unless --confirmed says otherwise. --plan, --account, --app-id and --product are about one account.`,
		Example: `  publisher request --tenant contoso --service exchange-online-inline --account inline --dry-run --wait
  publisher request --tenant contoso --service exchange-online-inline --account inline --reason "contract ended" --wait
  publisher request --tenant contoso --service exchange-online-inline --account inline --confirmed \
    --acknowledge mail-unscanned --acknowledge quarantine-lost --drain 12h --id case-4711
  publisher request --tenant contoso --service teams --account main --plan sha256:0d4f… --id case-4712
  publisher request --all --tenant contoso --id case-4713 --dry-run
  publisher request --all --tenant contoso --service sharepoint-online --service onedrive --reason "contract ended" --wait`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("drain") {
				d := deprovision.Duration(r.drain)
				r.Options.Drain = &d
			}
			if r.all {
				return a.requestAll(cmd, r)
			}
			if len(r.services) > 1 {
				return &usageError{errors.New("one request is for one --service; several are for --all")}
			}
			r.Service = deprovision.Service(strings.Join(r.services, ""))
			if r.ID == "" {
				r.ID = client.NewID()
			}
			return a.submit(cmd, r.Request, r.wait, r.strict)
		},
	}
	r.flags(cmd)
	return cmd
}

func (r *asking) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&r.Tenant, "tenant", "", "`alias` of the tenant")
	flags.StringArrayVar(&r.services, "service", nil, "the `service` whose account goes; with --all it may be repeated (default all)")
	complete(cmd, "service", words(deprovision.Services()))
	flags.StringVar(&r.Account, "account", "", "`id` of the service account's record: see publisher accounts list")
	flags.BoolVar(&r.all, "all", false, "one request for each active account of the tenant")
	flags.StringVar(&r.Product, "product", "", "whose account it is; it must be the record's (default the record's)")
	flags.StringVar(&r.AppID, "app-id", "", "App Id of the account as you know it; it must be the record's")
	flags.StringVar(&r.ID, "id", "", "id of the request, with --all of the batch (default a new one)")
	flags.StringVar(&r.RequestedBy, "by", me(), "who asks")
	flags.StringVar(&r.Reason, "reason", "", "why, for the evidence")
	flags.StringVar(&r.ResumeOf, "resume-of", "", "`id` of a request of the same account that ended and left something: take that up")
	flags.BoolVar(&r.Options.DryRun, "dry-run", false, "end after the plan; nothing is removed")
	flags.DurationVar(&r.drain, "drain", 0, "how long mail under way may still return (default the tenant's, 24h)")
	flags.BoolVar(&r.Options.Confirmed, "confirmed", false, "carry out the plan without showing it first, if every caution is acknowledged")
	flags.StringVar(&r.Options.Plan, "plan", "", "`digest` of a plan that you looked at: it alone may be carried out without asking again")
	flags.BoolVar(&r.Options.Purge, "purge", false, "remove for good what could be restored for a while")
	flags.StringArrayVar(&r.Options.Acknowledged, "acknowledge", nil, "`code` of a caution that is accepted; may be repeated")
	flags.StringArrayVar(&r.Options.ApproveByName, "approve", nil, "exact `name` of a suspect that may go; may be repeated")
	flags.BoolVar(&r.wait, "wait", false, "print the events until the request ends or waits for a decision")
	flags.BoolVar(&r.strict, "strict", false, "with --wait: a remainder has its own exit code")
}

func (a *app) submit(cmd *cobra.Command, r deprovision.Request, wait, strict bool) error {
	if err := r.ValidateInput(); err != nil { // before anything is connected
		return err
	}
	if err := checkDigest("options.plan", r.Options.Plan); err != nil {
		return err
	}
	c, err := a.connect()
	if err != nil {
		return err
	}
	if r.Product == "" {
		if r.Product, err = productOf(cmd.Context(), c, r); err != nil {
			return err
		}
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

// productOf is the product of a request's account as recorded. A request for an account that nobody recorded is sent without one: a worker refuses
// it, with the reason in its journal.
func productOf(ctx context.Context, c *client.Client, r deprovision.Request) (string, error) {
	record, err := c.Account(ctx, r.Tenant, r.Account)
	if errors.Is(err, client.ErrUnknownAccount) {
		return "", nil
	}
	return record.Product, err
}

// became words a receipt.
func became(r client.Receipt) string {
	switch {
	case !r.Duplicate:
		return "stored"
	case r.State == nil:
		return "the same request was there already: queued"
	}
	return "the same request was there already: " + string(r.State.Status)
}

func (a *app) printReceipt(r client.Receipt, wait bool) error {
	if err := a.printf("request %s: %s", r.Ref.Tokens(), became(r)); err != nil || wait {
		return err
	}
	return a.printf("follow it with: publisher watch %s", r.Ref.Tokens())
}
