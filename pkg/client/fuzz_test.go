package client_test

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"github.com/deprovisioner/deprovisioner/internal/journal/natstest"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
	"github.com/deprovisioner/deprovisioner/pkg/event/query"
)

// The targets of this file are to be fuzzed with -fuzzminimizetime 1x: the server in the process covers other code at each run, which the
// minimizer takes for news.

// oracle is a worker that says what it is told to say; its journal is empty.
type oracle struct {
	*client.Client
	mu   sync.Mutex
	says *nats.Msg
}

func (o *oracle) say(msg *nats.Msg) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.says = msg
}

// answer repeats what the oracle was told on another subject.
func (o *oracle) answer(nc *nats.Conn, subject string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	_ = nc.PublishMsg(&nats.Msg{Subject: subject, Header: o.says.Header, Data: o.says.Data})
}

func consult(f *testing.F) *oracle {
	f.Helper()
	s := natstest.Start(f, func(o *server.Options) { o.JetStream = false })
	nc, err := nats.Connect(s.URL())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(nc.Close)
	o := &oracle{}
	for subject, handle := range map[string]nats.MsgHandler{
		event.All(event.Decisions): func(m *nats.Msg) {
			_ = m.Respond([]byte(`{"stream":"DEPROVISION_DECISIONS","seq":1}`))
			o.answer(nc, m.Header.Get(event.AnswerTo))
		},
		query.Wildcard(query.Get):  func(m *nats.Msg) { o.answer(nc, m.Reply) },
		query.Wildcard(query.List): func(m *nats.Msg) { o.answer(nc, m.Reply) },
		"$JS.API.STREAM.MSG.GET.*": func(m *nats.Msg) { _ = m.Respond([]byte(`{"error":{"code":404,"err_code":10037}}`)) },
	} {
		if _, err := nc.Subscribe(subject, handle); err != nil {
			f.Fatal(err)
		}
	}
	if err := nc.Flush(); err != nil {
		f.Fatal(err)
	}
	if o.Client, err = client.Connect(s.URL(), client.Options{}); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(o.Close)
	return o
}

// FuzzDecisionIsAcceptedOnlyByAWord: whatever a worker answers, a decision counts as accepted only if the answer says so.
func FuzzDecisionIsAcceptedOnlyByAWord(f *testing.F) {
	for _, body := range []string{
		`{"accepted":true}`, `{"accepted":false,"refusal":"it names stop 3, the request waits at stop 7"}`, `{"refusal":"the request has ended"}`,
		`{"accepted":"yes"}`, `{"accepted":1}`, `{}`, `null`, `true`, `[]`, `{`, ``,
	} {
		f.Add([]byte(body))
	}
	o := consult(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		o.say(&nats.Msg{Data: body})
		answer, err := o.Decide(t.Context(), cancelling())
		if err != nil {
			if answer != (client.Answer{}) || errors.Is(err, client.ErrNoAnswer) {
				t.Fatalf("%s: %+v, %v", body, answer, err)
			}
			return
		}
		var said map[string]any
		if err := json.Unmarshal(body, &said); err != nil {
			t.Fatalf("%s is taken for %+v", body, answer)
		}
		word := false
		for name, value := range said {
			word = word || strings.EqualFold(name, "accepted") && value == true
		}
		if answer.Accepted && !word {
			t.Fatalf("%s is taken for a yes", body)
		}
	})
}

// FuzzAnswerToAQuestionIsReadOrRefused: what is read of an answer can be sent again and is read as the same; a refusal never passes for
// one.
func FuzzAnswerToAQuestionIsReadOrRefused(f *testing.F) {
	state, err := json.Marshal(deprovision.Progress{Request: request(), RequestDigest: request().Digest(), Seq: 7, Status: deprovision.Waiting,
		Stop: &deprovision.Stop{Seq: 7, Name: "confirm", Offers: []deprovision.Verb{deprovision.Confirm}}, Removed: 2})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("", "", state)
	f.Add("", "", []byte(`{"requests":[{"tenant":"contoso","service":"teams","request":"r1","account":"main","status":"parked","seq":4,`+
		`"done":1,"total":3,"removed":0,"remainder":0,"until":"2026-03-01T12:00:00Z","started":"2026-03-01T11:00:00Z","updated":"2026-03-01T11:30:00Z"}],"next":"MTcwOQ"}`))
	f.Add(query.BadRequest, "limit", []byte(`{"field":"limit","value":"-1","allowed":"1 to 1000"}`))
	f.Add(query.BadRequest, "", []byte(`[]`))
	f.Add(query.NotFound, "no such request", []byte(nil))
	f.Add(query.Unavailable, "the picture can't be read now", []byte(`{}`))
	f.Add("418", "a\r\nteapot", []byte("<html>"))
	f.Add("", "", []byte(`{"requests":{}}`))
	o := consult(f)
	f.Fuzz(func(t *testing.T, code, word string, body []byte) {
		header := nats.Header{}
		if code != "" {
			header = nats.Header{micro.ErrorCodeHeader: {code}, micro.ErrorHeader: {word}}
		}
		o.say(&nats.Msg{Header: header, Data: body})
		page, listErr := o.List(t.Context(), query.Filter{})
		got, getErr := o.Get(t.Context(), request().Ref())
		refused := strings.Trim(code, " \t\r\n") != "" // a header of blanks arrives as none
		if refused && (listErr == nil || getErr == nil) {
			t.Fatalf("error %q passes for an answer: %v, %v", code, listErr, getErr)
		}
		switch {
		case code == query.NotFound && (!errors.Is(listErr, client.ErrUnknownRequest) || !errors.Is(getErr, client.ErrUnknownRequest)),
			code == query.Unavailable && (!errors.Is(listErr, client.ErrNoPicture) || !errors.Is(getErr, client.ErrUnknownRequest)):
			t.Fatalf("error %s: %v, %v", code, listErr, getErr)
		}
		if listErr == nil {
			readAgain(t, o, page, func() (query.Page, error) { return o.List(t.Context(), query.Filter{}) })
		}
		if getErr == nil {
			readAgain(t, o, got, func() (deprovision.Progress, error) { return o.Get(t.Context(), request().Ref()) })
		}
	})
}

func readAgain[T any](t *testing.T, o *oracle, value T, ask func() (T, error)) {
	t.Helper()
	body, err := json.Marshal(value)
	if err != nil {
		t.Fatalf("%+v was read and cannot be sent: %v", value, err)
	}
	o.say(&nats.Msg{Data: body})
	again, err := ask()
	if diff := cmp.Diff(value, again, cmpopts.EquateEmpty()); err != nil || diff != "" {
		t.Fatal(err, diff)
	}
}
