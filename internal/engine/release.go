package engine

import (
	"context"
	"errors"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// giveUp lets go of a request whose lease has run out: while the claim is still the worker's own it appends what was finished, and
// that the request is free. It reports whether that is in the journal.
func (h *hold) giveUp() bool {
	h.turn <- struct{}{}
	defer func() { <-h.turn }()
	if h.isClosed() {
		return true
	}
	ctx, cancel := context.WithTimeout(context.Background(), h.ctx.length)
	defer cancel()
	id := newID()
	for {
		late := ""
		if h.pending != nil {
			late = h.pending.id
		}
		found, err := h.fold(ctx, late)
		if err != nil {
			return false
		}
		if found {
			h.pending = nil
		}
		next := h.released(id)
		revision, err := h.Journal.Append(ctx, h.ref, h.last.Revision, next)
		if err == nil {
			h.adopt(Entry{Event: next, Revision: revision})
			h.close()
			return true
		}
		if !errors.Is(err, ErrConflict) {
			h.Log.Warn("a request could not be given back", "request", h.ref.Tokens(), "error", err)
			return false
		}
	}
}

func (h *hold) released(id string) deprovision.Event {
	x := entry{kind: deprovision.ReleasedClaim, detail: "the lease ran out", obeys: true, then: release}
	if h.pending != nil {
		x.finish, x.evidence, x.step = h.pending.finish, h.pending.evidence, h.pending.step
	}
	return h.compose(id, x)
}

func release(p *deprovision.Progress) {
	p.Status = deprovision.Released
	p.Takeovers = 0
}

// parkUntil returns the transition to parked.
func parkUntil(until time.Time, reason string) func(*deprovision.Progress) {
	return func(p *deprovision.Progress) {
		p.Status = deprovision.Parked
		p.Park = &deprovision.Park{Seq: p.Seq, Until: until.UTC(), Reason: reason}
		p.Detail = reason
		p.Takeovers = 0
	}
}

// waitAt returns the transition to waiting at a stop.
func waitAt(stop deprovision.Stop) func(*deprovision.Progress) {
	return func(p *deprovision.Progress) {
		stop.Seq = p.Seq
		p.Status = deprovision.Waiting
		p.Stop = &stop
		p.Detail = stop.Detail
	}
}
