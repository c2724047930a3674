package cli

import (
	"context"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/internal/cli/bars"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Root is the command tree.
func Root() *cobra.Command { return (&app{}).root() }

// Screen draws tables over one another on a terminal of a size.
func Screen(out io.Writer, width, height int) func(rows [][]string) error {
	return (&screen{Region: &bars.Region{Out: out, Size: func() (int, int) { return width, height }}}).draw
}

// Frame draws the live screen of a state in a window of a size.
func Frame(p deprovision.Progress, asks bool, now time.Time, columns, rows int) []bars.Line {
	return frame{ref: p.Request.Ref(), state: &p, asks: asks, now: now}.lines(columns, rows)
}

// QueuedFrame is that of a request that no worker has taken.
func QueuedFrame(r deprovision.Request, at, now time.Time, columns, rows int) []bars.Line {
	return frame{ref: r.Ref(), queued: &client.Queued{Request: r, At: at}, now: now}.lines(columns, rows)
}

// LookAtTerminal tells what streams can do.
var LookAtTerminal = terminal

// OneLine is what the terminal gets of a foreign text.
var OneLine = oneLine

// Left words how long something still takes.
var Left = left

// Converse has a conversation about the stop of a state, and tells whether a decision was sent.
func Converse(ctx context.Context, url string, state deprovision.Progress, in io.Reader, out io.Writer) (bool, error) {
	a := &app{Streams: Streams{Out: out, Err: out, Now: time.Now}, server: url, timeout: 10 * time.Second, notices: &notices{out: out}}
	c, err := a.connect()
	if err != nil {
		return false, err
	}
	defer c.Close()
	t := &talk{keys: newKeyboard(in, nil), out: out}
	done, err := (&dialog{app: a, talk: t, client: c, state: state, by: "admin"}).converse(ctx, ctx)
	return done == sent, err
}

// Typed reads one line of what is typed.
func Typed(ctx context.Context, in io.Reader, echo io.Writer) (string, error) {
	k := newKeyboard(in, echo)
	k.listen()
	return k.line(ctx)
}
