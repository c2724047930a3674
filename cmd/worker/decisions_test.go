package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/internal/clock"
	"github.com/deprovisioner/deprovisioner/internal/config"
	"github.com/deprovisioner/deprovisioner/internal/devstack"
	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// asking are steps that only ask: at the stop that the request's account is called after.
type asking struct{}

func (asking) Names(deprovision.Request) []string   { return []string{"ask"} }
func (asking) Closing(deprovision.Request) []string { return nil }
func (asking) Left(deprovision.Progress, deprovision.Account, deprovision.Plan, []string) engine.Leftover {
	return engine.Leftover{Stays: []deprovision.Remainder{{Name: "everything"}}}
}

func (asking) Run(ctx context.Context, _ string, w *engine.Work) (engine.Result, error) {
	p := w.Progress()
	if p.Answer != nil {
		return engine.Result{}, nil
	}
	plan := deprovision.Plan{Ref: p.Request.Ref()}
	if err := w.KeepPlan(ctx, plan); err != nil {
		return engine.Result{}, err
	}
	summary := &deprovision.PlanSummary{Digest: plan.Digest(), Cautions: []deprovision.Caution{{Code: "mail-unscanned", Text: "mail"}}}
	kind, _ := deprovision.StopNamed(p.Request.Account)
	return engine.Result{Apply: func(p *deprovision.Progress) { p.Plan = summary },
		Stop: &deprovision.Stop{Name: kind.Name, Detail: kind.Why, Offers: append(kind.Offers, deprovision.Credentials)}}, nil
}

// desk is a worker's policy, engine and consumer on a real NATS server, over steps that only ask.
type desk struct {
	t      *testing.T
	nc     *nats.Conn
	client *client.Client
	clock  *clock.Fake
}

const (
	whoAsks    = "soc@contoso.example"
	whoDecides = "admin@contoso.example"
)

func newDesk(t *testing.T, policy config.Policy) *desk {
	t.Helper()
	server, err := devstack.StartNATS(t.Context(), devstack.NATSOptions{Dir: t.TempDir(), Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	d := &desk{t: t, clock: clock.NewFake(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))}
	if d.nc, err = journal.Connect(server.URL(), journal.Connection{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.nc.Close)
	if err := journal.Provision(t.Context(), d.nc, journal.Options{}); err != nil {
		t.Fatal(err)
	}
	j, err := journal.Bind(t.Context(), d.nc)
	if err != nil {
		t.Fatal(err)
	}
	w := &worker{cfg: config.Config{Tenants: map[string]config.Tenant{"contoso": {Policy: policy, Credentials: map[string]config.Credential{"worker": {}, "second": {}}}}}}
	quiet := slog.New(slog.DiscardHandler)
	e := engine.New(engine.Config{Journal: j, Accounts: j.Accounts(), Steps: asking{}, Clock: d.clock, Worker: "w1", Permit: w.permit, MayDecide: w.mayDecide,
		Expiry: w.expiry, Log: quiet})
	consumer := &journal.Consumer{Journal: j, Handle: e.Handle, Slots: e, Known: w.known, Log: quiet}
	consumer.Start()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		if err := consumer.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	if d.client, err = client.Connect(server.URL(), client.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.client.Close)
	return d
}

// opens submits a request that waits at a stop, and returns it there. Its id is unique, and its account is of the stop's name.
func (d *desk) opens(id, stop string) deprovision.Progress {
	d.t.Helper()
	r := deprovision.Request{ID: id, Tenant: "contoso", Service: deprovision.Teams, Account: stop, RequestedBy: whoAsks}
	account := deprovision.Account{Tenant: "contoso", ID: stop, Service: deprovision.Teams, Kind: deprovision.Authorized,
		AppID: "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001", State: deprovision.AccountActive}
	if _, err := d.client.PutAccount(d.t.Context(), account, false); err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.client.Submit(d.t.Context(), r); err != nil {
		d.t.Fatal(err)
	}
	return d.until(r.Ref(), func(p deprovision.Progress) bool { return p.Status == deprovision.Waiting })
}

func (d *desk) until(ref deprovision.Ref, there func(deprovision.Progress) bool) deprovision.Progress {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), time.Minute)
	defer cancel()
	for e, err := range d.client.Watch(ctx, ref, 1) {
		if err != nil {
			d.t.Fatal(err)
		}
		if there(e.Progress) {
			return e.Progress
		}
	}
	d.t.Fatal("it never comes")
	return deprovision.Progress{}
}

// last is the newest event of a request.
func (d *desk) last(ref deprovision.Ref) deprovision.Event {
	d.t.Helper()
	e, err := d.client.Last(d.t.Context(), ref)
	if err != nil {
		d.t.Fatal(err)
	}
	return e.Event
}

// send publishes a decision as nobody's client would let it through, and returns the answer.
func (d *desk) send(x deprovision.Decision, spoil func(string) string) client.Answer {
	d.t.Helper()
	msg, err := event.EncodeDecision(x, "")
	if err != nil {
		d.t.Fatal(err)
	}
	msg.Data = []byte(spoil(string(msg.Data)))
	inbox, err := d.nc.SubscribeSync(nats.NewInbox())
	if err != nil {
		d.t.Fatal(err)
	}
	msg.Header.Set(event.AnswerTo, inbox.Subject)
	if err := d.nc.PublishMsg(msg); err != nil {
		d.t.Fatal(err)
	}
	reply, err := inbox.NextMsg(time.Minute)
	if err != nil {
		d.t.Fatal(err)
	}
	var answer client.Answer
	if err := json.Unmarshal(reply.Data, &answer); err != nil {
		d.t.Fatal(err)
	}
	return answer
}

// answerTo is the decision that would count at a stop.
func answerTo(p deprovision.Progress, id string, v deprovision.Verb) deprovision.Decision {
	return deprovision.Decision{ID: id, Tenant: p.Request.Tenant, Service: p.Request.Service, Request: p.Request.ID, Verb: v, Stop: p.Stop.Seq,
		PlanDigest: p.Plan.Digest, Acknowledged: []string{"mail-unscanned"}, DecidedBy: whoDecides}
}

// same reports whether a refusal changed nothing of a document but what tells of it, and the time left, which every event tells anew.
func same(before, after deprovision.Progress) bool {
	after.Seq, after.Updated, after.Refusals = before.Seq, before.Updated, before.Refusals
	return reflect.DeepEqual(untimed(before), untimed(after))
}

func untimed(p deprovision.Progress) deprovision.Progress {
	p = p.Clone()
	p.Left, p.LeftHigh, p.ETA, p.ETAHigh = nil, nil, nil, nil
	for i := range p.Steps {
		p.Steps[i].Left, p.Steps[i].LeftHigh = nil, nil
	}
	return p
}

func TestBadDecisionsAreRefusedNamedRecordedAndChangeNothing(t *testing.T) { //nolint:tparallel // each would change the document of the other
	t.Parallel()
	d := newDesk(t, config.Policy{Askers: []string{"*"}, Deciders: []string{"*@contoso.example"}, SecondPerson: true,
		StopsExpire: map[string]deprovision.Duration{deprovision.StopFailed: deprovision.Duration(time.Hour)}})
	waiting := d.opens("waiting", deprovision.StopConfirm)
	expired := d.opens("expired", deprovision.StopFailed)
	byHand := d.opens("by-hand", deprovision.StopManual)
	ended := d.opens("ended", deprovision.StopDrift)
	confirm := answerTo(ended, "first", deprovision.Confirm)
	if a, err := d.client.Decide(t.Context(), confirm); err != nil || !a.Accepted {
		t.Fatalf("%+v, %v", a, err)
	}
	d.until(ended.Request.Ref(), func(p deprovision.Progress) bool { return p.Status.Terminal() })
	d.clock.Advance(time.Hour)

	for name, tc := range map[string]struct {
		at     deprovision.Progress
		verb   deprovision.Verb
		change func(*deprovision.Decision)
		says   string
	}{
		"for another stop":             {waiting, deprovision.Confirm, func(d *deprovision.Decision) { d.Stop++ }, "the request waits at stop"},
		"of a verb that is not there":  {waiting, deprovision.Continue, nil, "continue is not offered at the stop confirm; offered are"},
		"by somebody else":             {waiting, deprovision.Confirm, func(d *deprovision.Decision) { d.DecidedBy = "admin@fabrikam.example" }, "admin@fabrikam.example may not decide in the tenant contoso"},
		"a cancel by somebody else":    {waiting, deprovision.Cancel, func(d *deprovision.Decision) { d.DecidedBy, d.Stop = "admin@fabrikam.example", 0 }, "policy.deciders"},
		"by who asked":                 {waiting, deprovision.Confirm, func(d *deprovision.Decision) { d.DecidedBy = " SOC@contoso.example" }, "another person has to confirm"},
		"an approval by who asked":     {waiting, deprovision.Approve, func(d *deprovision.Decision) { d.DecidedBy, d.Names = whoAsks, []string{"x"} }, "another person has to approve"},
		"a force by who asked":         {waiting, deprovision.Force, func(d *deprovision.Decision) { d.DecidedBy, d.Stop = whoAsks, 0 }, "another person has to force"},
		"with an unknown credential":   {waiting, deprovision.Credentials, func(d *deprovision.Decision) { d.CredentialRef = "third" }, `no credential "third" in the worker's configuration; it has second, worker`},
		"with a plan of before":        {waiting, deprovision.Confirm, func(d *deprovision.Decision) { d.PlanDigest = "sha256:old" }, "another plan"},
		"with a caution left out":      {waiting, deprovision.Confirm, func(d *deprovision.Decision) { d.Acknowledged = nil }, "mail-unscanned"},
		"after the expiry":             {expired, deprovision.Retry, nil, "the stop failed expired at 2026-03-01T13:00:00Z"},
		"without a note":               {byHand, deprovision.ManualDone, nil, "the field reason"},
		"for a request that has ended": {ended, deprovision.Confirm, func(d *deprovision.Decision) { d.ID = "late" }, "the request has ended"},
		"a cancel after the end":       {ended, deprovision.Cancel, func(d *deprovision.Decision) { d.Stop = 0 }, "the request has ended"},
		"an id that named another one": {ended, deprovision.Retry, func(d *deprovision.Decision) { d.ID = "first" }, "its id names another decision already"},
	} {
		t.Run(name, func(t *testing.T) { // one after another: the next one would change the document too
			x := answerTo(tc.at, client.NewID(), tc.verb)
			if tc.change != nil {
				tc.change(&x)
			}
			before := d.last(x.Ref()).Progress
			answer, err := d.client.Decide(t.Context(), x)
			if err != nil || answer.Accepted || !strings.Contains(answer.Refusal, tc.says) {
				t.Fatalf("%+v, %v; want %q in it", answer, err, tc.says)
			}
			after := d.last(x.Ref())
			if c := after.Change; c.Kind != deprovision.DecisionRefused || c.By != x.DecidedBy || c.Detail != answer.Refusal || c.Decision == nil || c.Decision.ID != x.ID {
				t.Errorf("recorded as %+v", c)
			}
			if after.Progress.Seq != before.Seq+1 || !same(before, after.Progress) {
				t.Errorf("it was\n%+v\nand is\n%+v", before, after.Progress)
			}
		})
	}

	t.Run("twice", func(t *testing.T) {
		before := d.last(ended.Request.Ref())
		if a, err := d.client.Decide(t.Context(), confirm); err != nil || !a.Accepted {
			t.Errorf("the same decision is one: %+v, %v", a, err)
		}
		if after := d.last(ended.Request.Ref()); !reflect.DeepEqual(before, after) {
			t.Errorf("it became %+v", after)
		}
	})
	for name, spoil := range map[string][2]string{ //nolint:paralleltest // likewise
		"with a secret as its reason":     {`"reason":"because"`, `"reason":"client_secret=hunter2hunter2"`},
		"with a secret as its credential": {`"credentialRef":"worker"`, `"credentialRef":"whsec_hunter2hunter2hunter2"`},
	} {
		t.Run(name, func(t *testing.T) {
			x := answerTo(waiting, client.NewID(), deprovision.Credentials)
			x.Reason, x.CredentialRef = "because", "worker"
			before := d.last(x.Ref())
			answer := d.send(x, func(body string) string { return strings.Replace(body, spoil[0], spoil[1], 1) })
			field, _, _ := strings.Cut(strings.TrimPrefix(spoil[0], `"`), `"`)
			if answer.Accepted || !strings.Contains(answer.Refusal, field) || strings.Contains(answer.Refusal, "hunter2") {
				t.Errorf("%+v", answer)
			}
			if after := d.last(x.Ref()); !reflect.DeepEqual(before, after) {
				t.Errorf("it became %+v", after)
			}
			d.letter(x.ID)
		})
	}
}

// letter wants a decision among the dead letters, without its secret: in the journal of a request, which many read, it would be for years.
func (d *desk) letter(id string) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), time.Minute)
	defer cancel()
	for ctx.Err() == nil { // it is kept right behind the answer
		for l, err := range d.client.DeadLetters(ctx) {
			if err != nil {
				d.t.Fatal(err)
			}
			text := l.Detail + string(l.Data) + string(l.Kept)
			if strings.Contains(text, "hunter2") {
				d.t.Fatal(text)
			}
			if strings.Contains(text, id) && l.Redacted > 0 {
				return
			}
		}
	}
	d.t.Error("it is not among the dead letters")
}
