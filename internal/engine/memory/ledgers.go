package memory

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Ledgers keeps what the removals of each tenant have reserved in memory. Its zero value is empty and ready.
type Ledgers struct {
	Fail func(op string) error // asked before each "get" and "put", when set

	mu       sync.Mutex
	revision uint64
	ledgers  map[string]ledger
}

type ledger struct {
	entries  []deprovision.Reservation
	revision uint64
}

var _ engine.Ledgers = (*Ledgers)(nil)

func (l *Ledgers) fail(op string) error {
	if l.Fail == nil {
		return nil
	}
	return l.Fail(op)
}

// Get returns a tenant's ledger and its revision, 0 when there is none.
func (l *Ledgers) Get(_ context.Context, tenant string) (deprovision.Ledger, uint64, error) {
	if err := l.fail("get"); err != nil {
		return deprovision.Ledger{}, 0, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	found := l.ledgers[tenant]
	return deprovision.Ledger{Tenant: tenant, Entries: slices.Clone(found.entries)}, found.revision, nil
}

// Put writes a ledger if its revision is the expected one.
func (l *Ledgers) Put(_ context.Context, next deprovision.Ledger, expected uint64) (uint64, error) {
	if err := l.fail("put"); err != nil {
		return 0, err
	}
	if err := next.Validate(); err != nil {
		return 0, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ledgers == nil {
		l.ledgers = map[string]ledger{}
	}
	found := l.ledgers[next.Tenant]
	if found.revision != expected {
		if found.revision > expected && slices.EqualFunc(found.entries, next.Entries, equal) {
			return found.revision, nil // the answer to its first try was lost
		}
		return 0, fmt.Errorf("ledger of %s: expected revision %d, found %d: %w", next.Tenant, expected, found.revision, engine.ErrConflict)
	}
	l.revision++
	l.ledgers[next.Tenant] = ledger{slices.Clone(next.Entries), l.revision}
	return l.revision, nil
}

// equal compares reservations; the same time may be written in two zones.
func equal(a, b deprovision.Reservation) bool {
	same := a.At.Equal(b.At)
	a.At = b.At
	return same && a == b
}
