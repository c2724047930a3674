package client_test

import (
	"errors"
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

func jetstreamOf(t *testing.T, w *world) jetstream.JetStream {
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
