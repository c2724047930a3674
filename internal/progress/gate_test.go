package progress_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	"github.com/deprovisioner/deprovisioner/internal/clock"
	"github.com/deprovisioner/deprovisioner/internal/progress"
	"github.com/deprovisioner/deprovisioner/internal/redistest"
	"github.com/deprovisioner/deprovisioner/internal/throttle"
)

// wait asks a gate; about the server's time nothing is known, so that a wait is only compared with bounds.
func wait(tb testing.TB, g *progress.Gate, tenant string) time.Duration {
	tb.Helper()
	d, err := g.Wait(tb.Context(), tenant)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

func TestAGateClosedByOneWorkerIsClosedForAll(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		one, another := progress.NewGate(t.client, progress.GateOptions{}), progress.NewGate(t.client, progress.GateOptions{})
		if got := wait(t, one, "contoso"); got != 0 {
			t.Fatalf("a new gate is closed for %s", got)
		}
		one.Close(t.Context(), "contoso", time.Hour)
		if got := wait(t, another, "contoso"); got <= 59*time.Minute || got > time.Hour {
			t.Errorf("another worker waits %s", got)
		}
		if got := wait(t, another, "fabrikam"); got != 0 {
			t.Errorf("another tenant waits %s", got)
		}
		if err := errors.Join(one.Healthy(), another.Healthy()); err != nil {
			t.Error(err)
		}
	})
}

func TestAShorterCloseNeverShortensALongerOne(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		fresh := func() *progress.Gate { return progress.NewGate(t.client, progress.GateOptions{}) }
		fresh().Close(t.Context(), "contoso", 2*time.Hour)
		fresh().Close(t.Context(), "contoso", time.Second)
		fresh().Close(t.Context(), "contoso", -time.Hour)
		if got := wait(t, fresh(), "contoso"); got <= 119*time.Minute {
			t.Errorf("shortened to %s", got)
		}
		fresh().Close(t.Context(), "contoso", 3*time.Hour)
		if got := wait(t, fresh(), "contoso"); got <= 179*time.Minute {
			t.Errorf("not lengthened: %s", got)
		}
	})
}

func TestAGateOpensByItself(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		const closed = 200 * time.Millisecond
		progress.NewGate(t.client, progress.GateOptions{}).Close(t.Context(), "contoso", closed)
		if t.pass != nil {
			t.pass(closed)
		}
		// A fresh gate remembers nothing: it tells what the server knows.
		for wait(t, progress.NewGate(t.client, progress.GateOptions{}), "contoso") > 0 {
			if t.Context().Err() != nil {
				t.Fatal("the gate never opened")
			}
		}
	})
}

func TestAPersonCanCloseAGateForGood(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		if err := t.client.Set(t.Context(), "deprovision:gate:{contoso}", "maintenance", 0).Err(); err != nil {
			t.Fatal(err)
		}
		for _, budget := range []throttle.Budget{{}, {Calls: 1, Per: time.Second}} {
			g := progress.NewGate(t.client, progress.GateOptions{Budget: budget})
			if got := wait(t, g, "contoso"); got <= 0 {
				t.Errorf("budget %+v: wait %s", budget, got)
			}
			g.Close(t.Context(), "contoso", time.Minute) // must not give it an end
		}
		if got := t.client.TTL(t.Context(), "deprovision:gate:{contoso}").Val(); got != -1 {
			t.Errorf("ends in %s", got)
		}
	})
}

func TestAllWorkersTogetherStayInsideTheBudget(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		o := progress.GateOptions{Budget: throttle.Budget{Calls: 1, Per: time.Hour, Burst: 5}, Timeout: 5 * time.Second}
		gates := []*progress.Gate{progress.NewGate(t.client, o), progress.NewGate(t.client, o), progress.NewGate(t.client, o)}
		admitted := 0
		for i := range 30 {
			if got := wait(t, gates[i%len(gates)], "contoso"); got == 0 {
				admitted++
			} else if got < 50*time.Minute || got > time.Hour {
				t.Errorf("wait %s", got)
			}
		}
		if admitted != 5 {
			t.Errorf("admitted %d, want 5", admitted)
		}
	})
}

// What the script decides is what the pure decision says, at every time and budget.
func TestTheScriptDecidesAsTheStateDoes(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	client, ctx := connect(t, "redis://"+m.Addr()), t.Context()
	rapid.Check(t, func(t *rapid.T) {
		m.FlushAll()
		b := throttle.Budget{Calls: rapid.IntRange(1, 100).Draw(t, "calls"), Burst: rapid.IntRange(0, 10).Draw(t, "burst")}
		b.Per = time.Duration(b.Calls) * time.Duration(rapid.IntRange(1, 10_000_000).Draw(t, "interval")) * time.Microsecond
		g := progress.NewGate(client, progress.GateOptions{Budget: b, Timeout: 5 * time.Second})
		var state throttle.State
		now := start
		for range rapid.IntRange(1, 30).Draw(t, "calls made") {
			now = now.Add(time.Duration(rapid.Int64Range(0, 2*b.Interval().Microseconds()).Draw(t, "gap")) * time.Microsecond)
			m.SetTime(now)
			var want time.Duration
			state, want = state.Admit(b, now)
			if got, err := g.Wait(ctx, "contoso"); err != nil || got != want {
				t.Fatalf("wait %s (%v), want %s", got, err, want)
			}
		}
	})
}

func TestRedisAwayLeavesEachWorkerItsOwnMemory(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	client := connect(t, s.URL())
	fake := clock.NewFake(start)
	o := progress.GateOptions{Clock: fake, Again: time.Second, Timeout: 5 * time.Second}
	g := progress.NewGate(client, o)
	if got := wait(t, g, "contoso"); got != 0 {
		t.Fatalf("wait %s", got)
	}
	s.Kill()
	fake.Advance(time.Second) // the last look is no longer fresh
	if got := wait(t, g, "contoso"); got != 0 || g.Healthy() == nil {
		t.Fatalf("away: wait %s, healthy %v", got, g.Healthy())
	}
	g.Close(t.Context(), "contoso", time.Minute)
	if got := wait(t, g, "contoso"); got != time.Minute {
		t.Errorf("closed while away: wait %s", got)
	}
	s.Restart()
	other := progress.NewGate(client, o)
	if got := wait(t, other, "contoso"); got != 0 {
		t.Errorf("nobody told Redis yet, and another worker waits %s", got)
	}
	fake.Advance(10 * time.Second) // Redis may be asked again
	if got := wait(t, g, "contoso"); got != 50*time.Second || g.Healthy() != nil {
		t.Errorf("back: wait %s, healthy %v", got, g.Healthy())
	}
	fake.Advance(time.Second)
	if got := wait(t, other, "contoso"); got <= 40*time.Second || got > 50*time.Second {
		t.Errorf("what was closed while Redis was away is not shared: another worker waits %s", got)
	}
}

func TestAWorkerUsesItsShareOfTheBudgetWhileRedisIsAway(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	g := progress.NewGate(connect(t, s.URL()), progress.GateOptions{
		Budget: throttle.Budget{Calls: 10, Per: time.Second, Burst: 10}, Share: 5, Clock: clock.NewFake(start),
	})
	s.Kill()
	admitted := 0
	for range 20 {
		if wait(t, g, "contoso") == 0 {
			admitted++
		}
	}
	if admitted != 2 {
		t.Errorf("admitted %d of a burst of 10, want a fifth", admitted)
	}
	if got := wait(t, g, "contoso"); got != 500*time.Millisecond {
		t.Errorf("wait %s, want five times the pace", got)
	}
}

func TestAnOpenGateIsNotAskedForAtEveryCall(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	client := connect(t, "redis://"+m.Addr())
	fake := clock.NewFake(start)
	g := progress.NewGate(client, progress.GateOptions{Clock: fake, Fresh: time.Second})
	wait(t, g, "fabrikam") // opens the connection, which costs commands of its own
	looks := &counter{}
	client.AddHook(looks)
	for range 100 {
		wait(t, g, "contoso")
	}
	if looks.n != 1 {
		t.Errorf("asked %d times", looks.n)
	}
	fake.Advance(time.Second)
	if wait(t, g, "contoso"); looks.n != 2 {
		t.Errorf("asked %d times, want once more", looks.n)
	}
	g.Close(t.Context(), "contoso", time.Minute) // what it learns itself counts at once
	if got := wait(t, g, "contoso"); got != time.Minute {
		t.Errorf("wait %s", got)
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	g := progress.NewGate(embedded(t).client, progress.GateOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.Wait(ctx, "contoso"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if g.Healthy() != nil {
		t.Errorf("the caller's context says nothing about Redis: %v", g.Healthy())
	}
}

// counter counts commands.
type counter struct{ n int }

func (c *counter) DialHook(next redis.DialHook) redis.DialHook { return next }

func (c *counter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.n++
		return next(ctx, cmd)
	}
}

func (c *counter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		c.n += len(cmds)
		return next(ctx, cmds)
	}
}
