package journal_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// led is a journal whose leader gives the answer that is set.
func led(f *testing.F) (j *journal.Journal, answer func([]byte)) {
	f.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true})
	if err != nil {
		f.Fatal(err)
	}
	s.Start()
	f.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(soon) {
		f.Fatal("the server does not start")
	}
	nc, err := journal.Connect(s.ClientURL(), journal.Connection{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(nc.Close)
	next := make(chan []byte, 1)
	if _, err := nc.Subscribe("$JS.API.STREAM.MSG.GET.*", func(m *nats.Msg) { _ = m.Respond(<-next) }); err != nil {
		f.Fatal(err)
	}
	return journal.Over(nc), func(body []byte) { next <- body }
}

// FuzzLeadersAnswerIsAnEventOrRefused: what is taken from a leader is an event that can be written again as it is, and that there is
// none is believed only where the leader names no message. Fuzz it with -fuzzminimizetime 1x: the server in the process covers other code
// at each run, which the minimizer takes for news.
func FuzzLeadersAnswerIsAnEventOrRefused(f *testing.F) {
	msg, err := event.EncodeProgress(change("c1"))
	if err != nil {
		f.Fatal(err)
	}
	var header strings.Builder
	header.WriteString("NATS/1.0\r\n")
	for name, values := range msg.Header {
		fmt.Fprintf(&header, "%s: %s\r\n", name, values[0])
	}
	header.WriteString("\r\n")
	stored := func(seq uint64, header string) []byte {
		body, err := json.Marshal(map[string]any{"type": "io.nats.jetstream.api.v1.stream_msg_get_response", "message": map[string]any{
			"subject": msg.Subject, "seq": seq, "hdrs": []byte(header), "data": msg.Data, "time": "2026-03-01T12:00:00Z"}})
		if err != nil {
			f.Fatal(err)
		}
		return body
	}
	f.Add(stored(7, header.String()))
	f.Add(stored(7, "NATS/1.0\r\n\r\n"))
	f.Add(stored(7, "HTTP/1.1 200"))
	f.Add(stored(0, ""))
	f.Add([]byte(`{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","error":{"code":404,"err_code":10037,"description":"no message found"}}`))
	f.Add([]byte(`{"error":{"code":503,"err_code":10008,"description":"JetStream system temporarily unavailable"}}`))
	f.Add([]byte(`{"message":{"data":"!"}}`))
	f.Add([]byte(`{}`))
	f.Add([]byte(``))
	j, answer := led(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		answer(body)
		e, err := j.Last(t.Context(), request().Ref())
		if err != nil {
			if e.Revision != 0 {
				t.Fatalf("%+v, %v", e, err)
			}
			return
		}
		if e.Revision == 0 {
			var said struct {
				Error *struct {
					Code int `json:"err_code"`
				}
				Message struct{ Seq uint64 }
			}
			if json.Unmarshal(body, &said) != nil || said.Error != nil && said.Error.Code != 10037 || said.Error == nil && said.Message.Seq != 0 {
				t.Fatalf("%s is taken for no event", body)
			}
			return
		}
		again, err := event.EncodeProgress(e.Event)
		if err != nil {
			t.Fatalf("%s was read and cannot be written: %v", body, err)
		}
		back, err := event.DecodeProgress(again)
		if diff := cmp.Diff(e.Event, back, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
	})
}
