package main

import (
	"context"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"time"

	"github.com/deprovisioner/deprovisioner/bench/redisproc"
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

// redisServer is a real redis-server.
type redisServer struct{ *redisproc.Server }

// startRedis starts redis-server where it is installed, else the embedded one, which is no measure of speed.
func startRedis(dir string) (server, error) {
	s, err := redisproc.Start(dir)
	if errors.Is(err, exec.ErrNotFound) {
		embedded, err := devstack.StartRedis("")
		return embeddedRedis{embedded}, err
	}
	return redisServer{s}, err
}

func (s redisServer) address() string { return s.Address() }
func (s redisServer) pid() int        { return s.PID() }
func (s redisServer) stop()           { s.Stop() }

type embeddedRedis struct{ *devstack.Redis }

func (e embeddedRedis) address() string { return e.Addr() }
func (embeddedRedis) pid() int          { return os.Getpid() }
func (e embeddedRedis) stop()           { e.Close() }
