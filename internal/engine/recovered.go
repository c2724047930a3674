package engine

import (
	"context"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Recovered makes the first event of a request whose journal was lost, from the last state that the picture knew. An end stays what it was.
// What was open waits at a stop until a person has looked, because what happened after that state is not known: the artifact at its cursor
// is in doubt. Numbers begin anew with 1, as in every journal.
func (e *Engine) Recovered(ctx context.Context, state deprovision.Progress) deprovision.Event {
	p := state.Clone()
	p.Seq, p.Updated = 1, e.Clock.Now()
	p.Claim, p.Park, p.Wish, p.Answer, p.Takeovers, p.Attempts = nil, nil, nil, nil, 0, 0
	const why = "The journal was lost; this is the last state that the picture knew."
	if !p.Status.Terminal() {
		p.MaybeCalled = e.doubt(ctx, p)
		e.waitAt(deprovision.Stop{Name: deprovision.StopRecovered, Detail: why + " Look at the tenant, then go on, cancel or force.",
			Offers: []deprovision.Verb{deprovision.Retry, deprovision.Cancel, deprovision.Force}})(&p)
	}
	e.estimate(&p)
	fit(&p)
	return deprovision.Event{Progress: p, Change: deprovision.Change{ID: newID(), Kind: deprovision.Recovered, By: e.Worker, Detail: why}}
}
