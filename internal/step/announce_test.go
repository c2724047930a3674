package step_test

import (
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
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// announcing runs a whole removal of the mail account by the engine.
func announcing(t *testing.T, consumers ...string) *engineRig {
	t.Helper()
	h := newFull(t, "exchange", nil)
	a := h.accounts["exchange"]
	a.Consumers = consumers
	h.put(a)
	r := newEngineRigOf(t, h)
	r.decide("confirm", deprovision.Confirm, of("exchange", deprovision.ExchangeOnline))
	for range 2 {
		r.decide("manual", deprovision.ManualDone, of("exchange", deprovision.ExchangeOnline))
	}
	return r
}

// of makes a decision about the request on another account.
func of(account string, service deprovision.Service) func(*deprovision.Decision) {
	return func(d *deprovision.Decision) { d.Service, d.Request = service, "r-"+account }
}

func announcements(events []engine.Entry) []engine.Entry {
	return slices.DeleteFunc(slices.Clone(events), func(e engine.Entry) bool { return e.Change.Announcement == nil })
}

// TestAnnouncementIsStoredBeforeTheFirstDestructiveCall holds the run at the append that announces, and looks into the tenant's own log there.
func TestAnnouncementIsStoredBeforeTheFirstDestructiveCall(t *testing.T) {
	t.Parallel()
	r := announcing(t)
	held, resume := make(chan int), make(chan struct{})
	r.journal.Appended = func(e engine.Entry) {
		if e.Change.Kind == deprovision.Announced {
			held <- len(r.sim.Destructive())
			<-resume
		}
	}
	done := make(chan deprovision.Progress, 1)
	go func() { done <- r.run() }()
	select {
	case n := <-held:
		if n != 0 {
			t.Errorf("%d calls had changed something when the announcement was stored", n)
		}
	case p := <-done:
		t.Fatalf("%s, and nothing was announced", p.Status)
	}
	if stored := announcements(r.events()); len(stored) != 1 {
		t.Errorf("%d announcements are stored while the run is held", len(stored))
	}
	if calls := r.sim.Destructive(); len(calls) > 0 {
		t.Errorf("the tenant's log has %+v", calls)
	}
	close(resume)
	p := <-done
	all := r.events()
	at := slices.IndexFunc(all, func(e engine.Entry) bool { return e.Change.Kind == deprovision.Announced })
	if first := slices.IndexFunc(all, func(e engine.Entry) bool { return len(e.Change.Evidence) > 0 }); p.Status != deprovision.SucceededWithRemainder || first <= at {
		t.Errorf("%s; announced by event %d, the first evidence is in event %d", p.Status, at+1, first+1)
	}
	if n := len(announcements(all)); n != 1 || len(r.sim.Destructive()) == 0 {
		t.Errorf("announced %d times, %d calls", n, len(r.sim.Destructive()))
	}
}

func TestAnnouncementTellsWhatASOCHasToKnow(t *testing.T) {
	t.Parallel()
	r := announcing(t, "mail triage robot", "Devo (LogicHub): TrendMicro Cloud Application Security") // the second one is a known one
	p := r.run()
	found := announcements(r.events())
	if len(found) != 1 {
		t.Fatalf("%d announcements", len(found))
	}
	e := found[0]
	a, plan := e.Change.Announcement, r.accounts["exchange"]
	if e.Change.Kind != deprovision.Announced || e.Change.Step != step.Announce || a.Plan != p.Plan.Digest || a.Account != "exchange" || a.AppID != plan.AppID || a.More != 0 {
		t.Errorf("%s of %s: %+v", e.Change.Kind, e.Change.Step, a)
	}
	if s := e.Progress.Steps; s[e.Progress.Step-1].Name != step.Announce || s[e.Progress.Step-1].State != deprovision.StepDone {
		t.Errorf("whoever takes over from here announces again: the request is at %s", s[e.Progress.Step].Name)
	}
	if n := len(a.Consumers); n != 7+1 || a.Consumers[7] != "mail triage robot" || !strings.HasPrefix(a.Consumers[0], "Cortex XSOAR") {
		t.Errorf("consumers %q", a.Consumers)
	}
	count := map[deprovision.ArtifactKind]int{}
	for i, o := range a.Objects {
		if count[o.Kind]++; o.ID == "" {
			t.Errorf("object %d has no id: %+v", i, o)
		}
	}
	if len(a.Objects) != p.Plan.Artifacts || count[footprint.QuarantineFolder] != 2 || count[footprint.ServicePrincipal] != 1 {
		t.Errorf("%d of %d objects: %v", len(a.Objects), p.Plan.Artifacts, count)
	}
	want := []deprovision.AuditOperation{{Log: "Exchange admin audit", Operation: "Remove-RoleGroup", Count: 1},
		{Log: "Entra audit", Operation: "Remove delegated permission grant", Count: 1},
		{Log: "Entra audit", Operation: "Remove app role assignment from service principal", Count: 4},
		{Log: "Entra audit", Operation: "Remove service principal", Count: 1}}
	if !slices.Equal(a.Operations, want) {
		t.Errorf("operations %+v", a.Operations)
	}
	for _, say := range []string{"no name for the entries about quarantine-folder (2).", "What stops working for: Cortex XSOAR", "by the account's record: 1."} {
		if !strings.Contains(e.Change.Detail, say) {
			t.Errorf("nothing about %q: %s", say, e.Change.Detail)
		}
	}
}

// TestAnnouncementIsMadeOnce ends the worker's lease in the very moment of the append that announces: it can only give the request back.
func TestAnnouncementIsMadeOnce(t *testing.T) {
	t.Parallel()
	for name, fate := range map[string]memory.Disturbance{"nothing is lost": memory.None, "it did not arrive": memory.LostBefore, "its answer was lost": memory.LostAfter} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := announcing(t)
			hit := false
			r.journal.Fail = func(op string, change deprovision.Change) memory.Disturbance {
				if op == "append" && change.Kind == deprovision.Announced && !hit {
					hit = true
					r.clock.set(r.clock.Now().Add(time.Minute))
					return fate
				}
				return memory.None
			}
			r.run()
			given := slices.ContainsFunc(r.events(), func(e engine.Entry) bool { return e.Change.Kind == deprovision.ReleasedClaim })
			if n := len(announcements(r.events())); n != 1 || !hit || !given {
				t.Errorf("announced %d times; given back: %t", n, given)
			}
		})
	}
}

func TestRetriedStepDoesNotAnnounceAgain(t *testing.T) {
	t.Parallel()
	r := announcing(t)
	r.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{Cmdlet: "Remove-RoleGroup"}, Do: tenantsim.FaultForbidden})
	r.decide("failed", deprovision.Retry, of("exchange", deprovision.ExchangeOnline))
	p := r.run()
	if n := len(announcements(r.events())); n != 1 || p.Status != deprovision.SucceededWithRemainder || len(r.answer["failed"]) > 0 {
		t.Errorf("%s: announced %d times", p.Status, n)
	}
}

// TestAnnouncementFitsIntoOneMessage has more folders than an announcement names, and then fewer with long names.
func TestAnnouncementFitsIntoOneMessage(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		boxes, long, least, most int
	}{
		"many":       {700, 0, 500, 500},
		"long names": {0, 40_000, 1, 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, "exchange", mailboxes(tc.boxes))
			h.policy.ConfirmsItself = true
			h.until(t.Context(), step.Announce)
			plan := h.plan()
			if tc.long > 0 {
				for i := range plan.Artifacts {
					plan.Artifacts[i].Name = strings.Repeat("ä", tc.long/2)
				}
				h.plans[h.state.Plan.Digest] = plan
			}
			result, err := h.steps.Run(t.Context(), step.Announce, h.work())
			if err != nil || result.Announcement == nil {
				t.Fatalf("%+v, %v", result, err)
			}
			a := result.Announcement
			if n := len(a.Objects); n < tc.least || n > tc.most || n+a.More != len(plan.Artifacts) || a.Objects[0].ID != plan.Artifacts[0].ID {
				t.Errorf("%d objects and %d more, of %d", n, a.More, len(plan.Artifacts))
			}
			if _, err := event.EncodeProgress(deprovision.Event{Progress: h.state, Change: deprovision.Change{ID: "c", Kind: deprovision.Announced, Announcement: a}}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAnnouncementFollowsTheConfirmation(t *testing.T) {
	t.Parallel()
	h := newFull(t, "exchange", nil)
	h.begin()
	for i, s := range h.state.Steps {
		if s.Name == step.Announce && h.state.Steps[i-1].Name != step.Confirm {
			t.Errorf("the announcement follows %s", h.state.Steps[i-1].Name)
		}
	}
	h.policy.ConfirmsItself = true
	h.until(t.Context(), "stop-subscriptions")
	if fact := h.state.Facts[step.Announce]; !strings.HasPrefix(fact, h.state.Plan.Digest+" announced at 2026-") {
		t.Errorf("the document keeps %q", fact)
	}
}

func TestNothingIsAnnouncedThatNobodyConfirmed(t *testing.T) {
	t.Parallel()
	h := newFull(t, "exchange", nil)
	h.until(t.Context(), step.Confirm)
	h.stepOver(deprovision.StepSkipped)
	h.runOnce(t.Context())
	if h.state.Stop == nil || h.state.Stop.Name != "confirm" || h.state.Facts[step.Announce] != "" {
		t.Errorf("%+v", h.state.Stop)
	}
}
