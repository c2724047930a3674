package clock

import (
	"sync/atomic"
	"time"
)

// recheck is the longest that a timer sleeps without a look at the clock: runtime timers stand still while the machine is suspended.
const recheck = time.Second

// System is the machine's clock; it is what the engine asks for a clock. The zero value is ready. It must not be copied, and a process
// should have one.
type System struct {
	offset atomic.Int64 // nanoseconds from elapsed time to wall time; it only grows
}

// Now returns wall time in UTC that never runs back: it follows the wall clock's steps forward and goes on steadily over its steps
// back, until the process is started again. It carries no monotonic reading, so that Sub and Before count suspended time.
func (s *System) Now() time.Time {
	wall := time.Now().UnixNano() // read first: a pause between the two readings then cannot push the offset up
	return time.Unix(0, s.steady(wall, elapsed())).UTC()
}

func (s *System) steady(wall, elapsed int64) int64 {
	for {
		offset := s.offset.Load()
		if wall-elapsed <= offset {
			return elapsed + offset
		}
		if s.offset.CompareAndSwap(offset, wall-elapsed) {
			return wall
		}
	}
}

// After returns a channel that receives once, when the duration passed, and at once if it is not positive. Steps of the wall clock
// neither shorten nor lengthen it. A channel that nobody waits for costs a timer until its time has come.
func (s *System) After(d time.Duration) <-chan time.Time {
	fired := make(chan time.Time, 1)
	s.wait(elapsed()+int64(d), fired)
	return fired
}

func (s *System) wait(deadline int64, fired chan<- time.Time) {
	left := time.Duration(deadline - elapsed())
	if left <= 0 {
		fired <- s.Now()
		return
	}
	time.AfterFunc(min(left, recheck), func() { s.wait(deadline, fired) })
}
