package journal_test

import (
	"context"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

type slots chan struct{}

func (s slots) Acquire(ctx context.Context) error {
	select {
	case s <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s slots) Release() { <-s }

func start(t *testing.T, j *journal.Journal) <-chan engine.Trigger {
	t.Helper()
	got := make(chan engine.Trigger, 10)
	c := &journal.Consumer{Journal: j, Slots: make(slots, 4), Known: func(tenant string) bool { return tenant == "contoso" }, Grace: time.Nanosecond,
		Handle: func(_ context.Context, trigger engine.Trigger) engine.Verdict {
			got <- trigger
			return engine.Verdict{Fate: engine.Ack}
		}}
	c.Start()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := c.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return got
}

func send(t *testing.T, nc *nats.Conn, spoil func(*nats.Msg), change func(*deprovision.Request)) {
	t.Helper()
	r := request()
	change(&r)
	msg, err := event.EncodeRequest(r, "")
	if err != nil {
		t.Fatal(err)
	}
	spoil(msg)
	if _, err := nc.RequestMsg(msg, 5*time.Second); err != nil {
		t.Fatal(err)
	}
}

func receive(t *testing.T, got <-chan engine.Trigger, id string) {
	t.Helper()
	select {
	case trigger := <-got:
		if trigger.Ref.Request != id {
			t.Fatalf("got %s, want %s", trigger.Ref.Request, id)
		}
	case <-time.After(15 * time.Second):
		t.Fatalf("%s never came", id)
	}
}

func TestBadMessageBecomesADeadLetterAndDelaysNothing(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	sub, err := nc.SubscribeSync(event.All(event.DeadLetters))
	if err != nil {
		t.Fatal(err)
	}
	got := start(t, j)
	same, none := func(*deprovision.Request) {}, func(*nats.Msg) {}
	for _, bad := range []struct {
		reason string
		spoil  func(*nats.Msg)
		change func(*deprovision.Request)
	}{
		{"not-json", func(m *nats.Msg) { m.Data = []byte("hello") }, same},
		{"invalid-content-type", func(m *nats.Msg) { m.Header.Set("Content-Type", "text/xml") }, same},
		{"subject-mismatch", func(m *nats.Msg) { m.Subject = "deprovision.request.fabrikam.teams.r1" }, same},
		{"unknown-version", func(m *nats.Msg) { m.Header["ce-type"] = []string{"io.deprovisioner.request.v2"} }, same},
		{"invalid-tenant", none, func(r *deprovision.Request) { r.Tenant = "stranger" }},
		{"invalid-requestedBy", func(m *nats.Msg) {
			m.Data = []byte(`{"id":"r1","tenant":"contoso","service":"exchange-online-inline","account":"a"}`)
		}, same},
	} {
		send(t, nc, bad.spoil, bad.change)
		msg, err := sub.NextMsg(15 * time.Second)
		if err != nil || msg.Subject != event.DeadLetterSubject(bad.reason) {
			t.Fatalf("%s: %v, %v", bad.reason, msg, err)
		}
	}
	if last, err := j.Last(t.Context(), request().Ref()); err != nil || last.Progress.Status != deprovision.Rejected {
		t.Fatalf("%+v, %v", last.Progress.Status, err)
	}
	send(t, nc, none, func(r *deprovision.Request) { r.ID = "good" })
	receive(t, got, "good")
}

func TestDeletedConsumerIsMadeAgain(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	got := start(t, j)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	send(t, nc, func(*nats.Msg) {}, func(r *deprovision.Request) { r.ID = "one" })
	receive(t, got, "one")
	if err := js.DeleteConsumer(t.Context(), journal.RequestStream, "workers"); err != nil {
		t.Fatal(err)
	}
	send(t, nc, func(*nats.Msg) {}, func(r *deprovision.Request) { r.ID = "two" })
	receive(t, got, "two")
}
