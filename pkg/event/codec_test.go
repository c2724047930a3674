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

func TestBadMessageNamesTheFieldThatIsWrong(t *testing.T) {
	t.Parallel()
	body := func(before, after string) func(*nats.Msg) {
		return func(m *nats.Msg) { m.Data = []byte(strings.Replace(string(m.Data), before, after, 1)) }
	}
	header := func(name string, values ...string) func(*nats.Msg) {
		return func(m *nats.Msg) { m.Header[name] = values }
	}
	for name, tc := range map[string]struct {
		field string
		spoil func(*nats.Msg)
	}{
		"not JSON":                  {"json", func(m *nats.Msg) { m.Data = []byte("hello") }},
		"nothing":                   {"json", func(m *nats.Msg) { m.Data = nil }},
		"an array":                  {"json", func(m *nats.Msg) { m.Data = []byte(`[]`) }},
		"two objects":               {"json", func(m *nats.Msg) { m.Data = append(m.Data, m.Data...) }},
		"not UTF-8":                 {"json", body(`"soc"`, "\"\xff\"")},
		"another content type":      {"content-type", header(event.ContentType, "text/xml")},
		"a broken content type":     {"content-type", header("content-type", ";;")},
		"a batch":                   {"content-type", header(event.ContentType, "application/cloudevents-batch+json")},
		"another event format":      {"content-type", header(event.ContentType, "application/cloudevents+avro")},
		"another data content type": {"ce-datacontenttype", header("ce-datacontenttype", "application/xml")},
		"no id":                     {"ce-id", func(m *nats.Msg) { delete(m.Header, "ce-id") }},
		"no source":                 {"ce-source", func(m *nats.Msg) { delete(m.Header, "ce-source") }},
		"no headers":                {"ce-specversion", func(m *nats.Msg) { m.Header = nil }},
		"a newer CloudEvents":       {"ce-specversion", header("ce-specversion", "2.0")},
		"another type":              {"ce-type", header("ce-type", "org.example.other")},
		"two types":                 {"ce-type", header("CE-Type", event.DecisionType)},
		"two ids":                   {"ce-id", header("ce-id", "1", "2")},
		"too large for a message":   {"size", func(m *nats.Msg) { m.Data = make([]byte, event.MaxMessage+1) }},
		"too large for a request":   {"size", body(`"options":{`, `"options":{"acknowledged":["`+strings.Repeat(`a","`, event.MaxInput/4)+`b"]`)},
		"a number as an account":    {"account", body(`"inline"`, `42`)},
		"a text as a flag":          {"options.dryRun", body(`"options":{`, `"options":{"dryRun":"yes"`)},
		"an unknown unit":           {"options.drain", body(`"options":{`, `"options":{"drain":"1 fortnight"`)},
		"too long a drain":          {"options.drain", body(`"options":{`, `"options":{"drain":"721h"`)},
		"nobody asks":               {"requestedBy", body(`"soc"`, `""`)},
		"no account":                {"account", body(`"account":"inline",`, ``)},
		"a secret as a reason":      {"reason", body(`"options"`, `"reason":"password=hunter2","options"`)},
		"a secret as a tenant":      {"tenant", body(`"contoso"`, `"password=hunter2"`)},
		"a secret in a list":        {"options.approveByName[1]", body(`"options":{`, `"options":{"approveByName":["a","Pwd: x"]`)},
		"a secret behind an escape": {"reason", body(`"options"`, `"reason":"p\u0061ssword=hunter2","options"`)},
		"a password by its name":    {"login.password", body(`"options"`, `"login":{"password":"hunter2"},"options"`)},
		"a secret as a name":        {"*", body(`"options"`, `"password=hunter2":1,"options"`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			msg := encoded(t)
			tc.spoil(msg)
			_, err := event.DecodeRequest(msg)
			var invalid *deprovision.Invalid
			if !errors.As(err, &invalid) || invalid.Field != tc.field || invalid.Allowed == "" {
				t.Fatalf("got %v, want a word about %s", err, tc.field)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Fatalf("the error repeats the secret: %v", err)
			}
		})
	}
}

func TestSizeRefusalNamesTheLimit(t *testing.T) {
	t.Parallel()
	r := request()
	r.Reason = strings.Repeat("<", 1000) // six bytes each as JSON
	r.RequestedBy = strings.Repeat("<", 200)
	r.Options.ApproveByName = []string{strings.Repeat("<", 300)}
	_, err := event.EncodeRequest(r, "")
	if err == nil || !strings.Contains(err.Error(), "at most 8192 bytes") {
		t.Fatalf("got %v", err)
	}
	_, err = event.DecodeRequest(&nats.Msg{Data: make([]byte, event.MaxMessage+1)})
	if err == nil || !strings.Contains(err.Error(), "at most 524288 bytes") {
		t.Fatalf("got %v", err)
	}
}

func TestNothingSecretIsSent(t *testing.T) {
	t.Parallel()
	d, a := decision(), account()
	d.Verb, d.CredentialRef = deprovision.Continue, "whsec_0123456789abcdef"
	a.LetGo = []string{"password: hunter2"}
	_, inDecision := event.EncodeDecision(d, "")
	_, inAccount := event.EncodeAccount(a)
	for field, err := range map[string]error{"credentialRef": inDecision, "letGo[0]": inAccount} {
		var invalid *deprovision.Invalid
		if !errors.As(err, &invalid) || invalid.Field != field || invalid.Value != "" {
			t.Errorf("%s: got %v", field, err)
		}
	}
}

func TestAnotherMajorVersionIsToldApart(t *testing.T) {
	t.Parallel()
	for name, m := range messages(t) {
		msg := read(t, name+".binary")
		msg.Header["ce-type"] = []string{strings.TrimSuffix(msg.Header["ce-type"][0], "1") + "2"}
		var version *event.UnknownVersion
		if _, err := m.decode(msg); !errors.As(err, &version) || version.Type != msg.Header["ce-type"][0] {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestBodyMustNameItsSubject(t *testing.T) {
	t.Parallel()
	for name, m := range messages(t) {
		if strings.HasPrefix(name, "dead-letter") { // is about any subject
			continue
		}
		msg := read(t, name+".binary")
		msg.Subject = strings.Replace(msg.Subject, "contoso", "fabrikam", 1)
		var mismatch *event.Mismatch
		if _, err := m.decode(msg); !errors.As(err, &mismatch) || !strings.Contains(err.Error(), "fabrikam") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestMismatchRepeatsNoSecretOfTheSubject(t *testing.T) {
	t.Parallel()
	msg := encoded(t)
	msg.Subject = "deprovision.request.password=hunter2.teams.r1"
	if _, err := event.DecodeRequest(msg); err == nil || strings.Contains(err.Error(), "hunter2") {
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
