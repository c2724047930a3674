//nolint:thelper // these are tests: a failure must name its own line
package journaltest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

var ledgerTests = map[string]func(*testing.T, engine.Ledgers){
	"an unknown tenant has an empty ledger":         unknownLedger,
	"a ledger comes back whole":                     wholeLedger,
	"a put needs the ledger's revision":             ledgerCompares,
	"a put of what is there already finds it again": ledgerAgain,
	"of many racing writers one wins":               ledgerRacing,
	"a tenant that is no token is refused":          ledgerInvalid,
	"a ledger is of one tenant":                     ledgerAlone,
}

// RunLedgers runs every test on ledgers of its own, which open makes empty. The tests run in parallel.
func RunLedgers(t *testing.T, open func(t *testing.T) engine.Ledgers) {
	t.Helper()
	for name, test := range ledgerTests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// reserved returns contoso's ledger with one entry for each count.
func reserved(counts ...int) deprovision.Ledger {
	l := deprovision.Ledger{Tenant: "contoso"}
	for i, n := range counts {
		l.Entries = append(l.Entries, deprovision.Reservation{Request: fmt.Sprintf("contoso.teams.r%d", i), Plan: "sha256:0", Count: n, At: start, Approved: "a"})
	}
	return l
}

func enter(t *testing.T, l engine.Ledgers, ledger deprovision.Ledger, expected uint64) uint64 {
	t.Helper()
	revision, err := l.Put(t.Context(), ledger, expected)
	if err != nil || revision <= expected {
		t.Fatalf("put: revision %d after %d, %v", revision, expected, err)
	}
	return revision
}

// keepsLedger expects contoso's ledger.
func keepsLedger(t *testing.T, l engine.Ledgers, want deprovision.Ledger, revision uint64) {
	t.Helper()
	got, at, err := l.Get(t.Context(), "contoso")
	if err != nil || at != revision {
		t.Fatalf("revision %d, want %d, %v", at, revision, err)
	}
	sameJSON(t, want, got)
}

func unknownLedger(t *testing.T, l engine.Ledgers) { keepsLedger(t, l, reserved(), 0) }

func wholeLedger(t *testing.T, l engine.Ledgers) {
	mine := reserved(28, 3)
	revision := enter(t, l, mine, 0)
	mine.Entries[0].Count = 0 // after it was written
	keepsLedger(t, l, reserved(28, 3), revision)
	got, _, err := l.Get(t.Context(), "contoso")
	if err != nil {
		t.Fatal(err)
	}
	got.Entries[0].Count = 0 // what was handed out is the caller's own
	keepsLedger(t, l, reserved(28, 3), revision)
}

func ledgerCompares(t *testing.T, l engine.Ledgers) {
	first := enter(t, l, reserved(1), 0)
	second := enter(t, l, reserved(1, 2), first)
	for _, stale := range []uint64{0, first, second + 1000} {
		if _, err := l.Put(t.Context(), reserved(9), stale); !errors.Is(err, engine.ErrConflict) {
			t.Errorf("put at %d: %v, want a conflict", stale, err)
		}
	}
	keepsLedger(t, l, reserved(1, 2), second)
}

// ledgerAgain is what a writer does whose answer was lost.
func ledgerAgain(t *testing.T, l engine.Ledgers) {
	first := enter(t, l, reserved(1), 0)
	elsewhere := reserved(1)
	elsewhere.Entries[0].At = start.In(time.FixedZone("", 3600))
	if again := enter(t, l, elsewhere, 0); again != first {
		t.Errorf("revision %d, want %d", again, first)
	}
	later := reserved(1)
	later.Entries[0].At = start.Add(time.Nanosecond)
	if _, err := l.Put(t.Context(), later, 0); !errors.Is(err, engine.ErrConflict) {
		t.Errorf("a put of something else: %v, want a conflict", err)
	}
	keepsLedger(t, l, reserved(1), first)
}

func ledgerRacing(t *testing.T, l engine.Ledgers) {
	const racers = 8
	results := make(chan error, racers)
	for i := range racers {
		go func() {
			_, err := l.Put(t.Context(), reserved(i+1), 0)
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

func ledgerInvalid(t *testing.T, l engine.Ledgers) {
	var invalid *deprovision.Invalid
	if _, err := l.Put(t.Context(), deprovision.Ledger{Tenant: "con.toso"}, 0); !errors.As(err, &invalid) || invalid.Field != "tenant" {
		t.Errorf("got %v, want that the tenant is not allowed", err)
	}
}

func ledgerAlone(t *testing.T, l engine.Ledgers) {
	revision := enter(t, l, reserved(1), 0)
	other := reserved(5)
	other.Tenant = "fabrikam"
	if _, err := l.Put(t.Context(), other, 0); err != nil {
		t.Fatal(err)
	}
	keepsLedger(t, l, reserved(1), revision)
}
