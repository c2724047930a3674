package throttle

import "time"

// MaxClosed is the longest that one answer closes a gate: after a day a single call asks again, whatever a broken header said.
const MaxClosed = 24 * time.Hour

// State is a tenant's gate at one time. The zero State is open, with the whole budget.
type State struct {
	Closed time.Time // no call before
	Next   time.Time // when the next call would be due at the budget's pace (the theoretical arrival time of the generic cell rate algorithm)
}

// Left is how long the gate stays closed; 0 when it is open.
func (s State) Left(now time.Time) time.Duration { return max(0, s.Closed.Sub(now)) }

// Admit counts one call against the budget and returns the new state and 0, or the same state and how long to wait before asking again.
func (s State) Admit(b Budget, now time.Time) (State, time.Duration) {
	if left := s.Left(now); left > 0 {
		return s, left
	}
	if b.Unlimited() {
		return s, 0
	}
	next := s.Next
	if next.Before(now) {
		next = now
	}
	if wait := next.Sub(now) - b.Tolerance(); wait > 0 {
		return s, wait
	}
	s.Next = next.Add(b.Interval())
	return s, 0
}

// Spare is how many calls could be made at once now; -1 where the budget sets no limit. It counts none.
func (s State) Spare(b Budget, now time.Time) int {
	switch {
	case b.Unlimited():
		return -1
	case s.Left(now) > 0:
		return 0
	}
	free := b.Tolerance() - max(0, s.Next.Sub(now))
	if free < 0 {
		return 0
	}
	return int(free/b.Interval()) + 1
}

// Close closes the gate for d, at most [MaxClosed]. It never opens earlier than it would have without.
func (s State) Close(now time.Time, d time.Duration) State {
	if until := now.Add(min(d, MaxClosed)); d > 0 && until.After(s.Closed) {
		s.Closed = until
	}
	return s
}
