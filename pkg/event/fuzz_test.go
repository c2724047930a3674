package event_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// fuzz gives a decoder messages in both modes. Whatever it accepts must be encoded again, on the same subject, and read as the same.
func fuzz[T any](f *testing.F, name, kind string, decode func(*nats.Msg) (T, error), encode func(T) (*nats.Msg, error)) {
	for _, mode := range []string{".binary", ".structured"} {
		msg := read(f, name+mode)
		f.Add(msg.Subject, msg.Header.Get(event.ContentType), "1", kind, msg.Data)
	}
	f.Add("deprovision.x", "text/xml", "", strings.TrimSuffix(kind, "1")+"2", []byte(`{"data":{}}`))
	f.Fuzz(func(t *testing.T, subject, content, id, kind string, data []byte) {
		msg := &nats.Msg{Subject: subject, Data: data, Header: nats.Header{event.ContentType: {content}, "ce-id": {id}, "ce-type": {kind}, "ce-source": {"/x"},
			"ce-specversion": {"1.0"}}}
		value, err := decode(msg)
		if err != nil {
			return
		}
		again, err := encode(value)
		if err != nil {
			t.Fatalf("accepted %s, and cannot be sent: %v", data, err)
		}
		got, err := decode(again)
		if err != nil {
			t.Fatalf("accepted %s, encoded as %s: %v", data, again.Data, err)
		}
		if diff := cmp.Diff(value, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func FuzzDecodeRequest(f *testing.F) {
	fuzz(f, "request", event.RequestType, event.DecodeRequest, func(r deprovision.Request) (*nats.Msg, error) { return event.EncodeRequest(r, "") })
}

func FuzzDecodeDecision(f *testing.F) {
	fuzz(f, "decision", event.DecisionType, event.DecodeDecision, func(d deprovision.Decision) (*nats.Msg, error) { return event.EncodeDecision(d, "") })
}

func FuzzDecodeAccount(f *testing.F) {
	fuzz(f, "account", event.AccountType, event.DecodeAccount, event.EncodeAccount)
}

func FuzzDecodeProgress(f *testing.F) {
	fuzz(f, "progress", event.ProgressType, event.DecodeProgress, event.EncodeProgress)
}

func FuzzDecodePlan(f *testing.F) {
	fuzz(f, "plan", event.PlanType, event.DecodePlan, event.EncodePlan)
}

func FuzzDecodeLedger(f *testing.F) {
	fuzz(f, "brake", event.BrakeType, event.DecodeLedger, event.EncodeLedger)
}

func FuzzDecodeWake(f *testing.F) {
	fuzz(f, "wake", event.WakeType, event.DecodeWake, event.EncodeWake)
}

// FuzzDecodeDeadLetter: a letter that was made by hand may be sealed anew, so that only the second writing must be as the first.
func FuzzDecodeDeadLetter(f *testing.F) {
	encode := func(d event.DeadLetter) (*nats.Msg, error) {
		msgs, err := event.EncodeDeadLetter(d)
		if err != nil {
			return nil, err
		}
		return msgs[0], nil
	}
	for _, name := range []string{"dead-letter.binary", "dead-letter.part.structured", "dead-letter.redacted.binary"} {
		msg := read(f, name)
		f.Add(msg.Header.Get(event.ContentType), event.DeadLetterType, msg.Data)
	}
	f.Fuzz(func(t *testing.T, content, kind string, data []byte) {
		d, err := event.DecodeDeadLetter(&nats.Msg{Data: data, Header: nats.Header{event.ContentType: {content}, "ce-id": {"1"}, "ce-type": {kind}, "ce-source": {"/x"},
			"ce-specversion": {"1.0"}}})
		if err != nil || d.At.Year() > 9999 || d.At.Year() < 0 {
			return
		}
		msg, err := encode(d)
		if err != nil {
			t.Fatalf("accepted %s, and cannot be kept: %v", data, err)
		}
		if _, err := event.DecodeDeadLetter(msg); err != nil {
			t.Fatalf("kept as %s: %v", msg.Data, err)
		}
	})
}

// FuzzEncodeDeadLetter: nothing that arrives is too bad to be kept.
func FuzzEncodeDeadLetter(f *testing.F) {
	f.Add("not-json", "detail", "deprovision.request.a.b.c", "ce-id", "1", []byte("hello"))
	f.Add("", "", "\xff", "Authorization", "\xff", []byte(`{"password":"x"}`))
	f.Fuzz(func(t *testing.T, reason, detail, subject, name, value string, data []byte) {
		d, _ := sent(t, event.DeadLetter{Reason: reason, Detail: detail, Subject: subject, Header: nats.Header{name: {value}}, Data: data, At: clock(0)})
		if d.Redacted == 0 && (string(d.Data) != string(data) || d.Header[name][0] != value) {
			t.Fatalf("kept %q, %q", d.Data, d.Header)
		}
	})
}
