package step_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/engine/memory"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// decide queues an answer to the next stop of this name.
func (h *harness) decide(stop string, verb deprovision.Verb, change ...func(*deprovision.Decision)) {
	d := deprovision.Decision{ID: fmt.Sprintf("d%d", len(h.answer[stop])+1) + stop, Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Request: "r1",
		Verb: verb, DecidedBy: "admin@contoso.example", Reason: "as agreed"}
	for _, c := range change {
		c(&d)
	}
	h.answer[stop] = append(h.answer[stop], d)
}

// everything acknowledges every caution of the plan.
func (h *harness) everything() []string {
	var codes []string
	for _, c := range h.state.Plan.Cautions {
		codes = append(codes, c.Code)
	}
	return codes
}

func (h *harness) begin() {
	h.state.Steps = nil
	for _, name := range h.steps.Names(h.state.Request) {
		h.state.Steps = append(h.state.Steps, deprovision.StepProgress{Name: name, State: deprovision.StepPending})
	}
	h.state.Approved = h.state.Request.Options.ApproveByName
}

// runAll runs until the request has ended, or stops where no answer is queued.
func (h *harness) runAll(ctx context.Context) {
	h.t.Helper()
	if h.state.Steps == nil {
		h.begin()
	}
	for range 500 {
		if h.state.Status.Terminal() || h.state.Status == deprovision.Waiting && !h.resume() {
			return
		}
		if h.state.Step >= len(h.state.Steps) {
			h.state.Status = deprovision.Succeeded
			return
		}
		h.runOnce(ctx)
	}
	h.t.Fatalf("the steps never end: %+v", h.state)
}

// until runs up to, not including, the step.
func (h *harness) until(ctx context.Context, step string) {
	h.t.Helper()
	if h.state.Steps == nil {
		h.begin()
	}
	for range 500 {
		if h.name() == step {
			return
		}
		if h.state.Status == deprovision.Waiting && !h.resume() {
			h.t.Fatalf("stopped before %s: %+v", step, h.state.Stop)
		}
		h.runOnce(ctx)
	}
	h.t.Fatalf("%s never comes", step)
}

func (h *harness) name() string {
	if h.state.Step >= len(h.state.Steps) {
		return ""
	}
	return h.state.Steps[h.state.Step].Name
}

// resume answers the stop; false when there is no answer.
func (h *harness) resume() bool {
	queue := h.answer[h.state.Stop.Name]
	if len(queue) == 0 {
		return false
	}
	d := queue[0]
	h.answer[h.state.Stop.Name] = queue[1:]
	if !h.state.Stop.Accepts(d.Verb) {
		h.t.Fatalf("%s is not offered at %+v", d.Verb, h.state.Stop)
	}
	if (d.Verb == deprovision.Confirm || d.Verb == deprovision.Approve) && d.PlanDigest == "" {
		d.PlanDigest, d.Acknowledged = h.state.Plan.Digest, h.everything()
	}
	if d.Verb == deprovision.Credentials {
		h.state.Credential = d.CredentialRef
	}
	h.state.Status, h.state.Stop, h.state.Answer, h.state.Attempts = deprovision.Held, nil, &d, 0
	if d.Verb == deprovision.Skip {
		h.skip()
	}
	return true
}

func (h *harness) skip() {
	left := h.left(h.name())
	h.state.Remainder = append(h.state.Remainder, left.Stays...)
	if h.state.MaybeCalled != "" {
		h.state.InDoubt = append(h.state.InDoubt, h.state.MaybeCalled)
	}
	h.stepOver(deprovision.StepSkipped)
}

func (h *harness) left(steps ...string) engine.Leftover {
	plan := deprovision.Plan{}
	if h.state.Plan != nil {
		plan = h.plans[h.state.Plan.Digest]
	}
	return h.steps.Left(h.state.Clone(), h.accounts[h.state.Request.Account], plan, steps)
}

func (h *harness) stepOver(state deprovision.StepState) {
	h.state.Steps[h.state.Step].State = state
	h.state.Step++
	h.state.Cursor, h.state.Answer, h.state.MaybeCalled, h.state.Attempts, h.state.Settled = 0, nil, "", 0, nil
}

// runOnce runs the current step once and folds what came of it.
func (h *harness) runOnce(ctx context.Context) {
	h.t.Helper()
	name := h.name()
	result, err := h.steps.Run(ctx, name, h.work())
	if err != nil {
		h.fail(name, err)
		return
	}
	h.count(result.Evidence)
	h.rereads = append(h.rereads, result.Rereads...)
	if result.Apply != nil {
		result.Apply(&h.state)
	}
	switch {
	case result.Park != nil:
		if !result.Park.After(h.clock.Now()) {
			h.t.Fatalf("%s parks until %s, which is past", name, result.Park)
		}
		h.parks = append(h.parks, result.Park.Sub(h.clock.Now()))
		h.clock.set(*result.Park)
	case result.Stop != nil:
		if err := memory.Listed(result.Stop); err != nil {
			h.t.Error(err)
		}
		h.state.Status, h.state.Stop = deprovision.Waiting, result.Stop
		h.stops = append(h.stops, *result.Stop)
	default:
		h.state.Steps[h.state.Step].Done += len(result.Evidence)
		h.stepOver(deprovision.StepDone)
		if result.End != "" {
			h.state.Status = result.End
		}
	}
}

func (h *harness) work() *engine.Work {
	account, _, _ := h.Get(h.t.Context(), "contoso", h.state.Request.Account)
	return engine.NewWork(func() deprovision.Progress { return h.state.Clone() }, func(_ context.Context, way engine.Way, change func(*deprovision.Progress), evidence ...deprovision.Evidence) error {
		h.state.Cursor += way.Cursor
		h.state.Steps[h.state.Step].Done += way.Done
		if way.Cursor > 0 {
			h.state.MaybeCalled, h.state.Settled = "", nil
		}
		h.state.Attempts = 0
		h.count(evidence)
		h.rereads = append(h.rereads, way.Rereads...)
		if change != nil {
			change(&h.state)
		}
		if h.advanced != nil {
			return h.advanced(h.name())
		}
		return nil
	}, h, account)
}

func (h *harness) count(evidence []deprovision.Evidence) {
	h.evidence = append(h.evidence, evidence...)
	for _, e := range evidence {
		switch e.Outcome {
		case deprovision.Removed:
			h.state.Removed++
		case deprovision.FoundGone:
			h.state.Gone++
		case deprovision.RemovedUnconfirmed:
			h.state.Unconfirmed++
		}
	}
}

// fail does what the engine does about a failure.
func (h *harness) fail(name string, err error) {
	h.t.Helper()
	h.failures = append(h.failures, err)
	class := deprovision.ClassOf(err)
	if class == deprovision.Unknown && h.state.Plan != nil {
		if list := h.plan().Of(name); h.state.Cursor < len(list) {
			h.state.MaybeCalled = list[h.state.Cursor].ID
		}
	}
	if class == deprovision.Unknown && slices.Contains(h.steps.Closing(h.state.Request), name) {
		h.state.MaybeCalled = name
	}
	h.state.Attempts++
	if class == deprovision.Forbidden || class == deprovision.Malformed || h.state.Attempts > 5 {
		h.state.Status = deprovision.Waiting
		h.state.Stop = &deprovision.Stop{Name: "failed", Detail: err.Error(), Offers: []deprovision.Verb{deprovision.Retry, deprovision.Skip}}
		h.stops = append(h.stops, *h.state.Stop)
		return
	}
	h.clock.set(h.clock.Now().Add(10 * time.Second))
}

func (h *harness) plan() deprovision.Plan { return h.plans[h.state.Plan.Digest] }

// outcomes tells by artifact name how each went.
func (h *harness) outcomes() map[string]deprovision.Outcome {
	out := map[string]deprovision.Outcome{}
	for _, e := range h.evidence {
		out[e.Artifact.Name] = e.Outcome
	}
	return out
}
