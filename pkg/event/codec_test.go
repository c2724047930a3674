package event_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

func TestRequestIsReadBackWithItsTrace(t *testing.T) {
	t.Parallel()
	msg := encoded(t)
	r, err := event.DecodeRequest(msg)
	if err != nil || r.Digest() != request().Digest() || event.Trace(msg.Header) != trace {
		t.Fatalf("%+v, trace %q, %v", r, event.Trace(msg.Header), err)
	}
}

func TestStructuredModeIsAccepted(t *testing.T) {
	t.Parallel()
	msg := nats.NewMsg(event.Subject(event.Requests, request().Ref()))
	msg.Header.Set("content-type", "application/cloudevents+json; charset=utf-8")
	msg.Data = []byte(`{"specversion":"1.0","id":"1","source":"/x","type":"` + event.RequestType + `","data":` + string(encoded(t).Data) + `}`)
	if _, err := event.DecodeRequest(msg); err != nil {
		t.Fatal(err)
	}
}

func TestBadMessageNamesTheFieldThatIsWrong(t *testing.T) {
	t.Parallel()
	for field, spoil := range map[string]func(*nats.Msg){
		"json":         func(m *nats.Msg) { m.Data = []byte("hello") },
		"content-type": func(m *nats.Msg) { m.Header[event.ContentType] = []string{"text/xml"} },
		"ce-id":        func(m *nats.Msg) { delete(m.Header, "ce-id") },
		"ce-source":    func(m *nats.Msg) { delete(m.Header, "ce-source") },
		"ce-type":      func(m *nats.Msg) { m.Header["ce-type"] = []string{"org.example.other"} },
		"size":         func(m *nats.Msg) { m.Data = make([]byte, event.MaxMessage+1) },
		"account":      func(m *nats.Msg) { m.Data = []byte(strings.Replace(string(m.Data), `"inline"`, `42`, 1)) },
	} {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			msg := encoded(t)
			spoil(msg)
			_, err := event.DecodeRequest(msg)
			var invalid *deprovision.Invalid
			if !errors.As(err, &invalid) || invalid.Field != field || invalid.Allowed == "" {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func TestAnotherMajorVersionIsToldApart(t *testing.T) {
	t.Parallel()
	msg := encoded(t)
	msg.Header["ce-type"] = []string{"io.deprovisioner.request.v2"}
	var version *event.UnknownVersion
	if _, err := event.DecodeRequest(msg); !errors.As(err, &version) {
		t.Fatalf("got %v", err)
	}
}

func TestBodyMustNameItsSubject(t *testing.T) {
	t.Parallel()
	msg := encoded(t)
	msg.Subject = "deprovision.request.fabrikam.exchange-online-inline.r1"
	var mismatch *event.Mismatch
	if _, err := event.DecodeRequest(msg); !errors.As(err, &mismatch) {
		t.Fatalf("got %v", err)
	}
}

func TestUnknownFieldsArePassedOver(t *testing.T) {
	t.Parallel()
	msg := encoded(t)
	msg.Data = []byte(`{"fresh":1,` + string(msg.Data[1:]))
	if _, err := event.DecodeRequest(msg); err != nil {
		t.Fatal(err)
	}
}

func FuzzDecodersNeverPanic(f *testing.F) {
	f.Add("application/json", "1", event.RequestType, encoded(f).Data)
	f.Add("application/cloudevents+json", "", "", []byte(`{"specversion":"1.0","data":{}}`))
	f.Fuzz(func(t *testing.T, content, id, kind string, data []byte) {
		msg := &nats.Msg{Subject: event.Subject(event.Requests, request().Ref()), Data: data, Header: nats.Header{
			"Content-Type": {content}, "ce-id": {id}, "ce-type": {kind}, "ce-source": {"/x"}, "ce-specversion": {"1.0"}}}
		if r, err := event.DecodeRequest(msg); err == nil && r.Ref() != request().Ref() {
			t.Fatalf("accepted %+v on another's subject", r)
		}
		_, _ = event.DecodeDecision(msg)
		_, _ = event.DecodeAccount(msg)
		_, _ = event.DecodeProgress(msg)
		_, _ = event.DecodeWake(msg)
		_, _ = event.DecodeDeadLetter(msg)
	})
}

func TestHeaderValuesArePercentEncoded(t *testing.T) {
	t.Parallel()
	e := deprovision.Event{Progress: deprovision.Progress{Request: request()}, Change: deprovision.Change{ID: `a "ü" 100%`}}
	msg, err := event.EncodeProgress(e)
	if err != nil || msg.Header["ce-id"][0] != "a%20%22%C3%BC%22%20100%25" {
		t.Fatalf("%v, %v", msg.Header, err)
	}
	if _, err := event.DecodeProgress(msg); err != nil {
		t.Fatal(err)
	}
}
