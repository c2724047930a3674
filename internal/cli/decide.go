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
do not name them. publisher show prints the whole command; publisher watch asks for decisions by itself.

After confirm, force, and approve at the stop brake, something is destroyed. Before one of them is sent, the plan is shown, and you are asked
to type the tenant and the account, like contoso/inline; cautions that no --acknowledge names are asked for one by one. Where nobody can be
asked, as in a script, they need --yes.

  confirm      carry out the plan              retry        try the failed step again
  approve      let suspects go, by --name      skip         leave the failed step out
  continue     with the worker's credential    manual-done  the manual step was done (--reason: how)
  credentials  use another --credential        cancel       stop, and keep what is left
                                               force        close the account, and leave the tenant as it is

Cancel and force are offered as long as the request has not ended.`,
		Example: `  publisher decide confirm contoso.exchange-online-inline.r1 --acknowledge mail-unscanned --acknowledge quarantine-lost
  publisher decide approve contoso.exchange-online-inline.r1 --name "TMCAS-old rule"
  publisher decide cancel contoso.exchange-online-inline.r1 --reason "wrong account"
  publisher decide confirm contoso.exchange-online-inline.r1 --stop 7 --plan sha256:… --acknowledge mail-unscanned --yes`,
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
	flags.BoolVarP(&yes, "yes", "y", false, "do not ask; for scripts")
	return cmd
}

// decideOn fills in what the decision is bound to, asks where something would be destroyed, sends it, and tells the answer.
func (a *app) decideOn(ctx context.Context, d deprovision.Decision, yes bool) error {
	if err := probe(d).ValidateInput(); err != nil { // before anything is connected
		return err
	}
	if err := checkDigest("planDigest", d.PlanDigest); err != nil {
		return err
	}
	if d.Verb == deprovision.ManualDone && strings.TrimSpace(d.Reason) == "" {
		return &usageError{errors.New("manual-done closes a manual step with a note: add --reason, how it was done")}
	}
	asks := destroys(d) && !yes
	if asks && !a.Terminal.Asks {
		return &usageError{fmt.Errorf("after %s something is destroyed, and nobody can be asked here: add --yes when that is meant", d.Verb)}
	}
	c, err := a.connect()
	if err != nil {
		return err
	}
	switch {
	case d.Verb.Anytime():
		err = a.bindAnytime(ctx, d, asks)
	case d.Stop == 0 || bindsPlan(d.Verb) && (d.PlanDigest == "" || asks):
		err = a.bind(ctx, c, &d, asks)
	}
	if err != nil {
		return err
	}
	return a.send(ctx, c, d)
}

// destroys reports whether something is destroyed once a decision was taken. What lets a step be tried again or left out does not count: its
// plan was confirmed before. Nor does the approval of suspects: it makes a new plan, which waits for its own confirmation.
func destroys(d deprovision.Decision) bool {
	switch d.Verb {
	case deprovision.Confirm, deprovision.Force:
		return true
	case deprovision.Approve:
		return slices.Contains(d.Names, brake)
	}
	return false
}

// bindsPlan reports whether a decision with this verb is about one plan and no other.
func bindsPlan(verb deprovision.Verb) bool {
	return verb == deprovision.Confirm || verb == deprovision.Approve
}

// send sends a decision, and tells the answer.
func (a *app) send(ctx context.Context, c *client.Client, d deprovision.Decision) error {
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
func probe(d deprovision.Decision) deprovision.Decision {
	if d.Stop == 0 && !d.Verb.Anytime() {
		d.Stop = 1
	}
	if bindsPlan(d.Verb) && d.PlanDigest == "" {
		d.PlanDigest = "sha256:0"
	}
	return d
}
