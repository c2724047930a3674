package throttle

import (
	"fmt"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Budget is how many calls a tenant gets. The zero Budget sets no limit.
type Budget struct {
	Calls int           // on average,
	Per   time.Duration // in this time
	Burst int           // at once after a quiet while; 0 means 1
}

// Unlimited reports whether the budget sets no limit.
func (b Budget) Unlimited() bool { return b == Budget{} }

// Validate returns a [deprovision.Invalid] that names the first field that holds something not allowed.
func (b Budget) Validate() error {
	switch {
	case b.Unlimited():
		return nil
	case b.Calls < 1:
		return &deprovision.Invalid{Field: "calls", Value: fmt.Sprint(b.Calls), Allowed: "at least 1"}
	case b.Burst < 0:
		return &deprovision.Invalid{Field: "burst", Value: fmt.Sprint(b.Burst), Allowed: "0 or more"}
	case b.Per < time.Duration(b.Calls)*time.Microsecond || b.Per > 24*time.Hour:
		return &deprovision.Invalid{Field: "per", Value: b.Per.String(), Allowed: "a microsecond for each call to 24h"}
	}
	return nil
}

// Share returns what one of n workers may use when they cannot share: the same calls in n times the time, and its part of the burst.
func (b Budget) Share(n int) Budget {
	if b.Unlimited() || n <= 1 {
		return b
	}
	b.Per *= time.Duration(n)
	b.Burst = max(1, b.Burst/n)
	return b
}

// Interval is the time between two calls at the budget's pace; 0 when it sets no limit.
func (b Budget) Interval() time.Duration {
	if b.Calls < 1 {
		return 0
	}
	return b.Per / time.Duration(b.Calls)
}

// Tolerance is how far ahead of that pace a burst may run.
func (b Budget) Tolerance() time.Duration { return time.Duration(max(1, b.Burst)-1) * b.Interval() }
