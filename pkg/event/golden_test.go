package event_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden is a message as its file has it.
type golden struct {
	Subject string          `json:"subject"`
	Header  nats.Header     `json:"header"`
	Data    json.RawMessage `json:"data"`
}

type message struct {
	value  any
	encode func() (*nats.Msg, error)
	decode func(*nats.Msg) (any, error)
}

// decoder hides the type of what a Decode function returns.
func decoder[T any](decode func(*nats.Msg) (T, error)) func(*nats.Msg) (any, error) {
	return func(msg *nats.Msg) (any, error) { return decode(msg) }
}

// messages has one message of each type, with every field set.
func messages(t testing.TB) map[string]message {
	redacted, part := deadLetter(), deadLetter()
	redacted.Data = []byte(`{"reason":"password=hunter2"}`)
	part.Data, part.Kept, part.Letter, part.Part, part.Parts = nil, []byte("hel"), "l1", 1, 2
	part.SHA256, part.Size = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", 5
	letter := func(d event.DeadLetter) message {
		return message{nil, func() (*nats.Msg, error) {
			msgs, err := event.EncodeDeadLetter(d)
			if err != nil {
				return nil, err
			}
			return msgs[0], nil
		}, decoder(event.DecodeDeadLetter)}
	}
	wake := event.Wake{Ref: request().Ref(), Seq: 12, Sweep: true}
	ledger := deprovision.Ledger{Tenant: "contoso", Entries: []deprovision.Reservation{
		{Request: request().Ref().Tokens(), Plan: "sha256:0", Count: 28, At: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC), Approved: "admin@contoso.example"}}}
	return map[string]message{
		"brake":                {ledger, func() (*nats.Msg, error) { return event.EncodeLedger(ledger) }, decoder(event.DecodeLedger)},
		"request":              {fullRequest(), func() (*nats.Msg, error) { return event.EncodeRequest(fullRequest(), trace) }, decoder(event.DecodeRequest)},
		"decision":             {decision(), func() (*nats.Msg, error) { return event.EncodeDecision(decision(), trace) }, decoder(event.DecodeDecision)},
		"account":              {account(), func() (*nats.Msg, error) { return event.EncodeAccount(account()) }, decoder(event.DecodeAccount)},
		"progress":             {progress(), chainedProgress, decoder(event.DecodeProgress)},
		"plan":                 {chunk(t), func() (*nats.Msg, error) { return event.EncodePlan(chunk(t)) }, decoder(event.DecodePlan)},
		"wake":                 {wake, func() (*nats.Msg, error) { return event.EncodeWake(wake) }, decoder(event.DecodeWake)},
		"dead-letter":          letter(deadLetter()),
		"dead-letter.redacted": letter(redacted),
		"dead-letter.part":     letter(part),
	}
}

// generated are the messages whose CloudEvents id is unique, so that their golden files can't have it.
var generated = map[string]bool{"account": true, "plan": true, "wake": true, "brake": true, "dead-letter": true, "dead-letter.redacted": true, "dead-letter.part": true}

func TestMessagesAreEncodedAsTheirGoldenFiles(t *testing.T) {
	t.Parallel()
	for name, m := range messages(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // in which the time is always the same
				msg, err := m.encode()
				if err != nil {
					t.Fatal(err)
				}
				if generated[name] {
					if len(msg.Header["ce-id"][0]) < 20 {
						t.Errorf("id %q is hardly unique", msg.Header["ce-id"][0])
					}
					msg.Header["ce-id"] = []string{"generated"}
				}
				structured, err := event.Structured(msg)
				if err != nil {
					t.Fatal(err)
				}
				compare(t, name+".binary", msg)
				compare(t, name+".structured", structured)
			})
		})
	}
}

func compare(t *testing.T, name string, msg *nats.Msg) {
	t.Helper()
	body, err := json.Marshal(golden{msg.Subject, msg.Header, msg.Data})
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := json.Indent(&got, body, "", "  "); err != nil {
		t.Fatal(err)
	}
	got.WriteByte('\n')
	path := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s is no longer what is encoded; if that is meant and breaks nobody, run the test with -update.\ngot %s\nwant %s", path, got.Bytes(), want)
	}
}

func TestGoldenFilesAreDecodedInBothModes(t *testing.T) {
	t.Parallel()
	for name, m := range messages(t) {
		binary, err := m.decode(read(t, name+".binary"))
		if err != nil {
			t.Errorf("%s, binary: %v", name, err)
		}
		structured, err := m.decode(read(t, name+".structured"))
		if err != nil {
			t.Errorf("%s, structured: %v", name, err)
		}
		if !reflect.DeepEqual(binary, structured) || m.value != nil && !reflect.DeepEqual(binary, m.value) {
			t.Errorf("%s: binary %+v, structured %+v, want %+v", name, binary, structured, m.value)
		}
	}
}

func read(t testing.TB, name string) *nats.Msg {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(body, &g); err != nil {
		t.Fatal(err)
	}
	var data bytes.Buffer // the file is indented, the message is not
	if err := json.Compact(&data, g.Data); err != nil {
		t.Fatal(err)
	}
	return &nats.Msg{Subject: g.Subject, Header: g.Header, Data: data.Bytes()}
}
