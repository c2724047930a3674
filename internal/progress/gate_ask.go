package progress

import (
	"context"
	"errors"
	"fmt"
	"time"
)

func (g *Gate) send(ctx context.Context, tenant string, left time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, g.options.Timeout)
	defer cancel()
	until := g.options.Clock.Now().Add(left).UTC().Format(time.RFC3339)
	_, err := g.runner.run(ctx, closeScript, call{
		keys: []string{g.keys.gate(tenant)}, args: []any{(left + time.Millisecond - 1).Milliseconds(), "closed until " + until},
	})
	return err
}

// ask asks Redis how long the gate stays closed, or else how long to wait for the budget.
func (g *Gate) ask(ctx context.Context, tenant string) (closed, wait time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, g.options.Timeout)
	defer cancel()
	if g.options.Budget.Unlimited() {
		left, err := g.runner.client.PTTL(ctx, g.keys.gate(tenant)).Result()
		if err != nil {
			return 0, 0, fmt.Errorf("ask for the gate: %w", err)
		}
		return closedFor(left.Nanoseconds(), left), 0, nil
	}
	reply, err := g.runner.run(ctx, admitScript, call{
		keys: []string{g.keys.gate(tenant), g.keys.pace(tenant)},
		args: []any{ceilMicroseconds(g.options.Budget.Interval()), g.options.Budget.Tolerance().Microseconds()},
	})
	if err != nil {
		return 0, 0, err
	}
	pair, _ := reply.([]any)
	if len(pair) != 2 {
		return 0, 0, errors.New("script admit: unexpected reply")
	}
	left, _ := pair[0].(int64)
	micros, _ := pair[1].(int64)
	return closedFor(left, time.Duration(left)*time.Millisecond), time.Duration(micros) * time.Microsecond, nil
}

// closedFor reads PTTL's answer: -2 says that there is no key, -1 that it has no end.
func closedFor(answer int64, left time.Duration) time.Duration {
	if answer == -1 {
		return operator
	}
	return max(0, left)
}

func ceilMicroseconds(d time.Duration) int64 { return (d + time.Microsecond - 1).Microseconds() }
