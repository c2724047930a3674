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
	"strconv"
	"strings"
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
		fmt.Fprintln(os.Stderr, "pixel:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	probes, requests int
	rates            []int // events a second of other requests
	out              string
}

func parse(args []string, usage io.Writer) (options, error) {
	o := options{}
	f := flag.NewFlagSet("pixel", flag.ContinueOnError)
	f.SetOutput(usage)
	f.IntVar(&o.probes, "probes", 200, "appends that are measured, for each view and rate")
	f.IntVar(&o.requests, "requests", 1000, "other requests that go on meanwhile")
	rates := f.String("rates", "0,100,1000", "events a second of the other requests, separated by commas")
	f.StringVar(&o.out, "out", "../docs/performance.md", "the document whose block is written; empty: none")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	for text := range strings.SplitSeq(*rates, ",") {
		rate, err := strconv.Atoi(text)
		if err != nil || rate < 0 {
			return o, fmt.Errorf("-rates: %q is no number of events a second, such as 100", text)
		}
		o.rates = append(o.rates, rate)
	}
	if o.probes < 1 || o.requests < 1 || f.NArg() > 0 {
		return o, errors.New("-probes and -requests are 1 or more, and there are no arguments but flags")
	}
	return o, nil
}

// longest is how long everything may take.
const longest = 20 * time.Minute

// bench measures, prints the table and writes the block.
func bench(ctx context.Context, args []string, out, usage io.Writer) error {
	o, err := parse(args, usage)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "deprovisioner-pixel-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // temporary files
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	r, err := newRig(ctx, dir)
	if err != nil {
		return err
	}
	defer r.close()
	b, err := newTab(ctx, dir)
	if err != nil {
		return err
	}
	defer b.close()
	report := newReport(o, b.version)
	if report.Rows, err = measure(ctx, o, r, b); err != nil {
		return err
	}
	if err := report.print(out); err != nil || o.out == "" {
		return err
	}
	return report.write(o.out)
}
