package page_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// marked marks the document, and unchanged fails when another one was loaded since.
func marked(p *browsertest.Page) { p.Eval("void (window.same = true)", nil) }

func unchanged(t *testing.T, p *browsertest.Page) {
	t.Helper()
	var same bool
	if p.Eval("window.same === true", &same); !same {
		t.Error("the page was loaded again")
	}
}

func TestPageFollowsARequestWithoutReload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(contoso, "inline", deprovision.ExchangeOnlineInline)
	p := w.open("/accounts")
	p.In("row", "inline").See("in use")
	marked(p)
	s := w.request(a, "r1")
	s.claims()
	p.In("row", "inline").See("in work")
	s.parks("throttled", time.Hour)
	p.In("row", "inline").See("waits for time")
	s.claims()
	s.stops(deprovision.StopConfirm, "the plan is made")
	p.In("row", "inline").See("waits for you")
	s.ends(deprovision.Succeeded)
	p.See("There is no service account left to remove.")
	unchanged(t, p)
}

func TestPageGoesOnAfterADroppedConnectionWithoutLosingAChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const n = 6
	requests := make([]*scripted, n)
	for i := range requests {
		requests[i] = w.request(w.account(contoso, fmt.Sprintf("account-%d", i), deprovision.ExchangeOnlineInline), fmt.Sprintf("r%d", i))
	}
	p := w.open("/accounts")
	p.Expect("net::ERR_")
	p.See("Live")
	marked(p)
	requests[0].claims()
	p.In("row", "account-0").See("in work")

	w.line.cut()
	p.See("Connection lost, trying again")
	requests[0].stops(deprovision.StopFailed, "a call was refused")
	requests[1].claims()
	w.line.mend()
	p.In("row", "account-0").See("waits for you")
	p.In("row", "account-1").See("in work")
	p.See("Live")

	for i, s := range requests[2:] { // each change on a connection that just broke
		w.line.drop()
		s.claims()
		if i%2 == 0 {
			w.line.drop()
		}
		s.parks("throttled", time.Hour)
	}
	for i := 2; i < n; i++ {
		p.In("row", fmt.Sprintf("account-%d", i)).See("waits for time")
	}
	unchanged(t, p)
}

func TestPageSaysThatNATSIsAwayAndGoesOnWhenItIsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.request(w.account(contoso, "inline", deprovision.ExchangeOnlineInline), "r1")
	p := w.open("/accounts")
	p.Expect("503")
	p.See("Live")
	marked(p)
	s.claims()
	p.In("row", "inline").See("in work")
	w.stopNATS()
	p.See("No updates now, trying again: no NATS server answers")
	w.startNATS()
	p.See("Live")
	s.stops(deprovision.StopFailed, "a call was refused")
	p.In("row", "inline").See("waits for you")
	unchanged(t, p)
}

func TestPageKeepsFocusAndTypedTextOverUpdates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.request(w.account(contoso, "inline", deprovision.ExchangeOnlineInline), "r1")
	other := w.account(contoso, "another", deprovision.ExchangeOnlineInline)
	p := w.open("/accounts")
	p.In("row", "inline").See("in use")

	// Where the focus is within a row that changes, and whose neighbours come and go.
	p.Eval(`document.querySelector("[aria-label='Copy the App Id of inline']").focus()`, nil)
	s.claims()
	p.In("row", "inline").See("in work")
	w.request(other, "r2").claims()
	p.In("row", "another").See("in work")
	p.SeeFocus("button", "Copy the App Id of inline")

	// What stands behind something that comes and goes, as the numbers of requests do.
	goes(p, "/requests")
	made, release := w.calls.hold("/api/v1/tenants")
	defer release()
	p.Reload()
	<-made
	const search = "Request id, or tenant/service/id to open one"
	p.Fill(search, "r")
	release()
	p.See("All requests: 2")
	p.SeeFocus("textbox", search)
	p.Type("1")
	if got := p.Value("textbox", search); got != "r1" {
		t.Errorf("what was typed became %q", got)
	}
	goes(p, "/accounts")

	// What was typed, and where the caret is in it.
	p.Click("button", "Sign in")
	p.In("dialog", "Sign in").Fill("Token", "half a token")
	p.Press("Home", "ArrowRight", "ArrowRight")
	s.parks("throttled", time.Hour)
	p.In("row", "inline").See("waits for time")
	p.Type("X")
	if got := p.Value("textbox", "Token"); got != "haXlf a token" {
		t.Errorf("what was typed became %q", got)
	}
	p.SeeFocus("textbox", "Token")
}

func TestPagePausesAndResumesUpdates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var requests []*scripted
	for i := range 3 {
		requests = append(requests, w.request(w.account(contoso, fmt.Sprintf("account-%d", i), deprovision.ExchangeOnlineInline), fmt.Sprintf("r%d", i)))
	}
	p := w.open("/accounts")
	p.See("Live")
	p.In("row", "account-2").See("in use")
	p.Click("button", "Pause updates")
	p.See("Paused")
	requests[0].claims()
	p.See("Paused, 1 changed")
	requests[1].claims()
	requests[1].parks("throttled", time.Hour)
	p.See("Paused, 2 changed")
	requests[2].claims()
	p.See("Paused, 3 changed")
	for i := range requests { // the third tells that all before it had come
		p.In("row", fmt.Sprintf("account-%d", i)).See("in use")
	}
	p.Click("button", "Resume updates")
	p.In("row", "account-0").See("in work")
	p.In("row", "account-1").See("waits for time")
	p.In("row", "account-2").See("in work")
	p.See("Live")
	p.Gone("changed")
}

func TestPageInTwoTabsShowsTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.request(w.account(contoso, "inline", deprovision.ExchangeOnlineInline), "r1")
	one := w.open("/accounts")
	two := one.NewTab()
	two.Open(w.url("/accounts"))
	for _, p := range []*browsertest.Page{one, two} {
		p.In("row", "inline").See("in use")
	}
	w.calls.open(2)
	s.reaches("remove-rerouting-rules")
	s.stops(deprovision.StopFailed, "a call was refused")
	for _, p := range []*browsertest.Page{one, two} {
		p.In("row", "inline").See("waits for you")
	}
}

// hides tells the page that nobody looks at its tab, or that somebody does again.
func hides(p *browsertest.Page, hidden bool) {
	p.Eval(fmt.Sprintf(`Object.defineProperty(document, "hidden", {configurable: true, get: () => %t});
		document.dispatchEvent(new Event("visibilitychange"))`, hidden), nil)
}

func TestPageInATabThatIsHiddenRestsAndCatchesUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.request(w.account(contoso, "inline", deprovision.ExchangeOnlineInline), "r1")
	p := w.open("/accounts")
	p.In("row", "inline").See("in use")
	w.calls.open(1)
	hides(p, true)
	w.calls.open(0)
	s.claims()
	s.parks("throttled", time.Hour)
	before := len(w.calls.reads())
	hides(p, false)
	p.In("row", "inline").See("waits for time")
	if more := w.calls.reads()[before:]; len(more) != 1 || !strings.HasPrefix(more[0], "/api/v1/changes") {
		t.Errorf("to catch up the page asked for %q, and not for the changes alone", more)
	}
}

// Whoever signs in elsewhere, or opens a tab behind another, begins in a tab that nobody looks at.
func TestPageThatBeginsInAHiddenTabIsLiveWhenItIsLookedAt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.request(w.account(contoso, "inline", deprovision.ExchangeOnlineInline), "r1")
	p := w.open("/accounts")
	p.In("row", "inline").See("in use")
	hides(p, true)
	w.signIn(p, onlooker) // all begins anew
	p.In("row", "inline").See("in use")
	w.calls.open(0)
	s.claims()
	w.drawn()
	hides(p, false)
	p.In("row", "inline").See("in work")
	s.parks("throttled", time.Hour)
	p.In("row", "inline").See("waits for time")
}

func TestPageLosesNoChangeThatComesWhileItLoads(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.request(w.account(contoso, "inline", deprovision.ExchangeOnlineInline), "r1")
	s.claims()
	w.drawn()
	made, release := w.calls.hold("/api/v1/requests")
	defer release()
	p := w.open("/accounts")
	<-made // it says "in work"
	s.stops(deprovision.StopFailed, "a call was refused")
	p.Until("what changed has come", func() bool {
		var came int
		p.Eval(`import("/assets/js/live.js").then((live) => live.between(0).length)`, &came)
		return came > 0
	})
	release()
	p.In("row", "inline").See("waits for you")
}

func TestPageShowsWhatItKnowsAlreadyThoughItsListsAreBehind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.request(w.account(contoso, "inline", deprovision.ExchangeOnlineInline), "r1")
	p := w.open("/accounts")
	p.In("row", "inline").See("in use")
	w.behind.Lock()
	defer w.behind.Unlock()
	s.claims()
	p.In("row", "inline").See("in work")
	goes(p, "/nowhere")
	p.See("There is nothing here")
	goes(p, "/accounts")
	p.In("row", "inline").See("in work")
}

// Whoever opens the page in the moment in which a change is in the journal and not yet in the picture.
func TestPageOpenedBeforeTheListsHaveAChangeShowsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.request(w.account(contoso, "inline", deprovision.ExchangeOnlineInline), "r1")
	w.behind.Lock()
	defer w.behind.Unlock()
	s.claims()
	s.parks("throttled", time.Hour)
	for _, hash := range []string{"/accounts", "/tenants/contoso"} {
		w.open(hash).See("waits for time")
	}
	w.open("/requests").See("1 new request: show")
}

func TestPageCountsExactlyWhatChangedWhileItWasPaused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(contoso, "inline", deprovision.ExchangeOnlineInline)
	p := w.open("/accounts")
	p.In("row", "inline").See("in use")
	p.Click("button", "Pause updates")
	p.See("Paused")
	for i := range 1234 {
		r := deprovision.Request{ID: fmt.Sprintf("r%d", i), Tenant: contoso, Service: a.Service, Account: fmt.Sprintf("account-%d", i), RequestedBy: "soc"}
		_, err := w.journal.Append(t.Context(), r.Ref(), 0, deprovision.Event{
			Progress: deprovision.Progress{Request: r, RequestDigest: r.Digest(), Seq: 1, Status: deprovision.Held, Started: w.now(), Updated: w.now()},
			Change:   deprovision.Change{ID: r.ID, Kind: deprovision.Claimed, By: "worker-1"}})
		if err != nil {
			t.Fatal(err)
		}
	}
	p.See("Paused, 1,234 changed")
}
