package journal_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/journal"
)

// picture is away for the first batches, then takes everything.
type picture struct {
	away int
	got  chan journal.Update
}

func (p *picture) Apply(_ context.Context, updates []journal.Update) error {
	if p.away > 0 {
		p.away--
		return errors.New("the picture is away")
	}
	for _, u := range updates {
		p.got <- u
	}
	return nil
}

// project runs the projector until the end of the test.
func project(t *testing.T, j *journal.Journal, away int) *picture {
	t.Helper()
	p := &picture{away: away, got: make(chan journal.Update, 10_000)}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- j.Project(ctx, p) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	return p
}

func (p *picture) next(t *testing.T) journal.Update {
	t.Helper()
	select {
	case u := <-p.got:
		return u
	case <-time.After(soon):
		t.Fatal("no update came")
		panic("unreachable")
	}
}

// until passes over repetitions up to this revision.
func (p *picture) until(t *testing.T, revision uint64) {
	t.Helper()
	for p.next(t).Revision != revision {
	}
}

// grow appends n events to the request and returns their revisions.
func grow(t *testing.T, j *journal.Journal, n int) []uint64 {
	t.Helper()
	last, err := j.Last(t.Context(), request().Ref())
	if err != nil {
		t.Fatal(err)
	}
	revisions, expected := make([]uint64, 0, n), last.Revision
	for range n {
		if expected, err = j.Append(t.Context(), request().Ref(), expected, change(fmt.Sprintf("after-%d", expected))); err != nil {
			t.Fatal(err)
		}
		revisions = append(revisions, expected)
	}
	return revisions
}

func TestPictureGetsTheNewestEventsInOrder(t *testing.T) {
	t.Parallel()
	j, _ := bound(t)
	grow(t, j, 1100) // more than one fetch
	p := project(t, j, 0)
	last := grow(t, j, 20)[19]
	for before := uint64(0); before != last; {
		u := p.next(t)
		if u.Revision <= before || u.Revision > last || u.Progress.Request.ID != "r1" || u.At.IsZero() {
			t.Fatalf("%+v, after revision %d", u, before)
		}
		before = u.Revision
	}
	eventually(t, "nothing waits", func(ctx context.Context) bool { lag, err := j.Lag(ctx); return err == nil && lag == 0 })
}

func TestEventsReachThePictureAfterItWasAway(t *testing.T) {
	t.Parallel()
	j, _ := bound(t)
	last := grow(t, j, 10)[9]
	eventually(t, "all of them wait", func(ctx context.Context) bool { lag, err := j.Lag(ctx); return err == nil && lag == 10 })
	project(t, j, 2).until(t, last)
	eventually(t, "nothing waits", func(ctx context.Context) bool { lag, err := j.Lag(ctx); return err == nil && lag == 0 })
}

func TestTheProjectorTellsHowFarThePictureHasEverything(t *testing.T) {
	t.Parallel()
	j, _ := bound(t)
	first := grow(t, j, 3)[2]
	drawn := func(want uint64) {
		t.Helper()
		eventually(t, fmt.Sprintf("the picture has %d", want), func(ctx context.Context) bool { got, err := j.Drawn(ctx); return err == nil && got == want })
	}
	drawn(0)
	p := &picture{got: make(chan journal.Update)}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = j.Project(ctx, p) }()
	p.until(t, first)
	drawn(first)
	last := grow(t, j, 1)[0]
	if got, err := j.Drawn(t.Context()); err != nil || got != first { // nobody takes it from the projector yet
		t.Errorf("%d, %v; want %d", got, err, first)
	}
	p.until(t, last)
	drawn(last)
	cancel()
	<-ended
}

func TestDeletedProjectorIsMadeAgain(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	p := project(t, j, 0)
	p.until(t, grow(t, j, 1)[0])
	if err := stream(t, nc, journal.EventStream).DeleteConsumer(t.Context(), "projector"); err != nil {
		t.Fatal(err)
	}
	p.until(t, grow(t, j, 1)[0])
}

func TestReplayReadsTheLastEventOfEveryRequest(t *testing.T) {
	t.Parallel()
	const requests, events = 300, 3 // more than a batch
	j, _ := bound(t)
	last := map[string]uint64{}
	for i := range requests { // the last event of each lies before the first of the next
		for n := range events {
			e := change(fmt.Sprint("c", n))
			e.Progress.Request.ID = fmt.Sprint("r", i)
			revision, err := j.Append(t.Context(), e.Progress.Request.Ref(), last[e.Progress.Request.ID], e)
			if err != nil {
				t.Fatal(err)
			}
			last[e.Progress.Request.ID] = revision
		}
	}
	got := map[string]uint64{}
	if err := j.Replay(t.Context(), func(u journal.Update) error {
		if got[u.Progress.Request.ID] != 0 {
			t.Errorf("%s comes twice", u.Progress.Request.ID)
		}
		got[u.Progress.Request.ID] = u.Revision
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for id, revision := range last {
		if got[id] != revision {
			t.Errorf("%s: revision %d, want %d", id, got[id], revision)
		}
	}
}

func TestReplayEndsWithTheErrorOfWhoApplies(t *testing.T) {
	t.Parallel()
	j, _ := bound(t)
	grow(t, j, 2)
	full := errors.New("the picture is full")
	if err := j.Replay(t.Context(), func(journal.Update) error { return full }); !errors.Is(err, full) {
		t.Error(err)
	}
}

func TestReplayOfAnEmptyJournalAppliesNothing(t *testing.T) {
	t.Parallel()
	j, _ := bound(t)
	if err := j.Replay(t.Context(), func(journal.Update) error { return errors.New("of what?") }); err != nil {
		t.Error(err)
	}
}
