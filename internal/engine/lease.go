package engine

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

var (
	errLapsed   = errors.New("the lease has run out")
	errLost     = errors.New("another worker has claimed the request")
	errWished   = errors.New("somebody decided to cancel or force the request")
	errDraining = errors.New("the worker is being stopped")
)

// lease is the context of all work under a claim. Its Err looks at the clock, so that a process that was stopped past its lease and
// continued starts nothing, even before any timer fired. A wish for the request makes Err fail while Done stays open: nothing new is
// started, but the call under way may end.
type lease struct {
	context.Context
	cancel context.CancelCauseFunc
	clock  Clock
	length time.Duration
	sent   atomic.Pointer[time.Time] // when the holder's last accepted append was sent
	wished atomic.Bool
}

func newLease(clock Clock, length time.Duration, sent time.Time) *lease {
	ctx, cancel := context.WithCancelCause(context.Background())
	l := &lease{Context: ctx, cancel: cancel, clock: clock, length: length}
	l.sent.Store(&sent)
	return l
}

// Err tells why nothing may be started any more.
func (l *lease) Err() error {
	if l.over() != nil {
		return l.Context.Err()
	}
	if l.wished.Load() {
		return context.Canceled
	}
	return nil
}

// over returns errLapsed or errLost once the lease has ended; it never revives.
func (l *lease) over() error {
	if l.Context.Err() == nil && !l.clock.Now().Before(l.ends()) {
		l.cancel(errLapsed)
	}
	return context.Cause(l.Context)
}

func (l *lease) ends() time.Time { return l.sent.Load().Add(l.length) }

// extend lets the lease run from the sending of an accepted append.
func (l *lease) extend(sent time.Time) {
	if l.over() == nil && sent.After(*l.sent.Load()) {
		l.sent.Store(&sent)
	}
}

// watch ends the lease in time, so that calls under way are cancelled too.
func (l *lease) watch() {
	for l.over() == nil {
		select {
		case <-l.clock.After(l.ends().Sub(l.clock.Now())):
		case <-l.Done():
		}
	}
}
