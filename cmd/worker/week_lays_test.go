package main

import (
	"cmp"
	"slices"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// lay is a request that is left at a stop for a week. Each has a tenant of its own, whose alias is its name.
type lay struct {
	name          string
	account       string // one of the simulated tenant's; "" is that of the inline mode
	fixture       func(*tenantsim.Fixture)
	before, after func(*terms)                                       // of its tenant, before the week and after it
	ask           func(*deprovision.Request)                         //
	provoke       func(w *weeks, l *lay)                             // leads the request to its stop, where it does not come there by itself
	stop          string                                             // where it waits for a week; "": it is parked
	meantime      func(w *weeks, l *lay)                             // what somebody does in the tenant before the answer
	answers       []func(deprovision.Progress) deprovision.Decision  // to its stop, and to those that follow
	then          []string                                           // the stops that follow
	ends          func(w *weeks, l *lay, events []deprovision.Event) // what is right at the end, beyond what is always right
	tenant        string                                             // its GUID
	at            deprovision.Progress                               // before the week
}

// terms are a tenant's part of the configuration.
type terms struct {
	credential string
	armed      bool
	perHour    int
	drain, due time.Duration
}

// reply is what a person says at a stop.
func reply(verb deprovision.Verb, change ...func(*deprovision.Decision)) func(deprovision.Progress) deprovision.Decision {
	return func(p deprovision.Progress) deprovision.Decision {
		d := deprovision.Decision{Verb: verb, Stop: p.Stop.Seq, Reason: "looked at it after the holiday"}
		if verb == deprovision.Confirm || verb == deprovision.Approve {
			d.PlanDigest, d.Acknowledged = p.Plan.Digest, deprovision.Codes(p.Plan.Cautions)
		}
		for _, c := range change {
			c(&d)
		}
		return d
	}
}

func answers(list ...func(deprovision.Progress) deprovision.Decision) []func(deprovision.Progress) deprovision.Decision {
	return list
}

// lays has a request for each stop but recovered, which loses the journal of all, and one that is parked.
func lays() []*lay {
	retry, confirm := reply(deprovision.Retry), reply(deprovision.Confirm)
	unconfirmed := func(r *deprovision.Request) { r.Options = deprovision.Options{} }
	reader := func(t *terms) { t.credential = "reader" }
	atMost := func(n int) func(*terms) { return func(t *terms) { t.perHour = n } }
	drained := func(d time.Duration) func(*terms) { return func(t *terms) { t.drain = d } }
	return []*lay{
		{name: "invalid-account", stop: deprovision.StopInvalidAccount, fixture: disableProduct, answers: answers(reply(deprovision.Continue))},
		{name: "missing-rights", stop: deprovision.StopMissingRights, before: reader, after: reader,
			answers: answers(reply(deprovision.Credentials, func(d *deprovision.Decision) { d.CredentialRef = "worker" }))},
		{name: "confirm", stop: deprovision.StopConfirm, ask: unconfirmed, answers: answers(confirm)},
		{name: "drift", stop: deprovision.StopDrift, ask: unconfirmed, provoke: (*weeks).drift, answers: answers(confirm)},
		{name: "brake", stop: deprovision.StopBrake, before: atMost(5), after: atMost(5),
			answers: answers(reply(deprovision.Approve, func(d *deprovision.Decision) { d.Names = []string{"brake"} }))},
		{name: "brake-of-an-hour", stop: deprovision.StopBrake, account: "exchange", before: atMost(30), after: atMost(30), provoke: (*weeks).fillTheHour,
			answers: answers(retry, reply(deprovision.ManualDone)), then: []string{deprovision.StopManual}},
		{name: "not-armed", stop: deprovision.StopNotArmed, before: func(t *terms) { t.armed = false }, answers: answers(retry)},
		{name: "still-rerouting", stop: deprovision.StopStillRerouting, fixture: reroute, meantime: (*weeks).removeTheRule, answers: answers(retry)},
		{name: "still-there", stop: deprovision.StopStillThere, before: drained(10 * time.Minute), provoke: (*weeks).lag, answers: answers(retry)},
		{name: "manual", stop: deprovision.StopManual, account: "exchange", before: func(t *terms) { t.due = 24 * time.Hour }, answers: answers(reply(deprovision.ManualDone)),
			ends: (*weeks).noteIsKept},
		{name: "failed", stop: deprovision.StopFailed, provoke: (*weeks).forbid, answers: answers(retry)},
		{name: "parked", before: drained(24 * time.Hour), after: drained(24 * time.Hour), ends: (*weeks).drainedOnce},
	}
}

// request is what is asked for: confirmed, so that it stops nowhere else.
func (l *lay) request() deprovision.Request {
	r := confirmedRequest()
	r.ID, r.Tenant, r.Account = "r1", l.name, cmp.Or(l.account, "inline")
	if l.account == "exchange" {
		r.Service = deprovision.ExchangeOnline
		r.Options.Acknowledged = []string{"threat-investigation-stops", "threat-mitigation-stops", "threat-remediation-stops", "quarantine-lost"}
	}
	if l.ask != nil {
		l.ask(&r)
	}
	return r
}

func (l *lay) ref() deprovision.Ref { return l.request().Ref() }

func disableProduct(f *tenantsim.Fixture) {
	i := slices.IndexFunc(f.ServicePrincipals, func(p tenantsim.ServicePrincipal) bool { return p.AppID == tenantsim.ProductAppID })
	f.ServicePrincipals[i].Disabled = true
}

const legacyRule = "TMCAS legacy rule"

// reroute adds a rule that resembles the product's and sends mail to it: nobody approves it, and nothing is closed while it does.
func reroute(f *tenantsim.Fixture) {
	f.Exchange.OutboundConnectors = append(f.Exchange.OutboundConnectors, tenantsim.OutboundConnector{Name: "TMCAS legacy out", RuleScoped: true, SmartHosts: []string{"x.tmcas.trendmicro.com"}})
	f.Exchange.TransportRules = append(f.Exchange.TransportRules, tenantsim.TransportRule{Name: legacyRule, OutboundConnector: "TMCAS legacy out"})
}

func (w *weeks) removeTheRule(l *lay) {
	w.t.Helper()
	if _, err := w.tenantOf(l).Exchange.Do(w.ctx, "Remove-TransportRule", map[string]any{"Identity": legacyRule, "Confirm": false}); err != nil {
		w.t.Error(err)
	}
}

// drift removes a group between the plan and its confirmation.
func (w *weeks) drift(l *lay) {
	w.t.Helper()
	p := w.stands(l.ref(), deprovision.StopConfirm)
	id, ok := w.sim.ObjectID(l.tenant, tenantsim.KindGroup, tenantsim.GroupIncoming)
	if _, err := w.tenantOf(l).Directory.DeleteGroup(w.ctx, id); err != nil || !ok {
		w.t.Errorf("%v %v", ok, err)
	}
	w.decide(l.ref(), reply(deprovision.Confirm)(p))
}

// fillTheHour has another removal of the tenant take what may go within an hour.
func (w *weeks) fillTheHour(l *lay) {
	other := (&lay{name: l.name}).request()
	other.ID = "first"
	hour := deprovision.Duration(30 * 24 * time.Hour)
	other.Options.Drain = &hour
	w.stands(w.submit(other), "")
}

// forbid refuses one call.
func (w *weeks) forbid(l *lay) {
	w.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{Tenant: l.tenant, Cmdlet: "Remove-TransportRule", Nth: 2}, Do: tenantsim.FaultForbidden})
}

// lag has the tenant show for a day what is removed after the drain, and moves the time on until nobody has the patience to read again.
func (w *weeks) lag(l *lay) {
	w.stands(l.ref(), "")
	if err := w.sim.SetBehaviour(l.tenant, tenantsim.Behaviour{Consistency: tenantsim.Consistency{DeletedFor: 24 * time.Hour}}); err != nil {
		w.t.Error(err)
	}
	w.until(l.ref(), func(e deprovision.Event) bool {
		if p := e.Progress; p.Status == deprovision.Parked {
			w.pass(p.Park.Until)
		}
		return e.Progress.Status == deprovision.Waiting || e.Progress.Status.Terminal()
	})
}

// drainedOnce expects that the drain ended when it was due, and did not begin anew.
func (w *weeks) drainedOnce(l *lay, events []deprovision.Event) {
	want := "drained until " + l.at.Park.Until.Format(time.RFC3339)
	if got := events[len(events)-1].Progress.Facts["drain"]; got != want {
		w.t.Errorf("of the drain it says %q, want %q", got, want)
	}
}

// noteIsKept expects the note of the manual step in the journal, with who gave it, although it was due days ago.
func (w *weeks) noteIsKept(l *lay, events []deprovision.Event) {
	if m := l.at.Stop.Manual; m.Owner != "mail team" || m.Due == nil || !m.Due.Before(time.Now().Add(-5*24*time.Hour)) {
		w.t.Errorf("the manual step was due %v, by %q", m.Due, m.Owner)
	}
	kept := slices.ContainsFunc(events, func(e deprovision.Event) bool {
		d := e.Change.Decision
		return d != nil && d.Verb == deprovision.ManualDone && d.Reason != "" && d.DecidedBy == "admin@contoso.example"
	})
	if !kept {
		w.t.Error("nobody reads how the manual step was done")
	}
}
