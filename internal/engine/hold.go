package engine

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// hold is a claim in the hands of its worker: the state it writes on, and the lease it writes under.
type hold struct {
	*Engine
	ref   deprovision.Ref
	claim uint64 // seq of the claim
	ctx   *lease

	turn      chan struct{} // one append at a time; whoever has the turn may change the fields below
	pending   *pending
	cancelled chan struct{} // closed when somebody cancelled
	mu        sync.Mutex    // guards the two below for readers without the turn
	last      Entry
	told      bool // cancelled is closed
	closed    bool // the request was given back, set aside or ended
	beats     sync.WaitGroup
}

// entry is what a holder appends. finish is kept whatever came between; then is dropped when a wish came first.
type entry struct {
	kind         deprovision.ChangeKind
	step         string
	detail       string
	evidence     []deprovision.Evidence
	decision     *deprovision.Decision
	rereads      []deprovision.Reread
	announcement *deprovision.Announcement
	finish       func(*deprovision.Progress)
	then         func(*deprovision.Progress)
	obeys        bool // carries out the wish itself
}

// pending is an entry that the end of the lease came before.
type pending struct {
	id string
	entry
}

// newHold starts the lease and its heartbeat; sent is when the claim was sent.
func newHold(e *Engine, claim Entry, sent time.Time) *hold {
	c := claim.Progress.Claim
	h := &hold{Engine: e, ref: claim.Progress.Request.Ref(), claim: c.Seq, last: claim, turn: make(chan struct{}, 1),
		cancelled: make(chan struct{}),
		ctx:       newLease(e.Clock, time.Duration(c.Lease), sent)}
	h.adopt(claim)
	h.beats.Go(h.ctx.watch)
	h.beats.Go(h.beat)
	return h
}

// stop ends the heartbeat and waits for it.
func (h *hold) stop() {
	h.ctx.cancel(errLapsed)
	h.beats.Wait()
}

// state returns a copy of the present progress.
func (h *hold) state() deprovision.Progress {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last.Progress.Clone()
}

// present returns the progress as it is, to be read only: no append changes it, each makes its own.
func (h *hold) present() deprovision.Progress {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last.Progress
}

// beat appends a sign of life whenever a third of the lease went by without an append.
func (h *hold) beat() {
	third := h.ctx.length / 3
	for h.ctx.over() == nil {
		due := h.ctx.sent.Load().Add(third)
		if wait := due.Sub(h.Clock.Now()); wait > 0 {
			select {
			case <-h.Clock.After(wait):
			case <-h.ctx.Done():
			}
			continue
		}
		if err := h.write(entry{kind: deprovision.StillHeld}); err != nil && !errors.Is(err, errWished) {
			return
		}
	}
}

// write appends under the lease. errWished says that the entry's finished part is in the journal and that a wish is to be obeyed now;
// errLapsed and errLost that the lease is over. A lapsed entry is kept for giveUp.
func (h *hold) write(x entry) error {
	h.turn <- struct{}{}
	defer func() { <-h.turn }()
	if h.isClosed() {
		return errLost
	}
	id, sent := newID(), h.Clock.Now()
	for {
		if err := h.ctx.over(); err != nil {
			h.keep(id, x)
			return err
		}
		next := h.compose(id, x)
		revision, err := h.Journal.Append(h.ctx.Context, h.ref, h.last.Revision, next)
		if err == nil {
			h.adopt(Entry{Event: next, Revision: revision})
			return h.written(x, sent)
		}
		refused := errors.Is(err, ErrConflict)
		if !refused {
			h.Log.Warn("an append may not have arrived", "request", h.ref.Tokens(), "error", err)
			h.pause()
		}
		found, err := h.fold(h.ctx.Context, id)
		switch {
		case errors.Is(err, errLost):
			h.ctx.cancel(errLost)
			return errLost
		case found:
			return h.written(x, sent)
		case err != nil:
			h.pause()
		case refused: // no try so far is in the journal, nor will be: the next one is the one that counts
			sent = h.Clock.Now()
		}
	}
}

// pause waits a moment before the journal is tried again.
func (h *hold) pause() { h.wait(h.ctx.Context) }

func (h *hold) wait(ctx context.Context) {
	select {
	case <-h.Clock.After(h.ctx.length / 60):
	case <-ctx.Done():
	}
}

func (h *hold) keep(id string, x entry) {
	if x.finish != nil {
		h.pending = &pending{id: id, entry: x}
	}
}

func (h *hold) written(x entry, sent time.Time) error {
	h.ctx.extend(sent)
	if !h.last.Progress.Status.Worked() {
		h.close()
		return nil
	}
	h.at(AfterAppend, h.last.Progress)
	if h.last.Progress.Wish != nil && !x.obeys {
		return errWished
	}
	return nil
}

// compose makes the event: the finished part always, the rest only when no wish came first.
func (h *hold) compose(id string, x entry) deprovision.Event {
	p := h.last.Progress.Clone()
	p.Seq, p.Updated, p.Status = p.Seq+1, h.Clock.Now(), deprovision.Held
	if x.finish != nil {
		x.finish(&p)
	}
	switch {
	case p.Wish == nil || x.obeys:
		if x.then != nil {
			x.then(&p)
		}
	case x.finish != nil:
		x.kind = deprovision.Advanced
	default:
		x.kind = deprovision.StillHeld
	}
	if p.Status.Terminal() {
		x.kind = deprovision.Ended
	}
	h.estimate(&p)
	fit(&p)
	return deprovision.Event{Progress: p, Change: deprovision.Change{ID: id, Kind: x.kind, By: h.Worker, Step: x.step, Detail: x.detail,
		Evidence: x.evidence, Decision: x.decision, Rereads: x.rereads, Announcement: x.announcement}}
}

// adopt takes an event of the journal for the present state.
func (h *hold) adopt(e Entry) {
	wish := e.Progress.Wish
	h.mu.Lock()
	h.last = e
	if wish != nil && wish.Verb == deprovision.Cancel && !h.told {
		h.told = true
		close(h.cancelled)
	}
	h.mu.Unlock()
	h.ctx.wished.Store(wish != nil)
}

// fold reads what came after the state that the holder knows. found says that the append with this id is in the journal; errLost that
// the claim is no longer the holder's.
func (h *hold) fold(ctx context.Context, id string) (found bool, err error) {
	entries, err := h.Journal.Since(ctx, h.ref, h.last.Revision)
	if err != nil {
		h.Log.Warn("the journal could not be read", "request", h.ref.Tokens(), "error", err)
		return false, err
	}
	for _, e := range entries {
		mine := e.Change.ID == id
		claim := e.Progress.Claim
		if !mine && (e.Progress.Status.Terminal() || claim == nil || claim.Seq != h.claim) {
			return found, errLost
		}
		h.adopt(e)
		if found = found || mine; mine && e.Progress.Status != deprovision.Held {
			return true, nil // what came after it is no longer the holder's business
		}
	}
	return found, nil
}
