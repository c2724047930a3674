package engine_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/engine/memory"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// The rig is one journal, one tenant of named objects, and as many workers as a test starts. It runs inside a synctest bubble, whose
// time is the clock.

type bubbleClock struct{}

func (bubbleClock) Now() time.Time                         { return time.Now() }
func (bubbleClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

var ref = deprovision.Ref{Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Request: "r1"}

func request() deprovision.Request {
	return deprovision.Request{ID: ref.Request, Tenant: ref.Tenant, Service: ref.Service, Account: "inline", RequestedBy: "soc@contoso.example"}
}

type rig struct {
	t        *testing.T
	journal  *memory.Journal
	accounts *memory.Accounts
	over     chan struct{} // closed when the test ends: dead workers' goroutines may go

	mu      sync.Mutex
	objects map[string]bool
	deletes map[string]int // successful calls
	calls   []string
	failing map[string][]error // by step: what its next calls return
	during  func(step, object string)
	last    *engine.Work
	plan    deprovision.Plan
}

func newRig(t *testing.T) *rig {
	r := &rig{t: t, journal: &memory.Journal{}, accounts: &memory.Accounts{}, over: make(chan struct{}),
		objects: map[string]bool{"rule-1": true, "rule-2": true, "connector": true}, deletes: map[string]int{}, failing: map[string][]error{}}
	t.Cleanup(func() { close(r.over) })
	_, err := r.accounts.Put(t.Context(), deprovision.Account{Tenant: "contoso", ID: "inline", Service: ref.Service,
		Kind: deprovision.Authorized, AppID: "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001", State: deprovision.AccountActive}, 0)
	if err != nil {
		t.Fatal(err)
	}
	r.plan = deprovision.Plan{Ref: ref, Artifacts: []deprovision.Artifact{
		{ID: "rule-1", Name: "rule 1", Step: "remove-rules"}, {ID: "rule-2", Name: "rule 2", Step: "remove-rules"},
		{ID: "connector", Name: "connector", Step: "remove-connector"}}}
	return r
}

func bubble(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newRig(t)) })
}

// steps of the rig: an inventory, a stop, two removals with a drain between them, and the closing step.
type steps struct{ *rig }

func (steps) Names(deprovision.Request) []string {
	return []string{"inventory", "confirm", "remove-rules", "drain", "remove-connector", "close"}
}
func (steps) Closing(deprovision.Request) []string { return []string{"close"} }

func (s steps) Left(p deprovision.Progress, _ deprovision.Account, plan deprovision.Plan, names []string) engine.Leftover {
	var out engine.Leftover
	if p.Plan == nil {
		plan = s.plan
	}
	for _, a := range plan.Artifacts {
		current := p.Step < len(p.Steps) && p.Steps[p.Step].Name == a.Step
		done := current && slices.Index(ids(plan.Of(a.Step)), a.ID) < p.Cursor
		if slices.Contains(names, a.Step) && !done && a.ID != p.MaybeCalled {
			out.Stays = append(out.Stays, deprovision.Remainder{Name: a.Name})
		}
	}
	return out
}

func ids(artifacts []deprovision.Artifact) []string {
	var out []string
	for _, a := range artifacts {
		out = append(out, a.ID)
	}
	return out
}

func (s steps) Run(ctx context.Context, name string, w *engine.Work) (engine.Result, error) {
	s.mu.Lock()
	s.last = w
	var planned error
	if f := s.failing[name]; len(f) > 0 {
		planned, s.failing[name] = f[0], f[1:]
	}
	during := s.during
	s.mu.Unlock()
	if planned != nil {
		return engine.Result{}, planned
	}
	switch name {
	case "inventory":
		if err := w.KeepPlan(ctx, s.plan); err != nil {
			return engine.Result{}, err
		}
		return engine.Result{Apply: func(p *deprovision.Progress) {
			p.Plan = &deprovision.PlanSummary{Digest: s.plan.Digest(), Artifacts: 3}
		}}, nil
	case "confirm":
		if a := w.Progress().Answer; a != nil && a.Verb == deprovision.Confirm || w.Progress().Request.Options.Confirmed {
			return engine.Result{}, nil
		}
		expires := time.Now().Add(48 * time.Hour)
		return engine.Result{Stop: &deprovision.Stop{Name: "confirm", Offers: []deprovision.Verb{deprovision.Confirm}, Expires: &expires}}, nil
	case "drain":
		p := w.Progress()
		if until, err := time.Parse(time.RFC3339, p.Facts["drain"]); err == nil {
			if !until.After(time.Now()) {
				return engine.Result{}, nil
			}
			return engine.Result{Park: &until, Detail: "draining"}, nil
		}
		until := time.Now().Add(24 * time.Hour).Truncate(time.Second)
		return engine.Result{Park: &until, Detail: "draining", Apply: func(p *deprovision.Progress) {
			p.Facts = map[string]string{"drain": until.Format(time.RFC3339)}
		}}, nil
	case "close":
		if during != nil {
			during(name, "")
		}
		return engine.Result{}, nil
	}
	return s.remove(ctx, name, w, during)
}

// remove deletes what the plan lists for the step, one call each.
func (s steps) remove(ctx context.Context, name string, w *engine.Work, during func(step, object string)) (engine.Result, error) {
	artifacts := s.plan.Of(name)
	for i := w.Progress().Cursor; i < len(artifacts); i++ {
		a := artifacts[i]
		if err := ctx.Err(); err != nil {
			return engine.Result{}, fmt.Errorf("before %s: %w", a.ID, err)
		}
		e := deprovision.Evidence{Artifact: a, Outcome: s.erase(a.ID, w.Progress().MaybeCalled)}
		if during != nil {
			during(name, a.ID)
		}
		if i == len(artifacts)-1 {
			return engine.Result{Evidence: []deprovision.Evidence{e}}, nil
		}
		if err := w.Advance(ctx, nil, e); err != nil {
			return engine.Result{}, err
		}
	}
	return engine.Result{}, nil
}

func (r *rig) erase(id, maybe string) deprovision.Outcome {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, id)
	if !r.objects[id] {
		if maybe == id {
			return deprovision.RemovedUnconfirmed
		}
		return deprovision.FoundGone
	}
	delete(r.objects, id)
	r.deletes[id]++
	return deprovision.Removed
}

// on sets what happens during each call of a step.
func (r *rig) on(f func(step, object string)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.during = f
}

// called reports whether an object was called about.
func (r *rig) called() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.calls) > 0
}

// worker is an engine that can be killed: from then on nothing that it does has any effect, and none of its operations returns.
type worker struct {
	*engine.Engine
	dead func() bool
	kill func()
}

type mortal struct {
	*memory.Journal
	check func()
}

func (m mortal) Append(ctx context.Context, ref deprovision.Ref, expected uint64, e deprovision.Event) (uint64, error) {
	m.check()
	n, err := m.Journal.Append(ctx, ref, expected, e)
	m.check()
	return n, err
}

func (m mortal) Wake(ctx context.Context, ref deprovision.Ref, park deprovision.Park) error {
	m.check()
	return m.Journal.Wake(ctx, ref, park)
}

func (m mortal) Since(ctx context.Context, ref deprovision.Ref, revision uint64) ([]engine.Entry, error) {
	m.check()
	return m.Journal.Since(ctx, ref, revision)
}

type mortalSteps struct {
	steps
	check func()
}

func (m mortalSteps) Run(ctx context.Context, name string, w *engine.Work) (engine.Result, error) {
	m.check()
	r, err := m.steps.Run(ctx, name, w)
	m.check()
	return r, err
}

func (r *rig) worker(name string, change ...func(*engine.Config)) *worker {
	var mu sync.Mutex
	dead := false
	w := &worker{
		dead: func() bool { mu.Lock(); defer mu.Unlock(); return dead },
		kill: func() { mu.Lock(); defer mu.Unlock(); dead = true },
	}
	check := func() {
		if w.dead() {
			<-r.over
			runtime.Goexit()
		}
	}
	c := engine.Config{Journal: mortal{r.journal, check}, Accounts: r.accounts, Steps: mortalSteps{steps{r}, check}, Clock: bubbleClock{},
		Worker: name, Lease: 30 * time.Second}
	for _, f := range change {
		f(&c)
	}
	w.Engine = engine.New(c)
	return w
}

// handle hands a trigger over as the consumer does: with a slot, unless it is a decision.
func (w *worker) handle(ctx context.Context, t engine.Trigger) engine.Verdict {
	if t.Kind != engine.DecisionTrigger {
		if err := w.Acquire(ctx); err != nil {
			return engine.Verdict{Fate: engine.Nak}
		}
		defer w.Release()
	}
	return w.Handle(ctx, t)
}

func submit() engine.Trigger {
	r := request()
	return engine.Trigger{Kind: engine.RequestTrigger, Ref: ref, Request: &r}
}

func confirmed() engine.Trigger {
	t := submit()
	t.Request.Options.Confirmed = true
	return t
}

func (r *rig) decide(verb deprovision.Verb, id string, stop uint64) (engine.Trigger, *[]string) {
	var answers []string
	d := deprovision.Decision{ID: id, Tenant: ref.Tenant, Service: ref.Service, Request: ref.Request, Verb: verb, Stop: stop,
		PlanDigest: r.plan.Digest(), DecidedBy: "admin"}
	return engine.Trigger{Kind: engine.DecisionTrigger, Ref: ref, Decision: &d, Answer: func(s string) { answers = append(answers, s) }}, &answers
}

func (r *rig) state() deprovision.Progress {
	r.t.Helper()
	e, err := r.journal.Last(r.t.Context(), ref)
	if err != nil {
		r.t.Fatal(err)
	}
	return e.Progress
}

func (r *rig) kinds() []deprovision.ChangeKind {
	r.t.Helper()
	var out []deprovision.ChangeKind
	for _, e := range r.events() {
		out = append(out, e.Change.Kind)
	}
	return out
}

func (r *rig) events() []engine.Entry {
	r.t.Helper()
	all, err := r.journal.Since(r.t.Context(), ref, 0)
	if err != nil {
		r.t.Fatal(err)
	}
	for i, e := range all {
		if e.Progress.Seq != uint64(i+1) {
			r.t.Fatalf("event %d has seq %d", i+1, e.Progress.Seq)
		}
	}
	return all
}

// wakeUps turns the wake-ups noted so far into triggers.
func (r *rig) wakeUps() []engine.Trigger {
	var out []engine.Trigger
	for _, w := range r.journal.Wakes() {
		t := engine.Trigger{Kind: engine.WakeTrigger, Ref: w.Ref, Seq: w.Park.Seq}
		if w.Sweep != 0 {
			t.Kind, t.Seq = engine.SweepTrigger, w.Sweep
		}
		out = append(out, t)
	}
	return out
}

func (r *rig) want(v engine.Verdict, fate engine.Fate, status deprovision.Status) {
	r.t.Helper()
	if v.Fate != fate {
		r.t.Errorf("the trigger's fate is %+v, want %s", v, fate)
	}
	if got := r.state(); got.Status != status {
		r.t.Errorf("the request is %s (%s), want %s; events: %v", got.Status, got.Detail, status, r.kinds())
	}
}

func (r *rig) account() deprovision.Account {
	r.t.Helper()
	a, _, err := r.accounts.Get(r.t.Context(), "contoso", "inline")
	if err != nil {
		r.t.Fatal(err)
	}
	return a
}
