//nolint:thelper // these are tests: a failure must name its own line
package journaltest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

var accountTests = map[string]func(*testing.T, engine.Accounts){
	"an unknown account has no record":              unknownAccount,
	"a record comes back whole":                     wholeAccount,
	"a put needs the record's revision":             putCompares,
	"a put of what is there already finds it again": putAgain,
	"of many racing writers one wins":               putRacing,
	"a record that is not valid is refused":         putInvalid,
	"a list has the records of one tenant":          list,
}

func account(tenant, id string) deprovision.Account {
	return deprovision.Account{Tenant: tenant, ID: id, Service: deprovision.ExchangeOnlineInline, Kind: deprovision.Delegate,
		UPN: "svc@contoso.example", Recorded: map[string]string{"rule": "1"}, State: deprovision.AccountActive, LetGo: []string{"user:1"}}
}

func opened(by string) deprovision.Account {
	a := account("contoso", "inline")
	a.Open = by
	return a
}

func write(t *testing.T, a engine.Accounts, record deprovision.Account, expected uint64) uint64 {
	t.Helper()
	revision, err := a.Put(t.Context(), record, expected)
	if err != nil || revision <= expected {
		t.Fatalf("put %s: revision %d after %d, %v", record.ID, revision, expected, err)
	}
	return revision
}

// finds expects the record of contoso's inline account.
func finds(t *testing.T, a engine.Accounts, want deprovision.Account, revision uint64) {
	t.Helper()
	got, at, err := a.Get(t.Context(), "contoso", "inline")
	if err != nil || at != revision {
		t.Fatalf("revision %d, want %d, %v", at, revision, err)
	}
	sameJSON(t, want, got)
}

func unknownAccount(t *testing.T, a engine.Accounts) {
	if _, revision, err := a.Get(t.Context(), "contoso", "nobody"); err != nil || revision != 0 {
		t.Fatalf("revision %d, %v", revision, err)
	}
	if all, err := a.Of(t.Context(), "contoso"); err != nil || len(all) != 0 {
		t.Fatalf("%d records, %v", len(all), err)
	}
}

func wholeAccount(t *testing.T, a engine.Accounts) {
	record := opened("")
	revision := write(t, a, record, 0)
	record.Recorded["rule"], record.LetGo[0] = "x", "x" // after it was written
	finds(t, a, opened(""), revision)
	got, _, err := a.Get(t.Context(), "contoso", "inline")
	if err != nil {
		t.Fatal(err)
	}
	got.Recorded["rule"], got.LetGo[0] = "x", "x" // what was handed out is the caller's own
	finds(t, a, opened(""), revision)
}

func putCompares(t *testing.T, a engine.Accounts) {
	first := write(t, a, opened(""), 0)
	second := write(t, a, opened("r1"), first)
	for _, stale := range []uint64{0, first, second + 1000} {
		if _, err := a.Put(t.Context(), opened("r2"), stale); !errors.Is(err, engine.ErrConflict) {
			t.Errorf("put at %d: %v, want a conflict", stale, err)
		}
	}
	if _, err := a.Put(t.Context(), account("contoso", "other"), 1000); !errors.Is(err, engine.ErrConflict) {
		t.Errorf("a first put at 1000: %v, want a conflict", err)
	}
	finds(t, a, opened("r1"), second)
}

// putAgain is what a writer does whose answer was lost. Who wrote it does not count: the record says what it should.
func putAgain(t *testing.T, a engine.Accounts) {
	first := write(t, a, opened(""), 0)
	if again := write(t, a, opened(""), 0); again != first {
		t.Errorf("revision %d, want %d", again, first)
	}
	second := write(t, a, opened("r1"), first)
	if again := write(t, a, opened("r1"), first); again != second {
		t.Errorf("revision %d, want %d", again, second)
	}
	if _, err := a.Put(t.Context(), opened(""), 0); !errors.Is(err, engine.ErrConflict) {
		t.Errorf("a repeated put with another's on top: %v, want a conflict", err)
	}
	finds(t, a, opened("r1"), second)
}

func putRacing(t *testing.T, a engine.Accounts) {
	const racers = 8
	first := write(t, a, opened(""), 0)
	results := make(chan error, racers)
	for i := range racers {
		go func() {
			_, err := a.Put(t.Context(), opened(fmt.Sprintf("r%d", i)), first)
			results <- err
		}()
	}
	won := 0
	for range racers {
		switch err := <-results; {
		case err == nil:
			won++
		case !errors.Is(err, engine.ErrConflict):
			t.Errorf("a loser got %v, want a conflict", err)
		}
	}
	if won != 1 {
		t.Errorf("%d won", won)
	}
}

func putInvalid(t *testing.T, a engine.Accounts) {
	record := account("contoso", "in.line")
	var invalid *deprovision.Invalid
	if _, err := a.Put(t.Context(), record, 0); !errors.As(err, &invalid) || invalid.Field != "id" {
		t.Errorf("got %v, want that the id is not allowed", err)
	}
}

func list(t *testing.T, a engine.Accounts) {
	write(t, a, account("contoso", "b"), 0)
	write(t, a, account("fabrikam", "c"), 0)
	revision := write(t, a, account("contoso", "a"), 0)
	closed := account("contoso", "a")
	closed.State = deprovision.AccountClosed
	write(t, a, closed, revision)
	got, err := a.Of(t.Context(), "contoso")
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(got, func(x, y deprovision.Account) int { return strings.Compare(x.ID, y.ID) })
	sameJSON(t, []deprovision.Account{closed, account("contoso", "b")}, got)
}
