package page_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// answers has the page get other answers: body is that of a function of (url, options) which returns a Response, or nothing where the server is
// to be asked.
func answers(p *browsertest.Page, body string) {
	p.Eval(`void (() => {
		const asked = (window.asked ??= window.fetch);
		const other = async (url, options) => {`+body+`};
		window.fetch = async (url, options = {}) => (await other(String(url), options)) ?? asked(url, options);
	})()`, nil)
}

// sends is a function that sends a letter once for each of what comes back ("broken" breaks off within the answer), with another text each time. It tells of each try
// whether the id and the text were those before, and whether the letter was pending after it.
const sends = `(async (chosen, come) => {
	const bodies = [];
	const fetch = window.fetch;
	window.fetch = async (url, options) => {
		bodies.push(JSON.parse(options.body));
		const [status, reason = ""] = come[bodies.length - 1].split(" ");
		if (status === "broken") return new Response('{"ref":', {status: 201});
		return new Response(JSON.stringify({type: "/" + reason}), {status: Number(status)});
	};
	const mail = (await import("/assets/js/letter.js")).letter("t");
	if (chosen) mail.name(chosen);
	const out = [];
	for (let i = 0; i < come.length; i++) {
		await mail.send("/requests", {text: String(i)}).catch(() => {});
		const id = i === 0 ? (chosen && bodies[0].id === chosen ? "chosen" : "made") : bodies[i].id === bodies[i - 1].id ? "same" : "new";
		out.push(id + " " + bodies[i].text + (mail.pending ? " pending" : ""));
	}
	window.fetch = fetch;
	return out.join(", ");
})(%q, %q.split(", "))`

func TestPageSendsTheSameLetterUntilItKnowsWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open("/nowhere")
	p.See("There is nothing here")
	for _, test := range []struct{ name, chosen, come, want string }{
		{"broken off", "", "broken, 201", "made 0 pending, same 0 pending"},
		{"then not let in", "", "503, 401, 403, 429, 201", "made 0 pending, same 0 pending, same 0 pending, same 0 pending, same 0 pending"},
		{"invalid at first", "", "400, 201", "made 0, same 1 pending"},
		{"invalid later", "", "503, 400, 201", "made 0 pending, same 0 pending, same 0 pending"},
		{"refused", "", "409 refused, 201", "made 0, new 1 pending"},
		{"refused later", "", "503, 409 refused, 201", "made 0 pending, same 0, new 2 pending"},
		{"taken by another", "chosen", "409 conflict, 201", "chosen 0, same 1 pending"},
		{"chosen and refused", "chosen", "409 refused, 201", "chosen 0, same 1 pending"},
	} {
		var got string
		if p.Eval(fmt.Sprintf(sends, test.chosen, test.come), &got); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// A view that has nothing to show yet must not say that there is nothing.
func TestPageClaimsNothingOfWhatItCouldNotLoad(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.request(w.account(contoso, "inline", deprovision.ExchangeOnlineInline), "r1").claims()
	w.drawn()
	p := w.open("/nowhere")
	p.See("There is nothing here")
	answers(p, `if (/api.v1.(session|changes)/.test(url)) return;
		return new Response(JSON.stringify({detail: "the store is away"}), {status: 503});`)
	for _, hash := range []string{
		"/accounts", "/manual", "/requests/contoso/exchange-online-inline/r1/evidence", "/tenants", "/tenants/contoso", "/dead-letters",
	} {
		goes(p, hash)
		p.See("the store is away")
		p.In("main", "").Find("button", "Try again")
		for _, claim := range []string{"Nothing", "No ", "There is no"} {
			if text := p.In("main", "").VisibleText(); strings.Contains(text, claim) {
				t.Errorf("%s says of what it could not load: %s", hash, text)
			}
		}
	}
	goes(p, "/accounts")
	p.See("the store is away")
	answers(p, "")
	p.In("main", "").Click("button", "Try again")
	p.In("row", "inline").See("in work")
}

func TestPageHandsAViewTheNewestOfEachRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.request(w.account(contoso, "inline", deprovision.ExchangeOnlineInline), "r1")
	p := w.open("/accounts")
	p.In("row", "inline").See("in use")
	s.claims()
	p.In("row", "inline").See("in work")
	s.parks("throttled", time.Hour)
	p.In("row", "inline").See("waits for time")
	var got string
	p.Eval(`import("/assets/js/live.js").then((live) => live.between(0).map((r) => r.request + " " + r.status).join(", "))`, &got)
	if want := "r1 " + string(s.state.Status); got != want {
		t.Errorf("a view would hear of %q, want %q alone", got, want)
	}
}

func TestPageSignsOutWhileTheWorkerIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(contoso, "inline", deprovision.ExchangeOnlineInline)
	p := w.opened("/accounts", decider)
	p.Expect("net::ERR_")
	p.In("row", "inline").See("in use")
	w.line.cut()
	p.Click("button", "Sign out")
	p.Find("button", "Sign in")
	p.See("The worker does not answer")
	p.Gone("inline")
	if got := keeps(p, decider); len(got) > 0 {
		t.Errorf("after signing out the token is in %q", got)
	}
	w.line.mend()
	p.Click("button", "Try again")
	p.In("row", "inline").See("in use")
	p.Find("button", "Sign in")
}

// A token that is taken away while somebody looks: they are told so that they see it, and go on as nobody.
func TestPageTellsWhoseTokenWasTakenAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(contoso, "inline", deprovision.ExchangeOnlineInline)
	p := w.opened("/accounts", decider)
	p.In("row", "inline").See("in use")
	answers(p, `if (new Headers(options.headers).has("Authorization")) return new Response("{}", {status: 401});`)
	goes(p, "/tenants")
	p.In("main", "").See("You were signed out")
	p.Find("button", "Sign in")
	goes(p, "/accounts")
	p.In("row", "inline").See("in use")
	p.Click("button", "I know")
	p.Lost("button", "I know")
}

func TestPageSaysWhenAViewDoesNotCome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open("/accounts")
	p.Expect("net::ERR_")
	p.Expect("module")
	p.See("Live")
	w.line.cut()
	goes(p, "/tenants")
	p.See("This view could not be loaded")
	p.See("Connection lost")
	w.line.mend()
	p.See("Live")
	p.Click("button", "Try again")
	p.In("row", contoso).See("open")
}

// What stands in an address becomes part of commands that are shown to be copied.
func TestPageTakesOnlyNamesFromAnAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open("/requests/contoso/teams/" + strings.Repeat("r", 65))
	p.See("There is nothing here")
	for _, hash := range []string{"/requests/contoso/teams/r1%3Breboot/evidence", "/requests/contoso/a%20b/r1", "/tenants/$(id)"} {
		goes(p, "/dead-letters")
		p.See("There is no dead letter")
		goes(p, hash)
		p.See("There is nothing here")
	}
}

// While what was sent has no answer, nothing may look as if it had not been sent.
func TestPageKeepsADialogOpenWhileItsCallIsOnTheWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(contoso, "inline", deprovision.ExchangeOnlineInline)
	p := w.opened("/accounts", decider)
	p.Click("button", "Remove… inline of contoso")
	d := p.In("dialog", "Remove inline of contoso")
	answers(p, `if (options.method !== "POST") return;
		await new Promise((resolve) => { window.release = resolve; });
		return new Response('{"detail": "not today"}', {status: 503});`)
	d.Click("button", "Ask for the removal")
	p.Until("the call is on its way", func() (sent bool) {
		p.Eval("window.release !== undefined", &sent)
		return sent
	})
	p.Press("Escape", "Escape", "Escape")
	var disabled bool
	if p.Eval(`[...document.querySelectorAll("dialog button")].find((b) => b.textContent === "Close").disabled`, &disabled); !disabled {
		t.Error("Close can be pressed")
	}
	p.Eval("void window.release()", nil)
	d.See("not today")
	p.Press("Escape")
	p.Lost("dialog", "Remove inline of contoso")
}

// Whoever comes back to a tab after a long while gets what is there, and not all that happened since.
func TestPageBeginsAnewInATabThatWasHiddenForLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.request(w.account(contoso, "inline", deprovision.ExchangeOnlineInline), "r1")
	p := w.open("/accounts")
	p.In("row", "inline").See("in use")
	s.claims()
	p.In("row", "inline").See("in work")
	hides(p, true)
	w.calls.open(0)
	s.parks("throttled", time.Hour)
	w.drawn()
	p.Eval(`void (() => { const now = Date.now; Date.now = () => now() + 600_000; })()`, nil)
	before := len(w.calls.reads())
	hides(p, false)
	p.In("row", "inline").See("waits for time")
	if first := w.calls.reads()[before]; first != "/api/v1/changes?new=true" {
		t.Errorf("the page went on with %s", first)
	}
	s.stops(deprovision.StopFailed, "a call was refused")
	p.In("row", "inline").See("waits for you")
}

// A fault in one view is no fault of the stream, and a worker that refuses the changes is asked again, with its reason to be read.
func TestPageKeepsItsUpdatesOverFaultsAndSaysWhyThereAreNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.request(w.account(contoso, "inline", deprovision.ExchangeOnlineInline), "r1")
	p := w.open("/accounts")
	p.Expect("a listener's fault")
	p.See("Live")
	p.Eval(`import("/assets/js/live.js").then((live) => void live.listen((list) => { if (list) throw new Error("a listener's fault"); }))`, nil)
	s.claims()
	p.In("row", "inline").See("in work")
	s.parks("throttled", time.Hour)
	p.In("row", "inline").See("waits for time")
	p.See("Live")

	w.calls.open(1)
	answers(p, `if (url.includes("/changes")) return new Response(JSON.stringify({detail: "not for you"}), {status: 403});`)
	hides(p, true)
	w.calls.open(0)
	hides(p, false)
	p.See("No updates: not for you")
	p.Click("button", "Pause updates")
	p.See("Paused. No updates: not for you")
	p.Click("button", "Resume updates")
	answers(p, "")
	p.See("Live")
	s.stops(deprovision.StopFailed, "a call was refused")
	p.In("row", "inline").See("waits for you")
}
