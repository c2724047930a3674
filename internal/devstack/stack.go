package devstack

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"

	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Options says where the servers listen and what they keep. An address is host:port on loopback, port 0 for any free one; empty means
// 127.0.0.1:0.
type Options struct {
	Dir        string // where JetStream keeps its files; required
	SyncAlways bool   // an acknowledged publish survives a power loss; 7 to 27 times slower
	NATS       string
	Redis      string
	Tenant     string
	Fixture    *tenantsim.Fixture // nil means [tenantsim.InlineTenant]
	Simulation tenantsim.Options
	Log        *slog.Logger // for the NATS server's warnings and errors; nil discards them
}

// Stack is the three servers, running.
type Stack struct {
	NATS   *NATS
	Redis  *Redis
	Tenant *tenantsim.Sim
}

// Start starts all servers and returns when each of them answers, or closes those that were started and says which one failed.
func Start(ctx context.Context, o Options) (*Stack, error) {
	s := &Stack{}
	var err error
	if s.NATS, err = StartNATS(ctx, NATSOptions{Dir: o.Dir, Addr: o.NATS, SyncAlways: o.SyncAlways, Log: o.Log}); err != nil {
		return nil, err
	}
	if s.Redis, err = StartRedis(o.Redis); err != nil {
		s.Close()
		return nil, err
	}
	if s.Tenant, err = StartTenant(ctx, o.Tenant, o.Fixture, o.Simulation); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Close stops the servers and waits for them. It can be called twice.
func (s *Stack) Close() {
	if s.Tenant != nil {
		s.Tenant.Close()
	}
	if s.Redis != nil {
		s.Redis.Close()
	}
	if s.NATS != nil {
		s.NATS.Close()
	}
}

// StartTenant starts a simulated tenant. The context is for starting only: the tenant answers until Close.
func StartTenant(ctx context.Context, addr string, fixture *tenantsim.Fixture, o tenantsim.Options) (*tenantsim.Sim, error) {
	listen, err := loopback("tenant", addr)
	if err != nil {
		return nil, err
	}
	if fixture == nil {
		fixture = tenantsim.InlineTenant()
	}
	sim, err := tenantsim.New(fixture, o)
	if err != nil {
		return nil, fmt.Errorf("make the simulated tenant: %w", err)
	}
	if err := sim.Start(context.WithoutCancel(ctx), listen.String()); err != nil {
		return nil, fmt.Errorf("start the simulated tenant: %w", err)
	}
	return sim, nil
}

// loopback reads an address and refuses one that others could reach: the servers here know no passwords.
func loopback(field, addr string) (netip.AddrPort, error) {
	host, port, err := net.SplitHostPort(addr)
	switch {
	case addr == "":
		host, port = "127.0.0.1", "0"
	case err == nil && host == "localhost":
		host = "127.0.0.1"
	}
	parsed, err := netip.ParseAddrPort(net.JoinHostPort(host, port))
	if err != nil || !parsed.Addr().IsLoopback() {
		return netip.AddrPort{}, &deprovision.Invalid{Field: field, Value: addr, Allowed: "host:port on loopback, e.g. 127.0.0.1:0"}
	}
	return parsed, nil
}
