package cli

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event/query"
)

func (a *app) list() *cobra.Command {
	var (
		f               query.Filter
		service, status string
	)
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List requests, newest first",
		Long:  `List asks the workers for their current picture, which may be a moment behind the journal. It needs a running worker.`,
		Example: `  publisher list --open
  publisher list --tenant contoso --status waiting
  publisher list --limit 1000 --output json | jq -r .request`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.Service, f.Status = deprovision.Service(service), deprovision.Status(status)
			if err := f.Validate(); err != nil {
				return err
			}
			c, err := a.connect()
			if err != nil {
				return err
			}
			page, err := c.List(cmd.Context(), f)
			if err != nil {
				return err
			}
			return a.printPage(page)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.Tenant, "tenant", "", "of this tenant")
	serviceFlag(cmd, &service, "of this service")
	flags.StringVar(&f.Account, "account", "", "of this service account")
	flags.StringVar(&status, "status", "", "in this state")
	complete(cmd, "status", words(query.Statuses()))
	flags.BoolVar(&f.Open, "open", false, "that have not ended")
	flags.IntVar(&f.Limit, "limit", query.DefaultRows, fmt.Sprintf("rows, at most %d", query.MaxRows))
	flags.StringVar(&f.After, "after", "", "`cursor` that the page before ended with")
	return cmd
}

func (a *app) printPage(page query.Page) error {
	if a.json() {
		for _, s := range page.Requests {
			if err := a.printJSON(s); err != nil {
				return err
			}
		}
		return a.more(page.Next)
	}
	rows := [][]string{{"REQUEST", "ACCOUNT", "STATUS", "STEPS", "REMOVED", "LEFT", "UPDATED", "WHERE"}}
	for _, s := range page.Requests {
		where := s.Step
		switch {
		case s.Stop != "":
			where = "stop " + s.Stop
		case s.Until != nil:
			where += " until " + stamp(*s.Until)
		}
		rows = append(rows, []string{s.Tokens(), s.Account, string(s.Status), fmt.Sprintf("%d/%d", s.Done, s.Total), strconv.Itoa(s.Removed),
			strconv.Itoa(s.Remainder), stamp(s.Updated), where})
	}
	if err := a.table(rows); err != nil {
		return err
	}
	return a.more(page.Next)
}

// more names the next page where it does not disturb what is printed.
func (a *app) more(next string) error {
	if next == "" {
		return nil
	}
	_, err := fmt.Fprintf(a.Err, "there are more: --after %s\n", quote(next))
	return err
}
