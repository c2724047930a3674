package journal_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/journal"
)

type picture struct {
	failed bool
	got    chan journal.Update
}

func (p *picture) Apply(_ context.Context, updates []journal.Update) error {
	if !p.failed {
		p.failed = true
		return errors.New("the picture is away")
	}
	for _, u := range updates {
		p.got <- u
	}
	return nil
}

func TestEventsReachThePictureAfterItWasAway(t *testing.T) {
	t.Parallel()
	j, _ := bound(t)
	revision, err := j.Append(t.Context(), request().Ref(), 0, change("a"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	p := &picture{got: make(chan journal.Update, 10)}
	done := make(chan error, 1)
	go func() { done <- j.Project(ctx, p) }()
	select {
	case u := <-p.got:
		if u.Revision != revision {
			t.Errorf("revision %d, want %d", u.Revision, revision)
		}
	case <-time.After(15 * time.Second):
		t.Error("the event never came")
	}
	cancel()
	<-done
}

func TestReplayReadsTheLastEventOfEveryRequest(t *testing.T) {
	t.Parallel()
	j, _ := bound(t)
	var last uint64
	for _, id := range []string{"a", "b", "c"} {
		var err error
		if last, err = j.Append(t.Context(), request().Ref(), last, change(id)); err != nil {
			t.Fatal(err)
		}
	}
	var got []uint64
	if err := j.Replay(t.Context(), func(u journal.Update) error { got = append(got, u.Revision); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0] != last {
		t.Fatalf("got %v, want %d", got, last)
	}
}
