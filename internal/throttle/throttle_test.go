package throttle_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/deprovisioner/deprovisioner/internal/clock"
	"github.com/deprovisioner/deprovisioner/internal/throttle"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func wait(t *testing.T, m *throttle.Memory, tenant string) time.Duration {
	t.Helper()
	d, err := m.Wait(t.Context(), tenant)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAClosedGateOpensWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	fake := clock.NewFake(start)
	m := throttle.NewMemory(throttle.Budget{}, fake.Now)
	for _, step := range []struct {
		name   string
		pass   time.Duration
		close  time.Duration
		tenant string
		want   time.Duration
	}{
		{"open", 0, 0, "contoso", 0},
		{"closed", 0, time.Minute, "contoso", time.Minute},
		{"another tenant is not delayed", 0, 0, "fabrikam", 0},
		{"a shorter close never shortens", 10 * time.Second, time.Second, "contoso", 50 * time.Second},
		{"a negative one changes nothing", 0, -time.Hour, "contoso", 50 * time.Second},
		{"a longer one lengthens", 0, 2 * time.Minute, "contoso", 2 * time.Minute},
		{"open again", 2 * time.Minute, 0, "contoso", 0},
		{"a header gone mad closes for a day", 0, 1000 * time.Hour, "contoso", throttle.MaxClosed},
	} {
		fake.Advance(step.pass)
		if step.close != 0 {
			m.Close(t.Context(), step.tenant, step.close)
		}
		if got := wait(t, m, step.tenant); got != step.want {
			t.Fatalf("%s: wait %s, want %s", step.name, got, step.want)
		}
		if got := m.Left(step.tenant); got != step.want {
			t.Fatalf("%s: left %s, want %s", step.name, got, step.want)
		}
	}
}

func TestABudgetGivesItsBurstThenItsPace(t *testing.T) {
	t.Parallel()
	fake := clock.NewFake(start)
	m := throttle.NewMemory(throttle.Budget{Calls: 10, Per: time.Second, Burst: 3}, fake.Now)
	for range 3 {
		if got := wait(t, m, "contoso"); got != 0 {
			t.Fatalf("inside the burst: wait %s", got)
		}
	}
	for range 3 {
		got := wait(t, m, "contoso")
		if got != 100*time.Millisecond {
			t.Fatalf("after the burst: wait %s", got)
		}
		fake.Advance(got)
		if got := wait(t, m, "contoso"); got != 0 {
			t.Fatalf("after the wait: wait %s", got)
		}
	}
}

func TestManyWorkersTogetherStayInsideTheBudget(t *testing.T) {
	t.Parallel()
	m := throttle.NewMemory(throttle.Budget{Calls: 1, Per: time.Hour, Burst: 20}, func() time.Time { return start })
	var admitted atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				if d, err := m.Wait(t.Context(), "contoso"); err == nil && d == 0 {
					admitted.Add(1)
				}
			}
		})
	}
	all.Wait()
	if got := admitted.Load(); got != 20 {
		t.Fatalf("admitted %d, want 20", got)
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := throttle.NewMemory(throttle.Budget{}, time.Now).Wait(ctx, "contoso"); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

func TestBudgetNamesTheFieldThatIsNotAllowed(t *testing.T) {
	t.Parallel()
	for field, b := range map[string]throttle.Budget{
		"":      {Calls: 100, Per: time.Second},
		"calls": {Per: time.Second},
		"burst": {Calls: 1, Per: time.Second, Burst: -1},
		"per":   {Calls: 1, Per: 25 * time.Hour},
	} {
		err := b.Validate()
		var invalid *deprovision.Invalid
		if field == "" && err != nil || field != "" && (!errors.As(err, &invalid) || invalid.Field != field) {
			t.Errorf("%q: got %v", field, err)
		}
	}
	if err := (throttle.Budget{}).Validate(); err != nil {
		t.Errorf("no limit: %v", err)
	}
}

func budgets() *rapid.Generator[throttle.Budget] {
	return rapid.Custom(func(t *rapid.T) throttle.Budget {
		return throttle.Budget{
			Calls: rapid.IntRange(1, 50).Draw(t, "calls"), Burst: rapid.IntRange(0, 20).Draw(t, "burst"),
			Per: time.Duration(rapid.Int64Range(int64(time.Millisecond), int64(time.Minute)).Draw(t, "per")),
		}
	})
}

// In every stretch of time no more calls pass than the budget's pace allows for it, and its burst; and who waits as told then passes.
func TestNoStretchOfTimeExceedsTheBudget(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := budgets().Draw(t, "budget")
		var state throttle.State
		var passed []time.Time
		now := start
		for range rapid.IntRange(1, 80).Draw(t, "calls made") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(2*b.Interval())).Draw(t, "gap")))
			next, wait := state.Admit(b, now)
			if wait > 0 {
				if next != state {
					t.Fatalf("a refused call changed the state")
				}
				if rapid.Bool().Draw(t, "waits") {
					now = now.Add(wait)
					if next, wait = state.Admit(b, now); wait != 0 {
						t.Fatalf("waited as told, and told again: %s", wait)
					}
				}
			}
			if state = next; wait == 0 {
				passed = append(passed, now)
			}
		}
		for i := range passed {
			for j := i; j < len(passed); j++ {
				if limit := max(1, b.Burst) + int(passed[j].Sub(passed[i])/b.Interval()); j-i+1 > limit {
					t.Fatalf("%d calls in %s, allowed %d", j-i+1, passed[j].Sub(passed[i]), limit)
				}
			}
		}
	})
}

// As many calls pass at once as were told to be spare, and no more.
func TestSpareCallsPassAtOnceAndNoOther(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := budgets().Draw(t, "budget")
		var state throttle.State
		now := start
		for range rapid.IntRange(0, 30).Draw(t, "calls made") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(2*b.Interval())).Draw(t, "gap")))
			state, _ = state.Admit(b, now)
		}
		spare := state.Spare(b, now)
		for i := range spare + 1 {
			next, wait := state.Admit(b, now)
			if passed := wait == 0; passed != (i < spare) {
				t.Fatalf("%d are spare, and of call %d: wait %s", spare, i+1, wait)
			}
			state = next
		}
		if got := state.Close(now, time.Second).Spare(b, now); got != 0 {
			t.Fatalf("closed, and %d are spare", got)
		}
		if got := state.Spare(throttle.Budget{}, now); got != -1 {
			t.Fatalf("no limit, and %d are spare", got)
		}
	})
}

func TestAClosingIsTheLongestOfAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var state throttle.State
		var longest time.Time
		now := start
		for range rapid.IntRange(1, 20).Draw(t, "closings") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "gap")))
			d := time.Duration(rapid.Int64Range(-int64(time.Hour), 2*int64(throttle.MaxClosed)).Draw(t, "for"))
			state = state.Close(now, d)
			if until := now.Add(min(d, throttle.MaxClosed)); d > 0 && until.After(longest) {
				longest = until
			}
			if want := max(0, longest.Sub(now)); state.Left(now) != want {
				t.Fatalf("left %s, want %s", state.Left(now), want)
			}
		}
	})
}

func TestTheSharesTogetherAreNoMoreThanTheBudget(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b, n := budgets().Draw(t, "budget"), rapid.IntRange(1, 10).Draw(t, "workers")
		s := b.Share(n)
		if n*s.Calls*int(b.Per) > b.Calls*int(s.Per) {
			t.Fatalf("%d shares of %+v exceed %+v", n, s, b)
		}
		if n <= b.Burst && n*s.Burst > b.Burst {
			t.Fatalf("%d bursts of %d exceed %d", n, s.Burst, b.Burst)
		}
	})
}

func ExampleMemory() {
	fake := clock.NewFake(start)
	gates := throttle.NewMemory(throttle.Budget{Calls: 2, Per: time.Second}, fake.Now)
	ctx := context.Background()
	for range 2 {
		wait, _ := gates.Wait(ctx, "contoso")
		fmt.Println(wait)
	}
	gates.Close(ctx, "contoso", 30*time.Second) // the tenant answered 429 with Retry-After: 30
	wait, _ := gates.Wait(ctx, "contoso")
	fmt.Println(wait)
	// Output:
	// 0s
	// 500ms
	// 30s
}
