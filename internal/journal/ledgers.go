package journal

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// Ledgers returns what the removals of each tenant have reserved.
func (j *Journal) Ledgers() engine.Ledgers { return ledgers{j} }

type ledgers struct{ j *Journal }

// Get implements [engine.Ledgers]. A message that is no ledger of this tenant is no reason to count from nothing: whoever counts meets an
// entry that can't be counted, and a person may put a new ledger in its place.
func (l ledgers) Get(ctx context.Context, tenant string) (deprovision.Ledger, uint64, error) {
	msg, seq, err := l.j.read(ctx, AccountStream, query{Last: event.BrakeSubject(tenant)})
	if err != nil || seq == 0 {
		return deprovision.Ledger{Tenant: tenant}, 0, err
	}
	ledger, err := event.DecodeLedger(msg)
	if err != nil {
		l.j.log().Error("the ledger of a tenant's brake can't be read", "tenant", tenant, "revision", seq, "error", err)
		return deprovision.Ledger{Tenant: tenant, Entries: []deprovision.Reservation{{Count: -1}}}, seq, nil
	}
	return ledger, seq, nil
}

// Put implements [engine.Ledgers]. When it is refused, or no answer comes, the ledger itself is looked at, as a record of an account is.
func (l ledgers) Put(ctx context.Context, ledger deprovision.Ledger, expected uint64) (uint64, error) {
	msg, err := event.EncodeLedger(ledger)
	if err != nil {
		return 0, err
	}
	revision, cause := l.j.publish(ctx, msg, &expected)
	if cause == nil {
		return revision, nil
	}
	there, revision, err := l.Get(ctx, ledger.Tenant)
	switch {
	case err != nil:
		return 0, fmt.Errorf("put the ledger of %s: not known whether it landed: %w", ledger.Tenant, errors.Join(cause, err))
	case revision > expected && slices.EqualFunc(there.Entries, ledger.Entries, equal):
		return revision, nil
	case refused(cause) || revision != expected:
		return 0, fmt.Errorf("ledger of %s: %w", ledger.Tenant, engine.ErrConflict)
	}
	return 0, fmt.Errorf("put the ledger of %s: not known whether it landed: %w", ledger.Tenant, cause)
}

// equal compares reservations; the same time may be written in two zones.
func equal(a, b deprovision.Reservation) bool {
	same := a.At.Equal(b.At)
	a.At = b.At
	return same && a == b
}

var _ engine.Ledgers = ledgers{}
