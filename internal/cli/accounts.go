package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func (a *app) accounts() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "accounts",
		Short:   "Keep the records of service accounts",
		Long:    `A removal needs a record of the service account that goes: its service, its App Id or user, and what was recorded when it was set up.`,
		Example: `  publisher accounts list --tenant contoso`,
		Args:    cobra.NoArgs, RunE: a.needsCommand,
	}
	cmd.AddCommand(a.accountsAdd(), a.accountsAmend(), a.accountsImport(), a.accountsList(), a.accountsShow())
	return cmd
}

func (a *app) accountsList() *cobra.Command {
	var tenant string
	var all bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the service accounts that are not closed, or all records",
		Example: "  publisher accounts list\n  publisher accounts list --tenant contoso --all --output json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			records, err := c.Accounts(cmd.Context(), tenant)
			if err != nil {
				return err
			}
			rows := [][]string{{"TENANT", "ID", "SERVICE", "KIND", "STATE", "OPEN REQUEST", "APP ID OR USER"}}
			for _, r := range records {
				if r.State == deprovision.AccountClosed && !all {
					continue
				}
				if a.json() {
					if err := a.printJSON(r); err != nil {
						return err
					}
				}
				rows = append(rows, []string{r.Tenant, r.ID, string(r.Service), string(r.Kind), string(r.State), r.Open, strings.TrimSpace(r.AppID + " " + r.UPN)})
			}
			if a.json() {
				return nil
			}
			return a.table(rows)
		},
	}
	cmd.Flags().StringVar(&tenant, "tenant", "", "of this tenant")
	cmd.Flags().BoolVar(&all, "all", false, "closed ones too")
	return cmd
}
