package progress

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/deprovisioner/deprovisioner/internal/clock"
	"github.com/deprovisioner/deprovisioner/internal/engine"
)

// Options shape a picture. The zero value will do.
type Options struct {
	Prefix      string        // of every key, a token; "" means [DefaultPrefix]. Installations that share a server differ in it
	Incarnation string        // identity of the journal's stream, e.g. when it was created: another one makes the picture void
	Timeout     time.Duration // of one operation; 0 means 5 seconds

	Refresh time.Duration                     // how old the history that [Picture.Estimate] uses may get; 0 means 30 seconds
	Drain   func(tenant string) time.Duration // how long a drain takes that the request does not set; nil means 24 hours
	Guess   time.Duration                     // how long a unit of a step takes that nobody has seen yet; 0 means that nobody can tell
	Clock   engine.Clock                      // nil means the system's
}

// Picture is the current picture of all requests. It is safe for concurrent use.
type Picture struct {
	client  redis.UniversalClient
	runner  *runner
	keys    keys
	options Options

	history atomic.Pointer[history]
	applied atomic.Uint64 // highest watermark that this process set

	mu    sync.Mutex
	token string // of the rebuild that this process began last
}

var _ engine.View = (*Picture)(nil)

// New makes a picture. It asks the server nothing yet. The client stays the caller's to close.
func New(client redis.UniversalClient, o Options) *Picture {
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Second
	}
	if o.Refresh == 0 {
		o.Refresh = 30 * time.Second
	}
	if o.Drain == nil {
		o.Drain = func(string) time.Duration { return 24 * time.Hour }
	}
	if o.Clock == nil {
		o.Clock = &clock.System{}
	}
	return &Picture{client: client, runner: &runner{client: client}, keys: newKeys(o.Prefix), options: o}
}

// Ping returns nil when the server answers.
func (p *Picture) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, p.options.Timeout)
	defer cancel()
	if err := p.client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("the picture does not answer: %w", err)
	}
	return nil
}
