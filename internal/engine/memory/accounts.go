package memory

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Accounts keeps the records of service accounts in memory. Its zero value is empty and ready.
type Accounts struct {
	Fail func(op string) error // asked before each "get", "put" and "of", when set

	mu       sync.Mutex
	revision uint64
	records  map[string]record
}

type record struct {
	account  deprovision.Account
	revision uint64
}

var _ engine.Accounts = (*Accounts)(nil)

func (a *Accounts) fail(op string) error {
	if a.Fail == nil {
		return nil
	}
	return a.Fail(op)
}

// Get returns a record and its revision, 0 when there is none.
func (a *Accounts) Get(_ context.Context, tenant, account string) (deprovision.Account, uint64, error) {
	if err := a.fail("get"); err != nil {
		return deprovision.Account{}, 0, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.records[tenant+"."+account]
	return unshared(r.account), r.revision, nil
}

// Put writes a record if its revision is the expected one.
func (a *Accounts) Put(_ context.Context, account deprovision.Account, expected uint64) (uint64, error) {
	if err := a.fail("put"); err != nil {
		return 0, err
	}
	if err := account.Validate(); err != nil {
		return 0, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	key := account.Tenant + "." + account.ID
	if a.records == nil {
		a.records = map[string]record{}
	}
	if found := a.records[key].revision; found != expected {
		if found > expected && reflect.DeepEqual(a.records[key].account, account) {
			return found, nil // the answer to its first try was lost
		}
		return 0, fmt.Errorf("account %s: expected revision %d, found %d: %w", key, expected, found, engine.ErrConflict)
	}
	a.revision++
	a.records[key] = record{unshared(account), a.revision}
	return a.revision, nil
}

// Of lists the records of a tenant, by id.
func (a *Accounts) Of(_ context.Context, tenant string) ([]deprovision.Account, error) {
	if err := a.fail("of"); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []deprovision.Account
	for _, r := range a.records {
		if r.account.Tenant == tenant {
			out = append(out, unshared(r.account))
		}
	}
	slices.SortFunc(out, func(x, y deprovision.Account) int { return strings.Compare(x.ID, y.ID) })
	return out, nil
}

func unshared(a deprovision.Account) deprovision.Account {
	a.Recorded, a.LetGo = maps.Clone(a.Recorded), slices.Clone(a.LetGo)
	return a
}
