package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

// complaints is where the parts say that something went wrong; a turn in which that happens is no measure of anything.
var complaints = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))

func main() {
	if name := os.Getenv(partVariable); name != "" {
		signal.Ignore(os.Interrupt) // a terminal tells it to the parent too, which ends its parts in order
		if err := serve(name, os.Args[1], os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := bench(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	rounds, requests int
	short, sync      bool
	profile, out     string
}

func parse(args []string, usage io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(usage)
	f.IntVar(&o.rounds, "rounds", 6, "rounds; in each every loop has two turns")
	f.IntVar(&o.requests, "requests", 2000, "requests of a turn at 64 in flight; one at a time a fifth of it")
	f.BoolVar(&o.short, "short", false, "two rounds of few requests, to see that it works; writes no document unless -out says so")
	f.BoolVar(&o.sync, "sync", false, "JetStream writes through to the disk before it answers, as deploy/nats.conf has it")
	f.StringVar(&o.profile, "profile", "", "an existing directory for CPU profiles, made in turns of their own")
	f.StringVar(&o.out, "out", "../docs/performance.md", "the document to write; empty: none")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if o.short {
		given := map[string]bool{}
		f.Visit(func(f *flag.Flag) { given[f.Name] = true })
		for name, value := range map[string]string{"rounds": "2", "requests": "100", "out": ""} {
			if given[name] {
				continue
			}
			if err := f.Set(name, value); err != nil {
				return o, err
			}
		}
	}
	if o.rounds < 1 || o.requests < 5 || f.NArg() > 0 {
		return o, fmt.Errorf("-rounds is 1 or more, -requests 5 or more, and there are no arguments but flags")
	}
	return o, nil
}

// bench measures, prints the table and writes the document.
func bench(ctx context.Context, args []string, out, progress io.Writer) (err error) {
	o, err := parse(args, progress)
	if err != nil {
		return err
	}
	r, err := newRig(ctx, o.sync)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	all, err := measure(ctx, r, plan{rounds: o.rounds, inFlight: []int{1, 64}, requests: map[int]int{1: o.requests / 5, 64: o.requests},
		profile: o.profile, progress: progress})
	if err != nil {
		return err
	}
	rep, err := r.report(ctx, o, all)
	if err != nil {
		return err
	}
	if err := rep.print(out); err != nil {
		return err
	}
	if o.out == "" {
		return nil
	}
	return rep.write(o.out)
}
