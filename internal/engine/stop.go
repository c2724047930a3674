package engine

import (
	"fmt"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// waitAt returns the transition to waiting at a stop. Every stop opens here, so that each expires as the tenant's policy says.
func (e *Engine) waitAt(stop deprovision.Stop) func(*deprovision.Progress) {
	return func(p *deprovision.Progress) {
		s := stop // an append that is refused is made again
		s.Seq = p.Seq
		s.Detail = cut(s.Detail, 4000)
		p.Detail = clip(s.Detail)
		e.expire(&s, p.Request)
		p.Status = deprovision.Waiting
		p.Stop = &s
		if p.Step < len(p.Steps) {
			p.Steps[p.Step].Waited = true
		}
	}
}

// expire writes until when a stop can be answered, and what comes then.
func (e *Engine) expire(s *deprovision.Stop, r deprovision.Request) {
	if s.Expires == nil && e.Expiry != nil {
		if patience := e.Expiry(r, s.Name); patience > 0 {
			at := e.Clock.Now().Add(patience).UTC()
			s.Expires = &at
		}
	}
	if s.Expires != nil {
		s.Detail += fmt.Sprintf(" It can be answered until %s; then the request is cancelled, and what is left is named.",
			s.Expires.UTC().Format(time.RFC3339))
	}
}

// expiry is the wish that an expired stop makes by itself.
func expiry(stop deprovision.Stop) *deprovision.Decision {
	return &deprovision.Decision{ID: fmt.Sprintf("expiry-%d", stop.Seq), Verb: deprovision.Cancel, Stop: stop.Seq,
		DecidedBy: "expiry", Reason: fmt.Sprintf("nobody decided in time at the stop %s", stop.Name)}
}
