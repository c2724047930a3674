package devstack

import (
	"fmt"

	"github.com/alicebob/miniredis/v2"
)

// Redis is an in-memory Redis inside this process. It is not a measure of speed (a script takes about ten times as long as on the real
// server), it keeps nothing over a restart, and it knows no functions and no script flags.
type Redis struct {
	server *miniredis.Miniredis
	addr   string
}

// StartRedis starts a server; it answers when StartRedis returns. Expiry runs with the clock, as on the real server.
func StartRedis(addr string) (*Redis, error) {
	listen, err := loopback("redis", addr)
	if err != nil {
		return nil, err
	}
	m := miniredis.NewMiniRedis()
	if err := m.StartAddr(listen.String()); err != nil {
		return nil, fmt.Errorf("start the embedded Redis: %w", err)
	}
	m.ClockTTL(true)
	return &Redis{server: m, addr: m.Addr()}, nil
}

// Addr is the host:port where the server answers.
func (r *Redis) Addr() string { return r.addr }

// URL is where clients connect.
func (r *Redis) URL() string { return "redis://" + r.addr }

// Close stops the server and drops its connections. It can be called twice.
func (r *Redis) Close() { r.server.Close() }
