package journal_test

import (
	"bytes"
	"context"
	"sync"
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

func (s slots) Free() int { return cap(s) - len(s) }

func (s slots) Size() int { return cap(s) }

var ack = engine.Verdict{Fate: engine.Ack}

// consume starts a consumer with four slots that knows contoso, and stops it at the end of the test.
func consume(t *testing.T, j *journal.Journal, handle journal.Handler, change ...func(*journal.Consumer)) *journal.Consumer {
	t.Helper()
	c := &journal.Consumer{Journal: j, Slots: make(slots, 4), Known: func(tenant string) bool { return tenant == "contoso" }, Handle: handle}
	for _, f := range change {
		f(c)
	}
	c.Start()
	t.Cleanup(func() { stop(t, c) })
	return c
}

func stop(t *testing.T, c *journal.Consumer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), soon)
	defer cancel()
	if err := c.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// collect returns a handler that acknowledges, and the triggers that it got.
func collect() (journal.Handler, <-chan engine.Trigger) {
	got := make(chan engine.Trigger, 1000)
	return func(_ context.Context, trigger engine.Trigger) engine.Verdict { got <- trigger; return ack }, got
}

// send publishes a request, spoiled if the test wants it so.
func send(t *testing.T, nc *nats.Conn, id string, spoil ...func(*nats.Msg)) {
	t.Helper()
	r := request()
	r.ID = id
	msg, err := event.EncodeRequest(r, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range spoil {
		f(msg)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.PublishMsg(t.Context(), msg); err != nil {
		t.Fatal(err)
	}
}

// receive returns the next trigger.
func receive(t *testing.T, got <-chan engine.Trigger) engine.Trigger {
	t.Helper()
	select {
	case trigger := <-got:
		return trigger
	case <-time.After(soon):
		t.Fatal("no trigger came")
		panic("unreachable")
	}
}

// receiveUntil passes over repetitions, which are allowed, up to the trigger of this request.
func receiveUntil(t *testing.T, got <-chan engine.Trigger, id string) {
	t.Helper()
	for receive(t, got).Ref.Request != id {
	}
}

// left returns how many messages wait in a stream.
func left(t *testing.T, nc *nats.Conn, name string) uint64 {
	t.Helper()
	return stream(t, nc, name).CachedInfo().State.Msgs
}

func emptied(t *testing.T, nc *nats.Conn, name string) {
	t.Helper()
	eventually(t, name+" is empty", func(context.Context) bool { return left(t, nc, name) == 0 })
}

// decide publishes the decision to cancel r1.
func decide(t *testing.T, nc *nats.Conn, id string) {
	t.Helper()
	msg, err := event.EncodeDecision(deprovision.Decision{ID: id, Tenant: "contoso", Service: request().Service, Request: "r1",
		Verb: deprovision.Cancel, DecidedBy: "soc"}, "")
	if err == nil {
		_, err = nc.RequestMsg(msg, soon)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// logBuffer may be written by many.
type logBuffer struct {
	sync.Mutex
	bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.Lock()
	defer b.Unlock()
	return b.Buffer.Write(p)
}

func (b *logBuffer) String() string {
	b.Lock()
	defer b.Unlock()
	return b.Buffer.String()
}
