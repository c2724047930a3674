package journal_test

import (
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/internal/journal"
)

func TestHeadIsTheLastRevisionOfAll(t *testing.T) {
	t.Parallel()
	j, _ := bound(t)
	if head, err := j.Head(t.Context()); err != nil || head != 0 {
		t.Errorf("%d, %v", head, err)
	}
	revisions := grow(t, j, 3)
	if head, err := j.Head(t.Context()); err != nil || head != revisions[2] {
		t.Errorf("%d, %v", head, err)
	}
}

func TestJournalMadeAgainIsAnotherJournal(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	grow(t, j, 3)
	first, _, err := j.Stream(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	if err := js.DeleteStream(t.Context(), journal.EventStream); err != nil {
		t.Fatal(err)
	}
	if _, _, err := j.Stream(t.Context()); err == nil {
		t.Error("a deleted journal is still there")
	}
	provision(t, nc, journal.Options{})
	if again, last, err := j.Stream(t.Context()); err != nil || last != 0 || again.Equal(first) {
		t.Errorf("made %s, before %s, last %d, %v", again, first, last, err)
	}
}
