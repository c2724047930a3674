package page_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
	"github.com/deprovisioner/deprovisioner/internal/web/api"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// changing are words on buttons that lead to a change.
var changing = regexp.MustCompile(`(?i)remov|confirm|approve|continue|credential|retry|skip|cancel|force|done|publish|take up|decide|ask for`)

// controls lists the names of everything on the page that can be pressed.
func controls(p *browsertest.Page) []string {
	var names []string
	p.Eval(`[...document.querySelectorAll("button, input, select, textarea, [role=button]")]
		.filter(e => e.checkVisibility() && !e.hasAttribute("aria-pressed")) // those choose what is shown
		.map(e => e.getAttribute("aria-label") ?? (e.tagName === "BUTTON" ? e : e.labels?.[0]?.firstElementChild ?? e).textContent)`, &names)
	return names
}

func TestPageIsReadOnlyWithoutSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := newGallery(w)
	for who, token := range map[string]string{"nobody": "", "somebody who only reads": onlooker} {
		p := w.open("/accounts")
		if token != "" {
			w.signIn(p, token)
		}
		for _, v := range g.views() {
			goes(p, v.hash)
			v.shown(p)
			for _, name := range controls(p) {
				if changing.MatchString(name) {
					t.Errorf("%s: %s is offered %q", v.name, who, name)
				}
			}
		}
	}
	if made := w.calls.made(); len(made) != 0 {
		t.Errorf("calls were made that change something: %q", made)
	}
}

// The words above must find what is there for somebody who may.
func TestPageOffersChangesToWhoMayMakeThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := newGallery(w)
	p := w.opened("/accounts", operator)
	offered := 0
	for _, v := range g.views() {
		goes(p, v.hash)
		v.shown(p)
		if slices.ContainsFunc(controls(p), changing.MatchString) {
			offered++
		}
	}
	if offered < 5 {
		t.Errorf("only %d views offer a change to somebody who may do everything", offered)
	}
}

func TestPageNeedsATokenWhereReadingNeedsOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, closedToStrangers)
	w.account(contoso, "inline", deprovision.ExchangeOnlineInline)
	p := w.open("/accounts")
	p.Expect("401")
	p.See("Sign in to look")
	p.Gone("inline")
	for _, read := range w.calls.reads() {
		if read != "/api/v1/session" {
			t.Errorf("without a token the page asked for %s", read)
		}
	}
	p.In("main", "").Click("button", "Sign in")
	d := p.In("dialog", "Sign in")
	d.Fill("Token", onlooker)
	p.Press("Enter")
	p.In("row", "inline").See("in use")
	p.See("Signed in as auditor@contoso.example")
	p.Click("button", "Sign out")
	p.See("Sign in to look")
	p.Gone("inline")
	w.calls.open(0)
}

// token reports where a token can be found: in what the tab keeps, what the browser keeps, and what is on the page.
func keeps(p *browsertest.Page, token string) (places []string) {
	p.Eval(fmt.Sprintf(`(async () => {
		const token = %q, places = [];
		const look = (name, text) => text?.includes(token) && places.push(name);
		look("session storage", JSON.stringify({...sessionStorage}));
		look("local storage", JSON.stringify({...localStorage}));
		look("cookies", document.cookie);
		look("address", location.href);
		look("title", document.title);
		look("history", JSON.stringify(history.state));
		look("document", document.documentElement.outerHTML);
		look("window name", window.name);
		for (const f of document.querySelectorAll("input, textarea")) look("field", f.value);
		look("databases", JSON.stringify(await indexedDB.databases()));
		look("caches", JSON.stringify(await caches.keys()));
		return places;
	})()`, token), &places)
	return places
}

func TestPageTokenLeavesWithTheTab(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(contoso, "inline", deprovision.ExchangeOnlineInline)
	p := w.opened("/accounts", decider)
	if got := keeps(p, decider); strings.Join(got, ", ") != "session storage" {
		t.Errorf("the token is kept in %q, want only the tab's session storage", got)
	}
	p.Reload()
	p.See("Signed in as soc@contoso.example")

	other := p.NewTab()
	other.Open(w.url("/accounts"))
	other.In("row", "inline").See("in use")
	other.Find("button", "Sign in")
	if got := keeps(other, decider); len(got) > 0 {
		t.Errorf("another tab has the token in %q", got)
	}

	p.Click("button", "Sign out")
	p.Find("button", "Sign in")
	p.Lost("button", "Remove… inline of contoso")
	if got := keeps(p, decider); len(got) > 0 {
		t.Errorf("after signing out the token is in %q", got)
	}
	p.Reload()
	p.In("row", "inline").See("in use")
	p.Find("button", "Sign in")
}

func TestPageRefusesAForeignTokenAndSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(contoso, "inline", deprovision.ExchangeOnlineInline)
	p := w.open("/accounts")
	p.Expect("401")
	p.Click("button", "Sign in")
	d := p.In("dialog", "Sign in")
	d.Fill("Token", stranger)
	d.Click("button", "Sign in")
	d.In("alert", "").See("The worker does not know this token. Look whether all of it was copied, and nothing else.")
	d.Gone("Authorization")
	if got := keeps(p, stranger); strings.Join(got, ", ") != "field" {
		t.Errorf("a token that is not known is in %q, want only the field", got)
	}
	d.Fill("Token", decider) // the dialog is still of use
	d.Click("button", "Sign in")
	p.See("Signed in as soc@contoso.example")
}

func TestPageSaysPlainlyWhatCanBeNoToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open("/accounts")
	p.Click("button", "Sign in")
	d := p.In("dialog", "Sign in")
	for _, typed := range []string{"пароль-" + decider, "two words of a token", "tökén-" + decider, "令牌"} {
		reads := len(w.calls.reads())
		d.Fill("Token", typed)
		d.Click("button", "Sign in")
		d.In("alert", "").See("This can't be a token: a token has Latin letters without accents, digits and signs, and no spaces.")
		for _, raw := range []string{"Headers", "ISO-8859-1", "Failed to"} {
			d.Gone(raw)
		}
		for _, read := range w.calls.reads()[reads:] {
			if read == "/api/v1/session" {
				t.Errorf("%q was sent", typed)
			}
		}
	}
	d.Fill("Token", " "+decider+" ") // what was copied along around it does no harm
	d.Click("button", "Sign in")
	p.See("Signed in as soc@contoso.example")
}

// A worker that was started anew may know the token no more: whoever looks goes on looking, and is told.
func TestPageSignsOutWhoseTokenIsNoLongerKnown(t *testing.T) {
	t.Parallel()
	known := tokens(t)
	w := newWorld(t, func(o *api.Options) { o.Tokens = known[1:] }) // without the onlooker's
	w.account(contoso, "inline", deprovision.ExchangeOnlineInline)
	p := w.open("/accounts")
	p.Expect("401")
	p.In("row", "inline").See("in use")
	p.Eval(fmt.Sprintf(`sessionStorage.setItem("deprovisioner.token", %q)`, onlooker), nil) // as before the worker was started anew
	p.Reload()
	p.In("row", "inline").See("in use")
	p.Find("button", "Sign in")
	if got := said(p); !strings.Contains(got, "You were signed out") {
		t.Errorf("who listens was told %q", got)
	}
	if got := keeps(p, onlooker); len(got) > 0 {
		t.Errorf("the token is still in %q", got)
	}
}

// What the API refuses it gives a reason for, and the page shows that reason and not one of its own.
func TestPageShowsWhatTheAPIRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(contoso, "inline", deprovision.ExchangeOnlineInline)
	s := w.request(a, "r1")
	s.reaches("remove-rerouting-rules")
	s.stops(deprovision.StopFailed, "a call was refused")
	answered := w.answering(func(deprovision.Decision) string { return "only the owner of the tenant may decide here" })
	p := w.opened("/requests/contoso/exchange-online-inline/r1", decider)
	p.Expect(fmt.Sprint(http.StatusConflict))
	p.Click("button", "Retry…")
	d := p.In("dialog", "Retry: inline of contoso")
	d.Click("button", "Retry")
	waits(w, answered)
	d.In("alert", "").See("only the owner of the tenant may decide here")
	d.Click("button", "Close")
	p.See("A step failed")

	goes(p, "/requests/contoso/exchange-online-inline/nothing-of-this-name")
	p.Expect("404")
	p.In("main", "").In("alert", "").See("request")
	p.In("main", "").Find("button", "Try again")
}
