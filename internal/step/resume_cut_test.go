package step_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestRowThatTheRemainderHadNoRoomForIsNotTakenForGone(t *testing.T) {
	t.Parallel()
	for name, hook := range map[string]bool{"left for a person": false, "removed by the hook": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, "exchange", nil)
			h.hook = hook
			s := newSeries(h)
			first := s.take(s.state.Request, at(step.Confirm, deprovision.StopConfirm, verb(deprovision.Force, "")))
			s.rewrite(first.Request.Ref(), func(p *deprovision.Progress) { // as the engine cuts it
				p.Remainder = append(p.Remainder[:1:1], deprovision.Remainder{Name: fmt.Sprintf("… and %d more", len(p.Remainder)-1)})
			})
			s.hook = false
			p := s.take(s.next(first.Request.ID), func(p deprovision.Progress) *deprovision.Decision {
				switch {
				case p.Stop == nil:
					return nil
				case p.Steps[p.Step].Name == step.RemoveAtProduct:
					return verb(deprovision.Skip, "")
				}
				return byHand(p)
			})
			asked := slices.Contains(s.stopped, step.RemoveAtProduct+" "+deprovision.StopManual)
			if gone := strings.Contains(p.Facts[step.RemoveAtProduct], "removed by request"); asked == hook || gone != hook || leaves(p.Remainder, "row of") == hook {
				t.Errorf("%s (%s): asked %v, gone %v (%q), left %+v", p.Status, p.Detail, asked, gone, p.Facts[step.RemoveAtProduct], p.Remainder)
			}
		})
	}
}

func TestWhatTheRemainderHadNoRoomForIsLookedAt(t *testing.T) {
	t.Parallel()
	for name, cut := range map[string]func(*deprovision.Progress, int){
		"left": func(p *deprovision.Progress, n int) {
			p.Remainder = append(p.Remainder[:1:1], deprovision.Remainder{Name: fmt.Sprintf("… and %d more", n)})
		},
		"in doubt": func(p *deprovision.Progress, n int) {
			p.Remainder, p.InDoubt = p.Remainder[:1:1], []string{fmt.Sprintf("… and %d more", n)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSeries(newFull(t, "exchange", nil))
			first := s.take(s.state.Request, at(step.Confirm, deprovision.StopConfirm, verb(deprovision.Force, "")))
			folders := s.foldersOf(first)
			s.rewrite(first.Request.Ref(), func(p *deprovision.Progress) { // as if each step had been run, and had left what it had to
				cut(p, len(p.Remainder)-1)
				for i := range p.Steps {
					p.Steps[i].State = deprovision.StepDone
				}
			})
			s.amend(func(a *deprovision.Account) { a.Names = nil }) // by which they are found
			p := s.take(s.next(first.Request.ID), byHand)
			if once(t, p.Remainder); len(folders) != 2 || len(naming(p.Remainder, folders)) != 2 || leaves(p.Remainder, "… and ") {
				t.Errorf("%s (%s): left %+v", p.Status, p.Detail, p.Remainder)
			}
		})
	}
}
