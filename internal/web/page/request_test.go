package page_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const inlinePath = "/requests/contoso/exchange-online-inline/r1"

// inline is a world with one account and the script of the request r1 about it.
func inline(t testing.TB) (*world, *scripted) {
	t.Helper()
	w := newWorld(t)
	return w, w.request(w.account(contoso, "inline", deprovision.ExchangeOnlineInline), "r1")
}

// expects gives the request an estimate of the time left.
func (s *scripted) expects(half, most time.Duration) {
	s.w.t.Helper()
	s.append(deprovision.StillHeld, func(e *deprovision.Event) {
		p := &e.Progress
		left, high := deprovision.Duration(half), deprovision.Duration(most)
		eta, etaHigh := p.Updated.Add(half), p.Updated.Add(most)
		p.Left, p.LeftHigh, p.ETA, p.ETAHigh = &left, &high, &eta, &etaHigh
	})
}

// posts asks the API for something, as whoever has the token.
func (w *world) posts(where, body, token string) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.line.origin()+"/api/v1"+where, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := c.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode >= 300 {
		w.t.Fatalf("%s: %s", where, answer.Status)
	}
}

func TestRequestIsShownFromTheQueueToItsEndWithoutReload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(contoso, "inline", deprovision.ExchangeOnlineInline)
	asked := w.asked()
	w.posts("/requests", `{"id":"r1","tenant":"contoso","service":"exchange-online-inline","account":"inline","reason":"the product is replaced",
		"options":{}}`, decider)
	p := w.open(inlinePath)
	p.See("not taken yet")
	p.See("no worker has taken it yet")
	p.See("the product is replaced")

	s := w.scripted(a, waits(w, asked))
	s.claims()
	p.In("region", "How it is").See("in work")
	s.reaches("take-inventory")
	p.In("list", "Steps").In("listitem", "Take the inventory").See("in work")
	plan := s.confirms(inlinePlan(s.state.Request))
	p.In("region", "How it is").See("waits for you")
	p.In("region", "How it is").See("at the stop confirm")
	s.obeys(deprovision.Decision{ID: "d1", Verb: deprovision.Confirm, DecidedBy: "soc@contoso.example", Reason: "agreed"})
	s.finishes()
	s.advances(3, 4)
	p.In("listitem", "Remove the rules that send mail to the product").See("3 of 4")
	s.finishes()
	s.carriesOut(plan, "drain")
	s.parks("mail under way may still come back", time.Hour)
	p.In("region", "How it is").See("waits for time")
	p.See("mail under way may still come back")
	s.claims()
	s.carriesOut(plan, "close-account")
	s.ends(deprovision.SucceededWithRemainder,
		deprovision.Remainder{Name: "SPF include", Instructions: "Take it out of the record.", Link: "https://dns.example/"})
	p.In("region", "How it is").See("removed, something is left")
	p.In("region", "What is left").See("Take it out of the record.")
	p.In("region", "What is left").Find("link", "https://dns.example/")
	p.In("region", "Decided so far").See("soc@contoso.example")
	p.In("region", "How it is").Click("link", "Evidence")
	p.Find("heading", "Evidence of r1")
}

func TestRequestSaysHowLongItStillTakesInHalfAndInNineOfTenCases(t *testing.T) {
	t.Parallel()
	w, s := inline(t)
	s.reaches("remove-rerouting-rules")
	s.expects(2*time.Hour, 5*time.Hour)
	how := w.open(inlinePath).In("region", "How it is")
	how.See("Time left, half of the cases")
	how.See("1 h 59 min")
	how.See("4 h 59 min")
	s.stops(deprovision.StopFailed, "forbidden")
	how.See("from when it is answered")
}

func TestRequestNeverGoesBackToAnOlderState(t *testing.T) {
	t.Parallel()
	w, s := inline(t)
	s.reaches("remove-rerouting-rules")
	s.advances(1, 4)
	p := w.open(inlinePath)
	row := p.In("listitem", "Remove the rules that send mail to the product")
	row.See("1 of 4")
	// From now on every answer about the request is the first one, until the test lets go: a reader of the journal that lags behind.
	p.Eval(`fetch("/api/v1`+inlinePath+`").then((r) => r.text()).then((old) => {
		const real = window.fetch;
		window.answered = 0;
		window.lags = true;
		window.fetch = async (url, options) => {
			if (!lags || !url.endsWith("/r1")) return real(url, options);
			setTimeout(() => { answered++; document.body.dataset.answered = answered; }, 100); // the page has drawn by then
			return new Response(old, { headers: { "Content-Type": "application/json" } });
		};
	})`, nil)
	p.Eval(`void (window.lags = false)`, nil)
	s.advances(2, 4)
	row.See("2 of 4")
	p.Eval(`void (window.lags = true)`, nil)
	s.advances(3, 4)
	p.Until("the request was asked for again", func() bool { return number(p, "window.answered") > 0 })
	row.See("2 of 4")
	p.Eval(`void (window.lags = false)`, nil)
	row.See("3 of 4") // it is asked again by itself
}

func number(p *browsertest.Page, expression string) int {
	n := 0
	p.Eval(expression, &n)
	return n
}

// A large removal writes hundreds of events; whoever looks at it asks for a few of them a second, and sees the last one.
func TestRequestIsAskedForAFewTimesASecondHoweverFastItGoes(t *testing.T) {
	t.Parallel()
	const events = 391
	w, s := inline(t)
	s.reaches("remove-rerouting-rules")
	s.advances(0, events)
	p := w.open(inlinePath)
	p.See(fmt.Sprintf("0 of %d", events))
	p.Eval(`(() => {
		const real = window.fetch;
		window.calls = [];
		window.fetch = (url, options) => { calls.push([performance.now(), String(url)]); return real(url, options); };
	})()`, nil)
	for i := range events {
		s.advances(i+1, events)
	}
	p.See(fmt.Sprintf("%d of %d", events, events))
	var looks []float64 // when, in milliseconds: four a second, however long a busy machine takes for all events
	timelines := 0
	p.Eval(`calls.filter(([, url]) => !url.endsWith("/timeline")).map(([at]) => at)`, &looks)
	p.Eval(`calls.filter(([, url]) => url.endsWith("/timeline")).length`, &timelines)
	if len(looks) == 0 || timelines > 1 {
		t.Fatalf("%d looks, and %d at the timeline although nothing came about that it shows", len(looks), timelines)
	}
	if took := looks[len(looks)-1] - looks[0]; float64(len(looks)) > took/250+3 {
		t.Errorf("%d looks in %.0f ms", len(looks), took)
	}
}

func TestRequestSaysEachStepOnceToWhoeverListens(t *testing.T) {
	t.Parallel()
	w, s := inline(t)
	s.reaches("remove-rerouting-rules")
	p := w.open(inlinePath)
	p.In("listitem", "Remove the rules that send mail to the product").See("in work")
	p.Eval(`(() => { window.said = []; new MutationObserver(() => { const text = document.getElementById("say").textContent; if (text) said.push(text); })
		.observe(document.getElementById("say"), { childList: true, characterData: true, subtree: true }); })()`, nil)
	for i := range 4 {
		s.advances(i+1, 4)
		p.In("listitem", "Remove the rules that send mail to the product").See(fmt.Sprintf("%d of 4", i+1))
	}
	s.finishes()
	p.In("listitem", "Remove outbound connectors").See("in work")
	s.stops(deprovision.StopFailed, "forbidden")
	p.In("listitem", "Remove outbound connectors").See("waits for you")
	var said []string
	p.Eval("window.said", &said)
	want := []string{"Step 6 of 18, Remove outbound connectors: in work.", "Step 6 of 18, Remove outbound connectors: waits for you."}
	if strings.Join(said, "|") != strings.Join(want, "|") {
		t.Errorf("said was %q, wanted %q", said, want)
	}
}

func TestRequestIsReadWithTheKeyboardAlone(t *testing.T) {
	t.Parallel()
	w, s := inline(t)
	s.confirms(inlinePlan(s.state.Request))
	p := w.open(inlinePath)
	p.Find("img", "Timeline of the request")
	for range 40 {
		if _, name := p.Focused(); name == "Timeline of the request" {
			break
		}
		p.Press("Tab")
	}
	p.Press("End")
	p.In("region", "When it happened").See("the plan removes 10 objects")
	p.Press("Home")
	p.In("region", "When it happened").See("asked by soc@contoso.example")
	p.Press("ArrowRight")
	p.In("region", "When it happened").See("taken by worker-1")
	p.Press("Tab", "Enter")
	if rows := p.Rows("Timeline"); len(rows) < 6 || rows[0][0] != "asked" {
		t.Errorf("the timeline as a table has %v", rows)
	}
}

// Whoever may publish decides what these texts are.
func TestRequestShowsHostileTextsAsTextAndWithinItsWidth(t *testing.T) {
	t.Parallel()
	hostile := `<img src=x onerror="window.hurt=1">` + strings.Repeat("W", 300) + "\u202Egnp.exe\u202C"
	w := newWorld(t)
	a := w.account(contoso, "inline", deprovision.ExchangeOnlineInline)
	s := w.request(a, "r1", func(r *deprovision.Request) { r.RequestedBy, r.Reason = "\u202Eevil\u202C <b>x</b>", hostile })
	s.reaches("remove-rerouting-rules")
	s.append(deprovision.Advanced, func(e *deprovision.Event) {
		s.holds(&e.Progress)
		e.Progress.Remainder = []deprovision.Remainder{{Name: hostile, Instructions: hostile, Link: "javascript:window.hurt=1"}}
		e.Progress.Steps[4].Error = hostile
	})
	s.stops(deprovision.StopFailed, hostile)
	p := browsertest.New(t)
	p.Phone()
	p.Open(w.url(inlinePath))
	p.In("region", "Left so far").See("javascript:window.hurt=1")
	p.In("region", "Left so far").Lost("link", "javascript:window.hurt=1")
	p.Sound(browsertest.Width)
	p.Viewport(320, 640, true, true) // as at 400 % zoom
	p.Sound(browsertest.Width)
	hurt := false
	if p.Eval("!!window.hurt", &hurt); hurt {
		t.Error("markup from outside was run")
	}
}

func TestRequestSoundsInLightAndDarkAndOnAPhone(t *testing.T) {
	t.Parallel()
	w, s := inline(t)
	plan := s.confirms(inlinePlan(s.state.Request))
	s.obeys(deprovision.Decision{ID: "d1", Verb: deprovision.Confirm, DecidedBy: "soc@contoso.example"})
	s.finishes()
	s.carriesOut(plan, "drain")
	s.expects(time.Hour, 2*time.Hour)
	s.parks("mail under way may still come back", time.Hour)
	p := w.open(inlinePath)
	p.Find("img", "Timeline of the request")
	p.Sound()
	p.Dark(true)
	p.Sound()
	p.Phone()
	p.Sound()
}
