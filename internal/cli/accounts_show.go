package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func (a *app) accountsShow() *cobra.Command {
	return &cobra.Command{
		Use:     "show <tenant>.<account>",
		Short:   "Show the record of a service account",
		Example: "  publisher accounts show contoso.inline",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			tenant, id, ok := strings.Cut(strings.ReplaceAll(args[0], "/", "."), ".")
			if !ok || !deprovision.ValidToken(tenant) || !deprovision.ValidToken(id) {
				return &usageError{fmt.Errorf("%q is no name of a record: <tenant>.<account>", args[0])}
			}
			c, err := a.connect()
			if err != nil {
				return err
			}
			r, err := c.Account(cmd.Context(), tenant, id)
			if err != nil {
				return err
			}
			if a.json() {
				return a.printJSON(r)
			}
			rows := [][]string{{"account", r.Tenant + "." + r.ID}, {"service", string(r.Service)}, {"kind", string(r.Kind)}, {"state", string(r.State)}}
			for _, more := range [][]string{{"product", r.Product}, {"app id", r.AppID}, {"user", r.UPN}, {"site", r.Site},
				{"product id", r.ProductID}, {"sharepoint app id", r.SharePointAppID}, {"app credential", r.AppCredential},
				{"open request", r.Open}, {"closed by", r.Closed}, {"let go", strings.Join(r.LetGo, ", ")}} {
				if more[1] != "" {
					rows = append(rows, more)
				}
			}
			for _, name := range slices.Sorted(maps.Keys(r.Recorded)) {
				rows = append(rows, []string{"recorded", name + " = " + r.Recorded[name]})
			}
			for _, kind := range slices.Sorted(maps.Keys(r.Names)) {
				for _, name := range r.Names[kind] {
					rows = append(rows, []string{"name", kind + " = " + name})
				}
			}
			for _, name := range r.Consumers {
				rows = append(rows, []string{"consumer", name})
			}
			return a.table(rows)
		},
	}
}
