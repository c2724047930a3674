package step_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/engine/memory"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// series drives several requests about one tenant by the engine itself, with one journal.
type series struct {
	*harness
	engine  *engine.Engine
	journal *memory.Journal
	records *memory.Accounts
	config  engine.Config
	stopped []string // "step stop" of the request that ran last
}

// newSeries begins one with the records that a harness has.
func newSeries(h *harness, change ...func(*engine.Config)) *series {
	s := &series{harness: h, journal: &memory.Journal{}, records: &memory.Accounts{}}
	for _, a := range h.accounts {
		a.Open = ""
		if _, err := s.records.Put(h.t.Context(), a, 0); err != nil {
			h.t.Fatal(err)
		}
	}
	clock := leaseClock{h.clock}
	s.steps = step.New(step.Deps{Tenants: h.tenant, Accounts: s.records, Brake: h.ledgers, Footprints: h.print, Clock: clock, Policy: func(string) step.Policy { return h.policy }})
	s.config = engine.Config{Journal: s.journal, Accounts: s.records, Steps: s.steps, Clock: clock, Worker: "w1"}
	for _, f := range change {
		f(&s.config)
	}
	s.engine = engine.New(s.config)
	return s
}

// take carries out a request. answer is asked at every stop and every park; nil confirms at a stop, and wakes a park.
func (s *series) take(r deprovision.Request, answer func(deprovision.Progress) *deprovision.Decision) deprovision.Progress {
	s.t.Helper()
	s.stopped, s.evidence = nil, nil
	trigger := engine.Trigger{Kind: engine.RequestTrigger, Ref: r.Ref(), Request: &r}
	for n := range 200 {
		s.engine.Handle(s.t.Context(), trigger)
		p := s.last(r.Ref())
		if p.Status.Terminal() {
			s.gather(r.Ref())
			return p
		}
		if p.Stop != nil {
			s.stopped = append(s.stopped, p.Steps[p.Step].Name+" "+p.Stop.Name)
		}
		var d *deprovision.Decision
		if answer != nil {
			d = answer(p)
		}
		switch {
		case d == nil && p.Status == deprovision.Parked:
			s.clock.set(p.Park.Until)
			trigger = engine.Trigger{Kind: engine.WakeTrigger, Ref: r.Ref(), Seq: p.Park.Seq}
			continue
		case d == nil && p.Status == deprovision.Waiting && p.Stop.Name == deprovision.StopConfirm:
			d = &deprovision.Decision{Verb: deprovision.Confirm}
		case d == nil:
			s.t.Fatalf("%s at %+v, %s", p.Status, p.Stop, p.Detail)
		}
		trigger = engine.Trigger{Kind: engine.DecisionTrigger, Ref: r.Ref(), Decision: bound(p, *d, n)}
	}
	s.t.Fatal("the request never ends")
	return deprovision.Progress{}
}

// bound completes a decision for the stop that the request waits at.
func bound(p deprovision.Progress, d deprovision.Decision, n int) *deprovision.Decision {
	d.ID, d.DecidedBy, d.Tenant, d.Service, d.Request = "d"+string(rune('A'+n)), "admin@contoso.example", p.Request.Tenant, p.Request.Service, p.Request.ID
	if p.Stop != nil && !d.Verb.Anytime() {
		d.Stop = p.Stop.Seq
	}
	if p.Plan != nil {
		d.PlanDigest, d.Acknowledged = p.Plan.Digest, deprovision.Codes(p.Plan.Cautions)
	}
	return &d
}

func (s *series) last(ref deprovision.Ref) deprovision.Progress {
	s.t.Helper()
	last, err := s.journal.Last(s.t.Context(), ref)
	if err != nil {
		s.t.Fatal(err)
	}
	return last.Progress
}

func (s *series) gather(ref deprovision.Ref) {
	s.t.Helper()
	all, err := s.journal.Since(s.t.Context(), ref, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range all {
		s.evidence = append(s.evidence, e.Change.Evidence...)
	}
}

func (s *series) record() deprovision.Account {
	s.t.Helper()
	a, _, err := s.records.Get(s.t.Context(), "contoso", s.state.Request.Account)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

func (s *series) amend(change func(*deprovision.Account)) {
	s.t.Helper()
	a, revision, err := s.records.Get(s.t.Context(), "contoso", s.state.Request.Account)
	if err != nil {
		s.t.Fatal(err)
	}
	change(&a)
	if _, err := s.records.Put(s.t.Context(), a, revision); err != nil {
		s.t.Fatal(err)
	}
}

// next is the request that takes up what the last one left.
func (s *series) next(of string) deprovision.Request {
	r := s.state.Request
	r.ID, r.ResumeOf = of+"-again", of
	return r
}

func verb(v deprovision.Verb, reason string) *deprovision.Decision {
	return &deprovision.Decision{Verb: v, Reason: reason}
}

// at answers a stop of a step, else as [series.take] does by itself.
func at(step, stop string, d *deprovision.Decision) func(deprovision.Progress) *deprovision.Decision {
	return func(p deprovision.Progress) *deprovision.Decision {
		if p.Stop != nil && p.Stop.Name == stop && p.Steps[p.Step].Name == step {
			return d
		}
		return nil
	}
}

// once reports whether no name is in a remainder twice.
func once(t *testing.T, list []deprovision.Remainder) {
	t.Helper()
	seen := map[string]bool{}
	for _, r := range list {
		if seen[r.Name] {
			t.Errorf("%s is left twice", r.Name)
		}
		seen[r.Name] = true
	}
}

// knownLeft is how many things a whole removal from the simulated tenant leaves for a person.
const knownLeft = 13

func leaves(list []deprovision.Remainder, name string) bool {
	return slices.ContainsFunc(list, func(r deprovision.Remainder) bool { return strings.Contains(r.Name, name) })
}

func TestResumeOfAForcedRequestRemovesWhatWasLeft(t *testing.T) {
	t.Parallel()
	s := newSeries(newHarness(t, nil))
	first := s.take(s.state.Request, at(step.Confirm, deprovision.StopConfirm, verb(deprovision.Force, "")))
	if first.Status != deprovision.Forced || s.record().Closed != "r1" {
		t.Fatalf("%s: %s, %+v", first.Status, first.Detail, s.record())
	}
	between := s.take(s.next("r1"), at(step.Confirm, deprovision.StopConfirm, verb(deprovision.Cancel, "")))
	if between.Status != deprovision.Cancelled || s.record().Closed != "r1" || leaves(between.Remainder, "row of") {
		t.Fatalf("%s: %s, %+v", between.Status, between.Detail, s.record())
	}
	p := s.take(s.next("r1-again"), nil)
	if p.Status != deprovision.SucceededWithRemainder || p.Removed != footprintArtifacts || p.Gone != 1 {
		t.Fatalf("%s: %s; removed %d, gone %d", p.Status, p.Detail, p.Removed, p.Gone)
	}
	checkFootprintGone(t, s.harness)
	if i := slices.IndexFunc(s.evidence, func(e deprovision.Evidence) bool { return e.Artifact.Kind == footprint.ProductAccount }); i < 0 ||
		s.evidence[i].Outcome != deprovision.FoundGone {
		t.Errorf("the row that the forced request removed: %+v", s.evidence)
	}
	if a := s.record(); a.State != deprovision.AccountClosed || a.Closed != "r1-again-again" || a.Open != "" {
		t.Errorf("the record is %+v", a)
	}
	if once(t, p.Remainder); len(p.Remainder) != knownLeft || !leaves(p.Remainder, "SPF includes") {
		t.Errorf("%d are left", len(p.Remainder))
	}
}

func TestResumeIsNotStoppedByWhatTheEarlierRequestTookAway(t *testing.T) {
	t.Parallel()
	for account := range footprintOf {
		t.Run(account, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, account, nil)
			h.hook = false
			s := newSeries(h)
			byHand := func(p deprovision.Progress) *deprovision.Decision {
				if p.Stop == nil || p.Stop.Name != deprovision.StopManual {
					return nil
				}
				return verb(deprovision.ManualDone, "ticket 1")
			}
			first := s.take(s.state.Request, func(p deprovision.Progress) *deprovision.Decision {
				if p.Stop != nil && p.Steps[p.Step].Name == step.RemoveAtProduct {
					return verb(deprovision.Cancel, "")
				}
				return byHand(p)
			})
			if first.Status != deprovision.Cancelled || first.Removed == 0 {
				t.Fatalf("%s: %s", first.Status, first.Detail)
			}
			before := len(s.sim.Destructive())
			s.hook = true
			rowByHand := at(step.RemoveAtProduct, deprovision.StopManual, verb(deprovision.ManualDone, "ticket 2")) // a delegate's row has no id for the hook
			p := s.take(s.next(first.Request.ID), rowByHand)
			if account == "exchange" { // whose folders lie in Deleted Items by now
				before += 2
			}
			s.stopped = slices.DeleteFunc(s.stopped, func(at string) bool { return at == step.RemoveAtProduct+" "+deprovision.StopManual })
			if slices.ContainsFunc(s.stopped, func(at string) bool { return !strings.HasSuffix(at, " confirm") }) {
				t.Errorf("%s (%s): removed %d, stopped at %v", p.Status, p.Detail, p.Removed, s.stopped)
			}
			for _, c := range s.sim.Destructive()[before:] {
				if c.API != tenantsim.APIProduct && c.Status != http.StatusForbidden { // a webhook that its own app alone may remove
					t.Errorf("a call that removes: %+v", c)
				}
			}
			if !strings.HasPrefix(string(p.Status), "succeeded") || s.record().Closed != p.Request.ID || leaves(p.Remainder, "row of") {
				t.Errorf("%s, left %+v, the record %+v", p.Status, p.Remainder, s.record())
			}
			again := s.take(s.next(p.Request.ID), rowByHand) // of one that was not stopped either
			if len(p.Remainder) > 0 && (again.Status == deprovision.Refused || slices.ContainsFunc(s.stopped, func(at string) bool { return !strings.HasSuffix(at, " confirm") })) {
				t.Errorf("the third: %s (%s), stopped at %v", again.Status, again.Detail, s.stopped)
			}
		})
	}
}

func TestResumeAsksNobodyForWhatWasDoneByHand(t *testing.T) {
	t.Parallel()
	for name, done := range map[string]deprovision.Verb{"by a person": deprovision.ManualDone, "left": deprovision.Skip} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, nil)
			h.hook = false
			s := newSeries(h)
			first := s.take(s.state.Request, at(step.RemoveAtProduct, deprovision.StopManual, verb(done, "ticket 1")))
			if first.Status != deprovision.SucceededWithRemainder {
				t.Fatalf("%s: %s", first.Status, first.Detail)
			}
			s.take(s.next("r1"), at(step.RemoveAtProduct, deprovision.StopManual, verb(deprovision.Skip, "")))
			asked := slices.Contains(s.stopped, step.RemoveAtProduct+" "+deprovision.StopManual)
			if asked != (done == deprovision.Skip) {
				t.Errorf("stopped at %v", s.stopped)
			}
		})
	}
}

func TestRowThatTheHookRemovedBeforeIsAskedOfNobodyWithoutAHook(t *testing.T) {
	t.Parallel()
	s := newSeries(newHarness(t, nil))
	s.take(s.state.Request, at(step.Confirm, deprovision.StopConfirm, verb(deprovision.Force, "")))
	s.hook = false
	p := s.take(s.next("r1"), nil)
	if p.Status != deprovision.SucceededWithRemainder || leaves(p.Remainder, "row of") || !strings.Contains(p.Facts[step.RemoveAtProduct], "r1") {
		t.Errorf("%s: %s; %v", p.Status, p.Detail, p.Facts)
	}
}

func TestResumeOfACancelledDrainDrainsToTheSameHour(t *testing.T) {
	t.Parallel()
	s := newSeries(newHarness(t, nil))
	var until time.Time
	first := s.take(s.state.Request, func(p deprovision.Progress) *deprovision.Decision {
		if p.Park == nil || p.Steps[p.Step].Name != step.Drain {
			return nil
		}
		until = p.Park.Until
		return verb(deprovision.Cancel, "")
	})
	if first.Status != deprovision.Cancelled || s.record().State != deprovision.AccountActive {
		t.Fatalf("%s: %s", first.Status, first.Detail)
	}
	s.clock.set(s.clock.Now().Add(3 * time.Hour))
	between := s.take(s.next("r1"), at(step.Confirm, deprovision.StopConfirm, verb(deprovision.Cancel, "")))
	drains := 0
	p := s.take(s.next(between.Request.ID), func(p deprovision.Progress) *deprovision.Decision {
		if p.Park != nil && p.Steps[p.Step].Name == step.Drain {
			drains++
			if !p.Park.Until.Equal(until) {
				t.Errorf("it drains until %s, the one before until %s", p.Park.Until, until)
			}
		}
		return nil
	})
	if p.Status != deprovision.SucceededWithRemainder || drains != 1 || first.Removed+p.Removed != footprintArtifacts+1 {
		t.Errorf("%s (%s): %d drains; removed %d and %d", p.Status, p.Detail, drains, first.Removed, p.Removed)
	}
	checkFootprintGone(t, s.harness)
}

func TestResumeLooksAtWhatWasInDoubt(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]tenantsim.FaultKind{"it had gone": tenantsim.FaultResetAfterCommit, "it is still there": tenantsim.FaultResetBeforeCommit} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSeries(newHarness(t, nil))
			s.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{Cmdlet: "Remove-TransportRule", Nth: 2}, Do: fault})
			first := s.take(s.state.Request, func(p deprovision.Progress) *deprovision.Decision {
				if p.MaybeCalled == "" {
					return nil
				}
				return verb(deprovision.Cancel, "")
			})
			if first.Status != deprovision.Cancelled || len(first.InDoubt) != 1 || first.Removed != 1 {
				t.Fatalf("%s: %s; in doubt %v", first.Status, first.Detail, first.InDoubt)
			}
			p := s.take(s.next("r1"), nil)
			want := footprintArtifacts + 1 - 1
			if fault == tenantsim.FaultResetAfterCommit {
				want--
			}
			if p.Status != deprovision.SucceededWithRemainder || p.Removed != want || len(p.InDoubt) > 0 || len(p.Remainder) != knownLeft {
				t.Errorf("%s (%s): removed %d of %d, in doubt %v, left %d", p.Status, p.Detail, p.Removed, want, p.InDoubt, len(p.Remainder))
			}
			checkFootprintGone(t, s.harness)
		})
	}
}

func TestResumeNamesWhatIsStillThereAndOfNoPlanAnyMore(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		lost, gone bool // the plan of the earlier request; the folders
		left       int
		says       string
	}{
		"looked at, and there":     {false, false, 2, "left by request r-exchange, and of no plan since"},
		"looked at, and absent":    {false, true, 0, ""},
		"its plan is lost":         {true, false, 2, "whose plan can't be read any more"},
		"its plan is lost, absent": {true, true, 2, "whose plan can't be read any more"}, // nobody can tell
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSeries(newFull(t, "exchange", nil))
			first := s.take(s.state.Request, at(step.Confirm, deprovision.StopConfirm, verb(deprovision.Force, "")))
			var folders []deprovision.Artifact
			plan, err := s.journal.Plan(t.Context(), first.Request.Ref(), first.Plan.Digest)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range plan.Artifacts {
				if a.Kind == footprint.QuarantineFolder {
					folders = append(folders, a)
				}
			}
			if tc.gone {
				s.eraseFolders(folders)
			}
			if tc.lost {
				s.losePlan(first.Request.Ref())
			}
			s.amend(func(a *deprovision.Account) { a.Names = nil }) // by which they are found
			p := s.take(s.next(first.Request.ID), func(p deprovision.Progress) *deprovision.Decision {
				if p.Stop != nil && p.Stop.Name == deprovision.StopManual {
					return verb(deprovision.ManualDone, "ticket 1")
				}
				return nil
			})
			var left []string
			for _, r := range p.Remainder {
				if slices.ContainsFunc(folders, func(a deprovision.Artifact) bool { return strings.Contains(r.Name, a.ID) }) {
					left = append(left, r.Instructions)
				}
			}
			if once(t, p.Remainder); p.Status != deprovision.SucceededWithRemainder || len(folders) != 2 || len(left) != tc.left {
				t.Fatalf("%s (%s): %d folders are left", p.Status, p.Detail, len(left))
			}
			for _, text := range left {
				if !strings.Contains(text, tc.says) {
					t.Errorf("it says %q", text)
				}
			}
		})
	}
}

// eraseFolders removes folders of mailboxes as somebody else would.
func (s *series) eraseFolders(folders []deprovision.Artifact) {
	s.t.Helper()
	for _, a := range folders {
		var in struct {
			ID      string `json:"id"`
			Mailbox string `json:"inMailbox"`
		}
		if err := json.Unmarshal(a.Before, &in); err != nil {
			s.t.Fatal(err)
		}
		if _, err := s.client.graph(s.t.Context(), http.MethodDelete, "/users/"+in.Mailbox+"/mailFolders/"+in.ID); err != nil {
			s.t.Fatal(err)
		}
	}
}

// losePlan has the end of a request name a plan that nobody has.
func (s *series) losePlan(ref deprovision.Ref) {
	s.t.Helper()
	s.rewrite(ref, func(p *deprovision.Progress) { p.Plan.Digest = "sha256:lost" })
}

// rewrite changes the end of a request.
func (s *series) rewrite(ref deprovision.Ref, change func(*deprovision.Progress)) {
	s.t.Helper()
	last, err := s.journal.Last(s.t.Context(), ref)
	if err != nil {
		s.t.Fatal(err)
	}
	last.Progress.Seq++
	change(&last.Progress)
	if _, err := s.journal.Append(s.t.Context(), ref, last.Revision, last.Event); err != nil {
		s.t.Fatal(err)
	}
}

func TestResumeOfWhatIsLeftForPeopleAloneEndsAsItDid(t *testing.T) {
	t.Parallel()
	s := newSeries(newHarness(t, nil))
	first := s.take(s.state.Request, nil)
	p := s.take(s.next("r1"), nil)
	if first.Status != deprovision.SucceededWithRemainder || p.Status != first.Status || p.Removed != 0 || s.record().Closed != "r1-again" {
		t.Errorf("%s, then %s: %s; the record %+v", first.Status, p.Status, p.Detail, s.record())
	}
	if once(t, p.Remainder); len(p.Remainder) != len(first.Remainder) {
		t.Errorf("%d were left, then %d", len(first.Remainder), len(p.Remainder))
	}
}
