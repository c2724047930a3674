package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// writer appends the events of one request, as the worker that holds it.
type writer struct {
	journal  *journal.Journal
	request  deprovision.Request
	began    time.Time
	revision uint64
	seq      uint64
	done     int // as seq
}

func newWriter(j *journal.Journal, id string) *writer {
	return &writer{journal: j, began: time.Now().UTC(), request: deprovision.Request{ID: id, Tenant: tenant, Service: deprovision.ExchangeOnlineInline,
		Account: id, RequestedBy: "bench@contoso.example", Reason: "measured"}}
}

// append tells that so many artifacts are gone. The document is as large as one in the middle of a removal.
func (w *writer) append(ctx context.Context, removed int) error {
	w.seq++
	w.done++
	now := time.Now().UTC()
	p := deprovision.Progress{Request: w.request, RequestDigest: w.request.Digest(), Seq: w.seq, Status: deprovision.Held, Started: w.began, Updated: now,
		Removed: removed, Step: 4, Detail: "removes what the plan names", Steps: steps(w.began, w.done)}
	change := deprovision.Change{ID: w.request.ID + "-" + strconv.FormatUint(w.seq, 10), Kind: deprovision.Advanced, By: "bench"}
	revision, err := w.journal.Append(ctx, w.request.Ref(), w.revision, deprovision.Event{Progress: p, Change: change})
	if err != nil {
		return fmt.Errorf("append event %d of %s: %w", w.seq, w.request.ID, err)
	}
	w.revision = revision
	return nil
}

// steps are twelve, the fifth of which runs.
func steps(began time.Time, done int) []deprovision.StepProgress {
	out := make([]deprovision.StepProgress, 12)
	for i := range out {
		out[i] = deprovision.StepProgress{Name: fmt.Sprintf("remove-things-%d", i+1), State: deprovision.StepPending, Total: 100}
		switch {
		case i < 4:
			out[i].State, out[i].Done, out[i].Started, out[i].Ended = deprovision.StepDone, 100, &began, &began
		case i == 4:
			out[i].State, out[i].Done, out[i].Started = deprovision.StepRunning, done%100, &began
		}
	}
	return out
}

// load appends events of other requests, in turn, at a steady rate until it is stopped.
type load struct {
	writers  []*writer
	appended int
	err      error

	cancel context.CancelFunc
	ran    sync.WaitGroup
}

func newLoad(j *journal.Journal, requests int) *load {
	l := &load{}
	for i := range requests {
		l.writers = append(l.writers, newWriter(j, fmt.Sprintf("other-%05d", i)))
	}
	return l
}

// start appends rate events a second; those that are late are made up for.
func (l *load) start(ctx context.Context, rate int) {
	l.appended, l.err = 0, nil
	ctx, l.cancel = context.WithCancel(ctx)
	if rate == 0 {
		return
	}
	l.ran.Go(func() {
		began, tick := time.Now(), time.NewTicker(5*time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			for due := int(time.Since(began).Seconds() * float64(rate)); l.appended < due; l.appended++ {
				w := l.writers[l.appended%len(l.writers)]
				if err := w.append(context.WithoutCancel(ctx), w.done); err != nil {
					l.err = err
					return
				}
				if ctx.Err() != nil {
					return
				}
			}
		}
	})
}

// stop ends the load, and returns how many events were appended.
func (l *load) stop() (int, error) {
	l.cancel()
	l.ran.Wait()
	return l.appended, l.err
}
