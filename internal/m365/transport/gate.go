package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Gate is a tenant's gate, shared by all workers: closed while a service has asked to be left alone.
type Gate interface {
	// Wait returns how long the gate is still closed; 0 or less means that it is open.
	Wait(ctx context.Context, tenant string) (time.Duration, error)
	// Close closes the gate for d from now. It must return soon.
	Close(ctx context.Context, tenant string, d time.Duration)
}

// pass sends nothing while the gate is closed, and closes it when the service throttles.
func (c *chain) pass(req *http.Request, next send) (*http.Response, error) {
	if c.Gate == nil {
		return next(req)
	}
	wait, err := c.admit(req.Context())
	if err != nil {
		return nil, fmt.Errorf("not sent: ask the tenant's gate: %w", err)
	}
	if wait > 0 {
		return nil, &deprovision.Failure{Class: deprovision.Throttled, RetryAfter: wholeSeconds(wait), Err: errors.New("not sent: the tenant's gate is closed")}
	}
	resp, err := next(req)
	if pause := pauseAfter(req, resp, err); pause > 0 {
		c.Gate.Close(context.WithoutCancel(req.Context()), c.Tenant, pause) // others must know, even if this lease has ended
	}
	return resp, err
}

// pauseAfter is how long nothing should be sent after this answer: what a refusal asks for, a part of a success, or a budget that is used up.
func pauseAfter(req *http.Request, resp *http.Response, err error) time.Duration {
	var f *deprovision.Failure
	switch {
	case errors.As(err, &f):
		return f.RetryAfter
	case err != nil:
		return 0
	}
	return max(callOf(req).inside.wait(), usedUp(resp.Header))
}

const (
	mostPace = time.Second // that a call waits for its turn; a request that has to wait longer is parked
	turns    = 30          // that others may be faster
)

// admit asks for the call's turn. The pace of a budget is kept here, since a step whose calls were refused by it would begin anew
// each time and never end. It returns how long the gate stays closed; 0 means go.
func (c *chain) admit(ctx context.Context) (time.Duration, error) {
	for range turns {
		wait, err := c.Gate.Wait(ctx, c.Tenant)
		if err != nil || wait <= 0 || wait > mostPace {
			return wait, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return mostPace, nil
}

// wholeSeconds rounds up: never too early.
func wholeSeconds(d time.Duration) time.Duration {
	if cut := d.Truncate(time.Second); cut < d {
		return cut + time.Second
	}
	return d
}
