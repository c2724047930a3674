package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/client"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "soc-playbook:", err)
		os.Exit(1)
	}
}

// run follows the journal until the context ends.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("soc-playbook", flag.ContinueOnError)
	servers := flags.String("nats", client.DefaultURL, "NATS servers, separated by commas")
	credentials := flags.String("creds", "", "file with the credentials of a NATS user that may read events")
	tenant := flags.String("tenant", "", "alias of one tenant; all tenants without it")
	path := flags.String("file", "windows.json", "where the windows are kept")
	lag := flags.Duration("lag", 24*time.Hour, "how long the tenant's audit logs may lag behind the end of a removal")
	if err := flags.Parse(args); err != nil {
		return err
	}
	book, err := load(*path)
	if err != nil {
		return err
	}
	c, err := client.Connect(*servers, client.Options{Name: "soc-playbook", Credentials: *credentials})
	if err != nil {
		return err
	}
	defer c.Close()
	// After a restart it goes on behind the last event that changed a window: nothing is missed, and nothing is done twice.
	for e, err := range c.WatchAll(ctx, client.Scope{Tenant: *tenant, After: book.After}) {
		switch {
		case errors.Is(err, context.Canceled) && ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		}
		line := book.take(e.Event, *lag)
		if line == "" {
			continue
		}
		book.After = e.Revision
		if err := book.save(*path); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
	return nil
}
