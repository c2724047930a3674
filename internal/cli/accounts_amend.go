package cli

import (
	"errors"
	"reflect"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/pkg/client"
)

func (a *app) accountsAmend() *cobra.Command {
	var tenant, id string
	var what client.Amendment
	var names []string
	cmd := &cobra.Command{
		Use:   "amend",
		Short: "Add to the record of a service account that stays the same one",
		Long: `Amend adds what helps to find more of an account: names, recorded ids, a credential. A closed record stays closed, so that what its removal
left can be taken up with request --resume-of; add --update would stand for an account that was set up anew. What the record has otherwise is not
overwritten, but for --site and --app-credential, and nothing is changed while a request is open on it.`,
		Example: `  publisher accounts amend --tenant contoso --id mail --name "quarantine-folder=Quarantined by Sentry"
  publisher accounts amend --tenant contoso --id sp --sharepoint-app-id b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b003`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if what.Names, err = namesByKind(names); err != nil {
				return err
			}
			if reflect.ValueOf(what).IsZero() {
				return &usageError{errors.New("there is nothing to add: give --name, --recorded or another of the flags that --help lists")}
			}
			c, err := a.connect()
			if err != nil {
				return err
			}
			record, change, err := c.AmendAccount(cmd.Context(), tenant, id, what)
			if err != nil {
				return err
			}
			if err := a.warnOfNames(record); err != nil {
				return err
			}
			return a.printChange(client.Imported{Account: record, Change: change})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&tenant, "tenant", "", "`alias` of the tenant")
	flags.StringVar(&id, "id", "", "id of the record")
	flags.StringVar(&what.AppID, "app-id", "", "Entra App Id, where the record has none")
	flags.StringVar(&what.UPN, "upn", "", "user principal name, where the record has none")
	flags.StringVar(&what.ProductID, "product-id", "", "the account's id at the product, where the record has none")
	flags.StringVar(&what.SharePointAppID, "sharepoint-app-id", "", "App Identifier of the legacy app in SharePoint, where the record has none")
	flags.StringVar(&what.Site, "site", "", "the product's site (region), e.g. us")
	flags.StringToStringVar(&what.Recorded, "recorded", nil, "object ids recorded at set-up, as `name=id`; may be repeated")
	flags.StringArrayVar(&names, "name", nil, "a name that no page of the vendor publishes, as `kind=name`; may be repeated")
	flags.StringVar(&what.AppCredential, "app-credential", "", "`reference` of a credential of the account's own app, in the worker's configuration")
	flags.StringArrayVar(&what.Consumers, "consumer", nil, "one of your own systems that uses the product's automation APIs; may be repeated")
	return cmd
}
