package journal_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

func connect(t *testing.T) *nats.Conn {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the server does not start")
	}
	nc, err := journal.Connect(s.ClientURL(), journal.Connection{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

func bound(t *testing.T) (*journal.Journal, *nats.Conn) {
	t.Helper()
	nc := connect(t)
	for range 2 { // it may be repeated
		if err := journal.Provision(t.Context(), nc, journal.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	j, err := journal.Bind(t.Context(), nc)
	if err != nil {
		t.Fatal(err)
	}
	return j, nc
}

func request() deprovision.Request {
	return deprovision.Request{ID: "r1", Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Account: "inline", RequestedBy: "soc"}
}

func change(id string) deprovision.Event {
	return deprovision.Event{Progress: deprovision.Progress{Request: request(), Status: deprovision.Held}, Change: deprovision.Change{ID: id, Kind: deprovision.Claimed}}
}

func TestAppendIsCompareAndSetAndKnowsItsOwn(t *testing.T) {
	t.Parallel()
	j, _ := bound(t)
	ref := request().Ref()
	first, err := j.Append(t.Context(), ref, 0, change("a"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.Append(t.Context(), ref, 0, change("b")); !errors.Is(err, engine.ErrConflict) {
		t.Fatalf("a second first event: %v", err)
	}
	if _, err := j.Append(t.Context(), ref, first, change("c")); err != nil {
		t.Fatal(err)
	}
	// The same append again, as after a lost answer, with another's on top.
	if again, err := j.Append(t.Context(), ref, 0, change("a")); err != nil || again != first {
		t.Fatalf("revision %d, want %d, %v", again, first, err)
	}
	last, err := j.Last(t.Context(), ref)
	if err != nil || last.Change.ID != "c" {
		t.Fatalf("%+v, %v", last.Change, err)
	}
	if since, err := j.Since(t.Context(), ref, first); err != nil || len(since) != 1 || since[0].Change.ID != "c" {
		t.Fatalf("%d events, %v", len(since), err)
	}
}

func TestOfTwoRacingAppendersOneWins(t *testing.T) {
	t.Parallel()
	j, _ := bound(t)
	results := make(chan error, 2)
	for _, id := range []string{"a", "b"} {
		go func() { _, err := j.Append(t.Context(), request().Ref(), 0, change(id)); results <- err }()
	}
	one, two := <-results, <-results
	if (one == nil) == (two == nil) || !errors.Is(errors.Join(one, two), engine.ErrConflict) {
		t.Fatalf("%v and %v", one, two)
	}
}

func TestProgressOverItsLimitIsRefused(t *testing.T) {
	t.Parallel()
	j, _ := bound(t)
	e := change("a")
	e.Progress.Detail = strings.Repeat("x", deprovision.MaxProgress)
	var large *journal.TooLarge
	if _, err := j.Append(t.Context(), request().Ref(), 0, e); !errors.As(err, &large) {
		t.Fatal(err)
	}
}

func TestBindNamesWhatIsMissingOrWrong(t *testing.T) {
	t.Parallel()
	nc := connect(t)
	if _, err := journal.Bind(t.Context(), nc); !errors.Is(err, journal.ErrNotProvisioned) {
		t.Fatalf("missing: %v", err)
	}
	if err := journal.Provision(t.Context(), nc, journal.Options{}); err != nil {
		t.Fatal(err)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := js.Stream(t.Context(), journal.RequestStream)
	if err != nil {
		t.Fatal(err)
	}
	wrong := stream.CachedInfo().Config
	wrong.MaxAge = time.Hour
	if _, err := js.UpdateStream(t.Context(), wrong); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Bind(t.Context(), nc); !errors.Is(err, journal.ErrNotProvisioned) || !strings.Contains(err.Error(), "maximum age") {
		t.Fatalf("wrong: %v", err)
	}
}

func TestPlanLargerThanAMessageComesBackWhole(t *testing.T) {
	t.Parallel()
	j, _ := bound(t)
	plan := deprovision.Plan{Ref: request().Ref(), Made: time.Now().UTC()}
	for range 20_000 {
		plan.Artifacts = append(plan.Artifacts, deprovision.Artifact{Kind: "x", ID: "id", Name: "a name", Before: json.RawMessage(`{"some":"state"}`)})
	}
	if err := j.PutPlan(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	back, err := j.Plan(t.Context(), plan.Ref, plan.Digest())
	if err != nil || len(back.Artifacts) != len(plan.Artifacts) {
		t.Fatalf("%d artifacts, %v", len(back.Artifacts), err)
	}
	if _, err := j.Plan(t.Context(), plan.Ref, "sha256:00"); !errors.Is(err, journal.ErrPlan) {
		t.Fatal(err)
	}
}

func TestWakeFiresAtItsTimeAndNotBefore(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	until := time.Now().Add(1300 * time.Millisecond)
	if err := j.Wake(t.Context(), request().Ref(), deprovision.Park{Seq: 7, Until: until}); err != nil {
		t.Fatal(err)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	c, err := js.Consumer(t.Context(), journal.WakeStream, "workers")
	if err != nil {
		t.Fatal(err)
	}
	msg, err := c.Next(jetstream.FetchMaxWait(10 * time.Second))
	if err != nil {
		t.Fatal(err)
	}
	w, err := event.DecodeWake(&nats.Msg{Subject: msg.Subject(), Header: msg.Headers(), Data: msg.Data()})
	if err != nil || w.Seq != 7 || time.Now().Before(until) {
		t.Fatalf("%+v, %v early, %v", w, time.Until(until), err)
	}
}

func TestAccountsAreCompareAndSet(t *testing.T) {
	t.Parallel()
	j, _ := bound(t)
	accounts, ctx := j.Accounts(), context.Background()
	a := deprovision.Account{Tenant: "contoso", ID: "inline", Service: deprovision.ExchangeOnlineInline, Kind: deprovision.Delegate,
		UPN: "svc@contoso.example", State: deprovision.AccountActive}
	revision, err := accounts.Put(ctx, a, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.Put(ctx, a, 0); !errors.Is(err, engine.ErrConflict) {
		t.Fatal(err)
	}
	a.Open = "r1"
	if _, err := accounts.Put(ctx, a, revision); err != nil {
		t.Fatal(err)
	}
	if got, _, err := accounts.Get(ctx, "contoso", "inline"); err != nil || got.Open != "r1" {
		t.Fatalf("%+v, %v", got, err)
	}
	if all, err := accounts.Of(ctx, "contoso"); err != nil || len(all) != 1 {
		t.Fatalf("%d, %v", len(all), err)
	}
}
