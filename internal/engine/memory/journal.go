package memory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Disturbance is what happens to one operation.
type Disturbance int

// The disturbances.
const (
	None       Disturbance = iota
	LostBefore             // an error, and nothing was written
	LostAfter              // an error, although it was written
)

// ErrLost is what a disturbed operation returns.
var ErrLost = errors.New("the answer was lost")

// Wake is a wake-up that somebody asked for.
type Wake struct {
	Ref   deprovision.Ref
	Park  deprovision.Park // of a scheduled wake-up
	Sweep uint64           // of a sweeper's wake-up; 0 for a scheduled one
}

// Journal is a journal in memory. Its zero value is empty and ready.
type Journal struct {
	// Fail, when set, is asked before each operation ("append", "wake", "plan", "read"); it must not call back.
	Fail func(op string, change deprovision.Change) Disturbance
	// Appended, when set, is called after each append, outside of all locks.
	Appended func(engine.Entry)

	mu       sync.Mutex
	revision uint64
	events   map[deprovision.Ref][]engine.Entry
	plans    map[string][]byte
	wakes    []Wake
}

// copied makes an event that shares nothing with another that anybody changes.
func copied(e engine.Entry) engine.Entry {
	e.Progress = e.Progress.Clone()
	e.Change.Evidence = slices.Clone(e.Change.Evidence)
	if e.Change.Decision != nil {
		d := *e.Change.Decision
		e.Change.Decision = &d
	}
	return e
}

var _ engine.Journal = (*Journal)(nil)

func (j *Journal) disturb(op string, change deprovision.Change) Disturbance {
	if j.Fail == nil {
		return None
	}
	return j.Fail(op, change)
}

// Last returns the last event of a request.
func (j *Journal) Last(ctx context.Context, ref deprovision.Ref) (engine.Entry, error) {
	if j.disturb("read", deprovision.Change{}) != None {
		return engine.Entry{}, ErrLost
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	all := j.events[ref]
	if len(all) == 0 {
		return engine.Entry{}, ctx.Err()
	}
	return copied(all[len(all)-1]), ctx.Err()
}

// Since returns the events after a revision.
func (j *Journal) Since(ctx context.Context, ref deprovision.Ref, revision uint64) ([]engine.Entry, error) {
	if j.disturb("read", deprovision.Change{}) != None {
		return nil, ErrLost
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []engine.Entry
	for _, e := range j.events[ref] {
		if e.Revision > revision {
			out = append(out, copied(e))
		}
	}
	return out, ctx.Err()
}

// Append writes an event if the expected revision is the last one.
func (j *Journal) Append(ctx context.Context, ref deprovision.Ref, expected uint64, e deprovision.Event) (uint64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := usable(ref, e); err != nil {
		return 0, err
	}
	what := j.disturb("append", e.Change)
	if what == LostBefore {
		return 0, ErrLost
	}
	entry, err := j.append(ref, expected, e)
	if err != nil {
		return 0, err
	}
	if j.Appended != nil {
		j.Appended(entry)
	}
	if what == LostAfter {
		return 0, ErrLost
	}
	return entry.Revision, nil
}

func (j *Journal) append(ref deprovision.Ref, expected uint64, e deprovision.Event) (engine.Entry, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.events == nil {
		j.events = map[deprovision.Ref][]engine.Entry{}
	}
	var last uint64
	for _, old := range j.events[ref] {
		if old.Revision > expected && old.Change.ID == e.Change.ID {
			return old, nil // the answer to its first try was lost
		}
		last = old.Revision
	}
	if last != expected {
		return engine.Entry{}, fmt.Errorf("expected revision %d, found %d: %w", expected, last, engine.ErrConflict)
	}
	j.revision++
	entry := copied(engine.Entry{Event: e, Revision: j.revision})
	j.events[ref] = append(j.events[ref], entry)
	return entry, nil
}

// usable refuses what the real journal refuses. A stop that no list names is a fault of the code, and ends the test.
func usable(ref deprovision.Ref, e deprovision.Event) error {
	if found := e.Progress.Request.Ref(); found != ref {
		return fmt.Errorf("an event of %s does not belong on %s", found.Tokens(), ref.Tokens())
	}
	if e.Change.ID == "" {
		return errors.New("an append without an id can't be told from another's")
	}
	if body, err := json.Marshal(e.Progress); err != nil || len(body) > deprovision.MaxProgress {
		return fmt.Errorf("%d bytes, at most %d are allowed: %w", len(body), deprovision.MaxProgress, errors.Join(engine.ErrTooLarge, err))
	}
	if err := Listed(e.Progress.Stop); err != nil { // an error would make workers try for ever
		panic(err)
	}
	return nil
}

// Wake notes a scheduled wake-up; nothing fires it but the test.
func (j *Journal) Wake(_ context.Context, ref deprovision.Ref, park deprovision.Park) error {
	return j.wake(Wake{Ref: ref, Park: park})
}

// Sweep notes a sweeper's wake-up.
func (j *Journal) Sweep(_ context.Context, ref deprovision.Ref, seq uint64) error {
	return j.wake(Wake{Ref: ref, Sweep: seq})
}

func (j *Journal) wake(w Wake) error {
	if j.disturb("wake", deprovision.Change{}) != None {
		return ErrLost
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.wakes = append(j.wakes, w)
	return nil
}

// Wakes returns the wake-ups noted so far, and forgets them.
func (j *Journal) Wakes() []Wake {
	j.mu.Lock()
	defer j.mu.Unlock()
	out := j.wakes
	j.wakes = nil
	return out
}

// PutPlan stores a plan under its digest.
func (j *Journal) PutPlan(_ context.Context, plan deprovision.Plan) error {
	if j.disturb("plan", deprovision.Change{}) != None {
		return ErrLost
	}
	body, err := json.Marshal(plan)
	if err != nil {
		return fmt.Errorf("store a plan: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.plans == nil {
		j.plans = map[string][]byte{}
	}
	j.plans[plan.Ref.Tokens()+plan.Digest()] = body
	return nil
}

// Plans reads all plans and parts of a request.
func (j *Journal) Plans(_ context.Context, ref deprovision.Ref) (map[string]deprovision.Plan, error) {
	if j.disturb("plan", deprovision.Change{}) != None {
		return nil, ErrLost
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	out := map[string]deprovision.Plan{}
	for key, body := range j.plans {
		digest, of := strings.CutPrefix(key, ref.Tokens()+"sha256:")
		if !of {
			continue
		}
		var plan deprovision.Plan
		if err := json.Unmarshal(body, &plan); err != nil {
			return nil, err
		}
		out["sha256:"+digest] = plan
	}
	return out, nil
}

// Plan reads a plan.
func (j *Journal) Plan(_ context.Context, ref deprovision.Ref, digest string) (plan deprovision.Plan, err error) {
	if j.disturb("plan", deprovision.Change{}) != None {
		return plan, ErrLost
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	body, ok := j.plans[ref.Tokens()+digest]
	if !ok {
		return plan, fmt.Errorf("there is no plan %s of %s", digest, ref.Tokens())
	}
	return plan, json.Unmarshal(body, &plan)
}
