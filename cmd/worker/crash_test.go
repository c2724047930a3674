package main

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestWholeRemovalWithoutAnyCrash(t *testing.T) {
	t.Parallel()
	s := newSite(t, options{})
	s.worker("")
	p, events := s.end(s.submit(confirmedRequest()))
	s.checkWhole(p, events)
	if p.Unconfirmed != 0 {
		t.Errorf("%d artifacts are unconfirmed", p.Unconfirmed)
	}
}

func TestKilledWorkerEndsAsIfItHadNotBeenKilled(t *testing.T) {
	t.Parallel()
	for name, crash := range map[string]string{
		"after the claim":                      "after-claim:1",
		"after the claim of a wake-up":         "after-claim:2",
		"before a call":                        "before-call:3",
		"after a call, before its append":      "after-call:3",
		"after a call to the directory":        "after-call:27",
		"after an append":                      "after-append:9",
		"after the park, before the wake-up":   "after-park:1",
		"after the wake-up, before the ack":    "after-wake:1",
		"after the terminal event, before ack": "after-terminal:1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, options{})
			first := s.worker(crash)
			ref := s.submit(confirmedRequest())
			first.wait(s)
			s.worker("")
			s.checkWhole(s.end(ref))
		})
	}
}

func TestTwiceKilledAtRandomEndsAsIfItHadNotBeenKilled(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	s := newSite(t, options{behaviour: tenantsim.Behaviour{Latency: map[tenantsim.API]time.Duration{"": 20 * time.Millisecond}}})
	ref := s.submit(confirmedRequest())
	for range 2 {
		w := s.worker("")
		at := uint64(1 + r.IntN(30))
		s.until(ref, func(e deprovision.Event) bool { return e.Progress.Seq >= at || e.Progress.Status.Terminal() })
		w.kill()
	}
	s.worker("")
	s.checkWhole(s.end(ref))
}
