package progress

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/throttle"
)

// Standing is how a tenant's gate stands.
type Standing struct {
	Closed bool
	Until  time.Time // when it opens by itself; zero when it is open, or when a person closed it for good
	Spare  int       // calls that could be made at once now; -1 without a budget
}

// Standings tells how tenants' gates stand, in the order of the tenants, without counting a call. It asks Redis each time, and fails when
// it does not answer: what one worker knows alone is not how a gate stands.
func (g *Gate) Standings(ctx context.Context, tenants ...string) ([]Standing, error) {
	if len(tenants) == 0 {
		return nil, nil
	}
	calls := make([]call, 0, len(tenants))
	for _, t := range tenants {
		calls = append(calls, call{keys: []string{g.keys.gate(t), g.keys.pace(t)}})
	}
	ctx, cancel := context.WithTimeout(ctx, g.options.Timeout)
	defer cancel()
	replies, err := g.runner.batch(ctx, lookScript, calls)
	if err != nil {
		return nil, fmt.Errorf("look at the gates: %w", err)
	}
	out := make([]Standing, 0, len(tenants))
	for i, reply := range replies {
		pair, _ := reply.([]any)
		if len(pair) != 2 {
			return nil, errors.New("script look: unexpected reply")
		}
		left, _ := pair[0].(int64)
		off, _ := pair[1].(int64)
		out = append(out, g.standing(tenants[i], left, time.Duration(off)*time.Microsecond))
	}
	return out, nil
}

// standing puts together what Redis says of a gate (left: milliseconds, -2 open, -1 for good) and what this worker was told by the tenant.
func (g *Gate) standing(tenant string, left int64, off time.Duration) Standing {
	now := g.options.Clock.Now()
	closed := max(0, time.Duration(left)*time.Millisecond, g.local.Left(tenant))
	switch {
	case left == -1:
		return Standing{Closed: true, Spare: g.spare(operator, off, now)}
	case closed > 0:
		return Standing{Closed: true, Until: now.Add(closed), Spare: g.spare(closed, off, now)}
	}
	return Standing{Spare: g.spare(0, off, now)}
}

func (g *Gate) spare(closed, off time.Duration, now time.Time) int {
	return throttle.State{Closed: now.Add(closed), Next: now.Add(off)}.Spare(g.options.Budget, now)
}
