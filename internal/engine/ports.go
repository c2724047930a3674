package engine

import (
	"context"
	"errors"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// ErrConflict says that an append was refused because somebody else wrote meanwhile: read, look, decide anew.
var ErrConflict = errors.New("the journal moved on")

// ErrTooLarge says that a progress document is over its limit: no later try would be taken either.
var ErrTooLarge = errors.New("the progress document is too large")

// Entry is an event together with its place in the stream.
type Entry struct {
	deprovision.Event
	Revision uint64 // stream sequence; 0 means that there is no event
}

// Journal is the truth about requests. All reads come from the leader.
type Journal interface {
	// Last returns the last event of a request, or an Entry with Revision 0.
	Last(ctx context.Context, ref deprovision.Ref) (Entry, error)
	// Since returns the events after a revision, oldest first.
	Since(ctx context.Context, ref deprovision.Ref, revision uint64) ([]Entry, error)
	// Append writes the event if the last revision is still the expected one and returns the new revision. [ErrConflict] says that
	// it was not and that this event is not in the journal, [ErrTooLarge] that it never will be; any other error says that it is not known whether it is.
	Append(ctx context.Context, ref deprovision.Ref, expected uint64, event deprovision.Event) (uint64, error)
	// Wake schedules the wake-up of a park.
	Wake(ctx context.Context, ref deprovision.Ref, park deprovision.Park) error
	// Sweep publishes a sweeper's wake-up that doubts the state with this seq.
	Sweep(ctx context.Context, ref deprovision.Ref, seq uint64) error
	// PutPlan stores a plan under its digest; Plan reads it back.
	PutPlan(ctx context.Context, plan deprovision.Plan) error
	Plan(ctx context.Context, ref deprovision.Ref, digest string) (deprovision.Plan, error)
	// Plans reads every plan, and every part of an inventory, that was stored whole for a request, by digest.
	Plans(ctx context.Context, ref deprovision.Ref) (map[string]deprovision.Plan, error)
}

// Accounts holds the records of service accounts, written by compare-and-set.
type Accounts interface {
	// Get returns the record and its revision; revision 0 means that there is none. Reads come from the leader.
	Get(ctx context.Context, tenant, account string) (deprovision.Account, uint64, error)
	// Put writes the record if its revision is still the expected one, else [ErrConflict].
	Put(ctx context.Context, account deprovision.Account, expected uint64) (uint64, error)
	// Of lists the records of a tenant.
	Of(ctx context.Context, tenant string) ([]deprovision.Account, error)
}

// Ledgers holds per tenant what its removals have reserved, written by compare-and-set: counters that guard are not left to a picture.
type Ledgers interface {
	// Get returns the ledger and its revision; revision 0 means that there is none. One that can't be read has one entry with the count -1.
	// Reads come from the leader.
	Get(ctx context.Context, tenant string) (deprovision.Ledger, uint64, error)
	// Put writes the ledger if its revision is still the expected one, else [ErrConflict].
	Put(ctx context.Context, ledger deprovision.Ledger, expected uint64) (uint64, error)
}

// Clock tells the time. Now must not stand still while the machine is suspended where the platform can help it.
type Clock interface {
	Now() time.Time
	// After returns a channel that receives once the duration passed.
	After(d time.Duration) <-chan time.Time
}

// Steps knows the steps of every service.
type Steps interface {
	// Names lists the steps of a request in order.
	Names(request deprovision.Request) []string
	// Closing lists the steps that a forced request still runs, in order.
	Closing(request deprovision.Request) []string
	// Left says what stays if the named steps are not run (any more): what the plan lists for them and is not yet removed, or, without
	// a plan, the footprint by its names.
	Left(state deprovision.Progress, account deprovision.Account, plan deprovision.Plan, steps []string) Leftover
	// Run carries out one step from the work's cursor on.
	Run(ctx context.Context, name string, work *Work) (Result, error)
}

// Leftover is what an unfinished removal leaves behind.
type Leftover struct {
	Stays []deprovision.Remainder
	Doubt []string // ids of what may or may not be gone
	Note  string   // one line, e.g. whether mail still takes the vendor's way
}
