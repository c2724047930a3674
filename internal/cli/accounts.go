package cli

import (
	"github.com/spf13/cobra"
)

func (a *app) accounts() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "accounts",
		Short:   "Keep the records of service accounts",
		Long:    `A removal needs a record of the service account that goes: its service, its App Id or user, and what was recorded when it was set up.`,
		Example: `  publisher accounts list --tenant contoso`,
		Args:    cobra.NoArgs, RunE: a.needsCommand,
	}
	cmd.AddCommand(a.accountsAdd(), a.accountsImport(), a.accountsList(), a.accountsShow())
	return cmd
}

func (a *app) accountsList() *cobra.Command {
	var tenant string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the records of service accounts",
		Example: "  publisher accounts list\n  publisher accounts list --tenant contoso --output json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			all, err := c.Accounts(cmd.Context(), tenant)
			if err != nil {
				return err
			}
			rows := [][]string{{"TENANT", "ID", "SERVICE", "KIND", "STATE", "OPEN REQUEST", "APP ID OR USER"}}
			for _, r := range all {
				if a.json() {
					if err := a.printJSON(r); err != nil {
						return err
					}
				}
				rows = append(rows, []string{r.Tenant, r.ID, string(r.Service), string(r.Kind), string(r.State), r.Open, r.AppID + r.UPN})
			}
			if a.json() {
				return nil
			}
			return a.table(rows)
		},
	}
	cmd.Flags().StringVar(&tenant, "tenant", "", "of this tenant")
	return cmd
}
