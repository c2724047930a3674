package page_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

func TestDeadLetterThatRemovesIsPublishedAgainOnlyOnceItsRequestIsTyped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	msg, err := event.EncodeDecision(deprovision.Decision{ID: "d1", Tenant: contoso, Service: deprovision.Teams, Request: "r1", Verb: deprovision.Force,
		DecidedBy: "soc@contoso.example"}, "")
	if err != nil {
		t.Fatal(err)
	}
	w.letter(msg.Subject, "unknown-tenant", "the worker has no such tenant", msg.Header, msg.Data)
	confirmed := deadRequest("r2")
	confirmed.Options.Confirmed = true
	w.requestLetter(confirmed)
	p := w.opened("/dead-letters", operator)
	p.Click("button", "Publish dead letter 1 again…")
	d := p.In("dialog", "Publish dead letter 1 again")
	d.See("force")
	d.See("This decision removes something, or leaves something out for good.")
	ready(p)
	if !disabled(p, "Publish it again") {
		t.Error("a click would have published a force again")
	}
	d.Fill("To go on, type contoso/r1", "contoso/r2")
	if !disabled(p, "Publish it again") {
		t.Error("another request's name was enough")
	}
	p.Press("Escape")
	p.Lost("dialog", "Publish dead letter 1 again")
	p.Click("button", "Publish dead letter 2 again…")
	d = p.In("dialog", "Publish dead letter 2 again")
	d.See("It is confirmed beforehand")
	d.Fill("To go on, type contoso/r2", "contoso/r2")
	d.Click("button", "Publish it again")
	d.See("It was published again on")
	if made := w.calls.made(); len(made) != 1 || !strings.Contains(made[0], "/dead-letters/2/requeue") {
		t.Errorf("made were %v", made)
	}
}

func TestRequestTakesTheNewestOfWhatWasToldAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.request(w.account(contoso, "a", deprovision.Teams), "r1")
	s.claims()
	p := w.open("/accounts")
	var looks int
	p.Eval(fmt.Sprintf(`import("/assets/js/views/request.js").then(async ({ open }) => {
		const left = new AbortController();
		const of = { tenant: "contoso", service: "teams", request: "r1" };
		let looks = 0;
		const view = open(of, { reload: async () => { looks++; }, redraw() {}, say() {}, signal: left.signal });
		await view.load();
		view.changed([{ ...of, seq: %d }, { ...of, seq: 9 }, { ...of, seq: 8 }]);
		await new Promise((done) => setTimeout(done, 600));
		view.close();
		left.abort();
		return looks;
	})`, s.state.Seq), &looks)
	if looks == 0 {
		t.Error("a newer state was told, and nobody looked at it")
	}
}
