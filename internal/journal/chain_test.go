package journal_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// links reads the events of a request as they lie in the stream, with the chain value that each should have.
func links(t *testing.T, nc *nats.Conn, of deprovision.Ref) (found []event.Link, want []string) {
	t.Helper()
	s, value := stream(t, nc, journal.EventStream), event.ChainStart(of)
	for from := uint64(1); ; {
		msg, err := s.GetMsg(t.Context(), from, jetstream.WithGetMsgSubject(event.Subject(event.Events, of)))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return found, want
		}
		if err != nil {
			t.Fatal(err)
		}
		link, err := event.ReadLink(&nats.Msg{Subject: msg.Subject, Header: msg.Header, Data: msg.Data})
		if err != nil {
			t.Fatal(err)
		}
		value = event.ChainNext(value, link.Data)
		found, want, from = append(found, link), append(want, value), msg.Sequence+1
	}
}

// chained fails the test unless so many events of a request are there, and each from the nth on is chained to the one before it.
func chained(t *testing.T, nc *nats.Conn, of deprovision.Ref, events, from int) []event.Link {
	t.Helper()
	found, want := links(t, nc, of)
	if len(found) != events {
		t.Errorf("%d events of %s, want %d", len(found), of.Tokens(), events)
	}
	for i, link := range found {
		if i+1 >= from && link.Chain != want[i] {
			t.Errorf("event %d of %s has the chain value %q, want %q", i+1, of.Tokens(), link.Chain, want[i])
		}
	}
	return found
}

// write appends events one after the other, by whichever journal, and returns the last revision.
func write(t *testing.T, of deprovision.Ref, expected uint64, by ...*journal.Journal) uint64 {
	t.Helper()
	for _, j := range by {
		e := change(fmt.Sprintf("after-%d", expected))
		e.Progress.Request.ID = of.Request
		var err error
		if expected, err = j.Append(t.Context(), of, expected, e); err != nil {
			t.Fatal(err)
		}
	}
	return expected
}

func TestEveryEventIsChainedToTheOneBeforeItWhoeverWroteIt(t *testing.T) {
	t.Parallel()
	a, nc := bound(t)
	b := bind(t, nc)
	write(t, ref("one"), 0, a, a, b, b, a, b, a)
	write(t, ref("two"), 0, b, a)
	one, two := chained(t, nc, ref("one"), 7, 1), chained(t, nc, ref("two"), 2, 1)
	if one[0].Chain == two[0].Chain {
		t.Error("two requests begin with one chain value")
	}
}

func TestRefusedAppendLeavesTheChainWhole(t *testing.T) {
	t.Parallel()
	a, nc := bound(t)
	b := bind(t, nc)
	first := write(t, ref("r"), 0, a)
	write(t, ref("r"), first, b)
	if _, err := a.Append(t.Context(), ref("r"), first, func() deprovision.Event { e := change("late"); e.Progress.Request.ID = "r"; return e }()); !errors.Is(err, engine.ErrConflict) {
		t.Fatal(err)
	}
	last, err := a.Last(t.Context(), ref("r"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, ref("r"), last.Revision, a, b)
	chained(t, nc, ref("r"), 4, 1)
}

func TestAppendWhoseAckIsLostIsChained(t *testing.T) {
	t.Parallel()
	deaf, direct, p, h := split(t)
	first := write(t, request().Ref(), 0, deaf)
	lost := p.loseNext(journal.EventStream)
	second := write(t, request().Ref(), first, deaf)
	<-lost
	write(t, request().Ref(), second, deaf, direct, deaf)
	chained(t, dial(t, h.ClientURL()), request().Ref(), 5, 1)
}

// unchained writes an event as a worker did that knew of no chain.
func unchained(t *testing.T, nc *nats.Conn, of deprovision.Ref, seq uint64, status deprovision.Status) uint64 {
	t.Helper()
	e := change(fmt.Sprintf("old-%d", seq))
	e.Progress.Request.ID, e.Progress.Seq, e.Progress.Status = of.Request, seq, status
	msg, err := event.EncodeProgress(e)
	if err != nil {
		t.Fatal(err)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	ack, err := js.PublishMsg(t.Context(), msg)
	if err != nil {
		t.Fatal(err)
	}
	return ack.Sequence
}

func TestChainCoversWhatAnOlderWorkerWrote(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	unchained(t, nc, ref("r"), 1, deprovision.Held)
	last := write(t, ref("r"), unchained(t, nc, ref("r"), 2, deprovision.Held), j, j)
	if revision := unchained(t, nc, ref("r"), 5, deprovision.Held); revision != last+1 {
		t.Fatal(revision)
	}
	write(t, ref("r"), last+1, j)
	found := chained(t, nc, ref("r"), 6, 6)
	if found[1].Chain != "" || found[2].Chain == "" || found[4].Chain != "" {
		t.Errorf("%+v", found)
	}
}

func TestWhatIsLeftOfAnArchivedJournalBeginsNoChain(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	write(t, ref("r"), unchained(t, nc, ref("r"), 41, deprovision.Succeeded), j) // all but the last event went before there were chains
	if found, _ := links(t, nc, ref("r")); found[1].Chain != "" {
		t.Errorf("event 42 has the chain value %q, as if nothing had been before event 41", found[1].Chain)
	}
}

func TestRejectionBeginsAChain(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	j.Seal = func(chain string) string { return event.Sign(private, chain) }
	handle, _ := collect()
	consume(t, j, handle)
	bad := nats.NewMsg(event.Subject(event.Requests, ref("bad")))
	bad.Data = []byte("no JSON")
	if err := nc.PublishMsg(bad); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is rejected", func(context.Context) bool { found, _ := links(t, nc, ref("bad")); return len(found) == 1 })
	found := chained(t, nc, ref("bad"), 1, 1)
	if err := event.VerifySeal(public, found[0].Chain, found[0].Seal); err != nil {
		t.Error(err)
	}
}

func TestOnlyTheEndIsSealed(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	j.Seal = func(chain string) string { return "key:" + chain }
	story(t, j, "ended", deprovision.Cancelled)
	found := chained(t, nc, ref("ended"), 3, 1)
	if found[0].Seal != "" || found[1].Seal != "" || found[2].Seal != "key:"+found[2].Chain {
		t.Errorf("%+v", found)
	}
}

// BenchmarkAppend is the steady state of a holder: each event on top of its own last one.
func BenchmarkAppend(b *testing.B) {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: b.TempDir(), NoSigs: true, NoLog: true})
	if err != nil {
		b.Fatal(err)
	}
	s.Start()
	defer func() { s.Shutdown(); s.WaitForShutdown() }()
	if !s.ReadyForConnections(soon) {
		b.Fatal("the server does not start")
	}
	nc, err := journal.Connect(s.ClientURL(), journal.Connection{})
	if err != nil {
		b.Fatal(err)
	}
	defer nc.Close()
	if err := journal.Provision(b.Context(), nc, journal.Options{}); err != nil {
		b.Fatal(err)
	}
	j, err := journal.Bind(b.Context(), nc)
	if err != nil {
		b.Fatal(err)
	}
	e, expected := change("a"), uint64(0)
	e.Progress.Detail = strings.Repeat("x", 8<<10)
	for b.Loop() {
		if expected, err = j.Append(b.Context(), request().Ref(), expected, e); err != nil {
			b.Fatal(err)
		}
	}
}
