package journal_test

import (
	"errors"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

type written struct {
	revision uint64
	err      error
}

func TestAppendWhoseAckIsLostIsFoundAgain(t *testing.T) {
	t.Parallel()
	deaf, direct, p, _ := split(t)
	first, err := deaf.Append(t.Context(), request().Ref(), 0, change("a"))
	if err != nil {
		t.Fatal(err)
	}
	lost := p.loseNext(journal.EventStream)
	revision, err := deaf.Append(t.Context(), request().Ref(), first, change("b"))
	<-lost
	if last, lastErr := direct.Last(t.Context(), request().Ref()); err != nil || lastErr != nil || last.Revision != revision || last.Change.ID != "b" {
		t.Fatalf("revision %d, %v; in the journal %d %s, %v", revision, err, last.Revision, last.Change.ID, lastErr)
	}
}

func TestAppendWhoseAckIsLostIsFoundBelowAnothers(t *testing.T) {
	t.Parallel()
	deaf, direct, p, _ := split(t)
	lost, result := p.loseNext(journal.EventStream), make(chan written, 1)
	go func() {
		revision, err := deaf.Append(t.Context(), request().Ref(), 0, change("mine"))
		result <- written{revision, err}
	}()
	<-lost
	mine, err := direct.Last(t.Context(), request().Ref())
	if err != nil || mine.Change.ID != "mine" {
		t.Fatal(mine.Change.ID, err)
	}
	if _, err := direct.Append(t.Context(), request().Ref(), mine.Revision, change("another's")); err != nil {
		t.Fatal(err)
	}
	if got := <-result; got.err != nil || got.revision != mine.Revision {
		t.Fatalf("revision %d, want %d, %v", got.revision, mine.Revision, got.err)
	}
}

func TestAppendIsNotKnownWhileNobodyAnswers(t *testing.T) {
	t.Parallel()
	deaf, _, _, h := split(t)
	h.stop()
	if _, err := deaf.Append(t.Context(), request().Ref(), 0, change("a")); err == nil || errors.Is(err, engine.ErrConflict) {
		t.Errorf("got %v, want an error that is no conflict", err)
	}
}

func record(open string) deprovision.Account {
	return deprovision.Account{Tenant: "contoso", ID: "inline", Service: deprovision.ExchangeOnlineInline, Kind: deprovision.Delegate,
		UPN: "svc@contoso.example", State: deprovision.AccountActive, Open: open}
}

func TestRecordWhoseAckIsLostIsFoundAgain(t *testing.T) {
	t.Parallel()
	deaf, direct, p, _ := split(t)
	lost := p.loseNext(journal.AccountStream)
	revision, err := deaf.Accounts().Put(t.Context(), record("r1"), 0)
	<-lost
	got, at, getErr := direct.Accounts().Get(t.Context(), "contoso", "inline")
	if err != nil || getErr != nil || at != revision || got.Open != "r1" {
		t.Fatalf("revision %d, %v; there is %d %q, %v", revision, err, at, got.Open, getErr)
	}
}

func TestRecordWhoseAckIsLostBelowAnothersIsAConflict(t *testing.T) {
	t.Parallel()
	deaf, direct, p, _ := split(t)
	lost, result := p.loseNext(journal.AccountStream), make(chan written, 1)
	go func() {
		revision, err := deaf.Accounts().Put(t.Context(), record("r1"), 0)
		result <- written{revision, err}
	}()
	<-lost
	_, at, err := direct.Accounts().Get(t.Context(), "contoso", "inline")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := direct.Accounts().Put(t.Context(), record("r2"), at); err != nil {
		t.Fatal(err)
	}
	if got := <-result; !errors.Is(got.err, engine.ErrConflict) {
		t.Errorf("revision %d, %v, want a conflict: the record says something else", got.revision, got.err)
	}
}
