package cli

import (
	"io"

	"github.com/spf13/cobra"
)

// Root is the command tree.
func Root() *cobra.Command { return (&app{}).root() }

// Confirm asks for a yes.
var Confirm = confirm

// Screen draws tables over one another on a terminal of a size.
func Screen(out io.Writer, width, height int) func(rows [][]string) error {
	return (&screen{out: out, size: func() (int, int) { return width, height }}).draw
}
