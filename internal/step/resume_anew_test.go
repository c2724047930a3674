package step_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const anotherApp = "11111111-2222-4333-8444-555555555555"

// setUpAnew writes the record as an operator does who adds the account again.
func (s *series) setUpAnew(change func(*deprovision.Account)) {
	s.t.Helper()
	s.amend(func(a *deprovision.Account) {
		a.State, a.Closed, a.LetGo = deprovision.AccountActive, "", nil
		change(a)
	})
}

func TestAccountThatWasSetUpAnewIsNotClosedByWhatItsFormerLifeTells(t *testing.T) {
	t.Parallel()
	rowLeft := at(step.RemoveAtProduct, deprovision.StopManual, verb(deprovision.Skip, ""))
	for name, tc := range map[string]struct {
		hook   bool
		change func(*deprovision.Account)
	}{
		"another app, the row by the hook": {true, func(a *deprovision.Account) { a.AppID, a.ProductID = anotherApp, "another-row" }},
		"another app, the row by hand":     {false, func(a *deprovision.Account) { a.AppID, a.ProductID = anotherApp, "another-row" }},
		"another row":                      {false, func(a *deprovision.Account) { a.ProductID = "another-row" }},
		"the same app and row":             {false, func(*deprovision.Account) {}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, nil)
			h.hook = tc.hook
			s := newSeries(h)
			s.take(s.state.Request, byHand)
			s.setUpAnew(tc.change)
			s.hook = false
			p := s.take(s.next("r1"), nil)
			if a := s.record(); p.Status != deprovision.Refused || !strings.Contains(p.Detail, "set up anew since request r1") || a.State != deprovision.AccountActive {
				t.Fatalf("%s: %s; the record %+v", p.Status, p.Detail, a)
			}
			r := s.state.Request // as the refusal says
			r.ID = "r2"
			p = s.take(r, func(p deprovision.Progress) *deprovision.Decision {
				if p.Stop != nil && p.Stop.Name == deprovision.StopInvalidAccount {
					return verb(deprovision.Continue, "")
				}
				return rowLeft(p)
			})
			if !slices.Contains(s.stopped, step.VerifyAccount+" "+deprovision.StopInvalidAccount) || !leaves(p.Remainder, "row of") {
				t.Errorf("%s (%s): stopped at %v, left %+v", p.Status, p.Detail, s.stopped, p.Remainder)
			}
		})
	}
}

func TestAnEarlierRequestExplainsTheAbsenceOfNoOtherApp(t *testing.T) {
	t.Parallel()
	s := newSeries(newHarness(t, nil))
	first := s.take(s.state.Request, nil)
	s.rewrite(first.Request.Ref(), func(p *deprovision.Progress) { // as by an older worker, and as if nobody had closed it
		delete(p.Facts, engine.WorkedOn)
		p.Steps[len(p.Steps)-1].State = deprovision.StepSkipped
	})
	s.setUpAnew(func(a *deprovision.Account) { a.AppID = anotherApp })
	p := s.take(s.next("r1"), at(step.VerifyAccount, deprovision.StopInvalidAccount, verb(deprovision.Cancel, "")))
	if p.Status != deprovision.Cancelled || !slices.Contains(s.stopped, step.VerifyAccount+" "+deprovision.StopInvalidAccount) {
		t.Errorf("%s (%s): stopped at %v", p.Status, p.Detail, s.stopped)
	}
}
