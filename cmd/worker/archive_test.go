package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/devstack"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/evidence"
)

func TestArchiveKeepsTheEventsInFilesBeforeTheyGo(t *testing.T) {
	t.Parallel()
	server, err := devstack.StartNATS(t.Context(), devstack.NATSOptions{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
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
	request := deprovision.Request{ID: "r1", Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Account: "inline"}
	revision := uint64(0)
	for seq, status := range []deprovision.Status{deprovision.Held, deprovision.Held, deprovision.Succeeded} {
		e := deprovision.Event{Progress: deprovision.Progress{Request: request, Seq: uint64(seq) + 1, Status: status, Updated: time.Now()},
			Change: deprovision.Change{ID: string(rune('a' + seq)), Evidence: []deprovision.Evidence{{Outcome: deprovision.Removed}}}}
		if revision, err = j.Append(t.Context(), request.Ref(), revision, e); err != nil {
			t.Fatal(err)
		}
	}
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	archive := func(dir string) error {
		_, err := execute(t.Context(), "archive", "--nats", server.URL(), "--keep", dir, "--after", "0s")
		return err
	}
	if err := archive(blocked); err == nil {
		t.Error("it says that all went well where nothing could be kept")
	}
	if events, err := j.Since(t.Context(), request.Ref(), 0); err != nil || len(events) != 3 {
		t.Fatalf("%d events are left of what could not be kept, %v", len(events), err)
	}
	dir := t.TempDir()
	for range 2 { // it may be repeated
		if err := archive(dir); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "contoso", "exchange-online-inline", "r1.jsonl")
	body, err := os.ReadFile(file)
	if err != nil || bytes.Count(body, []byte(`"kind":"event"`)) != 3 || !bytes.Contains(body, []byte(`"outcome":"removed"`)) {
		t.Errorf("%s, %v", body, err)
	}
	events, err := j.Since(t.Context(), request.Ref(), 0)
	if err != nil || len(events) != 1 || events[0].Progress.Status != deprovision.Succeeded {
		t.Errorf("%+v, %v", events, err)
	}
	c, err := client.Connect(server.URL(), client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	last, err := c.Last(t.Context(), request.Ref())
	if err != nil {
		t.Fatal(err)
	}
	sum, err := evidence.Verify(bytes.NewReader(body), evidence.Check{Seal: last.Chain})
	if err != nil || sum.Proven != 3 {
		t.Errorf("the tombstone does not prove the file: %+v, %v", sum, err)
	}
	late := deprovision.Event{Progress: last.Progress, Change: deprovision.Change{ID: "late", Kind: deprovision.DecisionRefused}}
	late.Progress.Seq++
	if _, err := j.Append(t.Context(), request.Ref(), last.Revision, late); err != nil {
		t.Fatal(err)
	}
	if err := archive(dir); err != nil {
		t.Fatal(err)
	}
	rest, err := os.ReadFile(strings.TrimSuffix(file, "jsonl") + "from-3.jsonl")
	if sum, broken := evidence.Verify(bytes.NewReader(rest), evidence.Check{Seal: last.Chain}); err != nil || broken != nil || sum.After != 2 || sum.Events != 2 || sum.Proven != 3 {
		t.Errorf("%+v, %v, %v", sum, err, broken)
	}
	if again, err := os.ReadFile(file); err != nil || !bytes.Equal(again, body) {
		t.Errorf("the evidence was replaced by what came after it, %v", err)
	}
	for _, err := range c.Evidence(t.Context(), request.Ref()) {
		if !errors.Is(err, client.ErrArchived) {
			t.Errorf("what is left is given out as the evidence: %v", err)
		}
	}
}
