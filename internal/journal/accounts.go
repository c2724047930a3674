package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// Accounts returns the records of service accounts.
func (j *Journal) Accounts() engine.Accounts { return accounts{j} }

type accounts struct{ j *Journal }

// Get implements [engine.Accounts].
func (a accounts) Get(ctx context.Context, tenant, account string) (deprovision.Account, uint64, error) {
	msg, seq, err := a.j.read(ctx, AccountStream, query{Last: event.AccountSubject(tenant, account)})
	if err != nil || seq == 0 {
		return deprovision.Account{}, 0, err
	}
	record, err := event.DecodeAccount(msg)
	if err != nil {
		return deprovision.Account{}, 0, fmt.Errorf("account %s.%s: %w", tenant, account, err)
	}
	return record, seq, nil
}

// Put implements [engine.Accounts]. When it is refused, or no answer comes, the record itself is looked at: one that already says the
// same is as good as written. One that says something else was written by another, before mine or on top of it: a conflict, and who
// reads again sees which.
func (a accounts) Put(ctx context.Context, account deprovision.Account, expected uint64) (uint64, error) {
	msg, err := event.EncodeAccount(account)
	if err != nil {
		return 0, err
	}
	revision, cause := a.j.publish(ctx, msg, &expected)
	if cause == nil {
		return revision, nil
	}
	there, revision, err := a.Get(ctx, account.Tenant, account.ID)
	switch {
	case err != nil:
		return 0, fmt.Errorf("put account %s.%s: not known whether it landed: %w", account.Tenant, account.ID, errors.Join(cause, err))
	case revision > expected && same(there, account):
		return revision, nil
	case refused(cause) || revision != expected:
		return 0, fmt.Errorf("account %s.%s: %w", account.Tenant, account.ID, engine.ErrConflict)
	}
	return 0, fmt.Errorf("put account %s.%s: not known whether it landed: %w", account.Tenant, account.ID, cause)
}

// same compares records as they are stored, where an empty list and none are one.
func same(a, b deprovision.Account) bool {
	left, err := json.Marshal(a)
	right, err2 := json.Marshal(b)
	return err == nil && err2 == nil && bytes.Equal(left, right)
}

// Of implements [engine.Accounts].
func (a accounts) Of(ctx context.Context, tenant string) ([]deprovision.Account, error) {
	var out []deprovision.Account
	err := a.j.each(ctx, AccountStream, event.AccountSubject(tenant, "*"), 1, func(msg *nats.Msg, seq uint64) error {
		record, err := event.DecodeAccount(msg)
		if err != nil {
			return fmt.Errorf("the record %s (%d) can't be read, and so neither who shares an app; write it anew: %w", msg.Subject, seq, err)
		}
		out = append(out, record)
		return nil
	})
	return out, err
}

var _ engine.Accounts = accounts{}
