package page_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// hostile is a world in which every text that comes from outside is one of those of [tenantsim.HostileNames].
type hostile struct {
	w     *world
	names []string
	n     int
	plan  deprovision.Plan
}

// next is one of the names after the other.
func (h *hostile) next() string {
	h.n++
	return h.names[h.n%len(h.names)]
}

// visible is a name that is a text of its own: what has no letter to be seen is told from nothing by nobody.
func visible(name string) bool { return strings.TrimSpace(name) != "" && len(name) > 2 }

func newHostile(t *testing.T) *hostile {
	t.Helper()
	h := &hostile{w: newWorld(t), names: tenantsim.HostileNames()}
	by := func(r *deprovision.Request) { r.RequestedBy, r.Reason = h.next(), strings.Join(h.names[:8], "\n") }
	h.planned(by)
	h.stopped(by)
	h.ended(by)
	h.letters()
	h.w.drawn()
	return h
}

// planned waits at the confirmation of a plan that has every name.
func (h *hostile) planned(by func(*deprovision.Request)) {
	h.w.t.Helper()
	a := h.w.account(contoso, "planned", deprovision.ExchangeOnline, delegate(h.names[0]+"@contoso.example"), func(a *deprovision.Account) {
		a.Consumers = []string{h.names[1], h.names[2]}
	})
	s := h.w.request(a, "planned", by)
	s.reaches("confirm")
	p := deprovision.Plan{}
	for i, name := range h.names {
		p.Artifacts = append(p.Artifacts, deprovision.Artifact{Kind: "mail-folder", ID: name, Name: name, Step: "remove-quarantine-folders", Match: name,
			Before: json.RawMessage(`{}`), Restore: name})
		p.Suspects = append(p.Suspects, deprovision.Artifact{Kind: "mail-folder", ID: fmt.Sprintf("suspect-%d", i), Name: name,
			Step: "remove-quarantine-folders", Match: "suspect: " + name})
		p.Remainder = append(p.Remainder, deprovision.Remainder{Name: name, Instructions: name, Link: name})
	}
	p.Cautions = []deprovision.Caution{{Code: "mail-flow", Text: h.names[1]}, {Code: "apis-stops", Text: h.names[2]}}
	h.plan = s.plans(p)
	s.state.Plan.Suspects = s.state.Plan.Suspects[:20]
	s.stops(deprovision.StopConfirm, h.next())
}

// stopped are requests that wait, with hostile words about why.
func (h *hostile) stopped(by func(*deprovision.Request)) {
	h.w.t.Helper()
	s := h.w.request(h.w.account(contoso, "by-hand", deprovision.OneDrive), "by-hand", by)
	s.reaches("remove-at-product")
	due := time.Now().Add(time.Hour)
	s.stops(deprovision.StopManual, h.next(), manual(deprovision.Manual{Instructions: strings.Join(h.names, "\n"), Owner: h.names[1], Due: &due,
		Link: "javascript:alert(1)"}))

	s = h.w.request(h.w.account(contoso, "refused", deprovision.Teams), "refused", by)
	s.reaches("remove-app-principal")
	s.stops(deprovision.StopFailed, strings.Join(h.names[:12], " "))
	s.refuses(deprovision.Decision{ID: "d", Tenant: contoso, Service: deprovision.Teams, Request: "refused", Verb: deprovision.Retry, Stop: s.state.Stop.Seq,
		DecidedBy: h.names[1], Reason: h.names[2]}, h.names[3])

	s = h.w.request(h.w.account(contoso, "later", deprovision.SharePointOnline), "later", by)
	s.reaches("remove-event-receivers")
	s.parks(strings.Join(h.names[:12], " "), time.Hour)
}

// ended removed what has every name, and left as much.
func (h *hostile) ended(by func(*deprovision.Request)) {
	h.w.t.Helper()
	s := h.w.request(h.w.account(fabrikam, "ended", deprovision.ExchangeOnline), "ended", by)
	s.reaches("remove-quarantine-folders")
	s.removes(h.plan.Artifacts...)
	s.append(deprovision.StillHeld, func(e *deprovision.Event) {
		e.Progress.InDoubt = h.names[:10]
		e.Progress.Facts = map[string]string{"__proto__": h.names[0], h.names[1]: h.names[2]}
	})
	left := make([]deprovision.Remainder, 0, len(h.names))
	for _, name := range h.names {
		left = append(left, deprovision.Remainder{Name: name, Instructions: name, Link: name})
	}
	s.ends(deprovision.SucceededWithRemainder, left...)
}

func (h *hostile) letters() {
	h.w.t.Helper()
	err := h.w.journal.PutDeadLetter(h.w.t.Context(), event.DeadLetter{Reason: "not-json", Detail: strings.Join(h.names[:12], " "),
		Subject: "deprovision.request.<img src=x>.b.c", Header: nats.Header{"X-Name": {h.names[1]}}, Data: []byte(strings.Join(h.names, "\n")), At: time.Now()})
	if err != nil {
		h.w.t.Fatal(err)
	}
}

// unharmed fails unless the page is as this code makes it: no element or attribute came from a text, no link leads where it should not, nothing
// is wider than the window, and each of these texts stands there as it was written.
func unharmed(t *testing.T, p *browsertest.Page, where string, want []string) {
	t.Helper()
	p.Eval(`document.querySelectorAll("details").forEach((d) => { d.open = true; })`, nil)
	p.Eval(`new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 50))`, nil)
	var wrong []string
	p.Eval(`(() => {
		const wrong = [], say = (text) => wrong.push(text.slice(0, 200));
		const scripts = [...document.scripts].map((s) => s.getAttribute("src")).join();
		if (scripts !== "/assets/js/main.js") say("scripts: " + scripts);
		for (const e of document.querySelectorAll("img, iframe, object, embed, base, form, style, template, audio, video, math, foreignObject, animate, set, use"))
			say("an element: " + e.outerHTML);
		for (const e of document.querySelectorAll("*")) for (const a of e.attributes) if (/^on/i.test(a.name) || a.name === "srcdoc") say("an attribute: " + a.name);
		for (const e of document.querySelectorAll("[href]")) if (!/^(#|https?:|\/)/.test(e.getAttribute("href"))) say("a link: " + e.outerHTML);
		if (typeof ({}).polluted !== "undefined" || Object.keys(Object.prototype).length) say("the prototype of all objects");
		return wrong;
	})()`, &wrong)
	for _, w := range wrong {
		t.Errorf("%s: %s", where, w)
	}
	var text string
	p.Eval(`(document.querySelector("dialog") ?? document.body).textContent`, &text)
	for _, name := range want {
		if visible(name) && !strings.Contains(text, name) {
			t.Errorf("%s: %q is not there as it was written", where, name)
		}
	}
	findings(t, where, p.Audit(browsertest.Width))
}

func TestPageHostileNamesAreShownAsText(t *testing.T) {
	t.Parallel()
	h := newHostile(t)
	p := h.w.open("/accounts")
	p.Viewport(800, 900, false, false)
	h.w.signIn(p, operator)
	few := h.names[:12]
	visit := func(hash, sees string, want ...string) {
		t.Helper()
		goes(p, hash)
		p.See(sees)
		unharmed(t, p, hash, want)
	}
	visit("/accounts", "planned", h.names[0])
	visit("/requests", "planned")
	visit("/requests/contoso/exchange-online/planned", "The plan is ready", h.names[:8]...)
	visit("/requests/contoso/onedrive/by-hand", "This only a person can do", h.names...)
	visit("/requests/contoso/teams/refused", "A step failed", few...)
	visit("/requests/contoso/sharepoint-online/later", "waits for time", few...)
	visit("/requests/fabrikam/exchange-online/ended", "removed, something is left", h.names...)
	visit("/requests/fabrikam/exchange-online/ended/evidence", "artifacts", h.names...)
	visit("/manual", "by-hand", h.names...)
	visit("/tenants", "contoso")
	visit("/tenants/contoso", "The last 24 hours")
	visit("/dead-letters", "Not json", few...)

	for _, d := range []aDialog{
		{name: "remove", hash: "/accounts", button: "Remove… another of contoso", title: "Remove another of contoso", sees: "Nothing is removed"},
		{name: "confirm", hash: "/requests/contoso/exchange-online/planned", button: "Confirm…",
			title: "Confirm: planned of contoso", sees: "Before you confirm"},
		{name: "approve", hash: "/requests/contoso/exchange-online/planned", button: "Approve look-alikes…",
			title: "Approve look-alikes: planned of contoso", sees: "Which of them"},
		{name: "manual-done", hash: "/requests/contoso/onedrive/by-hand", button: "It is done…",
			title: "It is done: by-hand of contoso", sees: "How was it done?"},
		{name: "dead letter", hash: "/dead-letters", button: "Details of dead letter 1", title: "Dead letter 1", sees: "Content"},
	} {
		want := h.names
		if d.name == "remove" {
			h.w.account(contoso, "another", deprovision.ExchangeOnline, delegate(h.names[0]), func(a *deprovision.Account) { a.Consumers = h.names[1:3] })
			goes(p, "/tenants")
			p.See("Budget left")
			want = h.names[:3]
		}
		if d.name == "dead letter" { // where what looks like a secret is taken out
			want = slices.DeleteFunc(slices.Clone(want), deprovision.LooksSecret)
		}
		d.opens(p)
		unharmed(t, p, "the dialog "+d.name, want)
		d.closes(p)
	}

	p.Phone()
	for _, hash := range []string{"/requests/fabrikam/exchange-online/ended", "/manual", "/requests/contoso/teams/refused", "/dead-letters"} {
		visit(hash, "contoso")
	}
}
