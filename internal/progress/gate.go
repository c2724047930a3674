package progress

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deprovisioner/deprovisioner/internal/clock"
	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/throttle"
)

// GateOptions shape a gate. The zero value sets no budget.
type GateOptions struct {
	Prefix  string          // of every key, as in [Options]
	Budget  throttle.Budget // of each tenant, for all workers together
	Share   int             // a worker uses one part of this many while Redis is away; 0 means 4
	Fresh   time.Duration   // without a budget: how long an open gate is believed to be open; 0 means 100 milliseconds
	Timeout time.Duration   // of one look; 0 means 250 milliseconds
	Again   time.Duration   // how long Redis is left alone after it did not answer; 0 means a second
	Clock   engine.Clock    // nil means the system's
}

// operator is how long a gate without an end, which only a person sets, is taken to be closed before it is looked at again.
const operator = 30 * time.Second

// Gate is the gate of every tenant, shared by all workers through Redis: what closes it for one closes it for all. While Redis is away
// the worker goes on with what it knows itself and its share of the budget, and [Gate.Healthy] says so. It is safe for concurrent use.
type Gate struct {
	runner  *runner
	keys    keys
	options GateOptions
	local   *throttle.Memory

	mu     sync.Mutex
	open   map[string]time.Time // when each tenant's gate was last seen open
	unsent map[string]bool      // closings that Redis does not know of
	failed error                // what Redis answered last; nil when it was well
	again  time.Time            // when it may be asked again
}

// NewGate makes open gates. It asks the server nothing yet. The client stays the caller's to close.
func NewGate(client redis.UniversalClient, o GateOptions) *Gate {
	if o.Share == 0 {
		o.Share = 4
	}
	if o.Fresh == 0 {
		o.Fresh = 100 * time.Millisecond
	}
	if o.Timeout == 0 {
		o.Timeout = 250 * time.Millisecond
	}
	if o.Again == 0 {
		o.Again = time.Second
	}
	if o.Clock == nil {
		o.Clock = &clock.System{}
	}
	return &Gate{
		runner: &runner{client: client}, keys: newKeys(o.Prefix), options: o, local: throttle.NewMemory(o.Budget.Share(o.Share), o.Clock.Now),
		open: map[string]time.Time{}, unsent: map[string]bool{},
	}
}

// Wait returns 0 when the tenant may be called now, and counts that call; else how long to wait before asking again. It fails with the
// context's error only.
func (g *Gate) Wait(ctx context.Context, tenant string) (time.Duration, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if left := g.local.Left(tenant); left > 0 { // nothing that Redis could say would open it earlier
		g.resend(ctx, tenant, left)
		return left, nil
	}
	switch g.look(tenant) {
	case believe:
		return 0, nil
	case away:
		return g.local.Wait(ctx, tenant)
	}
	closed, wait, err := g.ask(ctx, tenant)
	switch {
	case ctx.Err() != nil:
		return 0, ctx.Err()
	case err != nil:
		g.note(err)
		return g.local.Wait(ctx, tenant)
	}
	g.note(nil)
	if closed > 0 {
		g.local.Close(ctx, tenant, closed)
		return closed, nil
	}
	g.mu.Lock()
	g.open[tenant] = g.options.Clock.Now()
	g.mu.Unlock()
	return wait, nil
}

// Close closes the tenant's gate for d, for all workers. It never opens earlier than it would have without. While Redis is away the gate
// is closed for this worker, and for the others once Redis is back. It returns after [GateOptions].Timeout at the latest.
func (g *Gate) Close(ctx context.Context, tenant string, d time.Duration) {
	if d <= 0 {
		return
	}
	g.local.Close(ctx, tenant, d)
	g.mu.Lock()
	g.unsent[tenant] = true
	g.mu.Unlock()
	g.resend(ctx, tenant, g.local.Left(tenant))
}

// Healthy returns nil, or why the gates are not shared at present.
func (g *Gate) Healthy() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failed != nil {
		return fmt.Errorf("tenants' gates are not shared between workers: %w", g.failed)
	}
	return nil
}

type looked int

const (
	ask     looked = iota // Redis has to be asked
	believe               // it was open a moment ago
	away                  // Redis did not answer a moment ago
)

func (g *Gate) look(tenant string) looked {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.options.Clock.Now()
	switch {
	case now.Before(g.again):
		return away
	case g.options.Budget.Unlimited() && now.Before(g.open[tenant].Add(g.options.Fresh)):
		return believe
	}
	return ask
}

// note remembers how Redis answered.
func (g *Gate) note(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failed = err; err != nil {
		g.again = g.options.Clock.Now().Add(g.options.Again)
	}
}

// resend tells Redis of a closing that it does not know, if it may be asked.
func (g *Gate) resend(ctx context.Context, tenant string, left time.Duration) {
	g.mu.Lock()
	due := g.unsent[tenant] && left > 0 && !g.options.Clock.Now().Before(g.again)
	g.mu.Unlock()
	if !due {
		return
	}
	err := g.send(ctx, tenant, left)
	if err != nil && ctx.Err() != nil {
		return // says nothing about Redis
	}
	if g.note(err); err == nil {
		g.mu.Lock()
		g.unsent[tenant] = g.local.Left(tenant) > left // closed for longer meanwhile
		g.mu.Unlock()
	}
}
