package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func (a *app) accountsImport() *cobra.Command {
	var update bool
	cmd := &cobra.Command{
		Use:   "import <file>",
		Short: "Add many records from JSON",
		Long: `Import reads a JSON array of records, or one JSON object a line; - is the standard input. Every entry is validated before the first is
written. Records that are there and differ are left as they are, and named, unless --update is given. It may be repeated.`,
		Example: `  publisher accounts import accounts.json
  publisher accounts import - --update < accounts.jsonl`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			records, err := a.readAccounts(args[0])
			if err != nil {
				return err
			}
			return a.importAll(cmd.Context(), records, update)
		},
	}
	cmd.Flags().BoolVar(&update, "update", false, "overwrite records that differ")
	return cmd
}

func (a *app) readAccounts(name string) ([]deprovision.Account, error) {
	if name == "-" {
		return client.ReadAccounts(a.In)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, &usageError{err}
	}
	defer func() { _ = file.Close() }() // it was only read
	return client.ReadAccounts(file)
}

func (a *app) importAll(ctx context.Context, records []deprovision.Account, update bool) error {
	c, err := a.connect()
	if err != nil {
		return err
	}
	counted := map[client.Change]int{}
	var conflicts []error
	for done, err := range c.ImportAccounts(ctx, records, update) {
		if err != nil {
			return err
		}
		if done.Err != nil {
			conflicts = append(conflicts, done.Err)
			continue
		}
		counted[done.Change]++
		if err := a.warnOfNames(done.Account); err != nil {
			return err
		}
		if a.json() {
			if err := a.printChange(done); err != nil {
				return err
			}
		}
	}
	if !a.json() {
		if err := a.printf("%d added, %d updated, %d unchanged, %d left as they were", counted[client.Added], counted[client.Updated],
			counted[client.Unchanged], len(conflicts)); err != nil {
			return err
		}
	}
	return hintUpdate(errors.Join(conflicts...))
}

func (a *app) printChange(i client.Imported) error {
	if a.json() {
		return a.printJSON(i)
	}
	return a.printf("account %s.%s: %s", i.Account.Tenant, i.Account.ID, i.Change)
}

func hintUpdate(err error) error {
	if err != nil && strings.Contains(err.Error(), "only by an update") {
		return fmt.Errorf("%w (--update)", err)
	}
	return err
}
