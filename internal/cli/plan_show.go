package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func (a *app) plan() *cobra.Command {
	var limit int
	var diff bool
	cmd := &cobra.Command{
		Use:   "plan <tenant>.<service>.<request>",
		Short: "Show what a request would remove: every artifact, suspects, cautions, and what will be left",
		Long: `Plan shows the plan that a request is on: every artifact in the order of its removal, step by step, with the call that removes it and what that
needs, what only resembles the product's, the cautions to acknowledge, and what will be left. A dry run ends with one. Of each object's
state the table shows a few fields. The whole state as it was read, and the command that would restore it, are in --output json, which is
never cut off.

With --diff and two requests, it shows what the plan of the second has otherwise than the plan of the first.`,
		Example: `  publisher request --tenant contoso --service exchange-online-inline --account inline --id look --dry-run --wait
  publisher plan contoso.exchange-online-inline.look
  publisher plan contoso.exchange-online-inline.look --limit 0
  publisher plan contoso.exchange-online-inline.look --output json | jq '.artifacts[]?.restore'
  publisher plan --diff contoso.exchange-online-inline.look contoso.exchange-online-inline.again`,
		Args: func(cmd *cobra.Command, args []string) error {
			if diff {
				return cobra.ExactArgs(2)(cmd, args)
			}
			return cobra.ExactArgs(1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if limit < 0 {
				return &deprovision.Invalid{Field: "limit", Value: fmt.Sprint(limit), Allowed: "artifacts of a step, 0 for all"}
			}
			plans, err := a.plans(cmd.Context(), args)
			switch {
			case err != nil:
				return err
			case diff:
				return a.printDifference(plans[0], plans[1], limit)
			case a.json():
				return a.printJSON(plans[0])
			}
			return a.printPlan(plans[0], limit)
		},
	}
	cmd.Flags().IntVar(&limit, "limit", planRows, "at most so many artifacts of a step, 0 for all")
	cmd.Flags().BoolVar(&diff, "diff", false, "compare the plans of two requests")
	return cmd
}

// plans reads the plans of requests, each by its whole name.
func (a *app) plans(ctx context.Context, names []string) ([]deprovision.Plan, error) {
	refs := make([]deprovision.Ref, len(names))
	for i, name := range names {
		var err error
		if refs[i], err = parseRef(name); err != nil {
			return nil, err
		}
	}
	c, err := a.connect()
	if err != nil {
		return nil, err
	}
	plans := make([]deprovision.Plan, len(refs))
	for i, ref := range refs {
		if plans[i], err = c.Plan(ctx, ref); err != nil {
			return nil, err
		}
	}
	return plans, nil
}

// difference is what plan --diff tells.
type difference struct {
	Before string `json:"before"` // digest of the first plan
	After  string `json:"after"`
	deprovision.Difference
}

func (a *app) printDifference(before, after deprovision.Plan, limit int) error {
	d := difference{before.Digest(), after.Digest(), before.Diff(after)}
	if a.json() {
		return a.printJSON(d)
	}
	if err := a.printf("%s", d.Summary(0)); err != nil {
		return err
	}
	rows := [][]string{{"", "STEP", "KIND", "NAME", "ID", "STATE"}}
	var cut []string
	for _, part := range []struct {
		word string
		list []deprovision.Artifact
	}{{"added", d.Added}, {"missing", d.Missing}, {"changed", d.Changed}} {
		for _, f := range upTo(part.list, limit) {
			rows = append(rows, []string{part.word, f.Step, string(f.Kind), f.Name, f.ID, brief(f.Before)})
		}
		if more := hidden(part.list, limit); more > 0 {
			cut = append(cut, fmt.Sprintf("and %d more %s: --limit 0 shows all", more, part.word))
		}
	}
	if len(rows) == 1 {
		return nil
	}
	err := a.table(rows)
	for _, line := range cut {
		err = errors.Join(err, a.printf("%s", line))
	}
	return err
}
