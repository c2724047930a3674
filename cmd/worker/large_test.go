package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// The size of the large tenant.
const (
	manyMailboxes = 10_000
	manyFolders   = 2_500
	manySites     = 2_000
)

// largeTenant has so many mailboxes and sites that nothing about it fits into one call, one lease or one budget.
func largeTenant() *tenantsim.Fixture {
	return tenantsim.Generate(3, tenantsim.GenerateOptions{Inline: true, Services: true, Mailboxes: manyMailboxes, QuarantineFolders: manyFolders,
		SharePoint: tenantsim.GenerateSharePoint{Sites: manySites, Receivers: 1, Lists: 3}})
}

// hurried are the published budgets for a tenant of this size, with a minute in one second.
func hurried() []tenantsim.Budget {
	budgets := tenantsim.DocumentedBudgets()
	for i := range budgets {
		if budgets[i].Service == tenantsim.ServiceSites || budgets[i].API == tenantsim.APISharePoint {
			budgets[i].Units = 3_750 // for 5,000 to 15,000 licences
		}
		budgets[i].Window /= 60
	}
	return budgets
}

func TestTenThousandMailboxesAndTwoThousandSitesAreRemovedThroughThreeKills(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes minutes")
	}
	sites := map[string][]string{"event-receiver": {tenantsim.ReceiverHost}, "quarantine-library": {tenantsim.QuarantineLibrary}}
	s := newSite(t, options{fixture: largeTenant(), patience: 15 * time.Minute, log: 500_000, behaviour: tenantsim.Behaviour{Throttle: hurried()},
		accounts: []deprovision.Account{
			{Tenant: "contoso", ID: "exchange", Service: deprovision.ExchangeOnline, Kind: deprovision.Authorized, AppID: tenantsim.MailProductAppID,
				Names: map[string][]string{"quarantine-folder": {tenantsim.QuarantineFolder}}, State: deprovision.AccountActive},
			{Tenant: "contoso", ID: "sharepoint", Service: deprovision.SharePointOnline, Kind: deprovision.Authorized, AppID: tenantsim.SharePointProductAppID,
				Names: sites, State: deprovision.AccountActive}}})
	mail := s.submit(largeRequest("exchange", deprovision.ExchangeOnline, "threat-investigation-stops", "threat-mitigation-stops", "threat-remediation-stops",
		"quarantine-lost"))
	files := s.submit(largeRequest("sharepoint", deprovision.SharePointOnline, "quarantine-lost"))
	for _, at := range []string{"take-inventory", "remove-event-receivers", "verify-removal"} {
		w := s.worker("")
		s.until(files, func(e deprovision.Event) bool { return midway(e.Progress, at) })
		w.kill()
	}
	w := s.worker("")
	go s.addIn(mail)
	p, events := s.end(files)
	s.checkLarge(p, events)
	q, events := s.end(mail)
	s.checkLarge(q, events)
	w.kill()
	s.checkEachPlaceOnce(p, q)
}

func largeRequest(account string, service deprovision.Service, cautions ...string) deprovision.Request {
	return deprovision.Request{ID: client.NewID(), Tenant: "contoso", Service: service, Account: account, RequestedBy: "soc@contoso.example",
		Options: deprovision.Options{Confirmed: true, Acknowledged: cautions}}
}

// midway reports whether a request has done a part of a step's units, or is past the step.
func midway(p deprovision.Progress, step string) bool {
	for i, s := range p.Steps {
		if s.Name == step {
			return p.Step > i || p.Step == i && s.Done > 300
		}
	}
	return p.Status.Terminal()
}

// addIn answers the stop at which a person removes the Outlook add-in.
func (s *site) addIn(ref deprovision.Ref) {
	for e, err := range s.client.Watch(s.ctx, ref, 1) {
		if err != nil || e.Progress.Status.Terminal() {
			return
		}
		if stop := e.Progress.Stop; stop != nil && stop.Name == "manual" {
			_, _ = s.client.Decide(s.ctx, deprovision.Decision{ID: client.NewID(), Tenant: ref.Tenant, Service: ref.Service, Request: ref.Request, // the test waits for what comes of it
				Verb: deprovision.ManualDone, Stop: stop.Seq, DecidedBy: "admin@contoso.example", Reason: "done"})
		}
	}
}

// checkLarge holds the end of one of the two removals, and that every document on the way was within its limit.
func (s *site) checkLarge(p deprovision.Progress, events []deprovision.Event) {
	s.t.Helper()
	if p.Status != deprovision.SucceededWithRemainder || p.Gone != 0 || len(p.InDoubt) > 0 {
		s.t.Errorf("%s ended as %s (%s): removed %d, unconfirmed %d, found gone %d, in doubt %v", p.Request.Account, p.Status, p.Detail, p.Removed, p.Unconfirmed,
			p.Gone, p.InDoubt)
	}
	largest := 0
	for _, e := range events {
		body, err := json.Marshal(e.Progress)
		if err != nil {
			s.t.Fatal(err)
		}
		largest = max(largest, len(body))
	}
	if largest > deprovision.MaxProgress {
		s.t.Errorf("a document of %s has %d bytes", p.Request.Account, largest)
	}
	s.t.Logf("%s: %d artifacts, %d events, the largest document %d bytes, %s", p.Request.Account, p.Removed+p.Unconfirmed, len(events), largest,
		p.Updated.Sub(p.Started).Round(time.Second))
}

// checkEachPlaceOnce asks the tenant's own log: every folder and receiver went by one call, and no finished chunk was searched a second time.
func (s *site) checkEachPlaceOnce(files, mail deprovision.Progress) {
	s.t.Helper()
	removed, roots, sites := map[string]int{}, map[string]int{}, map[string]int{}
	for _, c := range s.sim.Calls() {
		for _, id := range c.Removed {
			removed[id]++
		}
		switch {
		case c.Status >= 400:
		case c.Method == http.MethodGet && strings.HasSuffix(c.Path, "/mailFolders"):
			roots[c.Path]++
		case c.Method == http.MethodGet && strings.HasSuffix(c.Path, "/_api/web/webs"):
			sites[c.Path]++
		}
	}
	for id, n := range removed {
		if n != 1 {
			s.t.Errorf("%s was removed by %d calls", id, n)
		}
	}
	again := func(what string, visits map[string]int, most int) {
		twice := 0
		for _, n := range visits {
			if n > 1 {
				twice++
			}
		}
		s.t.Logf("%d %s were searched, %d of them twice", len(visits), what, twice)
		if twice > most {
			s.t.Errorf("%d %s were searched again, at most the chunks under way at a kill or a pause may be: %d", twice, what, most)
		}
	}
	again("mailboxes", roots, 4*100)
	again("sites", sites, 40*20)
	if len(roots) < manyMailboxes || len(sites) < manySites {
		s.t.Errorf("%d mailboxes and %d sites were searched", len(roots), len(sites))
	}
	if n := mail.Removed + mail.Unconfirmed; n < manyFolders || files.Removed+files.Unconfirmed < 2*manySites {
		s.t.Errorf("%d and %d artifacts went", n, files.Removed+files.Unconfirmed)
	}
	for _, c := range s.sim.Changes("") {
		if c.Effect == tenantsim.EffectRemoved && c.Kind == tenantsim.KindEventReceiver && c.Name != tenantsim.ReceiverName {
			s.t.Errorf("a receiver of others went: %+v", c)
		}
	}
}
