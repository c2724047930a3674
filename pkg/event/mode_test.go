package event_test

import (
	"errors"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

func structured(t *testing.T, content, envelope string) *nats.Msg {
	t.Helper()
	msg := nats.NewMsg(event.Subject(event.Requests, request().Ref()))
	msg.Header["content-TYPE"] = []string{content}
	msg.Data = []byte(`{"specversion":"1.0","id":"1","source":"/x","type":"` + event.RequestType + `"` + envelope + `}`)
	return msg
}

func TestModeIsToldByTheContentType(t *testing.T) {
	t.Parallel()
	data := `,"data":` + string(encoded(t).Data)
	for name, tc := range map[string]struct {
		content, envelope, field string
	}{
		"structured":                    {"application/cloudevents+json", data, ""},
		"structured with a charset":     {"Application/CloudEvents+JSON; charset=utf-8", data, ""},
		"structured with its data type": {"application/cloudevents+json", data + `,"datacontenttype":"application/vnd.x+json"`, ""},
		"structured without data":       {"application/cloudevents+json", ``, "data"},
		"structured with bytes":         {"application/cloudevents+json", `,"data_base64":"e30="`, "data"},
		"structured with data as text":  {"application/cloudevents+json", `,"data":"{}"`, "json"},
		"structured with XML":           {"application/cloudevents+json", data + `,"datacontenttype":"text/xml"`, "ce-datacontenttype"},
		"structured of another type":    {"application/cloudevents+json", data + `,"type":"org.example"`, "ce-type"},
		"an envelope sent as binary":    {"application/json", data, "ce-specversion"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := event.DecodeRequest(structured(t, tc.content, tc.envelope))
			var invalid *deprovision.Invalid
			if tc.field == "" && (err != nil || r.Digest() != request().Digest()) || tc.field != "" && (!errors.As(err, &invalid) || invalid.Field != tc.field) {
				t.Fatalf("%+v, %v", r, err)
			}
		})
	}
}

func TestBinaryModeIsSentAsTheBindingHasIt(t *testing.T) {
	t.Parallel()
	msg := encoded(t)
	if msg.Header[event.ContentType] != nil || msg.Header["ce-datacontenttype"][0] != "application/json" {
		t.Fatalf("the data's content type stands in a prefixed header only: %v", msg.Header)
	}
}

func TestBinaryModeIsReadWhateverTheCaseOfItsHeaders(t *testing.T) {
	t.Parallel()
	msg := encoded(t)
	for _, name := range []string{"id", "type", "source", "specversion"} {
		msg.Header["CE-"+name] = msg.Header["ce-"+name]
		delete(msg.Header, "ce-"+name)
	}
	msg.Header["content-type"] = []string{"application/json; charset=utf-8"}
	if _, err := event.DecodeRequest(msg); err != nil {
		t.Fatal(err)
	}
}

func TestStructuredKeepsOtherHeaders(t *testing.T) {
	t.Parallel()
	msg := encoded(t)
	msg.Header.Set(event.AnswerTo, "_INBOX.1")
	out, err := event.Structured(msg)
	if err != nil || out.Header.Get(event.AnswerTo) != "_INBOX.1" || out.Header["ce-id"] != nil || event.Trace(out.Header) != trace {
		t.Fatalf("%v, %v", out, err)
	}
	if _, err := event.DecodeRequest(out); err != nil {
		t.Fatal(err)
	}
}

func TestStructuredIsRefusedWhenItIsTooLarge(t *testing.T) {
	t.Parallel()
	c := event.PlanChunk{Ref: request().Ref(), Digest: plan().Digest(), Parts: 1, Data: make([]byte, event.MaxMessage*3/4-300)}
	msg, err := event.EncodePlan(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := event.Structured(msg); err == nil {
		t.Fatal("made a message that nobody accepts")
	}
	msg.Header[event.ContentType] = []string{"text/plain"}
	if _, err := event.Structured(msg); err == nil {
		t.Fatal("took what is no CloudEvent")
	}
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

func TestBrokenTraceIsDropped(t *testing.T) {
	t.Parallel()
	const zero = "00000000000000000000000000000000"
	for given, want := range map[string]string{
		trace:                          trace,
		trace + "-more":                "", // version 00 has nothing more
		"cc" + trace[2:]:               "cc" + trace[2:],
		"cc" + trace[2:] + "-x":        "cc" + trace[2:],
		"ff" + trace[2:]:               "",
		"00-" + zero + trace[35:]:      "",
		trace[:36] + zero[:16] + "-01": "",
		"password=hunter2":             "",
		"":                             "",
	} {
		if got := event.Trace(nats.Header{"TraceParent": {given}}); got != want {
			t.Errorf("%q gave %q", given, got)
		}
	}
	if event.Trace(nats.Header{"ce-traceparent": {trace}}) != trace {
		t.Error("the CloudEvents extension was not read")
	}
	if event.Trace(nats.Header{"traceparent": {trace, "cc" + trace[2:]}}) != "" {
		t.Error("one of two traces was chosen")
	}
}
