package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const maxTakeovers = 3 // in a row without progress

var errPanicked = errors.New("panic")

// work runs a claimed request until it has ended, is set aside, or is no longer this worker's.
func (a *attempt) work(h *hold) Verdict {
	if !a.slot && a.await(h) { // a decision claims at once, and waits for its slot as a holder
		defer a.Release()
	}
	var err error
	for err == nil || errors.Is(err, errWished) {
		if h.isClosed() {
			return a.settle(h.present())
		}
		err = a.next(h)
	}
	if errors.Is(err, errLost) {
		return Verdict{Fate: Silent}
	}
	a.Log.Warn("a request is given back", "request", h.ref.Tokens(), "cause", err)
	if h.giveUp() {
		return Verdict{Fate: Nak, Delay: again}
	}
	return Verdict{Fate: Silent}
}

// await waits for a slot and reports whether it got one: not when the worker drains, the lease ends or somebody cancels, none of which
// calls a tenant.
func (a *attempt) await(h *hold) bool {
	ctx, stop := context.WithCancel(a.drain)
	defer stop()
	defer context.AfterFunc(h.ctx.Context, stop)()
	go func() {
		select {
		case <-h.cancelled:
			stop()
		case <-ctx.Done():
		}
	}()
	return a.Acquire(ctx) == nil
}

// next makes the one move that the present state asks for.
func (a *attempt) next(h *hold) error {
	state := h.present()
	switch {
	case h.ctx.over() != nil:
		return h.ctx.over()
	case state.Takeovers >= maxTakeovers && state.Step < len(state.Steps):
		return h.write(unwished(a.stopFailed(state, deprovision.Unknown, errors.New("three workers in a row were lost at this step"))))
	case inexact(state) && (state.Wish == nil || state.Attempts < patientReads):
		return a.resolve(h, state)
	case state.Wish != nil && state.Wish.Verb == deprovision.Cancel:
		return a.obey(h)
	case a.account == nil:
		return a.open(h)
	case state.Wish != nil:
		return a.obey(h)
	case a.drain.Err() != nil:
		return h.write(entry{kind: deprovision.ReleasedClaim, detail: "the worker is being stopped", then: release})
	case state.Step >= len(state.Steps):
		return h.write(entry{kind: deprovision.Ended, then: finish})
	case state.Answer != nil && state.Answer.Verb == deprovision.Skip:
		return a.skip(h)
	}
	return a.run(h)
}

// resolve makes a doubt exact, now that the plan can be read.
func (a *attempt) resolve(h *hold, state deprovision.Progress) error {
	exact, err := a.atCursor(a.drainless(), state)
	if err != nil {
		return a.hinder(h, "what may have been called about", err)
	}
	return h.write(entry{kind: deprovision.StillHeld, finish: func(p *deprovision.Progress) { p.MaybeCalled = exact }})
}

// run runs the current step from its cursor on and appends what came of it.
func (a *attempt) run(h *hold) error {
	state := h.present()
	name := state.Steps[state.Step].Name
	work := NewWork(h.state, func(_ context.Context, way Way, change func(*deprovision.Progress), evidence ...deprovision.Evidence) error {
		return a.unit(h, name, way, change, evidence)
	}, a.Journal, *a.account)
	result, err := a.call(h.ctx, name, work)
	if errors.Is(err, errDraining) || errors.Is(err, errWished) {
		return nil
	}
	x := a.conclude(h.present(), name, result, err)
	before := h.present().Step
	err = h.write(x)
	a.observe(state, h.present(), before)
	return err
}

// unit appends finished units of a step.
func (a *attempt) unit(h *hold, step string, way Way, change func(*deprovision.Progress), evidence []deprovision.Evidence) error {
	err := h.write(entry{kind: deprovision.Advanced, step: step, evidence: evidence, rereads: way.Rereads, finish: func(p *deprovision.Progress) {
		p.Cursor += way.Cursor
		p.Steps[p.Step].Done += way.Done
		if way.Cursor > 0 {
			moved(p)
		} else { // the rest of the batch is in doubt as before
			p.Attempts, p.Takeovers = 0, 0
		}
		count(p, evidence)
		if change != nil {
			change(p)
		}
	}})
	if err == nil && a.drain.Err() != nil {
		return errDraining
	}
	return err
}

// call runs the step; what panics has failed for good.
func (a *attempt) call(ctx context.Context, name string, work *Work) (r Result, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			a.Log.Error("a step panicked", "step", name, "cause", cause, "stack", string(debug.Stack()))
			err = &deprovision.Failure{Class: deprovision.Malformed, API: "engine", Call: name, Err: fmt.Errorf("%w: %v", errPanicked, cause)}
		}
	}()
	return a.Steps.Run(ctx, name, work)
}

// settle says what becomes of the trigger once its request no longer needs this worker.
func (a *attempt) settle(p deprovision.Progress) Verdict {
	switch {
	case p.Status == deprovision.Parked:
		a.at(AfterPark, p)
		if !a.wake(p.Park) {
			return Verdict{Fate: Silent}
		}
		a.at(AfterWake, p)
	case p.Status == deprovision.Waiting && p.Stop.Expires != nil:
		if !a.wake(&deprovision.Park{Seq: p.Stop.Seq, Until: *p.Stop.Expires, Reason: "expiry"}) {
			return Verdict{Fate: Silent}
		}
	case p.Status == deprovision.Released:
		return Verdict{Fate: Nak}
	case p.Status.Terminal():
		if a.Observer != nil {
			a.Observer.Ended(p.Request.Service, p.Status, p.Updated.Sub(p.Started))
		}
		a.at(AfterTerminal, p)
		a.letGo(p.Request)
	}
	return Verdict{Fate: Ack}
}

// observe counts a step or a request that ended with the last append.
func (a *attempt) observe(began, now deprovision.Progress, before int) {
	if a.Observer == nil || now.Step == before {
		return
	}
	s := now.Steps[before]
	if s.State == deprovision.StepDone && s.Started != nil && s.Ended != nil {
		a.Observer.StepDone(began.Request.Service, s.Name, s.Ended.Sub(*s.Started))
	}
}

func (h *hold) isClosed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closed
}

func (h *hold) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
}

func durationOf(d deprovision.Duration) time.Duration { return time.Duration(d) }
