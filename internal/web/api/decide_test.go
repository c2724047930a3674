package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestDecisionIsMadeInTheNameOfTheToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.waits(request("contoso", "r1"))
	got := w.server.Answers("")
	text := fmt.Sprintf(`{"id":"d1","verb":"confirm","stop":2,"planDigest":%q,"acknowledged":["mail"],"reason":"seen"}`, p.Digest())
	a := w.ask(http.MethodPost, path("contoso", "r1")+"/decisions", admin, text).want(http.StatusOK)
	if string(a.body) != `{"decision":"d1","accepted":true}`+"\n" {
		t.Errorf("%s", a.body)
	}
	d := <-got
	if d.DecidedBy != "admin@contoso.example" || d.Verb != deprovision.Confirm || d.Stop != 2 || d.PlanDigest != p.Digest() || d.Acknowledged[0] != "mail" ||
		d.Reason != "seen" || d.Ref() != request("contoso", "r1").Ref() {
		t.Errorf("%+v", d)
	}
}

func TestRefusedDecisionIsAConflictWithItsReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.waits(request("contoso", "r1"))
	w.server.Answers("it names the stop 1, the request waits at 2")
	a := w.ask(http.MethodPost, path("contoso", "r1")+"/decisions", admin, `{"id":"d1","verb":"cancel"}`)
	if p := a.problem(http.StatusConflict, "refused", ""); p.Decision != "d1" || !strings.Contains(p.Detail, "waits at 2") {
		t.Errorf("%+v", p)
	}
}

// A worker need not be asked again about what the journal has.
func TestSameDecisionIsAnsweredTheSameAndAnotherIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.waits(request("contoso", "r1"))
	got := w.server.Answers("")
	const text = `{"id":"d1","verb":"cancel","reason":"not this one"}`
	first := w.ask(http.MethodPost, path("contoso", "r1")+"/decisions", admin, text).want(http.StatusOK)
	made := <-got
	last, err := w.client().Last(t.Context(), made.Ref())
	if err != nil {
		t.Fatal(err)
	}
	j := &written{w: w, request: request("contoso", "r1"), revision: last.Revision, seq: last.Progress.Seq}
	j.append(deprovision.Held, func(e *deprovision.Event) {
		e.Progress.Decisions, e.Change.Kind, e.Change.Decision = []string{"d1"}, deprovision.Wished, &made
	})
	late := deprovision.Decision{ID: "d2", Tenant: "contoso", Service: made.Service, Request: "r1", Verb: deprovision.Retry, Stop: 2, DecidedBy: made.DecidedBy}
	j.append(deprovision.Held, func(e *deprovision.Event) {
		e.Progress.Decisions, e.Progress.Refusals = []string{"d1"}, []string{"d2"}
		e.Change.Kind, e.Change.Detail, e.Change.Decision = deprovision.DecisionRefused, "too late", &late
	})
	again := w.ask(http.MethodPost, path("contoso", "r1")+"/decisions", admin, text).want(http.StatusOK)
	if string(first.body) != string(again.body) {
		t.Errorf("%s, then %s", first.body, again.body)
	}
	for _, other := range []string{`{"id":"d1","verb":"force","reason":"not this one"}`, `{"id":"d1","verb":"cancel"}`} {
		w.ask(http.MethodPost, path("contoso", "r1")+"/decisions", admin, other).problem(http.StatusConflict, "conflict", "")
	}
	w.ask(http.MethodPost, path("contoso", "r1")+"/decisions", both, text).problem(http.StatusConflict, "conflict", "")
	p := w.ask(http.MethodPost, path("contoso", "r1")+"/decisions", admin, `{"id":"d2","verb":"retry","stop":2}`).problem(http.StatusConflict, "refused", "")
	if p.Detail != "too late" || p.Decision != "d2" || len(got) != 0 {
		t.Errorf("%+v, %d more were sent", p, len(got))
	}
}

func TestUnansweredDecisionIsStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.waits(request("contoso", "r1"))
	a := w.ask(http.MethodPost, path("contoso", "r1")+"/decisions", admin, `{"id":"d1","verb":"cancel"}`).want(http.StatusAccepted)
	if string(a.body) != `{"decision":"d1"}`+"\n" {
		t.Errorf("%s", a.body)
	}
}

func TestBadDecisionIsNotSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.waits(request("contoso", "r1"))
	for text, field := range map[string]string{
		`{"id":"d1","verb":"confirm","planDigest":"x"}`:                                                "stop",
		`{"id":"d1","verb":"confirm","stop":2}`:                                                        "planDigest",
		`{"id":"d1","verb":"agree","stop":2}`:                                                          "verb",
		`{"verb":"cancel"}`:                                                                            "id",
		`{"id":"d1","verb":"cancel","tenant":"fabrikam"}`:                                              "tenant",
		`{"id":"d1","verb":"credentials","stop":2,"credentialRef":"a b"}`:                              "credentialRef",
		`{"id":"d1","verb":"retry","stop":-1}`:                                                         "stop",
		`{"id":"d1","verb":"retry","stop":2.5}`:                                                        "stop",
		`{"id":"d1","verb":"retry","stop":2,"reason":"client_secret=abcdef"}`:                          "reason",
		`{"id":"d1","verb":"approve","stop":2,"planDigest":"x","names":[]}`:                            "names",
		`{"id":"d1","verb":"approve","stop":2,"planDigest":"x","names":["a"],"names":[]}`:              "names",
		`{"id":"d1","verb":"retry","stop":2,"reason":"a\u001b[2Jb"}`:                                   "reason",
		`{"id":"d1","verb":"retry","stop":2,"reason":"a\u0000b"}`:                                      "reason",
		`{"id":"d1","verb":"confirm","stop":2,"planDigest":"x","names":["a"]}`:                         "names",
		`{"id":"d1","verb":"approve","stop":2,"planDigest":"x","names":["a"],"acknowledged":["mail"]}`: "acknowledged",
		`{"id":"d1","verb":"retry","stop":2,"credentialRef":"other"}`:                                  "credentialRef",
		`{"id":"d1","verb":"cancel","planDigest":"x"}`:                                                 "planDigest",
		`{"id":"d1","verb":"retry","stop":2,"reason":"` + strings.Repeat("a", 1001) + `"}`:             "reason",
	} {
		w.ask(http.MethodPost, path("contoso", "r1")+"/decisions", admin, text).problem(http.StatusBadRequest, "invalid", field)
	}
	w.ask(http.MethodPost, path("contoso", "r2")+"/decisions", admin, `{"id":"d1","verb":"cancel"}`).problem(http.StatusNotFound, "unknown-request", "")
}
