package natstest

import (
	"encoding/json"
	"log/slog"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

var quiet = slog.New(slog.DiscardHandler)

// Worker is the worker's side of a server of its own.
type Worker struct {
	*Server
	Conn    *nats.Conn
	Journal *journal.Journal
}

// Connect starts a server without streams, and connects to it as a worker does. It logs nothing.
func Connect(tb testing.TB, change ...func(*server.Options)) *Worker {
	tb.Helper()
	w := &Worker{Server: Start(tb, change...)}
	var err error
	if w.Conn, err = journal.Connect(w.URL(), journal.Connection{Log: quiet}); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(w.Conn.Close)
	return w
}

// Provision is [Connect] with the streams made, and the journal.
func Provision(tb testing.TB, change ...func(*server.Options)) *Worker {
	tb.Helper()
	w := Connect(tb, change...)
	if err := journal.Provision(tb.Context(), w.Conn, journal.Options{}); err != nil {
		tb.Fatal(err)
	}
	var err error
	if w.Journal, err = journal.Bind(tb.Context(), w.Conn); err != nil {
		tb.Fatal(err)
	}
	w.Journal.Log = quiet
	return w
}

// Stop ends the server, and returns when the worker has lost it: what it sends before that is lost, and nobody says so.
func (w *Worker) Stop() {
	lost := w.Conn.StatusChanged(nats.RECONNECTING, nats.CLOSED)
	defer w.Conn.RemoveStatusListener(lost)
	w.Server.Stop()
	if w.Conn.IsConnected() {
		<-lost
	}
}

// Back starts the stopped server again, and returns when the worker is connected to it; others may not be.
func (w *Worker) Back() {
	w.tb.Helper()
	connected := w.Conn.StatusChanged(nats.CONNECTED)
	defer w.Conn.RemoveStatusListener(connected)
	w.Server.Back()
	if !w.Conn.IsConnected() {
		<-connected
	}
}

// Answers has the worker answer every decision, accepting it where refusal is "", and returns the decisions that it got.
func (w *Worker) Answers(refusal string) <-chan deprovision.Decision {
	w.tb.Helper()
	got := make(chan deprovision.Decision, 8)
	answers, err := w.Conn.Subscribe(event.All(event.Decisions), func(m *nats.Msg) {
		d, err := event.DecodeDecision(m)
		if err == nil {
			err = w.answer(m, refusal)
		}
		if err != nil {
			w.tb.Error(err)
		}
		got <- d
	})
	if err == nil {
		err = w.Conn.Flush()
	}
	if err != nil {
		w.tb.Fatal(err)
	}
	w.tb.Cleanup(func() { _ = answers.Unsubscribe() }) // the connection may be closed by then
	return got
}

func (w *Worker) answer(m *nats.Msg, refusal string) error {
	body, err := json.Marshal(journal.Answer{Accepted: refusal == "", Refusal: refusal})
	if err != nil {
		return err
	}
	return w.Conn.Publish(m.Header.Get(event.AnswerTo), body)
}
