package page_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// duty is a request at a manual step.
func (w *world) duty(id string, due time.Duration, instructions string) *scripted {
	w.t.Helper()
	s := w.request(w.account(contoso, "account-"+id, deprovision.Teams), id)
	s.claims()
	at := w.now().UTC().Add(due)
	s.stops(deprovision.StopManual, "something only a person can do", manual(deprovision.Manual{Instructions: instructions,
		Link: "https://console.example/" + id, Owner: "the mail team", Due: &at}))
	return s
}

func headings(p *browsertest.Page, list string) []string {
	var out []string
	p.Eval(fmt.Sprintf(`[...document.querySelectorAll(%q)].map((h) => h.textContent)`, list), &out)
	return out
}

func TestManualStepsStandByWhatIsDueFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.duty("later", 72*time.Hour, "Open the console.\n  1. Remove the account.\n  2. Say so.")
	w.duty("over", -2*time.Hour, strings.Repeat("x", 300)+"<b>not bold</b>")
	w.duty("soon", 2*time.Hour, "Call somebody.")
	w.drawn()
	p := w.open("/manual")
	p.See("3 manual steps and 0 decisions wait for a person")
	if got := headings(p, "ol.todo h3"); fmt.Sprint(got) != "[account-over, Teams, contoso account-soon, Teams, contoso account-later, Teams, contoso]" {
		t.Errorf("the order is %v", got)
	}
	over := p.In("listitem", "account-over")
	over.See("overdue")
	over.See("2 h ago")
	over.See("<b>not bold</b>")
	over.See("Owner: the mail team.")
	p.In("listitem", "account-soon").Gone("overdue")
	later := p.In("listitem", "account-later")
	later.See("Copy the instructions")
	later.See("Open the console.\n  1. Remove the account.\n  2. Say so.")
	if text := p.Copied(func() { later.Click("button", "Copy the instructions for account-later") }); text != "Open the console.\n  1. Remove the account.\n  2. Say so." {
		t.Errorf("copied %q", text)
	}
	p.Phone()
	p.Sound(browsertest.Width, browsertest.Names)
	later.Click("link", "Say that it is done: request later")
	p.Until("the request", func() bool { return strings.HasSuffix(p.URL(), "#/requests/contoso/teams/later") })
}

func TestManualStepThatWasDoneStaysWhereItWasUntilSomebodyLooksAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one := w.duty("one", time.Hour, "Do it.")
	w.drawn()
	p := w.open("/manual")
	p.In("listitem", "account-one").See("Do it.")
	one.obeys(deprovision.Decision{ID: "d1", Verb: deprovision.ManualDone, DecidedBy: "soc@contoso.example"})
	p.In("listitem", "account-one").See("It waits no more: in work")
	w.duty("two", time.Hour, "Do that.")
	w.drawn()
	p.Click("button", "1 request changed: show")
	p.In("listitem", "account-two").See("Do that.")
	p.Lost("listitem", "account-one")
}

func TestDecisionsThatWaitAreListedWithWhyAndHowLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.request(w.account(contoso, "inline", deprovision.ExchangeOnlineInline), "r1")
	s.claims()
	at := w.now().UTC().Add(3 * time.Hour)
	s.stops(deprovision.StopConfirm, "the plan removes 10 objects", func(s *deprovision.Stop) { s.Expires = &at })
	w.drawn()
	p := w.open("/manual")
	p.See("0 manual steps and 1 decision wait for a person")
	row := p.In("row", "inline")
	row.See("Confirm")
	row.See("The plan is made, nothing is changed")
	row.See("the plan removes 10 objects")
	row.See("in 2 h 59 min")
	p.See("No manual step waits for a person.")
	p.See("Nothing is left to be done by hand.")
	row.Click("link", "Decide request r1")
	p.Until("the request", func() bool { return strings.HasSuffix(p.URL(), "#/requests/contoso/exchange-online-inline/r1") })
}

func TestWhatIsLeftByHandIsListedUntilALaterRequestTakesItUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	left := deprovision.Remainder{Name: "generated data at the product", Instructions: "Ask the vendor\nto delete it.", Link: "https://console.example/data"}
	ended := func(account, id string, status deprovision.Status, changes ...func(*deprovision.Request)) {
		s := w.request(w.account(contoso, account, deprovision.Teams), id, changes...)
		s.claims()
		var remainder []deprovision.Remainder
		if status != deprovision.Succeeded && status != deprovision.Refused {
			remainder = append(remainder, left)
		}
		s.ends(status, remainder...)
	}
	resumes := func(of string) func(*deprovision.Request) { return func(r *deprovision.Request) { r.ResumeOf = of } }
	ended("a", "a1", deprovision.SucceededWithRemainder)
	ended("b", "b1", deprovision.Forced)
	ended("b", "b2", deprovision.Succeeded, resumes("b1"))
	ended("c", "c1", deprovision.Cancelled)
	ended("c", "c2", deprovision.Refused, resumes("c1")) // that took nothing up
	ended("d", "d1", deprovision.Failed)
	ended("e", "e1", deprovision.Succeeded)
	w.drawn()
	p := w.open("/manual")
	p.See("1 request not listed: a later one took up what was left.")
	if got := headings(p, "ul.todo h3"); fmt.Sprint(got) != "[d, Teams, contoso c, Teams, contoso a, Teams, contoso]" {
		t.Errorf("listed are %v", got)
	}
	item := p.In("listitem", "Request a1")
	item.See("Ask the vendor\nto delete it.")
	item.Find("link", "https://console.example/data")
	if text := p.Copied(func() { item.Click("button", "Copy generated data at the product") }); text != left.Name {
		t.Errorf("copied %q", text)
	}
}
