package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// Tombstones is how long the last event of a request stays unless [Retention] says otherwise.
const Tombstones = 400 * 24 * time.Hour

// Retention says what [Journal.Archive] leaves in the streams.
type Retention struct {
	Journal    time.Duration // how long every event of a request stays after its last one
	Tombstones time.Duration // how long the last event stays, and with it the plan; 0 means [Tombstones]

	// Keep copies the events of a request, with their evidence, to where they are kept for good, before any of them goes: those up to the revision last,
	// and later ones if it finds any. An error leaves them all in the stream and ends the run. It may be nil. It may be called again for a request
	// of which an earlier run purged nothing; and for what is left of one that was archived, when something was appended to its end.
	Keep func(ctx context.Context, ref deprovision.Ref, last uint64) error
}

type keeper = func(ctx context.Context, ref deprovision.Ref, last uint64) error

// Archived counts what one run did.
type Archived struct {
	Journals   int    // requests of which the last event is left
	Tombstones int    // requests of which nothing is left
	Events     uint64 // events that went
}

// Archive purges the events of requests that ended long ago, all but the last: it stays as a tombstone, so that the same request is not
// carried out again, and goes much later. A request that is open is never touched. Each purge names a subject and a revision, so that
// an event appended meanwhile survives, and a run may be broken off and repeated.
//
// It is for the archiver alone, whose user may purge; see docs/streams.md.
func (j *Journal) Archive(ctx context.Context, r Retention) (Archived, error) {
	var done Archived
	r.Tombstones = max(orDefault(r.Tombstones, Tombstones), r.Journal)
	err := j.Replay(ctx, func(last Update) error {
		age := time.Since(last.At)
		if !ended(last.Progress.Status) || age < r.Journal {
			return nil
		}
		ref := last.Progress.Request.Ref()
		gone, err := j.thin(ctx, ref, last.Revision, r.Keep)
		if err != nil {
			return fmt.Errorf("archive %s: %w", ref.Tokens(), err)
		}
		if gone > 0 {
			done.Journals++
		}
		done.Events += gone
		if age < r.Tombstones {
			return nil
		}
		if last.Progress.Seq == 1 && r.Keep != nil { // its only event: there was nothing to thin out, so nothing was kept
			if err := r.Keep(ctx, ref, last.Revision); err != nil {
				return fmt.Errorf("archive %s: keep the events: %w", ref.Tokens(), err)
			}
		}
		if err := j.bury(ctx, ref, last.Revision); err != nil {
			return fmt.Errorf("archive the end of %s: %w", ref.Tokens(), err)
		}
		done.Tombstones++
		done.Events++
		return nil
	})
	return done, err
}

// ended knows the ends by name: a status that is new to this build is none.
func ended(s deprovision.Status) bool {
	return slices.Contains([]deprovision.Status{deprovision.Succeeded, deprovision.SucceededWithRemainder, deprovision.NothingFound, deprovision.Planned,
		deprovision.Cancelled, deprovision.Forced, deprovision.Rejected, deprovision.Refused, deprovision.Failed}, s)
}

// thin purges the events of a request before its last one.
func (j *Journal) thin(ctx context.Context, ref deprovision.Ref, last uint64, keep keeper) (uint64, error) {
	_, first, err := j.read(ctx, EventStream, query{Seq: 1, Next: event.Subject(event.Events, ref)})
	if err != nil || first == 0 || first >= last {
		return 0, err
	}
	if keep != nil {
		if err := keep(ctx, ref, last); err != nil {
			return 0, fmt.Errorf("keep the events: %w", err)
		}
	}
	return j.purge(ctx, EventStream, event.Subject(event.Events, ref), last)
}

// bury purges the last event of a request and its plan and evidence.
func (j *Journal) bury(ctx context.Context, ref deprovision.Ref, last uint64) error {
	for _, family := range []event.Family{event.Plans, event.Evidence} {
		if _, err := j.purge(ctx, PlanStream, event.Subject(family, ref), 0); err != nil {
			return err
		}
		if _, err := j.purge(ctx, PlanStream, event.Subject(family, ref)+".>", 0); err != nil {
			return err
		}
	}
	_, err := j.purge(ctx, EventStream, event.Subject(event.Events, ref), last+1)
	return err
}

// purge removes the messages on a subject below a sequence, all of them for 0, and returns their number. It always names a subject:
// a purge without one empties the stream.
func (j *Journal) purge(ctx context.Context, stream, subject string, below uint64) (uint64, error) {
	order, err := json.Marshal(jetstream.StreamPurgeRequest{Subject: subject, Sequence: below})
	if err != nil {
		return 0, fmt.Errorf("purge %s: %w", stream, err)
	}
	ctx, cancel := context.WithTimeout(ctx, j.askFor)
	defer cancel()
	reply, err := j.nc.RequestWithContext(ctx, "$JS.API.STREAM.PURGE."+stream, order)
	if err != nil {
		return 0, fmt.Errorf("purge %s: is this user permitted to? %w", stream, err)
	}
	var answer struct {
		Error  *jetstream.APIError `json:"error"`
		Purged uint64              `json:"purged"`
	}
	if err := json.Unmarshal(reply.Data, &answer); err != nil {
		return 0, fmt.Errorf("purge %s: %w", stream, err)
	}
	if answer.Error != nil {
		return 0, fmt.Errorf("purge %s: %w", stream, answer.Error)
	}
	return answer.Purged, nil
}
