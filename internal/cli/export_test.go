package cli

import "github.com/spf13/cobra"

// Root is the command tree.
func Root() *cobra.Command { return (&app{}).root() }

// Confirm asks for a yes.
var Confirm = confirm
