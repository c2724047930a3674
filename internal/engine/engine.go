package engine

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Config is what an engine is made of. Journal, Accounts, Steps, Clock and Worker are required.
type Config struct {
	Journal  Journal
	Accounts Accounts
	Steps    Steps
	Clock    Clock
	Worker   string        // unique per process start
	Lease    time.Duration // of a claim; 0 means 30 seconds
	Grace    time.Duration // how long a decision waits for its request; 0 means 15 minutes
	Slots    int           // requests worked on at once; 0 means 16

	Permit    func(deprovision.Request) string                        // why this sender may not ask this; "" means that it may; nil permits all
	MayDecide func(deprovision.Progress, deprovision.Decision) string // why this decision does not count; "" means that it may; nil lets all count
	Expiry    func(deprovision.Request, string) time.Duration         // how long a stop of this name can be answered; 0 means for ever, as does nil
	Estimate  func(*deprovision.Progress)                             // fills in how long the request will still take; nil means that nobody knows
	Observer  Observer                                                // may be nil
	At        func(Point, deprovision.Progress)                       // called where a crash must do no harm; may be nil
	Log       *slog.Logger                                            // nil means slog.Default
}

// Observer is told what a metric may count.
type Observer interface {
	StepDone(service deprovision.Service, step string, took time.Duration)
	Ended(service deprovision.Service, status deprovision.Status, took time.Duration)
	Takeover()
}

// Point is a place in the loop between two effects.
type Point string

// The points, in the order in which a request meets them.
const (
	AfterClaim    Point = "after-claim"
	AfterAppend   Point = "after-append"
	AfterPark     Point = "after-park"     // before the wake-up is published
	AfterWake     Point = "after-wake"     // before the trigger is acknowledged
	AfterTerminal Point = "after-terminal" // before the trigger is acknowledged
)

// Engine is the loop of one worker. It is safe for concurrent use.
type Engine struct {
	Config
	slots chan struct{}

	mu   sync.Mutex
	live map[deprovision.Ref]*hold // held by this very process
}

// New makes an engine.
func New(c Config) *Engine {
	if c.Lease == 0 {
		c.Lease = 30 * time.Second
	}
	if c.Grace == 0 {
		c.Grace = 15 * time.Minute
	}
	if c.Slots == 0 {
		c.Slots = 16
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return &Engine{Config: c, slots: make(chan struct{}, c.Slots), live: map[deprovision.Ref]*hold{}}
}

// Acquire takes an execution slot. Who brings a request or a wake-up to [Engine.Handle] holds one; decisions come without.
func (e *Engine) Acquire(ctx context.Context) error {
	select {
	case e.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Release gives the slot back.
func (e *Engine) Release() { <-e.slots }

// Size is how many slots there are.
func (e *Engine) Size() int { return cap(e.slots) }

// Free tells how many slots are free at the moment.
func (e *Engine) Free() int { return cap(e.slots) - len(e.slots) }

func (e *Engine) at(p Point, state deprovision.Progress) {
	if e.At != nil {
		e.At(p, state)
	}
}

// enlist remembers a hold of this process; the returned function forgets it.
func (e *Engine) enlist(ref deprovision.Ref, h *hold) func() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.live[ref] = h
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.live[ref] == h {
			delete(e.live, ref)
		}
	}
}

// holds reports whether this very process holds the claim, with a lease that still runs.
func (e *Engine) holds(ref deprovision.Ref, claim *deprovision.Claim) bool {
	e.mu.Lock()
	h := e.live[ref]
	e.mu.Unlock()
	return h != nil && claim != nil && claim.Worker == e.Worker && h.claim == claim.Seq && h.ctx.over() == nil
}

// newID names an append; it is kept over retries.
func newID() string { return rand.Text() }
