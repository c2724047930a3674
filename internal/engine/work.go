package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Work is what a step gets: the state as it is, and the one way to move it.
type Work struct {
	state   func() deprovision.Progress
	advance func(context.Context, Way, func(*deprovision.Progress), ...deprovision.Evidence) error
	journal Journal
	account deprovision.Account
}

// Way is how far an append moves a step.
type Way struct {
	Cursor int // finished places behind each other; 0 when something of the batch at the cursor is still open
	Done   int // finished units, for the screen

	Rereads []deprovision.Reread // kept with the append
}

// NewWork makes what one run of a step gets: state returns a copy of the present progress, advance appends one finished unit (see
// [Work.AdvanceBy]), journal keeps plans.
func NewWork(state func() deprovision.Progress, advance func(context.Context, Way, func(*deprovision.Progress), ...deprovision.Evidence) error,
	journal Journal, account deprovision.Account) *Work {
	return &Work{state: state, advance: advance, journal: journal, account: account}
}

// Progress returns a copy of the present state.
func (w *Work) Progress() deprovision.Progress { return w.state() }

// Account returns the record of the service account as it was when the claim was made.
func (w *Work) Account() deprovision.Account { return w.account }

// Plan reads the plan that the progress document names.
func (w *Work) Plan(ctx context.Context) (deprovision.Plan, error) {
	p := w.state()
	if p.Plan == nil {
		return deprovision.Plan{Ref: p.Request.Ref()}, nil
	}
	return w.journal.Plan(ctx, p.Request.Ref(), p.Plan.Digest)
}

// KeepPlan stores a plan so that a progress document may name its digest.
func (w *Work) KeepPlan(ctx context.Context, plan deprovision.Plan) error {
	return w.journal.PutPlan(ctx, plan)
}

// Advance appends one finished unit: it counts the cursor and the step's done units up by one, and the outcomes in the evidence. The
// last unit of a step is not advanced but returned as the step's [Result], so that it ends the step in the same append.
// An error means: start nothing more, return it.
func (w *Work) Advance(ctx context.Context, change func(*deprovision.Progress), evidence ...deprovision.Evidence) error {
	return w.advance(ctx, Way{Cursor: 1, Done: 1}, change, evidence...)
}

// AdvanceBy is [Work.Advance] for several units at once: a chunk that was read, or a batch that was removed. A way with no Cursor keeps what
// was finished of a batch whose rest is still open.
func (w *Work) AdvanceBy(ctx context.Context, way Way, change func(*deprovision.Progress), evidence ...deprovision.Evidence) error {
	return w.advance(ctx, way, change, evidence...)
}

// Parts reads the chain of parts that ends in the part with this digest, first part first.
func (w *Work) Parts(ctx context.Context, last string) ([]deprovision.Plan, error) {
	if last == "" {
		return nil, nil
	}
	plans, err := w.journal.Plans(ctx, w.state().Request.Ref())
	if err != nil {
		return nil, err
	}
	var chain []deprovision.Plan
	for digest := last; digest != ""; {
		part, ok := plans[digest]
		if !ok {
			return nil, fmt.Errorf("the part %s of the inventory is not there", digest)
		}
		delete(plans, digest) // a chain that bites its tail ends here
		chain = append(chain, part)
		digest = part.Prior
	}
	slices.Reverse(chain)
	return chain, nil
}
