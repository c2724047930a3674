package cli

import (
	"github.com/spf13/cobra"
)

func (a *app) plan() *cobra.Command {
	return &cobra.Command{
		Use:   "plan <tenant>.<service>.<request>",
		Short: "Show what a request would remove: every artifact, suspects, cautions, and what will be left",
		Long: `Plan shows the plan that a request is on: every artifact in the order of its removal with the step that removes it, what only resembles
the product's, the cautions to acknowledge, and what will be left. A dry run ends with one. The whole state of each object as it was read,
and the command that would restore it, are in --output json.`,
		Example: `  publisher request --tenant contoso --service exchange-online-inline --account inline --id look --dry-run --wait
  publisher plan contoso.exchange-online-inline.look
  publisher plan contoso.exchange-online-inline.look --output json | jq '.artifacts[].restore'`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ref, err := parseRef(args[0])
			if err != nil {
				return err
			}
			c, err := a.connect()
			if err != nil {
				return err
			}
			plan, err := c.Plan(cmd.Context(), ref)
			if err != nil {
				return err
			}
			if a.json() {
				return a.printJSON(plan)
			}
			return a.printPlan(plan)
		},
	}
}
