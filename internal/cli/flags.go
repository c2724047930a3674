package cli

import (
	"fmt"
	"os"
	"os/user"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// choice is a flag that takes one of a few words.
type choice struct {
	value string
	of    []string
}

// String returns the word.
func (c *choice) String() string { return c.value }

// Type is shown in the help.
func (c *choice) Type() string { return "word" }

// Set takes one of the words.
func (c *choice) Set(s string) error {
	if !slices.Contains(c.of, s) {
		return fmt.Errorf("allowed are %s", strings.Join(c.of, ", "))
	}
	c.value = s
	return nil
}

// serviceFlag adds --service with its completion.
func serviceFlag(cmd *cobra.Command, into *string, usage string) {
	cmd.Flags().StringVar(into, "service", "", usage)
	complete(cmd, "service", words(deprovision.Services()))
}

// complete offers words to the shell for a flag that was just added.
func complete(cmd *cobra.Command, flag string, words []string) {
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // the flag does not exist
	}
}

func words[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

// parseRef reads <tenant>.<service>.<request>; slashes will do as well as dots.
func parseRef(s string) (deprovision.Ref, error) {
	parts := strings.Split(strings.ReplaceAll(s, "/", "."), ".")
	if len(parts) != 3 {
		return deprovision.Ref{}, &usageError{fmt.Errorf("%q is no name of a request: <tenant>.<service>.<request>", s)}
	}
	ref := deprovision.Ref{Tenant: parts[0], Service: deprovision.Service(parts[1]), Request: parts[2]}
	if err := ref.Validate(); err != nil {
		return ref, &usageError{fmt.Errorf("%q is no name of a request: %w", s, err)}
	}
	return ref, nil
}

// me is who runs the command: user@host.
func me() string {
	name := "unknown"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return name + "@" + host
}
