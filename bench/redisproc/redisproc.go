// Package redisproc runs a real redis-server for a measurement: on a free port of the loopback, with every write on disk before its answer, as
// deploy/redis.conf has it.
package redisproc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

const startTime = 20 * time.Second

// Server is a running redis-server.
type Server struct {
	cmd  *exec.Cmd
	addr string
}

// Start starts a server that keeps its files in dir. The error is [exec.ErrNotFound] where none is installed.
func Start(dir string) (*Server, error) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, fmt.Errorf("redis-server is not installed (make deps): %w", err)
	}
	for try := 1; ; try++ { // somebody else may take the port between its choice and the start
		s, err := run(path, dir)
		if err == nil || try == 5 {
			return s, err
		}
	}
}

func run(path, dir string) (*Server, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr, ok := l.Addr().(*net.TCPAddr)
	if err := l.Close(); err != nil || !ok {
		return nil, errors.Join(errors.New("no free port"), err)
	}
	s := &Server{addr: addr.String()}
	s.cmd = exec.CommandContext(context.Background(), path, //nolint:gosec // our own arguments
		"--bind", "127.0.0.1", "--port", strconv.Itoa(addr.Port), "--dir", dir,
		"--save", "", "--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction", "--loglevel", "warning")
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	client := redis.NewClient(&redis.Options{Addr: s.addr, MaxRetries: 1000, MinRetryBackoff: 5 * time.Millisecond, MaxRetryBackoff: 20 * time.Millisecond})
	defer func() { _ = client.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	if err := client.Ping(ctx).Err(); err != nil {
		s.Stop()
		return nil, fmt.Errorf("redis-server does not answer: %w", err)
	}
	return s, nil
}

// Address is host:port.
func (s *Server) Address() string { return s.addr }

// PID is the process's id.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// Stop kills the server and waits for it.
func (s *Server) Stop() {
	_ = s.cmd.Process.Kill() // it may have ended by itself
	_ = s.cmd.Wait()         // says "killed"
}
