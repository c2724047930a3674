// Command worker takes service accounts of a cloud security product out of Microsoft 365: it claims removal requests from JetStream and
// runs every step against the tenant. Start reading in serve.go, which puts the parts together from top to bottom.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() { // a second signal ends the process at once
		<-ctx.Done()
		stop()
	}()
	if err := command().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "worker:", err)
		os.Exit(code(err))
	}
}

// The exit codes.
const (
	exitFailed = 1 // something else
	exitUsage  = 2 // flags or configuration
)

// usage is a mistake of who called the command.
type usage struct{ error }

func (u usage) Unwrap() error { return u.error }

func code(err error) int {
	if _, ok := errors.AsType[usage](err); ok {
		return exitUsage
	}
	return exitFailed
}

func command() *cobra.Command {
	root := &cobra.Command{
		Use:   "worker",
		Short: "Remove a cloud security product's service accounts from Microsoft 365",
		Long: `Remove a cloud security product's service accounts from Microsoft 365.

The worker claims removal requests from JetStream, runs every step against the tenant, keeps the current picture in Redis, and publishes
what it did. "worker demo" shows it on this machine alone; "publisher --help" is the operator's side.`,
		Version:       version(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage{err} })
	root.AddCommand(runCommand(), devCommand(), demoCommand(), provisionCommand(), rebuildCommand(), archiveCommand(), tenantsimCommand(),
		footprintCommand(), healthcheckCommand())
	return root
}

// version is the version of the module, with the commit that it was built from where the build knew it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && !strings.Contains(info.Main.Version, s.Value[:min(12, len(s.Value))]) {
			return info.Main.Version + " " + s.Value
		}
	}
	return info.Main.Version
}
