package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func (a *app) accountsAdd() *cobra.Command {
	var record deprovision.Account
	var service, kind string
	var names []string
	var update bool
	cmd := &cobra.Command{
		Use:   "add",
		Short: "Add the record of a service account",
		Long: `Add writes one record. One that is there and differs is overwritten only with --update, and never while a request is open on it. An
update of a closed record stands for an account that was set up anew; amend adds to one that is the same.`,
		Example: `  publisher accounts add --tenant contoso --id inline --service exchange-online-inline --kind authorized \
    --app-id b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001 --site us
  publisher accounts add --tenant contoso --id sp --service sharepoint-online --kind delegate --upn svc@contoso.example
  publisher accounts add --tenant contoso --id mail --service exchange-online --kind authorized \
    --app-id b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b002 --name "quarantine-folder=Quarantined by Sentry" --app-credential mail-app \
    --consumer "SOAR playbook: quarantine mail"`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			record.Service, record.Kind, record.State = deprovision.Service(service), deprovision.Kind(kind), deprovision.AccountActive
			var err error
			if record.Names, err = namesByKind(names); err != nil {
				return err
			}
			if err := record.ValidateInput(); err != nil {
				return err
			}
			c, err := a.connect()
			if err != nil {
				return err
			}
			change, err := c.PutAccount(cmd.Context(), record, update)
			if err != nil {
				return hintUpdate(err)
			}
			if err := a.warnOfNames(record); err != nil {
				return err
			}
			return a.printChange(client.Imported{Account: record, Change: change})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&record.Tenant, "tenant", "", "`alias` of the tenant")
	flags.StringVar(&record.ID, "id", "", "id of the record, chosen by you")
	serviceFlag(cmd, &service, "the service that the account serves")
	flags.StringVar(&kind, "kind", "", "delegate (a user) or authorized (an application)")
	complete(cmd, "kind", []string{string(deprovision.Delegate), string(deprovision.Authorized)})
	flags.StringVar(&record.AppID, "app-id", "", "Entra App Id, for an authorized account")
	flags.StringVar(&record.Product, "product", "", "whose account it is, a footprint's name (default the reference product)")
	flags.StringVar(&record.UPN, "upn", "", "user principal name, for a delegate account")
	flags.StringVar(&record.Site, "site", "", "the product's site (region), e.g. us")
	flags.StringVar(&record.ProductID, "product-id", "", "the account's id at the product")
	flags.StringToStringVar(&record.Recorded, "recorded", nil, "object ids recorded at set-up, as `name=id`; may be repeated")
	flags.StringVar(&record.SharePointAppID, "sharepoint-app-id", "", "App Identifier of the legacy app in SharePoint, which is not the Entra App Id")
	flags.StringArrayVar(&names, "name", nil, "a name that no page of the vendor publishes, as `kind=name`, e.g. of a quarantine folder; may be repeated")
	flags.StringVar(&record.AppCredential, "app-credential", "", "`reference` of a credential of the account's own app, in the worker's configuration")
	flags.StringArrayVar(&record.Consumers, "consumer", nil, "one of your own systems that uses the product's automation APIs, for the cautions and the "+
		"announcement; may be repeated")
	flags.BoolVar(&update, "update", false, "overwrite a record that differs")
	return cmd
}

// namesByKind reads the values of --name, each kind=name. A kind may come several times.
func namesByKind(values []string) (map[string][]string, error) {
	if len(values) == 0 {
		return nil, nil
	}
	out := map[string][]string{}
	for _, value := range values {
		kind, name, ok := strings.Cut(value, "=")
		if !ok || kind == "" || name == "" {
			return nil, &usageError{fmt.Errorf("--name %s: a kind of artifact and a name of one are wanted, as kind=name", quote(value))}
		}
		out[kind] = append(out[kind], name)
	}
	return out, nil
}
