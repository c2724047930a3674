package progress_test

import (
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/clock"
	"github.com/deprovisioner/deprovisioner/internal/progress"
	"github.com/deprovisioner/deprovisioner/internal/redistest"
	"github.com/deprovisioner/deprovisioner/internal/throttle"
)

func standings(tb testing.TB, g *progress.Gate, tenants ...string) []progress.Standing {
	tb.Helper()
	found, err := g.Standings(tb.Context(), tenants...)
	if err != nil || len(found) != len(tenants) {
		tb.Fatalf("%v, %v", found, err)
	}
	return found
}

func TestStandingIsThatOfAllWorkersAndCountsNoCall(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		o := progress.GateOptions{Budget: throttle.Budget{Calls: 1, Per: time.Hour, Burst: 5}, Timeout: 5 * time.Second, Clock: clock.NewFake(start)}
		one, another := progress.NewGate(t.client, o), progress.NewGate(t.client, o)
		if got := standings(t, another, "contoso")[0]; got != (progress.Standing{Spare: 5}) {
			t.Errorf("nothing was called: %+v", got)
		}
		wait(t, one, "contoso")
		wait(t, one, "contoso")
		one.Close(t.Context(), "fabrikam", time.Hour)
		for range 3 {
			found := standings(t, another, "contoso", "fabrikam", "tailspin")
			if found[0] != (progress.Standing{Spare: 3}) || found[2] != (progress.Standing{Spare: 5}) {
				t.Errorf("%+v", found)
			}
			if left := found[1].Until.Sub(start); !found[1].Closed || found[1].Spare != 0 || left <= 59*time.Minute || left > time.Hour {
				t.Errorf("%+v", found[1])
			}
		}
		if err := t.client.Set(t.Context(), "deprovision:gate:{tailspin}", "maintenance", 0).Err(); err != nil {
			t.Fatal(err)
		}
		if got := standings(t, another, "tailspin")[0]; got != (progress.Standing{Closed: true}) {
			t.Errorf("a person closed it for good: %+v", got)
		}
		if got := standings(t, progress.NewGate(t.client, progress.GateOptions{Timeout: 5 * time.Second}), "contoso")[0]; got != (progress.Standing{Spare: -1}) {
			t.Errorf("without a budget: %+v", got)
		}
	})
}

func TestStandingIsNotToldWhileRedisIsAway(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	g := progress.NewGate(connect(t, s.URL()), progress.GateOptions{})
	s.Kill()
	g.Close(t.Context(), "contoso", time.Minute) // what it knows itself is not all
	if found, err := g.Standings(t.Context(), "contoso"); err == nil {
		t.Errorf("%+v", found)
	}
	s.Restart()
	for range 100 { // its client finds out by itself that the server is back
		if _, err := g.Standings(t.Context(), "contoso"); err == nil {
			return
		}
	}
	t.Error("Redis is back, and nothing is told")
}
