// Command publisher is the operator's hand: it asks for removals, decides at their stops, and shows what becomes of them. It needs a
// NATS server and nothing else. docs/publisher.md describes it; internal/cli is its code.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/deprovisioner/deprovisioner/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Run(ctx, os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
	stop()
	os.Exit(code)
}
