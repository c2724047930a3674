package memory_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/engine/memory"
	"github.com/deprovisioner/deprovisioner/internal/journal/journaltest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestJournalInMemoryKeepsTheRulesOfTheRealOne(t *testing.T) {
	t.Parallel()
	journaltest.Run(t, func(*testing.T) (engine.Journal, engine.Accounts) { return &memory.Journal{}, &memory.Accounts{} })
}

func TestLedgersInMemoryKeepTheRulesOfTheRealOnes(t *testing.T) {
	t.Parallel()
	journaltest.RunLedgers(t, func(*testing.T) engine.Ledgers { return &memory.Ledgers{} })
}
