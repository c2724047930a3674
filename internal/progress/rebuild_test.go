package progress_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/progress"
	"github.com/deprovisioner/deprovisioner/internal/redistest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func watermark(tb testing.TB, p *progress.Picture) (uint64, bool) {
	tb.Helper()
	revision, ok, err := p.Watermark(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	return revision, ok
}

func wantWatermark(tb testing.TB, p *progress.Picture, revision uint64, ok bool) {
	tb.Helper()
	if got, has := watermark(tb, p); got != revision || has != ok {
		tb.Fatalf("watermark %d, %tb; want %d, %tb", got, has, revision, ok)
	}
}

// rebuild does what a worker does with the last event of every request.
func rebuild(tb testing.TB, p *progress.Picture, revision uint64, documents ...deprovision.Progress) {
	tb.Helper()
	if err := p.Reset(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	apply(tb, p, revision-uint64(len(documents))+1, documents...)
	if err := p.Rebuilt(tb.Context(), revision); err != nil {
		tb.Fatal(err)
	}
}

func TestTheWatermarkFollowsTheHighestRevision(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		p := progress.New(t.client, progress.Options{Incarnation: "a"})
		wantWatermark(t, p, 0, false)
		apply(t, p, 1, document(1, 1))
		wantWatermark(t, p, 0, false) // what came before revision 1 is not known to be there
		rebuild(t, p, 1, document(1, 1))
		wantWatermark(t, p, 1, true)
		apply(t, p, 7, document(1, 2))
		apply(t, p, 5, document(2, 1))
		wantWatermark(t, p, 7, true)
		other := progress.New(t.client, progress.Options{Incarnation: "b"})
		wantWatermark(t, other, 0, false)
		apply(t, other, 99, document(3, 1))
		wantWatermark(t, p, 7, true)
		apply(t, p, 1<<53-1, document(1, 3))
		wantWatermark(t, p, 1<<53-1, true)
		rebuild(t, other, 5, document(3, 1)) // what was applied to another's picture is no measure for this one
		apply(t, other, 6, document(3, 2))
		wantWatermark(t, other, 6, true)
	})
}

func TestARebuildWipesThePictureAndNothingElse(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		p, neighbour := progress.New(t.client, progress.Options{}), progress.New(t.client, progress.Options{Prefix: "deprovision2"})
		for key := range map[string]bool{"deprovision": true, "deprovisionX{a}": true, "other:{contoso.teams.r1}": true} {
			if err := t.client.Set(t.Context(), key, "x", 0).Err(); err != nil {
				t.Fatal(err)
			}
		}
		gate := progress.NewGate(t.client, progress.GateOptions{})
		gate.Close(t.Context(), "contoso", time.Hour)
		apply(t, neighbour, 1, document(1, 1))
		before := size(t, t.server)
		apply(t, p, 1, crowd(600)...)
		if err := p.Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := size(t, t.server); got != before+1 { // the rebuild under way
			t.Errorf("%d keys, want %d", got, before+1)
		}
		get(t, neighbour, 1)
		if wait, err := progress.NewGate(t.client, progress.GateOptions{}).Wait(t.Context(), "contoso"); err != nil || wait == 0 {
			t.Errorf("the rebuild opened a gate: %s, %v", wait, err)
		}
	})
}

func size(tb testing.TB, s server) int64 {
	tb.Helper()
	n, err := s.client.DBSize(tb.Context()).Result()
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

func TestWhatTheProjectorAppliesDuringARebuildCounts(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		p, projector := progress.New(t.client, progress.Options{}), progress.New(t.client, progress.Options{})
		if err := p.Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
		apply(t, projector, 12, document(1, 3))
		apply(t, p, 10, document(1, 2), document(2, 1))
		if err := p.Rebuilt(t.Context(), 11); err != nil {
			t.Fatal(err)
		}
		wantWatermark(t, p, 12, true)
		if got := get(t, p, 1); got.Seq != 3 {
			t.Errorf("seq %d", got.Seq)
		}
	})
}

func TestOnlyTheLastRebuildIsCalledComplete(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		first, second := progress.New(t.client, progress.Options{}), progress.New(t.client, progress.Options{})
		for _, p := range []*progress.Picture{first, second} {
			if err := p.Reset(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if err := first.Rebuilt(t.Context(), 1); !errors.Is(err, progress.ErrOvertaken) {
			t.Errorf("the first: %v", err)
		}
		wantWatermark(t, first, 0, false)
		if err := second.Rebuilt(t.Context(), 1); err != nil {
			t.Errorf("the second: %v", err)
		}
		wantWatermark(t, first, 1, true)
		if err := progress.New(t.client, progress.Options{}).Rebuilt(t.Context(), 9); !errors.Is(err, progress.ErrOvertaken) {
			t.Errorf("one that never began: %v", err)
		}
	})
}

func TestAServerThatLostWritesIsFoundOut(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t tested) {
		p := progress.New(t.client, progress.Options{})
		rebuild(t, p, 9, document(1, 9))
		apply(t, p, 10, document(1, 10))
		// a failover to a replica that had not heard of revision 10
		if err := t.client.HSet(t.Context(), "deprovision:{index}:watermark", "revision", "9").Err(); err != nil {
			t.Fatal(err)
		}
		if err := p.Apply(t.Context(), updates(11, document(2, 1))); !errors.Is(err, progress.ErrWentBack) {
			t.Fatalf("got %v", err)
		}
		wantWatermark(t, p, 0, false)
		apply(t, p, 11, document(2, 1)) // brought again
		wantWatermark(t, p, 0, false)
		rebuild(t, p, 11, document(1, 10), document(2, 1))
		wantWatermark(t, p, 11, true)
	})
}

func TestRedisDownLosesNothing(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	p := progress.New(connect(t, s.URL()), progress.Options{})
	rebuild(t, p, 1, document(1, 1))
	s.Kill()
	missed := updates(2, document(1, 2, status(deprovision.Succeeded)), document(2, 1))
	if err := p.Apply(t.Context(), missed); err == nil {
		t.Fatal("applied to a server that is away")
	}
	if err := p.Ping(t.Context()); err == nil {
		t.Error("a server that is away answers")
	}
	if _, _, err := p.Watermark(t.Context()); err == nil {
		t.Error("the watermark of a server that is away is known") // and must not be taken for missing
	}
	if _, err := p.List(t.Context(), engine.Filter{}); err == nil {
		t.Error("a list of a server that is away")
	}
	s.Restart()
	wantWatermark(t, p, 1, true)
	if err := p.Apply(t.Context(), missed); err != nil { // the projector's messages come again
		t.Fatal(err)
	}
	wantWatermark(t, p, 3, true)
	if got := get(t, p, 1); got.Status != deprovision.Succeeded {
		t.Errorf("%s", got.Status)
	}
	get(t, p, 2)
}

func TestRedisWipedIsSeenAndRebuilt(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	p := progress.New(connect(t, s.URL()), progress.Options{})
	rebuild(t, p, 2, document(1, 1), document(2, 1))
	s.Kill()
	s.Wipe()
	s.Restart()
	wantWatermark(t, p, 0, false)
	apply(t, p, 3, document(2, 2)) // the projector goes on, and must not hide that the rest is missing
	wantWatermark(t, p, 0, false)
	rebuild(t, p, 3, document(1, 1), document(2, 2))
	wantWatermark(t, p, 3, true)
	get(t, p, 1)
	if got := get(t, p, 2); got.Seq != 2 {
		t.Errorf("seq %d", got.Seq)
	}
}

// kill -9 at any moment of a stream of batches, which are brought again until they are applied: nothing is missing at the end.
func TestKillsInTheMiddleOfApplyLoseNothing(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	p := progress.New(connect(t, s.URL()), progress.Options{})
	rebuild(t, p, 0)
	const batches = 60
	reached := make(chan int, batches)
	var projector sync.WaitGroup
	projector.Go(func() {
		defer close(reached)
		for i := range batches {
			batch := updates(uint64(i*20+1), numbered(i)...)
			for p.Apply(t.Context(), batch) != nil {
				if t.Context().Err() != nil {
					return
				}
			}
			reached <- i
		}
	})
	for i := range reached {
		if i%15 == 14 && i < batches-1 {
			s.Kill()
			s.Restart()
		}
	}
	projector.Wait()
	for p.Ping(t.Context()) != nil { // after many failures the client waits a second before it dials again
		if t.Context().Err() != nil {
			t.Fatal("the client never came back")
		}
	}
	wantWatermark(t, p, batches*20, true)
	for number := range 20 {
		if got := get(t, p, number); got.Seq != batches {
			t.Errorf("request %d: seq %d", number, got.Seq)
		}
	}
	if got := listed(t, p, engine.Filter{Open: true}); len(got) != 20 {
		t.Errorf("%d open", len(got))
	}
}

func numbered(batch int) []deprovision.Progress {
	var out []deprovision.Progress
	for number := range 20 {
		out = append(out, document(number, uint64(batch+1)))
	}
	return out
}

func TestApplyEndsWithItsContext(t *testing.T) {
	t.Parallel()
	p := progress.New(realServer(t).client, progress.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Apply(ctx, updates(1, document(1, 1))); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}
