package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deprovisioner/deprovisioner/internal/devstack"
)

const startTime = 20 * time.Second

// natsServer is the embedded nats-server with JetStream on disk.
type natsServer struct{ *devstack.NATS }

func startNATS(dir string, sync bool) (server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	n, err := devstack.StartNATS(ctx, devstack.NATSOptions{Dir: dir, SyncAlways: sync})
	if err != nil {
		return nil, err
	}
	return natsServer{n}, nil
}

func (n natsServer) address() string {
	u, err := url.Parse(n.URL())
	if err != nil { // it made the URL itself
		panic(err)
	}
	return u.Host
}
func (natsServer) pid() int { return os.Getpid() }
func (n natsServer) stop()  { n.Close() }

// redisServer is a real redis-server that writes every change to disk before it answers, as deploy/redis.conf has it.
type redisServer struct {
	cmd  *exec.Cmd
	addr string
}

// startRedis starts redis-server where it is installed, else the embedded one, which is no measure of speed.
func startRedis(dir string) (server, error) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		embedded, err := devstack.StartRedis("")
		return embeddedRedis{embedded}, err
	}
	for try := 1; ; try++ { // somebody else may take the port between its choice and the start
		s, err := runRedis(path, dir)
		if err == nil || try == 5 {
			return s, err
		}
	}
}

func runRedis(path, dir string) (*redisServer, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr, ok := l.Addr().(*net.TCPAddr)
	if err := l.Close(); err != nil || !ok {
		return nil, errors.Join(errors.New("no free port"), err)
	}
	s := &redisServer{addr: addr.String()}
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
		s.stop()
		return nil, fmt.Errorf("redis-server does not answer: %w", err)
	}
	return s, nil
}

func (s *redisServer) address() string { return s.addr }
func (s *redisServer) pid() int        { return s.cmd.Process.Pid }
func (s *redisServer) stop() {
	_ = s.cmd.Process.Kill() // it may have ended by itself
	_ = s.cmd.Wait()         // says "killed"
}

type embeddedRedis struct{ *devstack.Redis }

func (e embeddedRedis) address() string { return e.Addr() }
func (embeddedRedis) pid() int          { return os.Getpid() }
func (e embeddedRedis) stop()           { e.Close() }
