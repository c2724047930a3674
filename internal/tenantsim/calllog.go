package tenantsim

import (
	"context"
	"slices"
	"strings"
	"sync"
)

// callLog keeps the newest calls. Waiters are woken only if there are any, so
// that logging costs one short lock.
type callLog struct {
	mu    sync.Mutex
	calls []Call
	limit int
	seq   int64
	woken chan struct{} // nil while nobody waits
}

func (l *callLog) add(c Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seq++
	c.Seq = l.seq
	if len(l.calls) >= 2*l.limit {
		l.calls = append(l.calls[:0], l.calls[len(l.calls)-l.limit:]...)
	}
	l.calls = append(l.calls, c)
	if l.woken != nil {
		close(l.woken)
		l.woken = nil
	}
}

func (l *callLog) snapshot() []Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.calls[max(0, len(l.calls)-l.limit):])
}

func (l *callLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls, l.seq = nil, 0
}

// changed returns a channel which closes at the next call.
func (l *callLog) changed() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.woken == nil {
		l.woken = make(chan struct{})
	}
	return l.woken
}

// Calls returns every logged call in the order in which they ended.
func (s *Sim) Calls() []Call { return s.log.snapshot() }

// CallsLike returns the logged calls that m accepts; [Match.Nth] is ignored.
func (s *Sim) CallsLike(m Match) []Call {
	return slices.DeleteFunc(s.Calls(), func(c Call) bool { return !m.call(c) })
}

// Destructive returns the calls which asked for something to be removed or
// switched off, whatever came of them.
func (s *Sim) Destructive() []Call {
	return slices.DeleteFunc(s.Calls(), func(c Call) bool { return !c.Destructive })
}

// RemovedBy returns the calls that removed the object with this id, or the
// list entry of this text. More than one means it was restored in between.
func (s *Sim) RemovedBy(objectID string) []Call {
	return slices.DeleteFunc(s.Calls(), func(c Call) bool {
		return !slices.ContainsFunc(c.Removed, func(id string) bool { return strings.EqualFold(id, objectID) })
	})
}

// WaitCall waits until the n-th call (from 1) that m accepts has ended, counted
// from the start of the log, and returns it. It fails only with ctx's error.
func (s *Sim) WaitCall(ctx context.Context, m Match, n int) (Call, error) {
	for {
		changed := s.log.changed()
		if got := s.CallsLike(m); len(got) >= n {
			return got[n-1], nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Call{}, ctx.Err()
		}
	}
}
