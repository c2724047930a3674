package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
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
		fmt.Fprintln(os.Stderr, "dashboard:", err)
		os.Exit(1)
	}
}

// run shows events until the context ends.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("dashboard", flag.ContinueOnError)
	servers := flags.String("nats", client.DefaultURL, "NATS servers, separated by commas")
	credentials := flags.String("creds", "", "file with the credentials of a NATS user that may read events")
	tenant := flags.String("tenant", "", "alias of one tenant; all tenants without it")
	after := flags.Uint64("after", 0, "revision of the last event that was seen; 0 begins with the first that is kept")
	listen := flags.String("http", "", "address to show a page on, e.g. 127.0.0.1:8081, in place of lines")
	if err := flags.Parse(args); err != nil {
		return err
	}
	c, err := client.Connect(*servers, client.Options{Name: "dashboard", Credentials: *credentials, Interrupted: tell})
	if err != nil {
		return err
	}
	defer c.Close()
	scope := client.Scope{Tenant: *tenant, After: *after}
	if *listen != "" {
		return serve(ctx, *listen, pages(c, scope), out)
	}
	if err := lines(ctx, c, scope, out); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// tell says that NATS is away, and that it is back: what is shown may be old meanwhile.
func tell(err error) {
	if err == nil {
		log.Print("connected to NATS again")
		return
	}
	log.Print("not connected: ", err)
}

// serve serves until the context ends, and ends the streams with it.
func serve(ctx context.Context, address string, h http.Handler, out io.Writer) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	defer context.AfterFunc(ctx, func() { _ = s.Close() })()
	if _, err := fmt.Fprintf(out, "http://%s/\n", l.Addr()); err != nil {
		return errors.Join(err, l.Close())
	}
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
