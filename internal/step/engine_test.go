package step_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/engine/memory"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// leaseClock is the fake clock for an engine: a lease waits for a time that never comes, and a moment between two tries is over at once.
type leaseClock struct{ *fakeClock }

func (c leaseClock) After(d time.Duration) <-chan time.Time {
	if d > time.Second {
		return nil
	}
	over := make(chan time.Time, 1)
	over <- c.Now()
	return over
}

// engineRig drives the steps by the engine itself: every park is woken at its time, every stop answered from the harness's queue.
type engineRig struct {
	*harness
	engine  *engine.Engine
	journal *memory.Journal
	records *memory.Accounts
	parked  func(deprovision.Progress) *deprovision.Decision // may answer a park; nil means to wake it
}

func newEngineRig(t *testing.T) *engineRig {
	t.Helper()
	return newEngineRigOf(t, newHarness(t, nil))
}

// newEngineRigOf has the accounts of a harness, none of which is open.
func newEngineRigOf(t *testing.T, h *harness) *engineRig {
	t.Helper()
	r := &engineRig{harness: h, journal: &memory.Journal{}, records: &memory.Accounts{}}
	for _, a := range h.accounts {
		a.Open = ""
		if _, err := r.records.Put(t.Context(), a, 0); err != nil {
			t.Fatal(err)
		}
	}
	clock := leaseClock{r.clock}
	r.steps = step.New(step.Deps{Tenants: r.tenant, Accounts: r.records, Brake: r.ledgers, Footprints: r.print, Clock: clock, Policy: func(string) step.Policy { return r.policy }})
	r.engine = engine.New(engine.Config{Journal: r.journal, Accounts: r.records, Steps: r.steps, Clock: clock, Worker: "w1"})
	return r
}

// run takes the request to its end and returns the last state.
func (r *engineRig) run() deprovision.Progress {
	r.t.Helper()
	request := r.state.Request
	trigger := engine.Trigger{Kind: engine.RequestTrigger, Ref: request.Ref(), Request: &request}
	for range 100 {
		r.engine.Handle(r.t.Context(), trigger)
		last, err := r.journal.Last(r.t.Context(), request.Ref())
		if err != nil {
			r.t.Fatal(err)
		}
		p := last.Progress
		switch {
		case p.Status.Terminal():
			return p
		case p.Status == deprovision.Released: // the same message is delivered again
		case p.Status == deprovision.Parked:
			if d := r.answerPark(p); d != nil {
				trigger = engine.Trigger{Kind: engine.DecisionTrigger, Ref: request.Ref(), Decision: d}
				continue
			}
			r.clock.set(p.Park.Until)
			trigger = engine.Trigger{Kind: engine.WakeTrigger, Ref: request.Ref(), Seq: p.Park.Seq}
		case p.Status == deprovision.Waiting && len(r.answer[p.Stop.Name]) > 0:
			d := r.answer[p.Stop.Name][0]
			r.answer[p.Stop.Name] = r.answer[p.Stop.Name][1:]
			d.Stop, d.PlanDigest = p.Stop.Seq, p.Plan.Digest
			for _, c := range p.Plan.Cautions {
				d.Acknowledged = append(d.Acknowledged, c.Code)
			}
			trigger = engine.Trigger{Kind: engine.DecisionTrigger, Ref: request.Ref(), Decision: &d}
		default:
			r.t.Fatalf("%s at %+v", p.Status, p.Stop)
		}
	}
	r.t.Fatal("the request never ends")
	return deprovision.Progress{}
}

func (r *engineRig) answerPark(p deprovision.Progress) *deprovision.Decision {
	if r.parked == nil {
		return nil
	}
	return r.parked(p)
}

// events returns the request's journal.
func (r *engineRig) events() []engine.Entry {
	r.t.Helper()
	all, err := r.journal.Since(r.t.Context(), r.state.Request.Ref(), 0)
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

func TestEngineCarriesARemovalOutToItsEnd(t *testing.T) {
	t.Parallel()
	r := newEngineRig(t)
	r.decide("confirm", deprovision.Confirm)
	r.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{Cmdlet: "Remove-InboundConnector"}, Do: tenantsim.FaultResetAfterCommit})
	p := r.run()
	if p.Status != deprovision.SucceededWithRemainder || p.Removed != footprintArtifacts || p.Unconfirmed != 1 || p.Gone != 0 {
		t.Fatalf("%s: removed %d, unconfirmed %d, gone %d; %s", p.Status, p.Removed, p.Unconfirmed, p.Gone, p.Detail)
	}
	checkFootprintGone(t, r.harness)
	for i, e := range r.events() {
		if e.Progress.Seq != uint64(i+1) {
			t.Errorf("event %d has seq %d", i+1, e.Progress.Seq)
		}
		body, err := json.Marshal(e.Progress)
		if err != nil || len(body) > deprovision.MaxProgress {
			t.Errorf("event %d weighs %d bytes: %v", i+1, len(body), err)
		}
		r.evidence = append(r.evidence, e.Change.Evidence...)
	}
	checkEachByOneCall(t, r.harness)
	for _, s := range p.Steps {
		if s.State != deprovision.StepDone || s.Done != s.Total {
			t.Errorf("%s is %s, %d of %d", s.Name, s.State, s.Done, s.Total)
		}
	}
	a, _, err := r.records.Get(t.Context(), "contoso", accountID)
	if err != nil || a.State != deprovision.AccountClosed || a.Closed != "r1" || a.Open != "" {
		t.Errorf("the record is %+v, %v", a, err)
	}
}

func TestCancelInTheDrainSaysWhatIsGoneAndWhatStays(t *testing.T) {
	t.Parallel()
	r := newEngineRig(t)
	r.decide("confirm", deprovision.Confirm)
	r.parked = func(p deprovision.Progress) *deprovision.Decision {
		if p.Steps[p.Step].Name != step.Drain {
			return nil
		}
		return &deprovision.Decision{ID: "c1", Tenant: "contoso", Service: p.Request.Service, Request: "r1", Verb: deprovision.Cancel, DecidedBy: "admin@contoso.example"}
	}
	p := r.run()
	if p.Status != deprovision.Cancelled || p.Removed != 4+2+2 || !strings.Contains(p.Detail, "mail no longer takes the vendor's way") {
		t.Fatalf("%s: %s; removed %d", p.Status, p.Detail, p.Removed)
	}
	for _, name := range []string{tenantsim.RuleSkipSpam, tenantsim.InboundForIncoming, "service-principal", "SPF"} {
		if !slices.ContainsFunc(p.Remainder, func(m deprovision.Remainder) bool { return strings.Contains(m.Name, name) }) {
			t.Errorf("%s is not named as staying", name)
		}
	}
}

func TestForceListsTheFootprintAndClosesTheAccount(t *testing.T) {
	t.Parallel()
	r := newEngineRig(t)
	r.decide("confirm", deprovision.Force)
	p := r.run()
	if p.Status != deprovision.Forced || p.Removed != 1 {
		t.Fatalf("%s: %s; removed %d", p.Status, p.Detail, p.Removed)
	}
	if calls := r.sim.Destructive(); len(calls) != 1 || calls[0].API != tenantsim.APIProduct {
		t.Errorf("%+v", calls)
	}
	if n := len(p.Remainder); n < footprintArtifacts {
		t.Errorf("%d of %d artifacts are named", n, footprintArtifacts)
	}
}
