package client_test

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// sets aside a message that came on a subject and returns its number.
func (w *world) setsAside(subject string, header nats.Header, data []byte) uint64 {
	w.t.Helper()
	if err := w.journal.PutDeadLetter(w.t.Context(), event.DeadLetter{Reason: "unknown tenant", Subject: subject, Header: header, Data: data,
		At: time.Now().UTC()}); err != nil {
		w.t.Fatal(err)
	}
	letters, err := all(w.client.DeadLetters(w.t.Context()))
	if err != nil || len(letters) == 0 {
		w.t.Fatalf("%d, %v", len(letters), err)
	}
	return letters[len(letters)-1].Seq
}

func TestRequeuedMessageIsStoredAgainRightAfterItWasSent(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	if _, err := w.client.Submit(t.Context(), request()); err != nil {
		t.Fatal(err)
	}
	consumer, err := jetstreamOf(t, w).Consumer(t.Context(), "DEPROVISION_REQUESTS", "workers")
	if err != nil {
		t.Fatal(err)
	}
	m, err := consumer.Next()
	if err != nil {
		t.Fatal(err)
	}
	seq := w.setsAside(m.Subject(), m.Headers(), m.Data())
	if err := m.DoubleAck(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d, err := w.client.Requeue(t.Context(), seq); err != nil || d.Subject != m.Subject() {
		t.Fatalf("%+v, %v", d, err)
	}
	if queued, err := w.client.Queued(t.Context(), request().Ref()); err != nil || queued.Request.Digest() != request().Digest() {
		t.Fatalf("%+v, %v", queued, err)
	}
	if d, err := w.client.DeadLetter(t.Context(), seq); err != nil || d.Reason != "unknown-tenant" {
		t.Fatalf("it stays as a record: %+v, %v", d, err)
	}
}

func jetstreamOf(t testing.TB, w *world) jetstream.JetStream {
	t.Helper()
	js, err := jetstream.New(w.nc)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

func TestRequeueRefusesWhatCannotHelp(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	var invalid *deprovision.Invalid
	for _, subject := range []string{event.Subject(event.Events, request().Ref()), event.WakeDue(request().Ref(), 1), "elsewhere", "$JS.API.STREAM.PURGE.X"} {
		if _, err := w.client.Requeue(t.Context(), w.setsAside(subject, nil, []byte("x"))); !errors.As(err, &invalid) {
			t.Errorf("%s: %v", subject, err)
		}
	}
	var conflict *client.ConflictError
	subject := event.Subject(event.Requests, request().Ref())
	if _, err := w.client.Requeue(t.Context(), w.setsAside(subject, nil, nil)); !errors.As(err, &conflict) {
		t.Errorf("nothing kept: %v", err)
	}
	w.writes(request()).append(deprovision.Rejected, nil)
	if _, err := w.client.Requeue(t.Context(), w.setsAside(subject, nil, []byte("{}"))); !errors.As(err, &conflict) {
		t.Errorf("ended: %v", err)
	}
	for _, seq := range []uint64{0, 4711} {
		if _, err := w.client.Requeue(t.Context(), seq); !errors.Is(err, client.ErrUnknownDeadLetter) {
			t.Errorf("%d: %v", seq, err)
		}
	}
}

// letters sets aside n small letters at once.
func (w *world) letters(reason string, n int) {
	w.t.Helper()
	js, err := jetstream.New(w.nc, jetstream.WithPublishAsyncMaxPending(1024))
	if err != nil {
		w.t.Fatal(err)
	}
	for i := range n {
		msgs, err := event.EncodeDeadLetter(event.DeadLetter{Reason: reason, Subject: fmt.Sprintf("deprovision.request.contoso.teams.r%d", i), At: time.Now().UTC()})
		if err == nil {
			_, err = js.PublishMsgAsync(msgs[0], jetstream.WithStallWait(30*time.Second))
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
	<-js.PublishAsyncComplete()
}

func numbersOf(t *testing.T, letters iter.Seq2[client.DeadLetter, error]) (numbers []uint64) {
	t.Helper()
	for d, err := range letters {
		if err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, d.Seq)
	}
	return numbers
}

func TestNewestDeadLettersComeFirstEachOnceWhateverIsMissing(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	if got := numbersOf(t, w.client.DeadLettersBefore(t.Context(), 0)); len(got) != 0 {
		t.Errorf("where there is none: %v", got)
	}
	w.letters("not-json", 300)
	w.letters("unreadable", 400) // more than a window
	w.letters("not-json", 300)
	stream, err := jetstreamOf(t, w).Stream(t.Context(), "DEPROVISION_DEADLETTERS")
	if err == nil {
		err = stream.Purge(t.Context(), jetstream.WithPurgeSubject("deprovision.deadletter.unreadable"))
	}
	if err == nil {
		err = stream.Purge(t.Context(), jetstream.WithPurgeSequence(20))
	}
	if err != nil {
		t.Fatal(err)
	}
	want := numbersOf(t, w.client.DeadLetters(t.Context()))
	slices.Reverse(want)
	if got := numbersOf(t, w.client.DeadLettersBefore(t.Context(), 0)); !slices.Equal(got, want) || len(got) != 581 {
		t.Errorf("%d letters, want the same %d the other way round", len(got), len(want))
	}
	for _, before := range []uint64{1, 19, 20, 21, 22, 300, 301, 500, 700, 999, 5000} {
		at := slices.IndexFunc(want, func(seq uint64) bool { return seq < before })
		rest := []uint64{}
		if at >= 0 {
			rest = want[at:]
		}
		if got := numbersOf(t, w.client.DeadLettersBefore(t.Context(), before)); !slices.Equal(got, rest) {
			t.Errorf("before %d: %d letters, want %d", before, len(got), len(rest))
		}
	}
}

// A page costs about as much as it holds, wherever it is among many. With 100,000 it took the same 68 to 101 messages; to put them there under the race
// detector takes minutes.
func TestPageOfNewestDeadLettersReadsNoMoreThanItHolds(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	const all = 20_000
	w.letters("not-json", all)
	nc, err := nats.Connect(w.server.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	c, err := client.New(nc, client.Options{Timeout: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	for _, before := range []uint64{0, all / 2, 60} {
		begun, came := time.Now(), nc.Stats().InMsgs
		n := 0
		for _, err := range c.DeadLettersBefore(t.Context(), before) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 51 {
				break
			}
		}
		if came = nc.Stats().InMsgs - came; n != 51 || came > 300 {
			t.Errorf("before %d: %d letters by %d messages", before, n, came)
		}
		t.Logf("before %d: %d messages, %s", before, came, time.Since(begun).Round(time.Millisecond))
	}
}

func TestDeadLetterIsPublishableExactlyIfItMayBeRequeued(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	sent, err := event.EncodeRequest(request(), "")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		subject string
		data    []byte
		want    bool
	}{
		"a request":                {sent.Subject, sent.Data, true},
		"a decision":               {"deprovision.decision.contoso.teams.r1", []byte("{}"), true},
		"one that was not kept":    {sent.Subject, nil, false},
		"one of a longer subject":  {sent.Subject + ".more", sent.Data, false},
		"an event":                 {"deprovision.event.contoso.teams.r1", []byte("{}"), false},
		"what is none of ours":     {"elsewhere", []byte("{}"), false},
		"a wake-up of a scheduler": {"deprovision.wake.contoso.teams.r1.due", []byte("{}"), false},
	} {
		d := client.DeadLetter{Seq: w.setsAside(c.subject, sent.Header, c.data), DeadLetter: event.DeadLetter{Subject: c.subject, Data: c.data}}
		if _, err := w.client.Requeue(t.Context(), d.Seq); d.Publishable() != c.want || (err == nil) != c.want {
			t.Errorf("%s: publishable %t, %v", name, d.Publishable(), err)
		}
	}
}
