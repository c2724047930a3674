package cli

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/pkg/client"
)

// oneDeadLetter is a command on the dead letter with a number.
func (a *app) oneDeadLetter(name, short string, do func(*client.Client, context.Context, uint64) (client.DeadLetter, error),
	tell func(client.DeadLetter) error) *cobra.Command {
	return &cobra.Command{
		Use:     name + " <number>",
		Short:   short,
		Example: "  publisher deadletter " + name + " 12",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			seq, err := strconv.ParseUint(args[0], 10, 64)
			if err != nil || seq == 0 {
				return &usageError{fmt.Errorf("%q is no number of a dead letter: see publisher deadletter list", args[0])}
			}
			c, err := a.connect()
			if err != nil {
				return err
			}
			d, err := do(c, cmd.Context(), seq)
			if err != nil {
				return err
			}
			return tell(d)
		},
	}
}
