package step_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// byHand closes every manual stop.
func byHand(p deprovision.Progress) *deprovision.Decision {
	if p.Stop != nil && p.Stop.Name == deprovision.StopManual {
		return verb(deprovision.ManualDone, "ticket 1")
	}
	return nil
}

// foldersOf lists the quarantine folders of a request's plan.
func (s *series) foldersOf(p deprovision.Progress) []deprovision.Artifact {
	s.t.Helper()
	plan, err := s.journal.Plan(s.t.Context(), p.Request.Ref(), p.Plan.Digest)
	if err != nil {
		s.t.Fatal(err)
	}
	return slices.DeleteFunc(plan.Artifacts, func(a deprovision.Artifact) bool { return a.Kind != footprint.QuarantineFolder })
}

// naming lists what a remainder says of artifacts.
func naming(list []deprovision.Remainder, artifacts []deprovision.Artifact) []string {
	var says []string
	for _, r := range list {
		if slices.ContainsFunc(artifacts, func(a deprovision.Artifact) bool { return strings.Contains(r.Name, a.ID) }) {
			says = append(says, r.Instructions)
		}
	}
	return says
}

func TestResumeOfAResumeForgetsNothingThatIsStillThere(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		second func(deprovision.Progress) *deprovision.Decision // of the second request
		gone   bool                                             // the folders, before the third one
		lost   bool                                             // the plan of the first one, likewise
		left   int
		says   string
	}{
		"it named them":                   {byHand, false, false, 2, "left by request r-exchange, and of no plan since"},
		"it named them, and they went":    {byHand, true, false, 0, ""},
		"it named them, the plan is lost": {byHand, false, true, 2, "Named by request r-exchange-again, and of no plan that can be read"},
		"it was cancelled before it looked": {at(step.VerifyAccount, deprovision.StopInvalidAccount, verb(deprovision.Cancel, "")), false, false, 2,
			"left by request r-exchange, and of no plan since"},
		"it was cancelled, the plan is lost": {at(step.VerifyAccount, deprovision.StopInvalidAccount, verb(deprovision.Cancel, "")), false, true, 2,
			"Named by request r-exchange, whose plan can't be read any more"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSeries(newFull(t, "exchange", nil))
			first := s.take(s.state.Request, at(step.Confirm, deprovision.StopConfirm, verb(deprovision.Force, "")))
			folders := s.foldersOf(first)
			s.amend(func(a *deprovision.Account) { a.Names = nil }) // by which they are found
			cancelled := !strings.Contains(name, "named")
			if cancelled {
				s.amend(func(a *deprovision.Account) {
					a.Recorded = map[string]string{string(footprint.ServicePrincipal): "another"}
				})
			}
			second := s.take(s.next(first.Request.ID), tc.second)
			if named := len(naming(second.Remainder, folders)); len(folders) != 2 || cancelled != (named == 0) {
				t.Fatalf("the second: %s (%s) names %d of %d", second.Status, second.Detail, named, len(folders))
			}
			s.amend(func(a *deprovision.Account) { a.Recorded = nil })
			if tc.gone {
				s.eraseFolders(folders)
			}
			if tc.lost {
				s.losePlan(first.Request.Ref())
			}
			p := second
			for range 2 { // and the one after it
				p = s.take(s.next(p.Request.ID), byHand)
				left := naming(p.Remainder, folders)
				if once(t, p.Remainder); !leaves(p.Remainder, "TMCAS Quarantine (simulated) notes") { // which only resembles the product's
					t.Errorf("%s forgets a suspect", p.Request.ID)
				}
				if len(left) != tc.left || p.Status != deprovision.SucceededWithRemainder {
					t.Fatalf("%s: %s (%s) names %d of %d", p.Request.ID, p.Status, p.Detail, len(left), tc.left)
				}
				for _, text := range left {
					if !strings.Contains(text, tc.says) {
						t.Errorf("%s says %q", p.Request.ID, text)
					}
				}
			}
		})
	}
}

func TestResumeNamesARequestThatNobodyCanAskAnyMore(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]string{"archived": "r0", "of itself": "r1-again"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSeries(newHarness(t, nil))
			s.take(s.state.Request, at(step.Confirm, deprovision.StopConfirm, verb(deprovision.Force, "")))
			second := s.take(s.next("r1"), at(step.Confirm, deprovision.StopConfirm, verb(deprovision.Cancel, ""))) // before it looked
			s.rewrite(second.Request.Ref(), func(p *deprovision.Progress) { p.Request.ResumeOf = of })
			p := s.take(s.next(second.Request.ID), byHand)
			for range 2 { // and it is carried on
				if once(t, p.Remainder); p.Status != deprovision.SucceededWithRemainder || len(p.Remainder) != knownLeft+1 || !leaves(p.Remainder, "what request "+of+" left") {
					t.Fatalf("%s: %s (%s): left %+v", p.Request.ID, p.Status, p.Detail, p.Remainder)
				}
				p = s.take(s.next(p.Request.ID), byHand)
			}
		})
	}
}
