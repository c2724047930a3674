package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// complaints is where the parts say that something went wrong.
var complaints = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := bench(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "eta:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	removals, before, inFlight int
	seed                       uint64
	out, dump                  string
}

func parse(args []string, usage io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("eta", flag.ContinueOnError)
	f.SetOutput(usage)
	f.IntVar(&o.removals, "removals", 200, "removals that are measured")
	f.IntVar(&o.before, "before", 60, "removals before them, from which the worker learns")
	f.IntVar(&o.inFlight, "in-flight", 40, "removals at once")
	f.Uint64Var(&o.seed, "seed", 1, "of the tenants' sizes, speeds and budgets")
	f.StringVar(&o.out, "out", "../docs/performance.md", "the document whose block is written; empty: none")
	f.StringVar(&o.dump, "dump", "", "a file for all progress documents, one a line; empty: none")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if o.removals < 1 || o.before < 0 || o.inFlight < 1 || f.NArg() > 0 {
		return o, errors.New("-removals and -in-flight are 1 or more, -before 0 or more, and there are no arguments but flags")
	}
	return o, nil
}

// longest is how long everything may take; a removal that never ends would hold the measurement up for ever.
const longest = 30 * time.Minute

// bench measures, prints the table and writes the block.
func bench(ctx context.Context, args []string, out, progress io.Writer) error {
	o, err := parse(args, progress)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "deprovisioner-eta-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // temporary files
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	all, err := removals(ctx, o, dir, progress)
	if err != nil {
		return err
	}
	if err := dump(o.dump, all); err != nil {
		return err
	}
	r, err := newReport(o, all[o.before:])
	if err != nil {
		return err
	}
	if err := r.print(out); err != nil || o.out == "" {
		return err
	}
	return r.write(o.out)
}

// dump writes the events of all removals, for whoever wants to try another estimate on them.
func dump(path string, all []removal) error {
	if path == "" {
		return nil
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(f)
	for _, r := range all {
		for _, state := range r.states {
			if err := enc.Encode(state); err != nil {
				return errors.Join(err, f.Close())
			}
		}
	}
	return f.Close()
}
