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
		switch {
		case errors.Is(err, errLost) || ctx.Err() != nil:
			return false
		case err != nil: // the journal may be back before anybody takes the request over
			h.wait(ctx)
			continue
		case !h.last.Progress.Status.Worked(): // an append whose answer was lost had set it aside, or ended it
			h.close()
			return true
		case found:
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
			h.wait(ctx)
		}
	}
}

func (h *hold) released(id string) deprovision.Event {
	x := entry{kind: deprovision.ReleasedClaim, detail: "the lease ran out", obeys: true, then: release}
	if h.pending != nil {
		x.finish, x.evidence, x.step = h.pending.finish, h.pending.evidence, h.pending.step
		x.rereads, x.announcement = h.pending.rereads, h.pending.announcement
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
		p.Park = &deprovision.Park{Seq: p.Seq, Until: until.UTC(), Reason: clip(reason)}
		p.Detail = clip(reason)
		p.Takeovers = 0
	}
}
