package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Streams are where a command reads and writes. Somebody is asked only where In is a terminal.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	Terminal *Terminal        // nil means what In and Out are
	Now      func() time.Time // nil means time.Now
	Recheck  time.Duration    // how often a watched batch is looked for anew while no worker has taken all of it; 0 means 10 s
}

// Run runs one command and returns the exit code; see [Success] and the codes below it.
func Run(ctx context.Context, args []string, s Streams) int {
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Recheck <= 0 {
		s.Recheck = 10 * time.Second
	}
	if s.Terminal == nil {
		found := terminal(s.In, s.Out, os.Getenv)
		s.Terminal = &found
	}
	notices := &notices{out: s.Err}
	s.Err = notices
	a := &app{Streams: s, notices: notices}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	err := root.ExecuteContext(ctx)
	notices.set(func() { notices.listen = false })
	if a.client != nil {
		a.client.Close()
	}
	if err != nil && !a.started {
		err = &usageError{err} // cobra's own: an unknown command or flag, a missing argument
	}
	return conclude(s.Err, err)
}

// app is what the commands of one run share.
type app struct {
	Streams
	notices *notices
	server  string
	creds   string
	inbox   string
	timeout time.Duration
	output  choice
	started bool // the arguments were read without an error
	client  *client.Client
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "publisher",
		Short: "Ask for the removal of service accounts, decide, and see what becomes of it",
		Long: `The publisher asks for the removal of service accounts, decides at their stops, and shows what becomes of them.

A request is named <tenant>.<service>.<request>, for example contoso.exchange-online-inline.r1. With --output json, every result is one
JSON object on a line. Exit codes are listed in docs/publisher.md.`,
		Example: `  publisher request --tenant contoso --service exchange-online-inline --account inline --wait
  publisher show contoso.exchange-online-inline.r1
  publisher decide confirm contoso.exchange-online-inline.r1 --acknowledge mail-unscanned --acknowledge quarantine-lost`,
		Version: version(), SilenceErrors: true, SilenceUsage: true,
		Args:              cobra.NoArgs,
		RunE:              a.needsCommand,
		PersistentPreRunE: func(*cobra.Command, []string) error { a.started = true; return nil },
	}
	a.output = choice{value: "table", of: []string{"table", "json"}}
	flags := root.PersistentFlags()
	flags.StringVar(&a.server, "server", "", "NATS `servers`, several with commas (default $NATS_URL, else "+client.DefaultURL+")")
	flags.StringVar(&a.creds, "creds", "", "`file` with NATS credentials")
	flags.StringVar(&a.inbox, "inbox-prefix", "", "where answers come, if your permissions ask for another `prefix` than _INBOX")
	flags.DurationVar(&a.timeout, "timeout", 10*time.Second, "how long one call may take; for watch and --wait the whole (there without end by default)")
	flags.VarP(&a.output, "output", "o", "table or json")
	_ = root.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(a.output.of, cobra.ShellCompDirectiveNoFileComp)) // the flag is there
	root.AddCommand(a.request(), a.plan(), a.decide(), a.show(), a.list(), a.watch(), a.accounts(), a.deadLetters(), a.evidence())
	return root
}

// needsCommand is what a command that only groups others does by itself.
func (a *app) needsCommand(cmd *cobra.Command, _ []string) error {
	if err := cmd.Usage(); err != nil {
		return err
	}
	return &usageError{fmt.Errorf("%s needs a command", cmd.CommandPath())}
}

// connect returns the client, connecting on first use.
func (a *app) connect() (*client.Client, error) {
	if a.client != nil {
		return a.client, nil
	}
	server := a.server
	if server == "" {
		server = os.Getenv("NATS_URL")
	}
	if a.timeout <= 0 {
		return nil, &deprovision.Invalid{Field: "--timeout", Value: a.timeout.String(), Allowed: "more than 0s"}
	}
	c, err := client.Connect(server, client.Options{Name: "publisher", Credentials: a.creds, InboxPrefix: a.inbox, Timeout: a.timeout,
		Interrupted: a.notices.interrupted})
	if err != nil {
		return nil, err
	}
	a.client = c
	return c, nil
}

// whole bounds a command that waits for events, when --timeout was given, and has it told when the connection is lost.
func (a *app) whole(cmd *cobra.Command) (context.Context, context.CancelFunc) {
	a.notices.set(func() { a.notices.listen = true })
	if cmd.Flags().Changed("timeout") {
		return context.WithTimeout(cmd.Context(), a.timeout)
	}
	return context.WithCancel(cmd.Context())
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}
