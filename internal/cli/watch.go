package cli

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func (a *app) watch() *cobra.Command {
	var (
		scope   client.Scope
		service string
		batch   string
		w       watching
	)
	cmd := &cobra.Command{
		Use:   "watch [<tenant>.<service>.<request>]",
		Short: "Follow a request until it ends, a batch of requests, or all",
		Long: `Watch follows a request through interruptions of server and network, and ends with it. On a terminal it draws the steps with what is done,
the time that is left and what was removed; where the request waits for a decision it shows the stop and what can be decided, asks, and
sends what you decide as publisher decide does. --no-input never asks; ctrl-c leaves the request as it is.

Elsewhere, and with --plain or --from, it prints every event, in order, each once. Plain lines leave out the mere signs of life;
--output json leaves out nothing.

Without a request it prints the events of all, until it is interrupted; each line of --output json then has a "revision" to go on behind
with --after. An event that can't be read is named on the standard error and passed over.

With --batch it follows all requests of a tenant whose ids begin with the batch and a hyphen, as request --all makes them: one line each, drawn
anew on a terminal, with state, step, units and the estimated end. It ends when each of them has ended or waits for a decision; the exit code
is that of the request that needs somebody most.`,
		Example: `  publisher watch contoso.exchange-online-inline.r1
  publisher watch contoso.exchange-online-inline.r1 --from 17 --until-stop --timeout 1h
  publisher watch --tenant contoso --batch case-4713
  publisher watch --tenant contoso --output json --after 4711`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, cancel := a.whole(cmd)
			defer cancel()
			if batch != "" {
				if used := changed(cmd, "service", "after", "new", "from", "until-stop"); used != "" || len(args) > 0 {
					return &usageError{errors.New("with --batch goes --tenant, and no request and no other selection")}
				}
				return a.watchBatch(ctx, scope.Tenant, batch, w)
			}
			if len(args) == 0 {
				scope.Service = deprovision.Service(service)
				return a.watchAll(ctx, scope)
			}
			if used := changed(cmd, "tenant", "service", "after", "new"); used != "" {
				return &usageError{fmt.Errorf("--%s selects among all requests; a single one was named", used)}
			}
			return a.watchOne(ctx, args[0], w, cmd.Flags().Changed("from"))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&batch, "batch", "", "with --tenant: the requests of this batch, the `beginning` of their ids")
	flags.Uint64Var(&w.from, "from", 1, "first event to print; lines are printed then, also on a terminal")
	flags.BoolVar(&w.until, "until-stop", false, "end also when the request waits for a decision")
	flags.BoolVar(&w.strict, "strict", false, "a remainder has its own exit code")
	flags.BoolVar(&w.plain, "plain", false, "print lines, also on a terminal")
	flags.BoolVar(&w.mute, "no-input", false, "never ask for a decision")
	flags.StringVar(&w.by, "by", me(), "who decides, where a decision is asked for")
	flags.StringVar(&scope.Tenant, "tenant", "", "of all requests, those of this tenant")
	serviceFlag(cmd, &service, "of all requests, those of this service")
	flags.Uint64Var(&scope.After, "after", 0, "of all requests, what came after this revision")
	flags.BoolVar(&scope.NewOnly, "new", false, "of all requests, only what comes from now on")
	return cmd
}

// watching is how one request is watched, or a batch.
type watching struct {
	ref                        deprovision.Ref
	from                       uint64
	until, strict, plain, mute bool
	by                         string
}

// watchOne draws a request on a terminal, and prints its events elsewhere.
func (a *app) watchOne(ctx context.Context, name string, w watching, lines bool) error {
	var err error
	if w.ref, err = parseRef(name); err != nil {
		return err
	}
	s, err := a.look(ctx, w.ref)
	if err != nil {
		return err
	}
	if s.Status == "dead-letter" {
		return &refusedError{s.Why}
	}
	if region := a.region(w.plain || lines); region != nil {
		return a.followLive(ctx, s, w, region)
	}
	return a.follow(ctx, w.ref, w.from, w.until, w.strict)
}

func changed(cmd *cobra.Command, flags ...string) string {
	for _, name := range flags {
		if cmd.Flags().Changed(name) {
			return name
		}
	}
	return ""
}

// watchAll prints the events of all requests. One that can't be read is named, and passed over: the others are not to wait for it.
func (a *app) watchAll(ctx context.Context, s client.Scope) error {
	c, err := a.connect()
	if err != nil {
		return err
	}
	for {
		var unreadable *client.UnreadableError
		err := a.printAll(c.WatchAll(ctx, s))
		if !errors.As(err, &unreadable) {
			return err
		}
		s.After, s.NewOnly = unreadable.Revision, false
		if _, err := fmt.Fprintln(a.Err, oneLine("publisher: passed over: "+unreadable.Error())); err != nil {
			return err
		}
	}
}

func (a *app) printAll(entries iter.Seq2[client.Entry, error]) error {
	for e, err := range entries {
		if err != nil {
			return err
		}
		if a.json() {
			err = a.printJSON(e)
		} else {
			err = a.printEvent(e.Event, e.Progress.Request.Ref().Tokens()+"  ")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// follow prints the events of a request until it ends or, with untilStop, waits. The error carries the exit code of its state.
func (a *app) follow(ctx context.Context, ref deprovision.Ref, from uint64, untilStop, strict bool) error {
	c, err := a.connect()
	if err != nil {
		return err
	}
	var last deprovision.Progress
	for e, err := range c.Watch(ctx, ref, from) {
		if err != nil {
			return err
		}
		last = e.Progress
		if a.json() {
			err = a.printJSON(e)
		} else {
			err = a.printEvent(e, "")
		}
		if err != nil {
			return err
		}
		// An old stop that was answered since is no reason to end.
		if untilStop && last.Status == deprovision.Waiting {
			if now, err := c.Last(ctx, ref); err != nil {
				return err
			} else if now.Progress.Status == deprovision.Waiting && now.Progress.Stop != nil && last.Stop != nil && now.Progress.Stop.Seq == last.Stop.Seq {
				break
			}
		}
	}
	if last.Seq == 0 { // it ended before --from
		end, err := c.Last(ctx, ref)
		if err != nil {
			return err
		}
		last = end.Progress
	}
	if !a.json() {
		if err := a.printEnd(last); err != nil {
			return err
		}
	}
	return ended(codeOfState(last, strict))
}

// printEvent prints one line of a journal.
func (a *app) printEvent(e deprovision.Event, name string) error {
	if e.Change.Kind == deprovision.StillHeld {
		return nil
	}
	p := e.Progress
	words := []string{fmt.Sprintf("%s  %s#%d", stamp(p.Updated), name, p.Seq), string(p.Status)}
	if where := strings.TrimPrefix(doing(p), " at step "); where != "" && !p.Status.Terminal() {
		words = append(words, where)
	}
	what := string(e.Change.Kind)
	if e.Change.By != "" {
		what += " by " + e.Change.By
	}
	words = append(words, what)
	for _, detail := range []string{e.Change.Detail, p.Detail} {
		if detail != "" {
			words = append(words, detail)
			break
		}
	}
	return a.printf("%s", oneLine(strings.Join(words, "  ")))
}

// printEnd sums up a request that ended or waits.
func (a *app) printEnd(p deprovision.Progress) error {
	err := errors.Join(
		a.printf("%s", why(p, a.Now())),
		a.printf("removed: %s", counts(p)),
		a.printStop(p),
		a.printRemainder(p))
	if p.Plan != nil && (p.Status == deprovision.Planned || p.Status == deprovision.Waiting) {
		err = errors.Join(err, a.printf("what would go, and what will be left: publisher plan %s", p.Request.Ref().Tokens()))
	}
	if p.Status.Terminal() && p.Removed+p.Gone+p.Unconfirmed > 0 {
		err = errors.Join(err, a.printf("what went, and by which call: publisher evidence %s", p.Request.Ref().Tokens()))
	}
	return err
}
