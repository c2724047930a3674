//go:build unix

package main_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/internal/journal/natstest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// terminal is a pseudo-terminal with a program on it, and what it printed.
type terminal struct {
	t    *testing.T
	tty  *os.File // our end
	cmd  *exec.Cmd
	more chan struct{}

	mu  sync.Mutex
	out strings.Builder
}

func onTerminal(t *testing.T, cmd *exec.Cmd) *terminal {
	t.Helper()
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 80, Rows: 24})
	if err != nil {
		t.Fatal(err)
	}
	s := &terminal{t: t, tty: tty, cmd: cmd, more: make(chan struct{}, 1)}
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(s, tty) // until the program ends: then Linux says EIO
	}()
	t.Cleanup(func() { _ = tty.Close(); <-read })
	return s
}

// Write implements [io.Writer].
func (s *terminal) Write(b []byte) (int, error) {
	s.mu.Lock()
	s.out.Write(b)
	s.mu.Unlock()
	select {
	case s.more <- struct{}{}:
	default:
	}
	return len(b), nil
}

func (s *terminal) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.String()
}

func (s *terminal) sees(word string) {
	s.t.Helper()
	for late := time.After(30 * time.Second); !strings.Contains(s.text(), word); {
		select {
		case <-s.more:
		case <-late:
			s.t.Fatalf("%q was not printed; all is\n%s", word, s.text())
		}
	}
}

func (s *terminal) types(keys string) {
	s.t.Helper()
	if _, err := io.WriteString(s.tty, keys); err != nil {
		s.t.Fatal(err)
	}
}

// local are the flags of the terminal that say whether it echoes, and edits lines.
func (s *terminal) local() uint32 {
	s.t.Helper()
	term, err := unix.IoctlGetTermios(int(s.tty.Fd()), getTermios)
	if err != nil {
		s.t.Fatal(err)
	}
	return uint32(term.Lflag) & (unix.ECHO | unix.ICANON | unix.ISIG) //nolint:unconvert // not the same everywhere
}

func (s *terminal) ends(code int) {
	s.t.Helper()
	err := s.cmd.Wait()
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	}
	if got != code {
		s.t.Errorf("exit code %d, want %d\n%s", got, code, s.text())
	}
}

func TestWatchOnATerminalAsksAndGivesTheTerminalBack(t *testing.T) {
	t.Parallel()
	binary := build(t)
	served := natstest.Provision(t)
	nc, j := served.Conn, served.Journal
	r := deprovision.Request{ID: "r1", Tenant: "contoso", Service: deprovision.Teams, Account: "main", RequestedBy: "soc"}
	p := deprovision.Progress{Request: r, RequestDigest: r.Digest(), Seq: 1, Status: deprovision.Waiting,
		Stop: &deprovision.Stop{Seq: 1, Name: deprovision.StopFailed, Detail: "forbidden", Offers: []deprovision.Verb{deprovision.Retry, deprovision.Cancel, deprovision.Force}}}
	first, err := j.Append(t.Context(), r.Ref(), 0, deprovision.Event{Progress: p, Change: deprovision.Change{ID: "1", Kind: deprovision.Stopped}})
	if err != nil {
		t.Fatal(err)
	}
	start := func(more ...string) *terminal {
		cmd := exec.CommandContext(t.Context(), binary, append([]string{"watch", r.Ref().Tokens(), "--timeout", "60s"}, more...)...)
		cmd.Env = append(os.Environ(), "NATS_URL="+nc.ConnectedUrl(), "TERM=xterm", "NO_COLOR=")
		return onTerminal(t, cmd)
	}
	interrupted := start()
	before := interrupted.local()
	interrupted.sees("Your decision:")
	interrupted.types("f\nwhy\n\x1a\x1ccontoso/ma") // with ctrl-z and ctrl-\, which would leave the terminal as it is
	interrupted.sees("contoso/main to go on: contoso/ma")
	if on := interrupted.local(); on != unix.ISIG {
		t.Errorf("while keys are read, the flags are %#x", on)
	}
	interrupted.types("\x03") // ctrl-c
	interrupted.ends(cli.TimedOut)
	if after := interrupted.local(); after != before {
		t.Errorf("the flags were %#x and are %#x", before, after)
	}

	watching := start()
	watching.sees("\x1b[33mwaits at stop failed: forbidden")
	watching.sees("Your decision:")
	p.Seq, p.Status, p.Stop = 2, deprovision.Cancelled, nil
	if _, err := j.Append(t.Context(), r.Ref(), first, deprovision.Event{Progress: p, Change: deprovision.Change{ID: "2", Kind: deprovision.Ended}}); err != nil {
		t.Fatal(err)
	}
	watching.sees("it ended as cancelled")
	watching.ends(cli.CancelEnd)
	if after := watching.local(); after != before {
		t.Errorf("the flags were %#x and are %#x", before, after)
	}
}

func TestDumbTerminalGetsLinesAndNobodyWhoWantsNoneGetsColours(t *testing.T) {
	t.Parallel()
	binary := build(t)
	served := natstest.Provision(t)
	nc, j := served.Conn, served.Journal
	r := deprovision.Request{ID: "r1", Tenant: "contoso", Service: deprovision.Teams, Account: "main", RequestedBy: "soc"}
	p := deprovision.Progress{Request: r, RequestDigest: r.Digest(), Seq: 1, Status: deprovision.Failed, Steps: []deprovision.StepProgress{{Name: "verify-account"}}}
	if _, err := j.Append(t.Context(), r.Ref(), 0, deprovision.Event{Progress: p, Change: deprovision.Change{ID: "1", Kind: deprovision.Ended}}); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		env           []string
		drawn, colour bool
	}{
		{[]string{"TERM=dumb", "NO_COLOR="}, false, false},
		{[]string{"TERM=xterm", "NO_COLOR=1"}, true, false},
		{[]string{"TERM=xterm", "NO_COLOR="}, true, true},
	} {
		cmd := exec.CommandContext(t.Context(), binary, "watch", r.Ref().Tokens(), "--timeout", "60s")
		cmd.Env = append(append(os.Environ(), "NATS_URL="+nc.ConnectedUrl()), tc.env...)
		s := onTerminal(t, cmd)
		s.sees("removed: 0")
		s.ends(cli.FailedEnd)
		if text := s.text(); strings.Contains(text, "\x1b[K") != tc.drawn || strings.Contains(text, "\x1b[31m") != tc.colour {
			t.Errorf("%v: %q", tc.env, text)
		}
	}
}
