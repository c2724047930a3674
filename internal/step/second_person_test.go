package step_test

import (
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/guard"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// suspect is a rule of the simulated tenant that only resembles the product's.
const suspect = "TMCAS monitoring mailbox"

func TestNothingReplacesTheYesOfASecondPerson(t *testing.T) {
	t.Parallel()
	second := guard.Deciders{SecondPerson: true}
	others := guard.Deciders{Names: []string{"admin@contoso.example"}}
	acknowledged := []string{"mail-unscanned", "quarantine-lost"}
	for name, tc := range map[string]struct {
		deciders guard.Deciders
		change   func(*series, *deprovision.Options)
		stops    bool
	}{
		"one person, and it confirms itself":   {guard.Deciders{}, func(_ *series, o *deprovision.Options) { o.Confirmed = true }, false},
		"a decider, and it confirms itself":    {guard.Deciders{Names: []string{"soc@*"}}, func(_ *series, o *deprovision.Options) { o.Confirmed = true }, false},
		"second person: confirms itself":       {second, func(_ *series, o *deprovision.Options) { o.Confirmed = true }, true},
		"second person: names its plan":        {second, func(s *series, o *deprovision.Options) { o.Plan = s.planned() }, true},
		"second person: the policy confirms":   {second, func(s *series, _ *deprovision.Options) { s.policy.ConfirmsItself = true }, true},
		"second person: approves by name":      {second, func(_ *series, o *deprovision.Options) { o.ApproveByName = []string{suspect} }, true},
		"other deciders: confirms itself":      {others, func(_ *series, o *deprovision.Options) { o.Confirmed = true }, true},
		"other deciders: names its plan":       {others, func(s *series, o *deprovision.Options) { o.Plan = s.planned() }, true},
		"other deciders: approves by name":     {others, func(_ *series, o *deprovision.Options) { o.ApproveByName = []string{suspect} }, true},
		"other deciders: the policy confirms":  {others, func(s *series, _ *deprovision.Options) { s.policy.ConfirmsItself = true }, false},
		"one person, and it approves and asks": {guard.Deciders{}, func(_ *series, o *deprovision.Options) { o.ApproveByName = []string{suspect} }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSeries(newHarness(t, nil), func(c *engine.Config) {
				c.MayDecide = func(p deprovision.Progress, d deprovision.Decision) string { return tc.deciders.May(p.Request, d) }
			})
			s.policy.Deciders = tc.deciders
			r := s.state.Request
			tc.change(s, &r.Options)
			r.ID, r.Options.Acknowledged = "r2", acknowledged
			before := len(s.sim.Destructive())
			p := s.take(r, func(p deprovision.Progress) *deprovision.Decision {
				if p.Stop == nil {
					return nil
				}
				if len(s.sim.Destructive()) != before {
					t.Error("something was removed before anybody confirmed")
				}
				if says := strings.Contains(p.Stop.Detail, "Who asked cannot confirm it: "); says != (tc.deciders.SecondPerson || r.Options.Confirmed || r.Options.Plan != "") {
					t.Errorf("the stop says %q", p.Stop.Detail)
				}
				return nil
			})
			if got := len(s.stopped) > 0; got != tc.stops || p.Status != deprovision.SucceededWithRemainder {
				t.Errorf("%s (%s), stopped at %v", p.Status, p.Detail, s.stopped)
			}
			alone := tc.deciders.MayAlone(r) == ""
			if gone := len(s.sim.RemovedBy(suspectID(s))) > 0; gone != (alone && len(r.Options.ApproveByName) > 0) {
				t.Errorf("the suspect is gone: %t", gone)
			}
		})
	}
}

// planned is the digest of the plan that a dry run makes.
func (s *series) planned() string {
	s.t.Helper()
	r := s.state.Request
	r.Options.DryRun = true
	return s.take(r, nil).Plan.Digest
}

func suspectID(s *series) string {
	for _, o := range s.sim.State(tenantsim.InlineTenantID)[tenantsim.KindTransportRule] {
		if o["Name"] == suspect {
			return ""
		}
	}
	for _, c := range s.sim.Changes(tenantsim.InlineTenantID) {
		if c.Name == suspect {
			return c.ID
		}
	}
	return ""
}

func TestWhoAskedCannotForceWhereASecondPersonHasTo(t *testing.T) {
	t.Parallel()
	second := guard.Deciders{SecondPerson: true}
	s := newSeries(newHarness(t, nil), func(c *engine.Config) {
		c.MayDecide = func(p deprovision.Progress, d deprovision.Decision) string { return second.May(p.Request, d) }
	})
	s.policy.Deciders = second
	r := s.state.Request
	r.RequestedBy = "ADMIN@contoso.example " // as who answers here, in other letters
	tried := map[deprovision.Verb]bool{}
	p := s.take(r, func(p deprovision.Progress) *deprovision.Decision {
		for _, v := range []deprovision.Verb{deprovision.Force, deprovision.Confirm} {
			if !tried[v] {
				tried[v] = true
				return verb(v, "")
			}
		}
		return verb(deprovision.Cancel, "")
	})
	if p.Status != deprovision.Cancelled || len(p.Refusals) != 2 || len(s.sim.Destructive()) != 0 {
		t.Errorf("%s: %s; refused %v", p.Status, p.Detail, p.Refusals)
	}
}

func TestStopThatExpiresAfterARemovalNamesWhatStays(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.hook, h.policy.ManualDue = false, 48*time.Hour
	s := newSeries(h, func(c *engine.Config) {
		c.Expiry = func(deprovision.Request, string) time.Duration { return 72 * time.Hour }
	})
	r := s.state.Request
	var stop deprovision.Stop
	p := s.take(r, func(p deprovision.Progress) *deprovision.Decision {
		if p.Stop == nil || p.Stop.Name != deprovision.StopManual {
			return nil
		}
		stop = *p.Stop
		s.clock.set(*p.Stop.Expires)
		s.engine.Handle(t.Context(), engine.Trigger{Kind: engine.WakeTrigger, Ref: r.Ref(), Seq: p.Stop.Seq})
		return verb(deprovision.ManualDone, "too late")
	})
	if stop.Manual == nil || stop.Manual.Due == nil || !stop.Expires.After(*stop.Manual.Due) {
		t.Errorf("due %+v, expires %v", stop.Manual, stop.Expires)
	}
	if p.Status != deprovision.Cancelled || p.Removed != footprintArtifacts || !leaves(p.Remainder, "row of the service account") ||
		!strings.Contains(p.Detail, "nobody decided in time at the stop manual") || s.record().State != deprovision.AccountActive {
		t.Errorf("%s: %s; left %+v", p.Status, p.Detail, p.Remainder)
	}
	if p.Steps[len(p.Steps)-2].Name != step.RemoveAtProduct || len(p.Refusals) != 1 {
		t.Errorf("%+v, refused %v", p.Steps, p.Refusals)
	}
}
