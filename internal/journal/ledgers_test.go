package journal_test

import (
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/journal/journaltest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

func TestLedgersKeepTheirPromises(t *testing.T) {
	t.Parallel()
	journaltest.RunLedgers(t, func(t *testing.T) engine.Ledgers {
		t.Helper()
		j, _ := bound(t)
		return j.Ledgers()
	})
}

func TestLedgerThatCannotBeReadCountsAsSuchAndCanBeReplaced(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	other, err := event.EncodeLedger(deprovision.Ledger{Tenant: "fabrikam"})
	if err != nil {
		t.Fatal(err)
	}
	other.Subject = event.BrakeSubject("contoso")
	for name, msg := range map[string]*nats.Msg{"no ledger": {Subject: other.Subject, Data: []byte("hello")}, "another tenant's": other} {
		if _, err := nc.RequestMsg(msg, soon); err != nil {
			t.Fatal(err)
		}
		got, revision, err := j.Ledgers().Get(t.Context(), "contoso")
		if err != nil || revision == 0 || len(got.Entries) != 1 || got.Entries[0].Count >= 0 || got.Tenant != "contoso" {
			t.Fatalf("%s: %+v at %d, %v", name, got, revision, err)
		}
		got.Entries = nil
		if _, err := j.Ledgers().Put(t.Context(), got, revision); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}

func TestLedgerWhoseAckIsLostIsFoundAgain(t *testing.T) {
	t.Parallel()
	deaf, direct, p, _ := split(t)
	lost := p.loseNext(journal.AccountStream)
	want := deprovision.Ledger{Tenant: "contoso", Entries: []deprovision.Reservation{{Request: "contoso.teams.r1", Plan: "sha256:0", Count: 28}}}
	revision, err := deaf.Ledgers().Put(t.Context(), want, 0)
	<-lost
	got, at, getErr := direct.Ledgers().Get(t.Context(), "contoso")
	if err != nil || getErr != nil || at != revision || len(got.Entries) != 1 || got.Entries[0].Count != 28 {
		t.Fatalf("revision %d, %v; there is %d %+v, %v", revision, err, at, got, getErr)
	}
}
