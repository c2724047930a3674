package redistest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

const startTime = 20 * time.Second

// Server is one redis-server process. It ends with the test at the latest. Its methods are for one goroutine.
type Server struct {
	t    testing.TB
	path string
	port int
	dir  string
	args []string
	cmd  *exec.Cmd
	logs chan struct{} // closed when the process's output ended
}

// Start starts a server. args are added to its command line, e.g. "--maxmemory", "10mb".
func Start(tb testing.TB, args ...string) *Server {
	tb.Helper()
	path, err := exec.LookPath("redis-server")
	if errors.Is(err, exec.ErrNotFound) {
		tb.Skip("redis-server is not installed: make deps (Debian, Ubuntu: apt-get install redis-server)")
	}
	if err != nil {
		tb.Fatalf("redis-server: %v", err)
	}
	s := &Server{t: tb, path: path, dir: tb.TempDir(), args: args}
	tb.Cleanup(s.Kill)
	for try := 1; ; try++ { // somebody else may take the port between its choice and the start
		s.port = freePort(tb)
		if err = s.run(); err == nil {
			return s
		}
		if try == 5 {
			tb.Fatal(err)
		}
	}
}

// Address returns host:port. It stays the same over restarts.
func (s *Server) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// URL returns "redis://host:port".
func (s *Server) URL() string { return "redis://" + s.Address() }

// Kill ends the process at once, as kill -9 does, and waits for its end. What it answered for is on disk.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill() // it may have ended by itself
	<-s.logs
	_ = s.cmd.Wait() // says "killed"
	s.cmd = nil
}

// Restart starts the killed server again, on the same port and data.
func (s *Server) Restart() {
	s.t.Helper()
	if s.cmd != nil {
		s.t.Fatal("kill the server before it is restarted")
	}
	if err := s.run(); err != nil {
		s.t.Fatal(err)
	}
}

// Wipe deletes the data of a killed server.
func (s *Server) Wipe() {
	s.t.Helper()
	if s.cmd != nil {
		s.t.Fatal("kill the server before its data is wiped")
	}
	found, err := os.ReadDir(s.dir)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, f := range found {
		if err := os.RemoveAll(filepath.Join(s.dir, f.Name())); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *Server) run() error {
	args := []string{
		"--bind", "127.0.0.1", "--port", strconv.Itoa(s.port), "--dir", s.dir, "--save", "",
		"--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction",
	}
	outlives := context.WithoutCancel(s.t.Context())                         // the test's own clean-ups may still need the server
	cmd := exec.CommandContext(outlives, s.path, append(args, s.args...)...) //nolint:gosec // what a test says
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start redis-server: %w", err)
	}
	s.cmd, s.logs = cmd, make(chan struct{})
	ready := make(chan string, 1)
	go func() {
		defer close(s.logs)
		follow(bufio.NewScanner(out), ready)
	}()
	select {
	case log := <-ready:
		if log == "" {
			return nil
		}
		s.Kill()
		return fmt.Errorf("redis-server ended:\n%s", log)
	case <-time.After(startTime):
		s.Kill()
		return fmt.Errorf("redis-server was not ready within %s", startTime)
	}
}

// follow reads the log to its end, and sends "" when the server is ready or the whole log when it ends before.
func follow(lines *bufio.Scanner, ready chan<- string) {
	var log strings.Builder
	for isReady := false; lines.Scan(); {
		if isReady {
			continue
		}
		log.WriteString(lines.Text() + "\n")
		if isReady = strings.Contains(strings.ToLower(lines.Text()), "ready to accept connections"); isReady {
			ready <- ""
		}
	}
	select {
	case ready <- log.String():
	default:
	}
}

func freePort(tb testing.TB) int {
	tb.Helper()
	l, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}
