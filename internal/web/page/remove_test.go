package page_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const whyRemove = "Why? It is kept in the evidence. (may be left empty)"

func TestAskingWarnsFirstAndSendsOneRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(contoso, "exchange", deprovision.ExchangeOnline, func(a *deprovision.Account) { a.Consumers = []string{"Cortex XSOAR", "our own playbooks"} })
	asked := w.asked()
	p := w.opened("/accounts", decider)
	p.Sound()
	p.DoubleClick("button", "Remove… exchange of contoso")
	d := p.In("dialog", "Remove exchange of contoso")
	for _, text := range []string{"Threat Investigation", "Threat Mitigation", "Threat Remediation", "our own playbooks",
		"Nothing is removed before the plan is confirmed"} {
		d.See(text)
	}
	p.Press("Enter", "Space", "Enter")
	p.Press("Escape")
	p.Lost("dialog", "Remove exchange of contoso")
	none(w, asked)

	p.Click("button", "Remove… exchange of contoso")
	d.Fill(whyRemove, "the contract ends")
	p.Sound()
	d.Click("button", "Ask for the removal")
	got := waits(w, asked)
	want := deprovision.Request{ID: got.ID, Tenant: contoso, Service: deprovision.ExchangeOnline, Account: "exchange", RequestedBy: "soc@contoso.example",
		Reason: "the contract ends"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the worker got %+v, want %+v", got, want)
	}
	p.Until("the request's own view", func() bool { return strings.HasSuffix(p.URL(), "#/requests/contoso/exchange-online/"+got.ID) })
	none(w, asked)
}

func TestWarningsBeforeThePlanAreThoseOfTheFootprint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, service := range deprovision.Services() {
		w.account(contoso, fmt.Sprint("a", i), service, func(a *deprovision.Account) { a.Consumers = []string{"our own playbooks"} })
	}
	w.account(contoso, "other", deprovision.Teams, func(a *deprovision.Account) { a.Product = "no-footprint" })
	p := w.opened("/accounts", decider)
	opened := func(id string) *browsertest.Scope {
		p.Click("button", "Remove… "+id+" of contoso")
		return p.In("dialog", "Remove "+id+" of contoso")
	}
	closed := func(id string) {
		p.Press("Escape")
		p.Lost("dialog", "Remove "+id+" of contoso")
	}
	for i, service := range deprovision.Services() {
		id := fmt.Sprint("a", i)
		d := opened(id)
		s, ok := catalog().Service(deprovision.ReferenceProduct, service)
		if !ok {
			t.Fatalf("there is no footprint of %s", service)
		}
		d.See("our own playbooks")
		for _, c := range s.Cautions {
			text := strings.NewReplacer("{consumers}", "our own playbooks", "{quarantined}", "how many items is not known before a worker has looked").Replace(c.Text)
			d.See(text)
		}
		closed(id)
	}
	opened("other").See("What stops with this account is not known here: the worker has no footprint of this product and service.")
	closed("other")
}

func TestProblemIsShownBesideItsFieldAndNothingIsLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(contoso, "inline", deprovision.ExchangeOnlineInline)
	asked := w.asked()
	p := w.opened("/accounts", decider)
	p.Expect("400")
	p.Click("button", "Remove… inline of contoso")
	d := p.In("dialog", "Remove inline of contoso")
	d.Fill(whyRemove, "the contract ends")
	p.Eval(`document.querySelector("dialog summary").click()`, nil)
	const drain = "How long mail that is under way may still come back (such as 90m or 24h, from 0s to 720h; empty: as the tenant's policy has it)"
	d.Fill(drain, "31 days")
	d.Click("button", "Ask for the removal")
	d.See("options.drain")
	var beside bool
	p.Eval(`document.querySelector("dialog .notice.bad").closest("details") !== null`, &beside)
	if !beside {
		t.Error("what is wrong with the drain stands elsewhere")
	}
	p.Sound()
	none(w, asked)
	d.Fill(drain, "36h")
	d.Check("Only look: the request ends with the plan, and nothing is removed.", true)
	d.Check("Remove for good: what the directory would keep for 30 days to be restored goes at once, too.", true)
	d.Click("button", "Ask for the plan only")
	got := waits(w, asked)
	if o := got.Options; got.Reason != "the contract ends" || o.Drain == nil || time.Duration(*o.Drain) != 36*time.Hour || !o.DryRun || !o.Purge {
		t.Errorf("the worker got %+v", got)
	}
}

func TestWhatAnEarlierRequestLeftCanBeTakenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(contoso, "inline", deprovision.ExchangeOnlineInline)
	s := w.request(a, "r1")
	plan := s.confirms(inlinePlan(s.state.Request))
	s.claims()
	s.carriesOut(plan, "remove-virtual-groups")
	s.ends(deprovision.Forced, deprovision.Remainder{Name: "Inbound connector 1", Instructions: "Remove it."})
	w.drawn()
	asked := w.asked()
	p := w.opened("/accounts", decider)
	p.See("There is no service account left to remove.")
	goes(p, "/requests/contoso/exchange-online-inline/r1")
	p.Click("button", "Take up what is left…")
	d := p.In("dialog", "Remove inline of contoso")
	d.See("what is still there of what the earlier request left")
	d.Click("button", "Ask for the removal")
	if got := waits(w, asked); got.ResumeOf != "r1" || got.ID == "r1" {
		t.Errorf("the worker got %+v", got)
	}
}

func TestAppIdsAreThereToNoteWhereSharePointFindsTheAppByThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const atSharePoint = "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b071"
	w.account(contoso, "sharepoint", deprovision.SharePointOnline, func(a *deprovision.Account) { a.SharePointAppID = atSharePoint })
	w.account(contoso, "chat", deprovision.TeamsChat)
	p := w.opened("/accounts", decider)
	if got := p.Copied(func() { p.Click("button", "Copy the App Id of sharepoint") }); got != appID {
		t.Errorf("%q was copied, want the App Id", got)
	}
	p.Click("button", "Remove… sharepoint of contoso")
	d := p.In("dialog", "Remove sharepoint of contoso")
	if got := p.Copied(func() { d.Click("button", "Copy the App Identifier at SharePoint") }); got != atSharePoint {
		t.Errorf("%q was copied, want the App Identifier", got)
	}
	p.Press("Escape")
	p.Click("button", "Remove… chat of contoso")
	d = p.In("dialog", "Remove chat of contoso")
	d.See("Nothing is removed before the plan is confirmed")
	if d.Has("button", "Copy the App Id") {
		t.Error("an App Id is to be noted where nobody needs it")
	}
}

func TestWhoMayNotAskIsToldHowToSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account(contoso, "inline", deprovision.ExchangeOnlineInline)
	p := w.open("/accounts")
	p.See("To remove an account, sign in at the top of the page with a token that may ask.")
	if p.Has("button", "Remove… inline of contoso") {
		t.Error("a removal is offered to whoever is not signed in")
	}
	w.signIn(p, onlooker)
	p.See("Your token may not ask for a removal")
	p.Click("button", "Sign out")
	w.signIn(p, decider)
	p.Find("button", "Remove… inline of contoso")
}

func TestManyAccountsAreFilteredSortedAndPaged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	services := deprovision.Services()
	for i := range 250 {
		w.account([]string{contoso, fabrikam}[i%2], fmt.Sprintf("account-%03d", i), services[i%3])
	}
	w.account(contoso, "delegate", deprovision.OneDrive, delegate("cas@contoso.example"))
	p := w.opened("/accounts", decider)
	first := func() string { return p.Rows("Service accounts")[0][0] }
	p.See("1 to 100 of 251")
	if n := len(p.Rows("Service accounts")); n != 100 {
		t.Errorf("%d rows, want 100", n)
	}
	p.Click("button", "Next")
	p.See("101 to 200 of 251")
	p.Choose("Sort by", "Account")
	p.See("1 to 100 of 251")
	p.Until("the first account", func() bool { return first() == "account-000" })
	p.Choose("Tenant", fabrikam)
	p.See("1 to 100 of 125")
	p.Choose("Service", "Exchange Online (Inline Mode)")
	p.Until("accounts of one service in one tenant", func() bool {
		return !slices.ContainsFunc(p.Rows("Service accounts"), func(r []string) bool { return r[1] != fabrikam || r[2] != "Exchange Online (Inline Mode)" })
	})
	p.Choose("Service", "All services")
	p.Choose("Tenant", "All tenants")
	p.Fill("Name, user or App Id", "CAS@")
	p.Until("one account", func() bool { return len(p.Rows("Service accounts")) == 1 && first() == "delegate" })
	p.Fill("Name, user or App Id", "nobody")
	p.See("No service account fits what you filter by.")
	p.Phone()
	p.Sound(browsertest.Width)
}

func TestRowGoesWhenItsAccountWentAndStaysWhenItDidNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gone := w.account(contoso, "inline", deprovision.ExchangeOnlineInline)
	kept := w.account(contoso, "teams", deprovision.Teams)
	p := w.opened("/accounts", decider)
	one, two := w.request(gone, "r1"), w.request(kept, "r2")
	one.claims()
	two.claims()
	p.In("row", "inline").See("in work")
	p.In("row", "teams").See("in work")
	p.Lost("button", "Remove… teams of contoso")
	p.In("row", "teams").Click("link", "in work")
	p.Until("the request's own view", func() bool { return strings.HasSuffix(p.URL(), "/teams/r2") })
	goes(p, "/accounts")
	p.In("row", "inline").See("in work")
	one.append(deprovision.Ended, func(e *deprovision.Event) { e.Progress.Status, e.Progress.Claim = deprovision.Succeeded, nil })
	p.In("row", "inline").See("removed") // its end is heard, and the record does not say so yet
	gone.State, gone.Open, gone.Closed = deprovision.AccountClosed, "", "r1"
	w.put(gone)
	two.ends(deprovision.Cancelled, deprovision.Remainder{Name: "an app", Instructions: "Remove it."})
	p.Until("one row", func() bool { return len(p.Rows("Service accounts")) == 1 })
	p.See("inline of contoso is removed.")
	p.In("row", "teams").See("cancelled")
	p.Find("button", "Remove… teams of contoso")
	p.Check("Removed ones, too", true)
	p.In("row", "inline").See("removed")
}

func TestWayOfSigningInThatThePageDoesNotKnowIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open("/accounts")
	p.See("No service account is recorded.")
	p.Eval(`import("/assets/js/session.js").then((m) => { m.session.signIn = ["token", "oidc"]; })`, nil)
	p.Click("button", "Sign in")
	d := p.In("dialog", "Sign in")
	d.See("The worker also takes what this page does not know yet: oidc.")
	p.Expect("401")
	d.Fill("Token", stranger)
	d.Click("button", "Sign in")
	d.Find("alert", "")
	p.Sound()
	d.Fill("Token", decider)
	p.Press("Enter")
	p.Find("button", "Sign out")
}
