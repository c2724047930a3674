package engine

import (
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// concludeResult turns the result of a step that did not fail into an entry.
func (e *Engine) concludeResult(step string, r Result, now time.Time) entry {
	ends := r.Park == nil && r.Stop == nil
	x := entry{kind: deprovision.Advanced, step: step, detail: r.Detail, evidence: r.Evidence,
		rereads: r.Rereads, announcement: r.Announcement}
	x.finish = func(p *deprovision.Progress) {
		count(p, r.Evidence)
		if r.Apply != nil {
			r.Apply(p)
		}
		if ends {
			p.Steps[p.Step].Done += len(r.Evidence)
			stepDone(p, deprovision.StepDone, now)
		}
	}
	switch {
	case r.Park != nil:
		x.kind, x.then = deprovision.ParkedRequest, parkUntil(*r.Park, r.Detail)
	case r.Stop != nil:
		stop := *r.Stop
		x.kind, x.detail, x.then = deprovision.Stopped, stop.Detail, e.waitAt(stop)
	default:
		if r.Announcement != nil {
			x.kind = deprovision.Announced
		}
		x.then = func(p *deprovision.Progress) {
			switch {
			case r.End != "":
				end(p, r.End, r.Detail)
			case p.Step >= len(p.Steps):
				finish(p)
			}
		}
	}
	return x
}

// stepDone ends the current step and begins the next.
func stepDone(p *deprovision.Progress, state deprovision.StepState, now time.Time) {
	s := &p.Steps[p.Step]
	s.State, s.Ended, s.Error = state, &now, ""
	if state == deprovision.StepDone {
		s.Total = max(s.Total, s.Done)
	}
	p.Step, p.Cursor, p.Answer, p.Detail = p.Step+1, 0, nil, ""
	moved(p)
	if p.Step < len(p.Steps) {
		p.Steps[p.Step].State, p.Steps[p.Step].Started = deprovision.StepRunning, &now
	}
}

// moved notes that the cursor moved: doubts and attempts about the place before are over.
func moved(p *deprovision.Progress) {
	p.MaybeCalled, p.Settled, p.Attempts, p.Takeovers = "", nil, 0, 0
	if p.Step < len(p.Steps) {
		p.Steps[p.Step].Error = ""
	}
}

// count adds the outcomes of evidence to the document.
func count(p *deprovision.Progress, evidence []deprovision.Evidence) {
	for _, e := range evidence {
		switch e.Outcome {
		case deprovision.Removed:
			p.Removed++
		case deprovision.FoundGone:
			p.Gone++
		case deprovision.RemovedUnconfirmed:
			p.Unconfirmed++
		}
	}
}
