package page_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
	"github.com/deprovisioner/deprovisioner/internal/web/api"
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

func TestPollGoesOnAfterWhatFailsAndRunsOnceAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open("/dead-letters")
	p.Expect("the work failed")
	var got []int
	p.Eval(`import("/assets/js/poll.js").then(async ({ poll }) => {
		const left = new AbortController();
		let runs = 0, now = 0, most = 0;
		const soon = poll(async () => {
			most = Math.max(most, ++now);
			runs++;
			await new Promise((done) => setTimeout(done, 100));
			now--;
			if (runs === 1) throw new Error("the work failed");
		}, { every: 150, least: 10 }, left.signal);
		soon();
		for (let i = 0; i < 15; i++) {
			await new Promise((done) => setTimeout(done, 70));
			soon();
		}
		left.abort();
		return [runs, most];
	})`, &got)
	if len(got) != 2 || got[0] < 3 || got[1] != 1 {
		t.Errorf("runs and runs at once were %v", got)
	}
}

// fails makes the page's calls of a path that holds this text fail, and counts how many calls of accounts' lists are on the way at most.
func fails(p *browsertest.Page, text string) {
	p.Eval(fmt.Sprintf(`void (() => {
		const real = window.real = window.fetch;
		let now = 0;
		window.most = 0;
		window.fetch = async (url, options) => {
			if (String(url).includes(%q)) return new Response('{"detail":"the picture is away"}', { status: 503 });
			if (!String(url).includes("/accounts?")) return real(url, options);
			window.most = Math.max(window.most, ++now);
			return real(url, options).finally(() => { now--; });
		};
	})()`, text), nil)
}

func TestAccountsAreReadFourTenantsAtATimeAndShownWithoutTheirRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *api.Options) {
		for i := range 60 {
			o.Tenants = append(o.Tenants, fmt.Sprintf("tenant-%02d", i))
		}
	})
	a := w.account(contoso, "idle", deprovision.Teams)
	a.ID, a.Open = "busy", "r1"
	w.put(a)
	p := w.open("/dead-letters")
	p.See("There is no dead letter")
	fails(p, "/requests?open=")
	goes(p, "/accounts")
	p.See("How the open requests stand is not known: the picture is away")
	p.In("row", "busy").See("being removed")
	p.In("row", "idle").See("in use")
	var most int
	p.Eval("window.most", &most)
	if most < 1 || most > 4 {
		t.Errorf("%d lists of accounts were read at once", most)
	}
	p.Eval("void (window.fetch = window.real)", nil) // and the picture is back
	p.Gone("How the open requests stand is not known")
}

func TestHistoryForgetsWhatIsNewAndDoesNotReachThePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(contoso, "a", deprovision.Teams)
	p := w.open("/requests")
	p.See("Nothing was ever asked of this worker.")
	var before, after string
	p.Eval(`import("/assets/js/views/history.js").then(async ({ open }) => {
		const row = (i) => ({ tenant: "contoso", service: "teams", account: "a", request: "r" + i, status: "held", seq: 1, done: 0, total: 0,
			started: new Date(1e12 + i * 1000).toISOString(), updated: new Date(1e12 + i * 1000).toISOString() });
		let upTo = 60;
		window.fetch = async () => new Response(JSON.stringify({ requests: Array.from({ length: 50 }, (_, i) => row(upTo - i)), next: "more", tenants: [] }));
		const left = new AbortController();
		const view = open({}, { reload() {}, redraw() {}, say() {}, signal: left.signal }, new URLSearchParams());
		await view.load();
		view.changed(Array.from({ length: 450 }, (_, i) => row(61 + i)));
		const text = () => { const host = document.createElement("div"); host.append(...view.draw().flat(Infinity).filter((n) => n instanceof Node));
			return host.querySelector(".over-list button")?.textContent ?? ""; };
		const before = text();
		upTo = 510;
		await view.load();
		const after = text();
		left.abort();
		return before + "|" + after;
	})`, &before)
	before, after, _ = strings.Cut(before, "|")
	if before != "450 new requests: show" || after != "" {
		t.Errorf("the button was %q, and afterwards %q", before, after)
	}
}

func TestManualStepThatIsOverdueStandsFirstBehindFiftyOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 60 {
		w.duty(fmt.Sprintf("d%02d", i), 72*time.Hour, "Do it.")
	}
	w.duty("over", -time.Hour, "Do it now.")
	w.drawn()
	p := w.open("/manual")
	p.Until("the overdue step stands first", func() bool {
		got := headings(p, "ol.todo h3")
		return len(got) == 50 && strings.HasPrefix(got[0], "account-over")
	})
}

func TestManualStepsAreShownWhileWhatIsLeftIsNotKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.duty("one", time.Hour, "Do it.")
	w.drawn()
	p := w.open("/dead-letters")
	p.See("There is no dead letter")
	fails(p, "/requests?status=forced")
	goes(p, "/manual")
	p.See("Do it.")
	p.See("What is left can't be read now: the picture is away")
	p.Eval(`void (window.fetch = window.real)`, nil)
	p.Click("button", "Look once more")
	p.See("Nothing is left to be done by hand.")
}

func TestDecisionThatWasRefusedIsNotTheBeginningOfTheWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.request(w.account(contoso, "inline", deprovision.ExchangeOnlineInline), "r1")
	s.claims()
	s.stops(deprovision.StopConfirm, "the plan is made")
	w.drawn()
	p := w.open("/manual")
	p.In("row", "inline").Gone("Changed")
	s.refuses(deprovision.Decision{ID: "d1", Verb: deprovision.Confirm, DecidedBy: "soc@contoso.example"}, "another plan")
	w.drawn()
	p.Reload()
	p.In("row", "inline").See("Changed")
}

func TestTimelineThatCannotBeHadIsSaidAndAskedForAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.request(w.account(contoso, "a", deprovision.Teams), "r1").claims()
	p := w.open("/dead-letters")
	p.See("There is no dead letter")
	fails(p, "/timeline")
	goes(p, "/requests/contoso/teams/r1")
	p.See("The timeline can't be shown now: the picture is away")
	p.Eval(`void (window.fetch = window.real)`, nil)
	p.Click("button", "Look for the timeline again")
	p.Gone("The timeline can't be shown now")
	p.See("When it happened")
}

func TestSearchForWhatTheSOCWasToldIsOneAndEndsWhenItIsFolded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.request(w.account(contoso, "a", deprovision.Teams), "r1")
	s.claims()
	p := w.open("/dead-letters")
	p.See("There is no dead letter")
	var got []int
	//nolint:dupword // it is opened twice
	p.Eval(`import("/assets/js/views/request.js").then(async ({ open }) => {
		const wait = (ms) => new Promise((done) => setTimeout(done, ms));
		const real = window.fetch;
		let begun = 0, ended = 0;
		window.fetch = async (url, options) => {
			if (String(url).includes("/timeline")) return new Response(JSON.stringify({ from: new Date(), spans: [], marks: [{ kind: "announced", at: new Date() }] }));
			if (!String(url).includes("/events")) return real(url, options);
			begun++;
			options.signal.addEventListener("abort", () => ended++);
			return new Response(new ReadableStream(), { status: 200 });
		};
		const left = new AbortController();
		const view = open({ tenant: "contoso", service: "teams", request: "r1" }, { reload: async () => {}, redraw() {}, say() {}, signal: left.signal });
		await view.load();
		await wait(300);
		const fold = (open) => {
			const host = document.createElement("div");
			host.append(...[view.draw()].flat(Infinity).filter((n) => n instanceof Node));
			const node = host.querySelector("[aria-labelledby=announcement] details");
			node.ontoggle({ currentTarget: { open } });
		};
		fold(true);
		fold(true);
		await wait(100);
		const first = [begun, ended];
		fold(false);
		await wait(100);
		first.push(ended);
		fold(true);
		await wait(100);
		view.close();
		left.abort();
		await wait(100);
		window.fetch = real;
		return [...first, begun, ended];
	})`, &got)
	if fmt.Sprint(got) != "[1 0 1 2 2]" {
		t.Errorf("streams that were begun and ended: %v", got)
	}
}
