package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func (a *app) decide() *cobra.Command {
	var d deprovision.Decision
	var yes bool
	cmd := &cobra.Command{
		Use:   "decide <verb> <tenant>.<service>.<request>",
		Short: "Answer the stop of a request, or cancel or force it",
		Long: `Decide answers the stop that a request waits at. The stop, and for confirm and approve the plan, are looked up where --stop and --plan
do not name them; the plan is shown then, and on a terminal you are asked before anything is sent. publisher show prints the whole command.

  confirm      carry out the plan              retry        try the failed step again
  approve      let suspects go, by --name      skip         leave the failed step out
  continue     with the worker's credential    manual-done  the manual step was done (--reason: how)
  credentials  use another --credential        cancel       stop, and keep what is left
                                               force        close the account, and leave the tenant as it is

Cancel and force are offered as long as the request has not ended.`,
		Example: `  publisher decide confirm contoso.exchange-online-inline.r1 --acknowledge mail-unscanned --acknowledge quarantine-lost
  publisher decide approve contoso.exchange-online-inline.r1 --name "TMCAS-old rule"
  publisher decide cancel contoso.exchange-online-inline.r1 --reason "wrong account"`,
		Args:      cobra.ExactArgs(2),
		ValidArgs: words(deprovision.Verbs()),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 {
				return words(deprovision.Verbs()), cobra.ShellCompDirectiveNoFileComp
			}
			return nil, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			ref, err := parseRef(args[1])
			if err != nil {
				return err
			}
			d.Verb, d.Tenant, d.Service, d.Request = deprovision.Verb(args[0]), ref.Tenant, ref.Service, ref.Request
			if d.ID == "" {
				d.ID = client.NewID()
			}
			return a.decideOn(cmd.Context(), d, yes)
		},
	}
	flags := cmd.Flags()
	flags.Uint64Var(&d.Stop, "stop", 0, "`number` of the stop (default the one that it waits at)")
	flags.StringVar(&d.PlanDigest, "plan", "", "`digest` of the plan that was looked at (default the present one, which is shown)")
	flags.StringArrayVar(&d.Acknowledged, "acknowledge", nil, "`code` of a caution that is accepted; may be repeated")
	flags.StringArrayVar(&d.Names, "name", nil, "for approve: exact `name` of a suspect that may go; may be repeated. At the stop brake: brake")
	flags.StringVar(&d.CredentialRef, "credential", "", "for credentials: `reference` in the worker's configuration, never a secret")
	flags.StringVar(&d.DecidedBy, "by", me(), "who decides")
	flags.StringVar(&d.Reason, "reason", "", "why, or how it was done")
	flags.StringVar(&d.ID, "id", "", "id of the decision; the same id is one decision (default a new one)")
	flags.BoolVarP(&yes, "yes", "y", false, "do not ask on a terminal")
	return cmd
}

// decideOn fills in what the decision is bound to, sends it, and tells the answer.
func (a *app) decideOn(ctx context.Context, d deprovision.Decision, yes bool) error {
	bound := d.Verb == deprovision.Confirm || d.Verb == deprovision.Approve
	if err := probe(d, bound).Validate(); err != nil { // before anything is connected
		return err
	}
	if err := checkDigest("planDigest", d.PlanDigest); err != nil {
		return err
	}
	if d.Verb == deprovision.ManualDone && strings.TrimSpace(d.Reason) == "" {
		return &usageError{errors.New("manual-done closes a manual step with a note: add --reason, how it was done")}
	}
	c, err := a.connect()
	if err != nil {
		return err
	}
	if !d.Verb.Anytime() && (d.Stop == 0 || bound && d.PlanDigest == "") {
		if err := a.bind(ctx, c, &d, bound, yes); err != nil {
			return err
		}
	}
	if d.Verb.Anytime() {
		if _, err := a.look(ctx, d.Ref()); err != nil { // a decision about nothing would only become a dead letter
			return err
		}
	}
	answer, err := c.Decide(ctx, d)
	if err != nil {
		return err
	}
	if a.json() {
		if err := a.printJSON(struct {
			Decision string `json:"decision"`
			client.Answer
		}{d.ID, answer}); err != nil {
			return err
		}
	} else if answer.Accepted {
		return a.printf("accepted: %s on %s", d.Verb, d.Ref().Tokens())
	}
	if !answer.Accepted {
		return &refusedError{oneLine(answer.Refusal)}
	}
	return nil
}

// probe is the decision as if it were bound already, so that everything else in it can be validated.
func probe(d deprovision.Decision, bound bool) deprovision.Decision {
	if d.Stop == 0 && !d.Verb.Anytime() {
		d.Stop = 1
	}
	if bound && d.PlanDigest == "" {
		d.PlanDigest = "sha256:0"
	}
	return d
}

// bind looks up the stop and the plan, shows the plan, and asks where a person can answer.
func (a *app) bind(ctx context.Context, c *client.Client, d *deprovision.Decision, bound, yes bool) error {
	last, err := c.Last(ctx, d.Ref())
	if err != nil {
		if _, queued := c.Queued(ctx, d.Ref()); queued == nil && errors.Is(err, client.ErrUnknownRequest) {
			return &refusedError{"the request is still queued; only cancel and force are offered"}
		}
		return err
	}
	p := last.Progress
	if p.Status != deprovision.Waiting || p.Stop == nil {
		return &refusedError{fmt.Sprintf("the request waits at no stop: %s", why(p, a.Now()))}
	}
	if !p.Stop.Accepts(d.Verb) {
		return &refusedError{fmt.Sprintf("%s is not offered at the stop %s; offered are %v", d.Verb, p.Stop.Name, p.Stop.Offers)}
	}
	if d.Stop == 0 {
		d.Stop = p.Stop.Seq
	}
	if !bound || d.PlanDigest != "" {
		return nil
	}
	if p.Plan == nil {
		return fmt.Errorf("%s: %w", d.Ref().Tokens(), client.ErrNoPlan)
	}
	d.PlanDigest = p.Plan.Digest
	plan, err := c.Plan(ctx, d.Ref())
	if err != nil {
		return err
	}
	if plan.Digest() != d.PlanDigest {
		return &client.ConflictError{Kind: "request", Name: d.Ref().Tokens(), Reason: "its plan changed a moment ago; look again"}
	}
	if err := a.printPlan(plan, planRows); err != nil {
		return err
	}
	switch d.Verb {
	case deprovision.Confirm:
		err = acknowledged(p, *d)
	case deprovision.Approve:
		err = approvable(p.Stop.Name, plan, *d)
	}
	if err != nil {
		return err
	}
	if yes {
		return nil
	}
	return a.ask(ctx, fmt.Sprintf("%s this plan of %d artifacts in tenant %s?", d.Verb, len(plan.Artifacts), d.Tenant))
}

// approvable refuses an approval of what the plan does not list, or at the brake of anything else: the worker would ask again.
func approvable(stop string, plan deprovision.Plan, d deprovision.Decision) error {
	if stop == brake {
		if !slices.Equal(d.Names, []string{brake}) {
			return &usageError{fmt.Errorf("at the stop brake, approve takes --name brake and no other")}
		}
		return nil
	}
	for _, name := range d.Names {
		if why := plan.Approves(name); why != "" {
			return &usageError{fmt.Errorf("--name %s %s", quote(name), why)}
		}
	}
	return nil
}

// acknowledged refuses a confirmation that leaves a caution out: the worker would ask again.
func acknowledged(p deprovision.Progress, d deprovision.Decision) error {
	for _, c := range p.Unacknowledged() {
		if !slices.Contains(d.Acknowledged, c.Code) {
			return &usageError{fmt.Errorf("caution %s is not acknowledged (%s): add --acknowledge %s", c.Code, oneLine(c.Text), quote(c.Code))}
		}
	}
	return nil
}
