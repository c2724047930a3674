package clock

import (
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestNowFollowsStepsForwardAndNeverRunsBack(t *testing.T) {
	t.Parallel()
	const hour = int64(time.Hour)
	var s System
	for _, step := range []struct {
		what                string
		wall, elapsed, want int64
	}{
		{"the first look shows the wall clock", 1000 * hour, 5 * hour, 1000 * hour},
		{"both run", 1001 * hour, 6 * hour, 1001 * hour},
		{"suspended time counts although the wall clock has not noticed", 1001 * hour, 8 * hour, 1003 * hour},
		{"the wall clock steps forward", 1010 * hour, 8 * hour, 1010 * hour},
		{"the wall clock steps back: time goes on", 900 * hour, 9 * hour, 1011 * hour},
		{"and goes on", 901 * hour, 10 * hour, 1012 * hour},
	} {
		if got := s.steady(step.wall, step.elapsed); got != step.want {
			t.Errorf("%s: %d h, want %d h", step.what, got/hour, step.want/hour)
		}
	}
}

func TestNowIsWallTimeWithoutAMonotonicReading(t *testing.T) {
	t.Parallel()
	var s System
	before := time.Now().Round(0)
	now := s.Now()
	if now.Before(before) {
		t.Errorf("%v is before %v", now, before)
	}
	if now != now.Round(0) || now.Location() != time.UTC {
		t.Errorf("%v carries a monotonic reading or a location", now)
	}
}

func TestNowNeverRunsBackUnderConcurrency(t *testing.T) {
	t.Parallel()
	var s System
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			last := s.Now()
			for range 5000 {
				now := s.Now()
				if now.Before(last) {
					t.Errorf("%v came after %v", now, last)
					return
				}
				last = now
			}
		})
	}
	all.Wait()
}

func TestAfterFiresNotBeforeItsTime(t *testing.T) {
	t.Parallel()
	var s System
	for _, d := range []time.Duration{-time.Second, 0, 20 * time.Millisecond, recheck + 50*time.Millisecond} {
		start := elapsed()
		<-s.After(d)
		if passed := time.Duration(elapsed() - start); passed < d {
			t.Errorf("After(%v) fired after %v", d, passed)
		}
	}
}
