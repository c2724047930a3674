package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/journal/natstest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var began = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

// worker writes the journal of requests on a NATS server of the test's own.
type worker struct {
	t        *testing.T
	url      string
	journal  *journal.Journal
	revision map[string]uint64
	seq      map[string]uint64
}

func newWorker(t *testing.T) *worker {
	t.Helper()
	s := natstest.Provision(t)
	return &worker{t: t, url: s.URL(), journal: s.Journal, revision: map[string]uint64{}, seq: map[string]uint64{}}
}

// append writes the next event of a request, a minute after the one before.
func (w *worker) append(id string, status deprovision.Status, kind deprovision.ChangeKind, a *deprovision.Announcement) {
	w.t.Helper()
	r := deprovision.Request{ID: id, Tenant: "contoso", Service: deprovision.ExchangeOnline, Account: "mail", RequestedBy: "soc@contoso.example"}
	w.seq[id]++
	p := deprovision.Progress{Request: r, RequestDigest: r.Digest(), Seq: w.seq[id], Status: status, Removed: 3,
		Updated: began.Add(time.Duration(w.seq[id]) * time.Minute)}
	revision, err := w.journal.Append(w.t.Context(), r.Ref(), w.revision[id], deprovision.Event{Progress: p,
		Change: deprovision.Change{ID: fmt.Sprintf("%s-%d", id, w.seq[id]), Kind: kind, By: "w1", Announcement: a}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.revision[id] = revision
}

func announcement() *deprovision.Announcement {
	return &deprovision.Announcement{Plan: "sha256:1", Account: "mail", AppID: "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b011", Consumers: []string{"mail triage robot"}, More: 1,
		Objects:    []deprovision.AnnouncedObject{{Kind: "role-group", ID: "g1", Name: "delegation_service"}, {Kind: "service-principal", ID: "sp1", Name: "CAS"}},
		Operations: []deprovision.AuditOperation{{Log: "Exchange admin audit", Operation: "Remove-RoleGroup", Count: 1}, {Log: "Entra audit", Operation: "Remove service principal", Count: 1}}}
}

// program is the running example.
type program struct {
	lines *bufio.Scanner
	end   func() error
}

func start(t *testing.T, args ...string) program {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, args, in)
		_ = in.CloseWithError(err)
		done <- err
	}()
	p := program{bufio.NewScanner(out), func() error { cancel(); return <-done }}
	t.Cleanup(cancel)
	return p
}

func (p program) want(t *testing.T, line string) {
	t.Helper()
	if !p.lines.Scan() || !strings.HasPrefix(p.lines.Text(), line) {
		t.Fatalf("it says %q, want %q: %v", p.lines.Text(), line, p.lines.Err())
	}
}

func TestWindowIsOpenFromTheAnnouncementToTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorker(t)
	file := filepath.Join(t.TempDir(), "windows.json")
	args := []string{"-nats", w.url, "-file", file, "-lag", "2h"}
	p := start(t, args...)
	w.append("r1", deprovision.Held, deprovision.Claimed, nil)
	w.append("r1", deprovision.Held, deprovision.Announced, announcement())
	p.want(t, "open   contoso.exchange-online.r1: 3 objects, 2 operations; tell 1 consumers")
	b, err := load(file)
	if err != nil {
		t.Fatal(err)
	}
	if o := b.Windows["contoso.exchange-online.r1"]; o == nil || o.Ended != nil || !o.Opened.Equal(began.Add(2*time.Minute)) || len(o.Objects) != 2 || o.More != 1 ||
		o.Rules[1] != (rule{"Entra audit", "Remove service principal", 1}) || o.Consumers[0] != "mail triage robot" || o.AppID == "" {
		t.Errorf("%+v", o)
	}
	if err := p.end(); err != nil { // while the removal goes on
		t.Fatal(err)
	}
	w.append("r1", deprovision.Held, deprovision.Advanced, nil)
	w.append("r1", deprovision.SucceededWithRemainder, deprovision.Ended, nil)
	p = start(t, args...)
	p.want(t, "close  contoso.exchange-online.r1: succeeded-with-remainder, 3 removed; entries may come in until 2026-11-24T10:04:00Z")
	w.append("r1", deprovision.SucceededWithRemainder, deprovision.DecisionRefused, nil) // changes nothing
	w.append("r2", deprovision.Held, deprovision.ReleasedClaim, announcement())          // its worker lost the claim in that very moment
	p.want(t, "open   contoso.exchange-online.r2")
	if err := p.end(); err != nil {
		t.Fatal(err)
	}
	if b, err = load(file); err != nil || len(b.Windows) != 2 {
		t.Fatalf("%+v, %v", b, err)
	}
	if c := b.Windows["contoso.exchange-online.r1"]; c.Ended == nil || !c.Ended.Equal(began.Add(4*time.Minute)) || !c.Until.Equal(c.Ended.Add(2*time.Hour)) {
		t.Errorf("%+v", c)
	}
}

func TestEventThatWasReadBeforeChangesNothing(t *testing.T) {
	t.Parallel()
	r := deprovision.Request{ID: "r1", Tenant: "contoso", Service: deprovision.ExchangeOnline}
	b := &book{Windows: map[string]*window{}}
	told := deprovision.Event{Progress: deprovision.Progress{Request: r, Status: deprovision.Held, Updated: began}, Change: deprovision.Change{Announcement: announcement()}}
	end := deprovision.Event{Progress: deprovision.Progress{Request: r, Status: deprovision.Cancelled, Updated: began.Add(time.Hour)}}
	if line := b.take(end, 0); line != "" {
		t.Errorf("a removal that was not announced: %s", line)
	}
	for i, e := range []deprovision.Event{told, told, end, told, end} {
		if line := b.take(e, 0); (line != "") != (i == 0 || i == 2) {
			t.Errorf("event %d: %q", i, line)
		}
	}
}

func TestBadStartIsToldAndEndsIt(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"no server":      {"-nats", "nats://127.0.0.1:1"},
		"unknown option": {"-nast", "x"},
		"not its file":   {"-file", "main.go"},
		"a bad tenant":   {"-nats", newWorker(t).url, "-tenant", "a.b", "-file", filepath.Join(t.TempDir(), "w")},
	} {
		if err := run(t.Context(), args, io.Discard); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
