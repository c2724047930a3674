package main

import (
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// refusing are requests at their stops, in an office whose policy is strict, and a door to try what is not allowed.
type refusing struct {
	*office
	doorway

	door                             string
	waiting, lacking, ended, expired deprovision.Progress
	confirmed                        deprovision.Decision // of the one that ended
}

// hopeless is a digest of no plan.
var hopeless = "sha256:" + strings.Repeat("0", 64)

func TestBadAnswersAreRefusedNamedAndChangeNothingAtEachDoor(t *testing.T) {
	t.Parallel()
	for name, enter := range doorways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var tenants []*officeTenant
			for i, alias := range []string{"waiting", "lacking", "ended", "expired"} {
				tenants = append(tenants, branch{name: alias, account: "inline"}.tenantOf(uint64(400+i)))
			}
			tenants[0].policy = ", secondPerson: true"
			tenants[1].credential = "reader"
			tenants[3].policy = ", stopsExpire: {confirm: 1h}"
			o := newOffice(t, options{}, tenants...)
			r := &refusing{office: o, doorway: enter(t, o), door: name}
			r.open()
			r.tries(t, enter)
			for _, tenant := range []*officeTenant{tenants[0], tenants[1], tenants[3]} {
				o.untouched(tenant)
			}
		})
	}
}

// tries goes through all of them one after another: a refusal is an event of the request.
func (r *refusing) tries(t *testing.T, enter func(*testing.T, *office) doorway) {
	t.Helper()
	for name, tc := range r.cases() {
		t.Run(name, func(t *testing.T) {
			c := *r
			c.office, c.doorway = r.with(t), enter(t, r.office)
			c.refuses(tc)
		})
	}
	t.Run("twice", func(t *testing.T) {
		before := r.newest(r.ended)
		if a := enter(t, r.office).decide(r.confirmed); !a.ok {
			t.Errorf("the same decision is one: %s", a.says)
		}
		if after := r.newest(r.ended); !reflect.DeepEqual(before, after) {
			t.Errorf("it became %+v", after)
		}
	})
	t.Run("at this door alone", func(t *testing.T) {
		switch d := enter(t, r.office).(type) {
		case apiDoor:
			d.refusesCalls(r.waiting)
		case cliDoor:
			d.refusesCommands(r.waiting)
		}
	})
}

// open leads each request to where it is tried; the last one past its time.
func (r *refusing) open() {
	r.t.Helper()
	ask := func(alias, stop string) deprovision.Progress {
		q := deprovision.Request{ID: "r1", Tenant: alias, Service: deprovision.ExchangeOnlineInline, Account: "inline", RequestedBy: whoAsks, Reason: "the contract ends"}
		if a := r.ask(q); !a.ok {
			r.t.Fatal(a.says)
		}
		return stands(r.t, r.doorway, q.Ref(), 1, stop)
	}
	r.expired, r.waiting = ask("expired", deprovision.StopConfirm), ask("waiting", deprovision.StopConfirm)
	r.lacking, r.ended = ask("lacking", deprovision.StopMissingRights), ask("ended", deprovision.StopConfirm)
	r.confirmed = to(r.ended.Request.Ref(), deprovision.Confirm, acknowledging(r.ended), bound(r.ended))
	r.confirmed.ID = "the-one"
	accepted(r.t, r.doorway, r.confirmed)
	if end := r.watch(r.ended.Request.Ref(), r.ended.Seq+1); !end[len(end)-1].Progress.Status.Terminal() {
		r.t.Fatal("it does not end")
	}
	r.pass(*r.expired.Stop.Expires)
	end := r.watch(r.expired.Request.Ref(), r.expired.Seq+1)
	if p := end[len(end)-1].Progress; p.Status != deprovision.Cancelled || !strings.Contains(p.Detail, "expiry") {
		r.t.Fatalf("it ended as %s: %s", p.Status, p.Detail)
	}
}

// bound names the stop and the plan that were looked at.
func bound(p deprovision.Progress) func(*deprovision.Decision) {
	return func(d *deprovision.Decision) {
		d.Stop = p.Stop.Seq
		if p.Plan != nil && (d.Verb == deprovision.Confirm || d.Verb == deprovision.Approve) {
			d.PlanDigest = p.Plan.Digest
		}
	}
}

// bad is an answer that is not allowed.
type bad struct {
	at     deprovision.Progress
	verb   deprovision.Verb
	change func(*deprovision.Decision)
	says   string // a regular expression
	unsent string // the doors at which it is refused before anything is sent
}

func (r *refusing) cases() map[string]bad {
	return map[string]bad{
		"for another stop":          {at: r.waiting, verb: deprovision.Confirm, change: func(d *deprovision.Decision) { d.Stop++ }, says: "the request waits at stop"},
		"not offered there":         {at: r.waiting, verb: deprovision.Continue, says: "continue is not offered at the stop confirm"},
		"by the wrong person":       {at: r.waiting, verb: deprovision.Confirm, change: func(d *deprovision.Decision) { d.DecidedBy = whoIsElsewhere }, says: whoIsElsewhere + " may not decide in the tenant waiting"},
		"a force by the wrong one":  {at: r.waiting, verb: deprovision.Force, change: func(d *deprovision.Decision) { d.DecidedBy, d.Stop = whoIsElsewhere, 0 }, says: "policy.deciders"},
		"by who asked":              {at: r.waiting, verb: deprovision.Confirm, change: func(d *deprovision.Decision) { d.DecidedBy = whoAsks }, says: "another person has to confirm"},
		"of a stale plan":           {at: r.waiting, verb: deprovision.Confirm, change: func(d *deprovision.Decision) { d.PlanDigest = hopeless }, says: "another plan"},
		"without the cautions":      {at: r.waiting, verb: deprovision.Confirm, change: func(d *deprovision.Decision) { d.Acknowledged = nil }, says: "mail-unscanned"},
		"of an unknown credential":  {at: r.lacking, verb: deprovision.Credentials, change: func(d *deprovision.Decision) { d.CredentialRef = "third" }, says: `no credential .*third.* in the worker's configuration`},
		"with what means nothing":   {at: r.waiting, verb: deprovision.Confirm, change: func(d *deprovision.Decision) { d.Names = []string{"x"} }, says: "nothing with confirm", unsent: "cli api"},
		"with a control character":  {at: r.waiting, verb: deprovision.Cancel, change: func(d *deprovision.Decision) { d.Reason, d.Stop = "a\x1b[2Jb", 0 }, says: "control characters", unsent: "cli api"},
		"with a secret as its note": {at: r.lacking, verb: deprovision.Retry, change: func(d *deprovision.Decision) { d.Reason = "client_secret=" + hidden }, says: "reason", unsent: "cli api"},
		"with a secret instead of a reference": {at: r.lacking, verb: deprovision.Credentials,
			change: func(d *deprovision.Decision) { d.CredentialRef = "whsec_" + hidden }, says: "credentialRef|--credential", unsent: "cli api"},
		"another one at the same stop": {at: r.ended, verb: deprovision.Confirm, says: "the request has ended"},
		"another one of the same id":   {at: r.ended, verb: deprovision.Cancel, change: func(d *deprovision.Decision) { d.ID, d.Stop = "the-one", 0 }, says: "its id names another decision already|the id is taken by another decision", unsent: "api"},
		"of a request that has ended":  {at: r.ended, verb: deprovision.Force, change: func(d *deprovision.Decision) { d.Stop = 0 }, says: "the request has ended"},
		"after the expiry":             {at: r.expired, verb: deprovision.Confirm, says: "expired|the request has ended"},
	}
}

const hidden = "hunter2hunter2hunter2"

// newest is the last event of a request, also behind its end.
func (r *refusing) newest(p deprovision.Progress) deprovision.Event {
	r.t.Helper()
	e, err := r.client.Last(r.ctx, p.Request.Ref())
	if err != nil {
		r.t.Fatal(err)
	}
	return e.Event
}

func (r *refusing) refuses(tc bad) {
	r.t.Helper()
	x := to(tc.at.Request.Ref(), tc.verb, acknowledging(tc.at), bound(tc.at))
	x.ID = client.NewID()
	if tc.change != nil {
		tc.change(&x)
	}
	before := r.newest(tc.at)
	a := r.decide(x)
	if a.ok || !regexp.MustCompile(tc.says).MatchString(a.says) || strings.Contains(a.says, "hunter2") {
		r.t.Errorf("%+v, want %q in it", a, tc.says)
	}
	after := r.newest(tc.at)
	if !same(before.Progress, after.Progress) {
		r.t.Errorf("it was\n%+v\nand is\n%+v", before.Progress, after.Progress)
	}
	if strings.Contains(tc.unsent, r.door) {
		if !reflect.DeepEqual(before, after) {
			r.t.Errorf("it is kept as %+v", after.Change)
		}
		return
	}
	if c := after.Change; after.Progress.Seq != before.Progress.Seq+1 || c.Kind != deprovision.DecisionRefused || c.By != x.DecidedBy || c.Decision == nil || c.Decision.ID != x.ID {
		r.t.Errorf("behind event %d it is recorded in %d as %+v", before.Progress.Seq, after.Progress.Seq, c)
	}
}

// refusesCalls tries what no client of the API would send.
func (d apiDoor) refusesCalls(p deprovision.Progress) {
	d.t.Helper()
	at, token := pathOf(p.Request.Ref()), tokenOf(whoDecides)
	force := map[string]any{"id": "f1", "verb": "force"}
	for name, tc := range map[string]struct {
		method, path, token string
		body                any
		header              []string
		status              int
		says                string
	}{
		"no such token":           {"POST", at + "/decisions", tokenOf("nobody"), force, nil, http.StatusUnauthorized, "unauthorized"},
		"nearly a token":          {"POST", at + "/decisions", token + "x", force, nil, http.StatusUnauthorized, "unauthorized"},
		"a right that is missing": {"PUT", "/tenants/waiting/accounts/inline", token, force, nil, http.StatusForbidden, "forbidden"},
		"in another's name":       {"POST", at + "/decisions", token, map[string]any{"id": "f1", "verb": "force", "decidedBy": whoAsks}, nil, http.StatusForbidden, "decidedBy"},
		"method":                  {"DELETE", at, token, nil, nil, http.StatusMethodNotAllowed, "method-not-allowed"},
		"media type":              {"POST", at + "/decisions", token, force, []string{"Content-Type", "text/plain"}, http.StatusUnsupportedMediaType, "Content-Type"},
		"media type of an answer": {"GET", at, token, nil, []string{"Accept", "text/html"}, http.StatusNotAcceptable, "Accept"},
		"page of none":            {"GET", at + "/artifacts?limit=0", token, nil, nil, http.StatusBadRequest, "limit"},
		"page of too many":        {"GET", "/requests?limit=1001", token, nil, nil, http.StatusBadRequest, "limit"},
		"page behind nowhere":     {"GET", at + "/artifacts?after=nowhere", token, nil, nil, http.StatusBadRequest, "after"},
		"stream behind the end":   {"GET", at + "/events", token, nil, []string{"Accept", "text/event-stream", "Last-Event-ID", "1000"}, http.StatusBadRequest, "Last-Event-ID"},
		"member":                  {"POST", at + "/decisions", token, map[string]any{"id": "f1", "verb": "force", "stopp": 1}, nil, http.StatusBadRequest, "stopp"},
		"verb":                    {"POST", at + "/decisions", token, map[string]any{"id": "f1", "verb": "agree"}, nil, http.StatusBadRequest, "verb"},
		"tenant":                  {"GET", strings.Replace(at, "waiting", "elsewhere", 1), token, nil, nil, http.StatusNotFound, "unknown-tenant"},
	} {
		before := d.show(p.Request.Ref())
		status, text := d.call(tc.method, tc.path, tc.token, tc.body, tc.header...)
		if status != tc.status || !strings.Contains(text, tc.says) {
			d.t.Errorf("%s: %d %s", name, status, text)
		}
		if after := d.show(p.Request.Ref()); !reflect.DeepEqual(before, after) {
			d.t.Errorf("%s: it became %+v", name, after)
		}
	}
}

// refusesCommands tries what is wrong on a command line before anything is sent.
func (d cliDoor) refusesCommands(p deprovision.Progress) {
	d.t.Helper()
	ref := p.Request.Ref().Tokens()
	for name, tc := range map[string]struct {
		args []string
		code int
		says string
	}{
		"verb":           {[]string{"decide", "agree", ref, "--stop", "1"}, cli.BadInput, "verb"},
		"flag":           {[]string{"decide", "force", ref, "--fast"}, cli.BadInput, "--fast"},
		"number":         {[]string{"decide", "retry", ref, "--stop", "one"}, cli.BadInput, "stop"},
		"half a digest":  {[]string{"decide", "confirm", ref, "--plan", "sha256:00"}, cli.BadInput, "--plan"},
		"name":           {[]string{"decide", "force", "waiting.r1"}, cli.BadInput, "waiting.r1"},
		"request":        {[]string{"decide", "force", "waiting.exchange-online-inline.r9", "--yes"}, cli.NotFound, "r9"},
		"no reference":   {[]string{"decide", "credentials", ref, "--stop", "1"}, cli.BadInput, "--credential"},
		"page":           {[]string{"list", "--limit", "-1"}, cli.BadInput, "limit"},
		"event":          {[]string{"watch", ref, "--from", "last"}, cli.BadInput, "from"},
		"secret of NATS": {[]string{"show", ref, "--creds", "/nowhere/publisher.creds"}, cli.BadInput, "/nowhere"},
	} {
		before := d.show(p.Request.Ref())
		code, out, complains := d.publisher(tc.args...)
		if code != tc.code || !strings.Contains(complains, tc.says) {
			d.t.Errorf("%s: exit code %d, %s%s", name, code, out, complains)
		}
		if after := d.show(p.Request.Ref()); !reflect.DeepEqual(before, after) {
			d.t.Errorf("%s: it became %+v", name, after)
		}
	}
}
