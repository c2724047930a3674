package journal_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

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
