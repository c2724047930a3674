package main

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestWorkerStoppedPastItsLeaseStartsNothingWhenItGoesOn(t *testing.T) {
	t.Parallel()
	s := newSite(t, options{})
	hang := s.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{Cmdlet: "Remove-TransportRule", Nth: 2}, Do: tenantsim.FaultHang})
	first := s.worker("")
	ref := s.submit(confirmedRequest())
	if err := hang.Wait(s.ctx, 1); err != nil {
		t.Fatal(err)
	}
	s.signal(first, syscall.SIGSTOP)
	hang.Release() // the one call that was being sent arrives
	s.worker("")
	p, events := s.end(ref)
	s.checkWhole(p, events)
	claims := map[string]bool{}
	for _, e := range events {
		if e.Change.Kind == deprovision.Claimed {
			claims[e.Change.By] = true
		}
	}
	if len(claims) != 2 {
		t.Errorf("claimed by %v, want two workers", claims)
	}
	calls, last, acks := len(s.sim.Calls()), s.last(ref), s.acks()
	s.signal(first, syscall.SIGCONT)
	first.line(s, "is given back") // it has noticed; it lets go in silence
	s.signal(first, syscall.SIGTERM)
	first.wait(s) // whatever it still wanted to do is done
	if got := acks(); got > 0 {
		t.Errorf("it acknowledged %d triggers after its lease", got)
	}
	if got := len(s.sim.Calls()); got != calls {
		t.Errorf("it made %d calls after its lease", got-calls)
	}
	if now := s.last(ref); now != last {
		t.Errorf("it wrote event %d after the request had ended with %d", now, last)
	}
}

func TestNATSKilledUnderALivingHolderTakesNothingFromIt(t *testing.T) {
	t.Parallel()
	s := newSite(t, options{lease: 20 * time.Second})
	hang := s.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{Cmdlet: "Remove-TransportRule", Nth: 2}, Do: tenantsim.FaultHang})
	s.worker("")
	s.worker("") // another one that could take it
	ref := s.submit(confirmedRequest())
	if err := hang.Wait(s.ctx, 1); err != nil {
		t.Fatal(err)
	}
	s.nats.kill()
	hang.Release()
	s.nats = s.start("nats", nil, s.dir+"/nats", strings.TrimPrefix(s.url, "nats://"))
	s.nats.line(s, "nats://")
	p, events := s.end(ref)
	s.checkWhole(p, events)
	if p.Unconfirmed != 0 {
		t.Errorf("%d artifacts are unconfirmed", p.Unconfirmed)
	}
	for _, e := range events {
		if e.Progress.Takeovers > 0 {
			t.Fatalf("the claim was taken over at event %d", e.Progress.Seq)
		}
	}
}

func TestPurgedWakeUpsKeepNothingFromItsEnd(t *testing.T) {
	t.Parallel()
	s := newSite(t, options{drain: 4 * time.Second})
	s.worker("")
	ref := s.submit(confirmedRequest())
	parked := false
	_, events := s.end(s.purge(ref, &parked))
	if !parked {
		t.Fatal("nothing was parked")
	}
	s.checkWhole(events[len(events)-1].Progress, events)
}

// purge empties the wake stream while the request is parked.
func (s *site) purge(ref deprovision.Ref, parked *bool) deprovision.Ref {
	s.t.Helper()
	s.until(ref, func(e deprovision.Event) bool {
		*parked = e.Progress.Status == deprovision.Parked
		return *parked
	})
	nc, err := nats.Connect(s.url)
	if err != nil {
		s.t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		s.t.Fatal(err)
	}
	wakes, err := js.Stream(s.ctx, journal.WakeStream)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := wakes.Purge(s.ctx); err != nil {
		s.t.Fatal(err)
	}
	return ref
}

func TestCancelDuringTheDrainNamesWhatWentAndWhatStays(t *testing.T) {
	t.Parallel()
	s := newSite(t, options{drain: time.Hour})
	s.worker("")
	ref := s.submit(confirmedRequest())
	s.until(ref, func(e deprovision.Event) bool { return e.Progress.Status == deprovision.Parked })
	s.decide(ref, deprovision.Decision{Verb: deprovision.Cancel, Reason: "wrong tenant"})
	p, _ := s.end(ref)
	if p.Status != deprovision.Cancelled || p.Removed != 8 {
		t.Errorf("it ended as %s with %d removed", p.Status, p.Removed)
	}
	if !strings.Contains(p.Detail, "wrong tenant") || !strings.Contains(p.Detail, "vendor") {
		t.Errorf("the end says: %s", p.Detail)
	}
	var names []string
	for _, r := range p.Remainder {
		names = append(names, r.Name)
	}
	for _, want := range []string{"Skip Spam Filter", "Inbound Connector for Incoming", "inpost.tmcas", "20.245.215.64/28", "Trend Micro Cloud App Security"} {
		if !slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, want) }) {
			t.Errorf("the remainder does not name %q: %q", want, names)
		}
	}
	if slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, tenantsim.RuleIncomingDomain+" (da") }) {
		t.Error("a removed rule is listed as staying")
	}
	if a := s.freed(); a.State != deprovision.AccountActive {
		t.Errorf("the account is %s", a.State)
	}
}

func TestDoubleClickedConfirmIsOneConfirm(t *testing.T) {
	t.Parallel()
	s := newSite(t, options{})
	s.worker("")
	r := confirmedRequest()
	r.Options = deprovision.Options{}
	ref := s.submit(r)
	events := s.until(ref, func(e deprovision.Event) bool { return e.Progress.Status == deprovision.Waiting })
	p := events[len(events)-1].Progress
	confirm := deprovision.Decision{ID: "click", Verb: deprovision.Confirm, Stop: p.Stop.Seq, PlanDigest: p.Plan.Digest,
		Acknowledged: []string{"mail-unscanned", "quarantine-lost"}}
	answers := make(chan client.Answer, 2)
	for range 2 {
		go func() { answers <- s.decide(ref, confirm) }()
	}
	for range 2 {
		if a := <-answers; !a.Accepted {
			t.Errorf("a click was refused: %s", a.Refusal)
		}
	}
	confirm.ID = "other-hand"
	if a := s.decide(ref, confirm); a.Accepted {
		t.Error("a second confirmation of the same stop was accepted")
	}
	end, all := s.end(ref)
	s.checkWhole(end, all)
	n := 0
	for _, e := range all {
		if e.Change.Decision != nil && e.Change.Decision.ID == "click" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("the decision is in the journal %d times", n)
	}
}

func TestRedisAwayAndWipedDelaysNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, options{drain: 3 * time.Second})
	s.worker("")
	ref := s.submit(confirmedRequest())
	s.until(ref, func(e deprovision.Event) bool { return e.Progress.Removed >= 2 })
	s.redis.Kill()
	p, events := s.end(ref)
	s.checkWhole(p, events)
	s.redis.Wipe()
	s.redis.Restart()
	for { // the picture comes back by itself
		got, err := s.client.Get(s.ctx, ref)
		if err == nil && got.Seq == p.Seq {
			return
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-s.ctx.Done():
			t.Fatalf("the picture did not come back: %v", err)
		}
	}
}

// decide sends a decision about a request; id, sender and names are filled in.
func (s *site) decide(ref deprovision.Ref, d deprovision.Decision) client.Answer {
	d.Tenant, d.Service, d.Request, d.DecidedBy = ref.Tenant, ref.Service, ref.Request, "admin@contoso.example"
	if d.ID == "" {
		d.ID = client.NewID()
	}
	a, err := s.client.Decide(s.ctx, d)
	if err != nil {
		s.t.Error(fmt.Errorf("decide: %w", err))
	}
	return a
}

func (s *site) signal(p *process, sig syscall.Signal) {
	s.t.Helper()
	if err := p.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

// acks counts from now on how many requests and wake-ups are acknowledged; a sign of life is no acknowledgement.
func (s *site) acks() func() int {
	s.t.Helper()
	nc, err := nats.Connect(s.url)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(nc.Close)
	var n atomic.Int64
	for _, stream := range []string{journal.RequestStream, journal.WakeStream} {
		if _, err := nc.Subscribe("$JS.ACK."+stream+".>", func(m *nats.Msg) {
			if len(m.Data) == 0 || string(m.Data) == "+ACK" {
				n.Add(1)
			}
		}); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := nc.Flush(); err != nil {
		s.t.Fatal(err)
	}
	return func() int {
		if err := nc.Flush(); err != nil {
			s.t.Error(err)
		}
		return int(n.Load())
	}
}

func (s *site) last(ref deprovision.Ref) uint64 {
	s.t.Helper()
	e, err := s.client.Last(s.ctx, ref)
	if err != nil {
		s.t.Fatal(err)
	}
	return e.Event.Progress.Seq
}
