package journal_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
	"github.com/deprovisioner/deprovisioner/pkg/evidence"
)

var signer = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, ed25519.SeedSize))

// signing is a worker's journal with the key.
func signing(t *testing.T, nc *nats.Conn) *journal.Journal {
	t.Helper()
	j := bind(t, nc)
	j.Seal = func(chain string) string { return event.Sign(signer, chain) }
	return j
}

// refusal is what a worker appends when a decision comes for a request that ended: the end once more.
func refusal(id string, last deprovision.Event) deprovision.Event {
	last.Progress.Seq++
	last.Change = deprovision.Change{ID: id, Kind: deprovision.DecisionRefused, By: "w", Detail: "the request has ended"}
	return last
}

// proven collects the evidence of a request and verifies it by the key.
func proven(t *testing.T, nc *nats.Conn, of deprovision.Ref) (evidence.Summary, error) {
	t.Helper()
	c, err := client.New(nc, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := evidence.Collect(t.Context(), c, of, &out, evidence.Options{Rest: true}); err != nil {
		t.Fatal(err)
	}
	return evidence.Verify(&out, evidence.Check{Key: signer.Public().(ed25519.PublicKey)})
}

// ended appends an end on top of a revision, as the engine does.
func ended(t *testing.T, j *journal.Journal, of deprovision.Ref, on uint64) uint64 {
	t.Helper()
	e := change("end")
	e.Progress.Request.ID, e.Progress.Seq, e.Progress.Status, e.Change.Kind = of.Request, 3, deprovision.Failed, deprovision.Ended
	revision, err := j.Append(t.Context(), of, on, e)
	if err != nil {
		t.Fatal(err)
	}
	return revision
}

// started is a journal of two events.
func started(t *testing.T, j *journal.Journal, of deprovision.Ref) uint64 {
	t.Helper()
	revision := uint64(0)
	for seq := range uint64(2) {
		e := change(fmt.Sprintf("e%d", seq))
		e.Progress.Request.ID, e.Progress.Seq = of.Request, seq+1
		var err error
		if revision, err = j.Append(t.Context(), of, revision, e); err != nil {
			t.Fatal(err)
		}
	}
	return revision
}

// TestFalseEndIsNotSignedByWhatIsAppendedToIt is somebody who may publish events and has no key: a false end, and then any decision, which a worker
// refuses with that end as its document.
func TestFalseEndIsNotSignedByWhatIsAppendedToIt(t *testing.T) {
	t.Parallel()
	stranger := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
	for name, forge := range map[string]func(link, genuine event.Link) event.Link{
		"not signed":                         func(l, _ event.Link) event.Link { return l },
		"signed with another key":            func(l, _ event.Link) event.Link { l.Seal = event.Sign(stranger, l.Chain); return l },
		"with the signature of another end":  func(l, g event.Link) event.Link { l.Seal = g.Seal; return l },
		"with another's value and signature": func(_, g event.Link) event.Link { return g },
		"and what was before it":             func(l, g event.Link) event.Link { g.Before = l.Before; return g },
		"not chained":                        func(event.Link, event.Link) event.Link { return event.Link{} },
	} {
		for _, reads := range []bool{true, false} { // the end is read before the append, or for it
			t.Run(fmt.Sprintf("%s, read before: %t", name, reads), func(t *testing.T) {
				t.Parallel()
				worker, nc := bound(t)
				worker.Seal = func(chain string) string { return event.Sign(signer, chain) }
				of, other := ref("r"), ref("other")
				ended(t, worker, other, started(t, worker, other))
				genuine, _ := links(t, nc, other)
				started(t, worker, of)
				before, _ := links(t, nc, of)
				e := change("forged")
				e.Progress.Request.ID, e.Progress.Seq, e.Progress.Status, e.Change.Kind = "r", 3, deprovision.Succeeded, deprovision.Ended
				msg, err := event.EncodeProgress(e)
				if err != nil {
					t.Fatal(err)
				}
				top := before[len(before)-1].Chain
				event.SetLink(msg, forge(event.Link{Chain: event.ChainNext(top, msg.Data), Before: top}, genuine[len(genuine)-1]))
				js, err := jetstream.New(nc)
				if err != nil {
					t.Fatal(err)
				}
				ack, err := js.PublishMsg(t.Context(), msg)
				if err != nil {
					t.Fatal(err)
				}
				revision := ack.Sequence
				for _, by := range []*journal.Journal{worker, worker, signing(t, nc)} {
					if reads {
						if _, err := by.Last(t.Context(), of); err != nil {
							t.Fatal(err)
						}
					}
					e = refusal(fmt.Sprintf("refusal-%d", revision), e)
					if revision, err = by.Append(t.Context(), of, revision, e); err != nil {
						t.Fatal(err)
					}
				}
				found, _ := links(t, nc, of)
				for i, link := range found[3:] {
					if link.Seal != "" {
						t.Errorf("event %d is signed, on top of a false end", i+4)
					}
				}
				var broken *evidence.BrokenError
				if sum, err := proven(t, nc, of); !errors.As(err, &broken) || sum.Proven != 0 {
					t.Errorf("%+v, %v", sum, err)
				}
			})
		}
	}
}

func TestWhatIsAppendedToAGenuineEndIsSignedByWhicheverWorker(t *testing.T) {
	t.Parallel()
	a, nc := bound(t)
	a.Seal = func(chain string) string { return event.Sign(signer, chain) }
	of := ref("r")
	revision := ended(t, a, of, started(t, a, of))
	refuse := func(by *journal.Journal, reads bool) {
		t.Helper()
		last, err := a.Last(t.Context(), of)
		if err == nil && reads {
			last, err = by.Last(t.Context(), of)
		}
		if err == nil {
			revision, err = by.Append(t.Context(), of, revision, refusal(fmt.Sprintf("refusal-%d", revision), last.Event))
		}
		if err != nil {
			t.Fatal(err)
		}
		if sum, err := proven(t, nc, of); err != nil || sum.Proven != last.Progress.Seq+1 {
			t.Errorf("%+v, %v", sum, err)
		}
	}
	refuse(a, true)
	refuse(signing(t, nc), true)
	refuse(signing(t, nc), false)
	if done, err := a.Archive(t.Context(), journal.Retention{Journal: time.Nanosecond}); err != nil || done.Journals != 1 {
		t.Fatalf("%+v, %v", done, err)
	}
	refuse(signing(t, nc), true) // on top of what the archiver left
	refuse(a, false)
}
