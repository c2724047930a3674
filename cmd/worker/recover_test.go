package main

import (
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/devstack"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/progress"
	"github.com/deprovisioner/deprovisioner/internal/redistest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestLostJournalIsGivenBackFromThePicture(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t).URL()
	client, err := progress.Connect(redis, "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	states := map[string]deprovision.Status{"ended": deprovision.SucceededWithRemainder, "open": deprovision.Parked}
	var known []progress.Update
	for id, status := range states {
		known = append(known, progress.Update{Revision: uint64(len(known)) + 1, At: time.Now(), Progress: deprovision.Progress{Seq: 30, Status: status, Removed: 4,
			Request: deprovision.Request{ID: id, Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Account: id}, Started: time.Now(),
			Steps: []deprovision.StepProgress{{Name: "verify-account"}}, Park: &deprovision.Park{Until: time.Now()}}})
	}
	if err := progress.New(client, progress.Options{Incarnation: "the journal that was lost"}).Apply(t.Context(), known); err != nil {
		t.Fatal(err)
	}
	server, err := devstack.StartNATS(t.Context(), devstack.NATSOptions{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	args := []string{"rebuild", "--journal", "--config", withSecrets(t), "--nats", server.URL(), "--redis", redis}
	if _, err := execute(t.Context(), "provision", "--nats", server.URL()); err != nil {
		t.Fatal(err)
	}
	nc, err := journal.Connect(server.URL(), journal.Connection{})
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	j, err := journal.Bind(t.Context(), nc)
	if err != nil {
		t.Fatal(err)
	}
	ended := deprovision.Request{ID: "ended", Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Account: "ended"}
	if _, err := j.Append(t.Context(), ended.Ref(), 0, deprovision.Event{ // a run that was broken off
		Progress: deprovision.Progress{Request: ended, Seq: 1, Status: deprovision.SucceededWithRemainder, Removed: 4},
		Change:   deprovision.Change{ID: "before", Kind: deprovision.Recovered}}); err != nil {
		t.Fatal(err)
	}
	out, err := execute(t.Context(), args...)
	if err != nil || !strings.Contains(out, "1 requests were given back") || !strings.Contains(out, "the picture shows 2 requests") {
		t.Fatalf("%s, %v", out, err)
	}
	if _, err := execute(t.Context(), args...); err == nil || code(err) != exitUsage || !strings.Contains(err.Error(), "was lost") {
		t.Errorf("a journal that was not lost: %v", err)
	}
	for id, status := range states {
		events, err := j.Since(t.Context(), deprovision.Ref{Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Request: id}, 0)
		if err != nil || len(events) != 1 {
			t.Fatalf("%s: %d events, %v", id, len(events), err)
		}
		e := events[0]
		if status == deprovision.Parked {
			status = deprovision.Waiting
		}
		if e.Change.Kind != deprovision.Recovered || e.Progress.Seq != 1 || e.Progress.Status != status || e.Progress.Removed != 4 {
			t.Errorf("%s: %+v", id, e)
		}
	}
}
