package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// partVariable makes this program serve one part instead of measuring.
const partVariable = "DEPROVISIONER_BENCH_PART"

// server is a part's inside: it starts, says where it answers and which process does the work, and stops.
type server interface {
	address() string
	pid() int
	stop()
}

// servers are the parts that can be started, by name. Each gets a directory of its own.
var servers = map[string]func(dir string) (server, error){
	"nats":   func(dir string) (server, error) { return startNATS(dir, false) },
	"nats-s": func(dir string) (server, error) { return startNATS(dir, true) },
	"redis":  startRedis,
	"tenant": func(string) (server, error) { return startTenant() },
}

// serve runs a part until standard input ends, which it does at the latest when the parent dies.
func serve(name, dir string, in io.Reader, out io.Writer) error {
	start, ok := servers[name]
	if !ok {
		return fmt.Errorf("there is no part %q", name)
	}
	s, err := start(dir)
	if err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	defer s.stop()
	if _, err := fmt.Fprintf(out, "%s %d\n", s.address(), s.pid()); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return err
}

// part is a server in a process of its own.
type part struct {
	address string // host:port
	pid     int    // of the process that does the work
	cmd     *exec.Cmd
	leash   io.Closer
}

// startPart starts this very program again as a part and waits until it answers.
func startPart(ctx context.Context, name, dir string) (*part, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, dir) //nolint:gosec // this program
	cmd.Env = append(os.Environ(), partVariable+"="+name)
	cmd.Stderr = os.Stderr
	cmd.WaitDelay = 10 * time.Second
	leash, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p := &part{cmd: cmd, leash: leash}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		_, err = fmt.Sscan(line, &p.address, &p.pid)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the part %s did not start: %w", name, err), p.stop())
	}
	return p, nil
}

// stop ends the process and waits for it.
func (p *part) stop() error {
	if err := p.leash.Close(); err != nil {
		return err
	}
	return p.cmd.Wait()
}

// tick is what Linux counts processor time in.
const tick = 10 * time.Millisecond

// cpu is the processor time that the part has used; 0 where the platform does not tell.
func (p *part) cpu() time.Duration {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(p.pid) + "/stat")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // the name before may hold spaces
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, err := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	if err != nil || err2 != nil {
		return 0
	}
	return time.Duration(user+system) * tick
}
