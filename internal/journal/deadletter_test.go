package journal_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// letter returns a dead letter that holds the whole message of a valid request.
func letter(t *testing.T, reason string) event.DeadLetter {
	t.Helper()
	msg, err := event.EncodeRequest(request(), "")
	if err != nil {
		t.Fatal(err)
	}
	return event.DeadLetter{Reason: reason, Subject: msg.Subject, Header: msg.Header, Data: msg.Data, At: time.Now()}
}

func keep(t *testing.T, j *journal.Journal, d event.DeadLetter) {
	t.Helper()
	if err := j.PutDeadLetter(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

func TestDeadLettersComeInPages(t *testing.T) {
	t.Parallel()
	j, _ := bound(t)
	var want, got []string
	for i := range 7 {
		want = append(want, fmt.Sprint("reason-", i))
		d := letter(t, want[i])
		if i == 3 { // in parts
			d.Data = make([]byte, 900<<10)
		}
		keep(t, j, d)
	}
	var after uint64
	for {
		page, err := j.DeadLetters(t.Context(), after, 3)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, d := range page {
			got, after = append(got, d.Reason), d.Seq
			if one, err := j.DeadLetter(t.Context(), d.Seq); err != nil || one.Reason != d.Reason || len(one.Data) != len(d.Data) {
				t.Errorf("%d: %s, %v", d.Seq, one.Reason, err)
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if none, err := j.DeadLetters(t.Context(), 0, 0); err != nil || len(none) != 0 {
		t.Errorf("%d letters on a page of none, %v", len(none), err)
	}
}

func TestLargeDeadLetterIsReadAmongOthers(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	large, other := letter(t, "large"), letter(t, "other")
	large.Data = []byte(strings.Repeat("0123456789", 90<<10))
	parts, err := event.EncodeDeadLetter(large)
	if err != nil || len(parts) < 3 {
		t.Fatal(len(parts), err)
	}
	for i, part := range parts { // another writer's letters between the parts
		if i == len(parts)-1 {
			keep(t, j, other)
		}
		if _, err := nc.RequestMsg(part, soon); err != nil {
			t.Fatal(err)
		}
	}
	page, err := j.DeadLetters(t.Context(), 0, 10)
	if err != nil || len(page) != 2 || page[0].Reason != "other" || string(page[1].Data) != string(large.Data) {
		t.Fatalf("%d letters, %v", len(page), err)
	}
	again, err := j.DeadLetters(t.Context(), page[0].Seq, 10) // from between the parts
	if err != nil || len(again) != 1 || again[0].Reason != "large" {
		t.Fatalf("%d letters, %v", len(again), err)
	}
}

func TestDeadLetterThatIsNotThereIsAnError(t *testing.T) {
	t.Parallel()
	j, _ := bound(t)
	keep(t, j, letter(t, "one"))
	for _, seq := range []uint64{0, 2, 1000} {
		if _, err := j.DeadLetter(t.Context(), seq); !errors.Is(err, journal.ErrNoDeadLetter) {
			t.Errorf("%d: %v", seq, err)
		}
	}
}

func TestRequeuedMessageGoesBackWhereItCameAndIsHandled(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	handle, got := collect()
	d := letter(t, "unknown-tenant")
	d.Header.Set(nats.MsgIdHdr, "the id that it came with")
	d.Header.Set("Nats-Expected-Stream", "ANOTHER")
	send(t, nc, "r1", func(m *nats.Msg) { m.Header.Set(nats.MsgIdHdr, "the id that it came with") })
	keep(t, j, d)
	consume(t, j, handle)
	receiveUntil(t, got, "r1")
	emptied(t, nc, journal.RequestStream)
	back, err := j.DeadLetter(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Requeue(t.Context(), back); err != nil {
		t.Fatal(err)
	}
	if trigger := receive(t, got); trigger.Request == nil || trigger.Request.Digest() != request().Digest() {
		t.Errorf("%+v", trigger)
	}
	if _, err := j.DeadLetter(t.Context(), 1); err != nil {
		t.Errorf("the record is gone: %v", err)
	}
}

func TestLetterWithoutItsSecretIsNotRequeued(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	d := letter(t, "invalid")
	d.Data = []byte(`{"reason":"` + aSecret + `"}`)
	keep(t, j, d)
	back, err := j.DeadLetter(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Requeue(t.Context(), back); !errors.Is(err, journal.ErrRedacted) {
		t.Error(err)
	}
	if n := left(t, nc, journal.RequestStream); n != 0 {
		t.Errorf("%d messages were queued", n)
	}
}
