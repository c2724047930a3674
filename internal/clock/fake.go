package clock

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Fake is a clock for tests: it stands still until Advance moves it.
type Fake struct {
	mu      sync.Mutex
	now     time.Time
	waiters []waiter      // by deadline, then by age
	more    chan struct{} // closed and replaced when a waiter is added
}

type waiter struct {
	deadline time.Time
	fired    chan<- time.Time
}

// NewFake makes a clock that shows this time.
func NewFake(now time.Time) *Fake { return &Fake{now: now, more: make(chan struct{})} }

// Now returns the time that the clock was moved to.
func (f *Fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// After returns a channel that receives once Advance has moved the clock that far, and at once if d is not positive.
func (f *Fake) After(d time.Duration) <-chan time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	fired := make(chan time.Time, 1)
	if d <= 0 {
		fired <- f.now
		return fired
	}
	w := waiter{deadline: f.now.Add(d), fired: fired}
	at, _ := slices.BinarySearchFunc(f.waiters, w, func(have, want waiter) int {
		if have.deadline.After(want.deadline) {
			return 1
		}
		return -1 // also when equal: the older one first
	})
	f.waiters = slices.Insert(f.waiters, at, w)
	close(f.more)
	f.more = make(chan struct{})
	return fired
}

// Advance moves the clock and fires what falls due, in order. Every channel receives its own deadline.
func (f *Fake) Advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
	due := 0
	for due < len(f.waiters) && !f.waiters[due].deadline.After(f.now) {
		f.waiters[due].fired <- f.waiters[due].deadline
		due++
	}
	f.waiters = slices.Delete(f.waiters, 0, due)
}

// BlockUntil returns when at least n channels of After have not fired yet, or with the context's error.
func (f *Fake) BlockUntil(ctx context.Context, n int) error {
	for {
		f.mu.Lock()
		have, more := len(f.waiters), f.more
		f.mu.Unlock()
		if have >= n {
			return nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
