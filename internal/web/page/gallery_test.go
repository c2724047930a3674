package page_test

import (
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// gallery is a world with something in every view, as it is at one moment: galleryNow. Whatever is true of every view is held here.
type gallery struct {
	w  *world
	at time.Time
}

var galleryNow = time.Date(2026, 3, 2, 14, 30, 0, 0, time.UTC)

func newGallery(w *world) *gallery {
	w.t.Helper()
	g := &gallery{w: w}
	w.now = func() time.Time { return g.at }
	g.past()
	g.waiting()
	g.working()
	g.over()
	g.letters()
	g.at = galleryNow
	w.gate.Close(w.t.Context(), fabrikam, time.Hour)
	w.account(contoso, "chat", deprovision.TeamsChat)
	w.account(fabrikam, "mailboxes", deprovision.ExchangeOnline, delegate("svc-protect@fabrikam.example"))
	w.drawn()
	return g
}

// starts sets the time so long before now.
func (g *gallery) starts(before time.Duration) { g.at = galleryNow.Add(-before) }

func (g *gallery) passes(d time.Duration) { g.at = g.at.Add(d) }

// reaches takes a minute for each step.
func (g *gallery) reaches(s *scripted, name string) {
	g.w.t.Helper()
	s.claims()
	for s.state.Steps[s.state.Step].Name != name {
		g.passes(time.Minute)
		s.finishes()
	}
	g.passes(time.Minute)
}

// past are requests of earlier days, for the history.
func (g *gallery) past() {
	g.w.t.Helper()
	for i, end := range []deprovision.Status{deprovision.Succeeded, deprovision.NothingFound, deprovision.Cancelled, deprovision.Forced, deprovision.Failed} {
		g.starts(time.Duration(5-i) * 30 * time.Hour)
		service := deprovision.Services()[i%len(deprovision.Services())]
		s := g.w.request(g.w.account(fabrikam, fmt.Sprintf("former-%d", i+1), service), fmt.Sprintf("case-10%d", i+1))
		g.reaches(s, "confirm")
		g.passes(time.Hour)
		var left []deprovision.Remainder
		if end == deprovision.Forced {
			left = append(left, deprovision.Remainder{Name: "the whole footprint", Instructions: "Remove by hand what the plan lists."})
		}
		s.ends(end, left...)
	}
}

// waiting are requests that wait for a person, each at another stop.
func (g *gallery) waiting() {
	g.w.t.Helper()
	g.starts(5 * time.Hour)
	s := g.w.request(g.w.account(contoso, "mail-inline", deprovision.ExchangeOnlineInline), "case-2041")
	g.reaches(s, "confirm")
	s.confirms(inlinePlan(s.state.Request))

	g.starts(6 * time.Hour)
	s = g.w.request(g.w.account(contoso, "drives", deprovision.OneDrive), "case-2038")
	g.reaches(s, "remove-at-product")
	due := galleryNow.Add(20 * time.Hour)
	s.stops(deprovision.StopManual, "the product's console has no interface for this", manual(deprovision.Manual{
		Instructions: "Delete the service account for OneDrive on the page Administration, Service Accounts, of the product's console.",
		Link:         "https://console.example/admin/service-accounts", Owner: "mail team", Due: &due}))

	g.starts(7 * time.Hour)
	s = g.w.request(g.w.account(contoso, "teams", deprovision.Teams), "case-2035")
	g.reaches(s, "remove-app-principal")
	s.stops(deprovision.StopFailed, "the service refused the call: 403 Forbidden, the acting credential lacks Sites.FullControl.All")
}

// working are requests that go on by themselves.
func (g *gallery) working() {
	g.w.t.Helper()
	g.starts(3 * time.Hour)
	s := g.w.request(g.w.account(contoso, "mailboxes", deprovision.ExchangeOnline, delegate("svc-protect@contoso.example"), func(a *deprovision.Account) {
		a.Consumers = []string{"SOC pipeline", "ticket bot"}
	}), "case-2044")
	g.reaches(s, "remove-quarantine-folders")
	g.passes(time.Hour)
	s.append(deprovision.Advanced, func(e *deprovision.Event) {
		p := &e.Progress
		s.holds(p)
		p.Cursor, p.Steps[p.Step].Done, p.Steps[p.Step].Total = 3412, 3412, 10_000
		left, high := deprovision.Duration(40*time.Minute), deprovision.Duration(70*time.Minute)
		eta, late := g.at.Add(40*time.Minute), g.at.Add(70*time.Minute)
		p.Left, p.LeftHigh, p.ETA, p.ETAHigh = &left, &high, &eta, &late
		p.Steps[p.Step].Left, p.Steps[p.Step].LeftHigh = &left, &high
	})

	g.starts(2 * time.Hour)
	s = g.w.request(g.w.account(contoso, "sites", deprovision.SharePointOnline), "case-2046")
	g.reaches(s, "remove-event-receivers")
	s.advances(120, 5000)
	g.at = galleryNow.Add(-3 * time.Minute)
	s.parks("the tenant throttles: 429, Retry-After 12 minutes", 12*time.Minute)

	g.starts(20 * time.Hour)
	s = g.w.request(g.w.account(fabrikam, "mail-inline", deprovision.ExchangeOnlineInline), "case-2029")
	g.reaches(s, "confirm")
	p := s.confirms(inlinePlan(s.state.Request))
	g.passes(30 * time.Minute)
	s.obeys(deprovision.Decision{ID: "d-1", Tenant: fabrikam, Service: s.state.Request.Service, Request: s.state.Request.ID, Verb: deprovision.Confirm,
		Stop: s.state.Stop.Seq, PlanDigest: p.Digest(), Acknowledged: []string{"mail-flow", "quarantine-lost"}, DecidedBy: "admin@fabrikam.example",
		Reason: "the product is replaced"})
	s.carriesOut(p, "drain")
	s.parks("mail under way may still come back", 24*time.Hour)
}

// over is a request that was carried out to its end, with evidence and something left.
func (g *gallery) over() {
	g.w.t.Helper()
	g.starts(10 * time.Hour)
	s := g.w.request(g.w.account(contoso, "old-inline", deprovision.ExchangeOnlineInline), "case-2033")
	g.reaches(s, "confirm")
	p := s.confirms(inlinePlan(s.state.Request))
	g.passes(20 * time.Minute)
	s.obeys(deprovision.Decision{ID: "d-2", Tenant: contoso, Service: s.state.Request.Service, Request: s.state.Request.ID, Verb: deprovision.Confirm,
		Stop: s.state.Stop.Seq, PlanDigest: p.Digest(), Acknowledged: []string{"mail-flow", "quarantine-lost"}, DecidedBy: "soc@contoso.example"})
	s.carriesOut(p, "drain")
	s.parks("mail under way may still come back", time.Hour)
	g.passes(time.Hour)
	s.claims()
	s.carriesOut(p, "close-account")
	g.passes(time.Minute)
	s.ends(deprovision.SucceededWithRemainder, p.Remainder...)
}

func (g *gallery) letters() {
	g.w.t.Helper()
	g.starts(90 * time.Minute)
	for _, d := range []event.DeadLetter{
		{Reason: "unknown-tenant", Detail: "the tenant tailspin is not configured here", Subject: "deprovision.request.tailspin.teams.case-77",
			Header: nats.Header{"Ce-Type": {"removal.requested"}}, Data: []byte(`{"id":"case-77","tenant":"tailspin"}`)},
		{Reason: "not-json", Detail: "the body is no JSON object", Subject: "deprovision.request.contoso.teams.case-78", Data: []byte("remove the account, please")},
	} {
		d.At = g.at
		if err := g.w.journal.PutDeadLetter(g.w.t.Context(), d); err != nil {
			g.w.t.Fatal(err)
		}
	}
}

// aView is one view of the page, with something in it.
type aView struct {
	name, hash string
	sees       string // a text that is there when it is drawn
}

func (v aView) shown(p *browsertest.Page) { p.See(v.sees) }

func (g *gallery) views() []aView {
	return []aView{
		{"accounts", "/accounts", "svc-protect@contoso.example"},
		{"requests", "/requests", "case-2041"},
		{"request-waiting", "/requests/contoso/exchange-online-inline/case-2041", "The plan is ready"},
		{"request-working", "/requests/contoso/exchange-online/case-2044", "3,412"},
		{"request-parked", "/requests/fabrikam/exchange-online-inline/case-2029", "mail under way may still come back"},
		{"request-failed", "/requests/contoso/teams/case-2035", "A step failed"},
		{"request-manual", "/requests/contoso/onedrive/case-2038", "mail team"},
		{"request-ended", "/requests/contoso/exchange-online-inline/case-2033", "generated data at the product"},
		{"evidence", "/requests/contoso/exchange-online-inline/case-2033/evidence", "Rerouting rule 1"},
		{"manual", "/manual", "Administration, Service Accounts"},
		{"tenants", "/tenants", "Budget left"},
		{"tenant", "/tenants/contoso", "The last 24 hours"},
		{"dead-letters", "/dead-letters", "the body is no JSON object"},
		{"nowhere", "/nowhere", "There is nothing here"},
	}
}

// aDialog is one dialog of the page.
type aDialog struct {
	name, hash string
	button     string // that opens it
	title      string
	sees       string // a text that is there when it is drawn
	early      bool   // the button is folded away
}

// opens shows the dialog on a page that is signed in.
func (d aDialog) opens(p *browsertest.Page) {
	d.goes(p)
	p.Click("button", d.button)
	p.In("dialog", d.title).See(d.sees)
	ready(p)
}

// goes leads to where the button is.
func (d aDialog) goes(p *browsertest.Page) {
	goes(p, d.hash)
	if d.early {
		p.See("End it before it is done")
		p.Eval(`document.querySelector("details.early").open = true`, nil)
	}
}

func (d aDialog) closes(p *browsertest.Page) {
	p.In("dialog", d.title).Click("button", "Close")
	p.Lost("dialog", d.title)
}

func (g *gallery) dialogs() []aDialog {
	const (
		waiting = "/requests/contoso/exchange-online-inline/case-2041"
		failed  = "/requests/contoso/teams/case-2035"
	)
	return []aDialog{
		{name: "remove", hash: "/accounts", button: "Remove… chat of contoso", title: "Remove chat of contoso", sees: "Nothing is removed before the plan is confirmed"},
		{name: "confirm", hash: waiting, button: "Confirm…", title: "Confirm: mail-inline of contoso", sees: "Mail goes past the product"},
		{name: "approve", hash: waiting, button: "Approve look-alikes…", title: "Approve look-alikes: mail-inline of contoso", sees: "Rerouting rule (copy)"},
		{name: "cancel", hash: waiting, button: "Cancel the request…", title: "Cancel the request: mail-inline of contoso", sees: "Why?", early: true},
		{name: "force", hash: waiting, button: "Close by force…", title: "Close by force: mail-inline of contoso", sees: "To go on, type", early: true},
		{name: "retry", hash: failed, button: "Retry…", title: "Retry: teams of contoso", sees: "403 Forbidden"},
		{name: "skip", hash: failed, button: "Skip…", title: "Skip: teams of contoso", sees: "To go on, type"},
		{name: "credentials", hash: failed, button: "Other credentials…", title: "Other credentials: teams of contoso", sees: "Never type a secret here"},
		{name: "manual-done", hash: "/requests/contoso/onedrive/case-2038", button: "It is done…", title: "It is done: drives of contoso", sees: "How was it done?"},
		{name: "dead-letter", hash: "/dead-letters", button: "Details of dead letter 1", title: "Dead letter 1", sees: "Set aside"},
		{name: "publish-again", hash: "/dead-letters", button: "Publish dead letter 2 again…", title: "Publish dead letter 2 again", sees: "The message goes out once more"},
	}
}
