package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
	"github.com/deprovisioner/deprovisioner/internal/devstack"
	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// The test binary is also the processes that the tests kill: a worker, or a NATS server. These variables say so.
const (
	childEnv = "DEPROVISIONER_TEST_CHILD" // worker, nats
	crashEnv = "DEPROVISIONER_TEST_CRASH" // <point>:<nth>: where a worker kills itself with SIGKILL
	clockEnv = "DEPROVISIONER_TEST_CLOCK" // a file: how far a worker's clock is off, see [calendar]
)

func TestMain(m *testing.M) {
	switch os.Getenv(childEnv) {
	case "worker":
		armCrash(os.Getenv(crashEnv))
		if path := os.Getenv(clockEnv); path != "" {
			hooks.clock = &calendar{path: path}
		}
		main()
		os.Exit(0)
	case "nats":
		serveNATS()
		os.Exit(0)
	}
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f != nil && !given("test.parallel") { // these tests wait for processes, they need no processor
		if err := f.Value.Set("16"); err != nil {
			panic(err)
		}
	}
	goleak.VerifyTestMain(browsertest.M{Tests: m})
}

func given(name string) (yes bool) {
	flag.Visit(func(f *flag.Flag) { yes = yes || f.Name == name })
	return yes
}

// armCrash makes this process kill itself at a point of the loop, or around the nth destructive call.
func armCrash(where string) {
	point, nth, ok := strings.Cut(where, ":")
	if !ok {
		return
	}
	n, err := strconv.ParseInt(nth, 10, 64)
	if err != nil {
		panic(err)
	}
	var seen atomic.Int64
	count := func() {
		if seen.Add(1) == n {
			if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
				panic(err)
			}
			select {}
		}
	}
	switch point {
	case "before-call", "after-call":
		hooks.http = crashing{base: http.DefaultTransport.(*http.Transport).Clone(), after: point == "after-call", count: count}
	default:
		hooks.at = func(p engine.Point, _ deprovision.Progress) {
			if string(p) == point {
				count()
			}
		}
	}
}

// crashing counts destructive calls, before they are sent or after they were answered.
type crashing struct {
	base  http.RoundTripper
	after bool
	count func()
}

func (c crashing) RoundTrip(req *http.Request) (*http.Response, error) {
	hit, err := destroys(req)
	if err != nil {
		return nil, err
	}
	if hit && !c.after {
		c.count()
	}
	resp, err := c.base.RoundTrip(req)
	if hit && c.after {
		c.count()
	}
	return resp, err
}

// destroys looks for calls that remove something.
func destroys(req *http.Request) (bool, error) {
	if req.Method == http.MethodDelete || req.Body == nil {
		return req.Method == http.MethodDelete, nil
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return false, err
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	return bytes.Contains(body, []byte(`"CmdletName":"Remove-`)) || bytes.Contains(body, []byte(`"CmdletName":"Set-`)), nil
}

// serveNATS is a NATS server until its standard input ends: DIR and ADDR are its arguments.
func serveNATS() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	server, err := devstack.StartNATS(ctx, devstack.NATSOptions{Dir: os.Args[1], Addr: os.Args[2], SyncAlways: true})
	if err != nil {
		panic(err)
	}
	defer server.Close()
	fmt.Println(server.URL())
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
	}
}
