package engine_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestSweeperFindsEveryNeglectedRequest(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, r *rig) {
		w := r.worker("w1")
		r.want(w.handle(t.Context(), confirmed()), engine.Ack, deprovision.Parked)
		r.wakeUps() // the wake stream is purged
		time.Sleep(25 * time.Hour)
		if err := w.Sweep(t.Context(), all{r}, []string{"contoso"}); err != nil {
			t.Fatal(err)
		}
		wakes := r.wakeUps()
		if len(wakes) != 1 || wakes[0].Kind != engine.SweepTrigger {
			t.Fatalf("the sweeper published %v", wakes)
		}
		r.want(w.handle(t.Context(), wakes[0]), engine.Ack, deprovision.Succeeded)
	})
}

// all is a view of the rig's one request.
type all struct{ r *rig }

func (a all) Get(context.Context, deprovision.Ref) (deprovision.Progress, bool, error) {
	return a.r.state(), true, nil
}
func (a all) List(context.Context, engine.Filter) (engine.Page, error) {
	return engine.Page{}, errors.New("not asked for")
}
func (a all) Open(_ context.Context, yield func(deprovision.Progress) bool) error {
	last, err := a.r.journal.Last(context.Background(), ref)
	if err == nil && !last.Progress.Status.Terminal() {
		yield(last.Progress)
	}
	return err
}

func TestSweeperFreesOnlyAccountsThatNameAnEndedRequest(t *testing.T) {
	t.Parallel()
	for status, freed := range map[deprovision.Status]bool{deprovision.Parked: false, deprovision.Cancelled: true} {
		t.Run(string(status), func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, r *rig) {
				now := time.Now()
				p := deprovision.Progress{Request: request(), Seq: 1, Status: status, Updated: now, Park: &deprovision.Park{Seq: 1, Until: now.Add(time.Hour)}}
				if _, err := r.journal.Append(t.Context(), ref, 0, deprovision.Event{Progress: p, Change: deprovision.Change{ID: "x"}}); err != nil {
					t.Fatal(err)
				}
				a, rev, _ := r.accounts.Get(t.Context(), "contoso", "inline")
				a.Open = ref.Request
				if _, err := r.accounts.Put(t.Context(), a, rev); err != nil {
					t.Fatal(err)
				}
				if err := r.worker("w1").Sweep(t.Context(), all{r}, []string{"contoso"}); err != nil {
					t.Fatal(err)
				}
				if got := r.account().Open == ""; got != freed {
					t.Errorf("freed: %t", got)
				}
			})
		})
	}
}

func TestSweeperDoubtsWhatNobodyCaresAbout(t *testing.T) {
	t.Parallel()
	claim := &deprovision.Claim{Worker: "w0", Seq: 1, Lease: deprovision.Duration(30 * time.Second)}
	for name, tc := range map[string]struct {
		status deprovision.Status
		after  time.Duration
		doubts bool
	}{
		"held, silent for three leases":      {deprovision.Held, 91 * time.Second, true},
		"held, silent for two":               {deprovision.Held, 61 * time.Second, false},
		"contested, silent for three leases": {deprovision.Contested, 91 * time.Second, true},
		"released and idle":                  {deprovision.Released, 31 * time.Second, true},
		"released just now":                  {deprovision.Released, time.Second, false},
		"parked and overdue":                 {deprovision.Parked, 61 * time.Second, true},
		"parked":                             {deprovision.Parked, time.Second, false},
		"waiting past the stop's expiry":     {deprovision.Waiting, 61 * time.Second, true},
		"waiting":                            {deprovision.Waiting, time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, r *rig) {
				due := time.Now().Add(time.Minute)
				p := deprovision.Progress{Request: request(), Seq: 1, Status: tc.status, Updated: time.Now(), Claim: claim}
				switch tc.status {
				case deprovision.Parked:
					p.Park = &deprovision.Park{Seq: 1, Until: due}
				case deprovision.Waiting:
					p.Stop = &deprovision.Stop{Seq: 1, Name: deprovision.StopConfirm, Expires: &due}
				}
				if _, err := r.journal.Append(t.Context(), ref, 0, deprovision.Event{Progress: p, Change: deprovision.Change{ID: "x"}}); err != nil {
					t.Fatal(err)
				}
				time.Sleep(tc.after)
				if err := r.worker("w1").Sweep(t.Context(), all{r}, nil); err != nil {
					t.Fatal(err)
				}
				wakes := r.wakeUps()
				if doubts := len(wakes) == 1 && wakes[0].Kind == engine.SweepTrigger && wakes[0].Seq == 1; doubts != tc.doubts {
					t.Errorf("published %v", wakes)
				}
			})
		})
	}
}
