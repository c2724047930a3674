package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// Journal is the engine's journal and its accounts. [Bind] makes one.
type Journal struct {
	Observer Observer     // may be nil; set before use
	Log      *slog.Logger // nil means slog.Default; set before use

	// Seal signs the chain value of a request's end, always in the same way. It may be nil; set before use.
	Seal func(chain string) string

	nc     *nats.Conn
	js     jetstream.JetStream
	askFor time.Duration // one request to the server, when the context sets no earlier end
	poll   time.Duration // one fetch; Stop may have to wait for it

	recent  recentPlans
	chained chains
}

// Observer is told what a metric may count. A stream is named "requests", "decisions" or "wakes"; the reasons are in reject.go and
// in the engine.
type Observer interface {
	Redelivered(stream string)
	DeadLettered(reason string)
	RefusedAppend()
	Rejected(service string)
}

// TooLarge says that a progress document is over its limit.
type TooLarge struct {
	Ref  deprovision.Ref
	Size int // bytes; at most [deprovision.MaxProgress] are allowed
}

// Unwrap lets the engine tell it from an append whose fate is not known.
func (e *TooLarge) Unwrap() error { return engine.ErrTooLarge }

// Error names the request and both sizes.
func (e *TooLarge) Error() string {
	return fmt.Sprintf("the progress document of %s has %d bytes, at most %d are allowed", e.Ref.Tokens(), e.Size, deprovision.MaxProgress)
}

const wrongLast jetstream.ErrorCode = 10071 // wrong last sequence

// Last returns the last event of a request, read from the leader.
func (j *Journal) Last(ctx context.Context, ref deprovision.Ref) (engine.Entry, error) {
	msg, seq, err := j.read(ctx, EventStream, query{Last: event.Subject(event.Events, ref)})
	if err != nil || seq == 0 {
		return engine.Entry{}, err
	}
	return j.entry(ref, msg, seq)
}

// Since returns the events after a revision, oldest first, read from the leader.
func (j *Journal) Since(ctx context.Context, ref deprovision.Ref, revision uint64) ([]engine.Entry, error) {
	var out []engine.Entry
	err := j.each(ctx, EventStream, event.Subject(event.Events, ref), revision+1, func(msg *nats.Msg, seq uint64) error {
		e, err := j.entry(ref, msg, seq)
		out = append(out, e)
		return err
	})
	return out, err
}

// after returns the event that follows a revision of the request, read from the leader.
func (j *Journal) after(ctx context.Context, ref deprovision.Ref, revision uint64) (engine.Entry, error) {
	msg, seq, err := j.read(ctx, EventStream, query{Seq: revision + 1, Next: event.Subject(event.Events, ref)})
	if err != nil || seq == 0 {
		return engine.Entry{}, err
	}
	return j.entry(ref, msg, seq)
}

func (j *Journal) entry(ref deprovision.Ref, msg *nats.Msg, seq uint64) (engine.Entry, error) {
	e, err := event.DecodeProgress(msg)
	if err != nil {
		return engine.Entry{}, fmt.Errorf("event %d: %w", seq, err)
	}
	j.note(ref, seq, msg, e.Progress.Status.Terminal())
	return engine.Entry{Event: e, Revision: seq}, nil
}

// Append writes an event by compare-and-set. When it is refused, or no answer comes, the journal itself is asked whether the event
// is in it: by the id of the change, also when others came on top. Each event is chained to the one before it: see [event.ChainNext].
func (j *Journal) Append(ctx context.Context, ref deprovision.Ref, expected uint64, e deprovision.Event) (uint64, error) {
	if e.Change.ID == "" {
		return 0, &deprovision.Invalid{Field: "change.id", Allowed: "the id of the append; it tells a lost answer from another's write"}
	}
	msg, err := event.EncodeProgress(e)
	if err != nil {
		return 0, fmt.Errorf("append to %s: %w", ref.Tokens(), err)
	}
	if len(msg.Data) > deprovision.MaxProgress { // else the document, which is a part of it, is within its limit too
		if body, err := json.Marshal(e.Progress); err != nil {
			return 0, fmt.Errorf("append to %s: %w", ref.Tokens(), err)
		} else if len(body) > deprovision.MaxProgress {
			return 0, &TooLarge{Ref: ref, Size: len(body)}
		}
	}
	if want := event.Subject(event.Events, ref); msg.Subject != want {
		return 0, &event.Mismatch{Subject: want, Body: msg.Subject}
	}
	link, err := j.chain(ctx, ref, expected, msg, e.Progress.Status.Terminal())
	if err != nil {
		return 0, fmt.Errorf("append to %s: %w", ref.Tokens(), err)
	}
	revision, err := j.publish(ctx, msg, &expected)
	if err == nil {
		link.revision = revision
		j.chained.put(ref, link)
		return revision, nil
	}
	return j.settle(ctx, ref, expected, e.Change.ID, err)
}

// settle finds out what became of an append that was refused or not answered.
func (j *Journal) settle(ctx context.Context, ref deprovision.Ref, expected uint64, id string, cause error) (uint64, error) {
	next, err := j.after(ctx, ref, expected) // mine can be nowhere else
	if err != nil {
		return 0, fmt.Errorf("append to %s: not known whether it landed: %w", ref.Tokens(), errors.Join(cause, err))
	}
	if next.Revision != 0 && next.Change.ID == id {
		return next.Revision, nil
	}
	if refused(cause) || next.Revision != 0 { // another's event came first, so that mine cannot land any more
		if j.Observer != nil {
			j.Observer.RefusedAppend()
		}
		return 0, fmt.Errorf("append to %s: %w", ref.Tokens(), engine.ErrConflict)
	}
	return 0, fmt.Errorf("append to %s: not known whether it landed: %w", ref.Tokens(), cause)
}

func refused(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && api.ErrorCode == wrongLast
}

// publish sends a message once and waits for its acknowledgement.
func (j *Journal) publish(ctx context.Context, msg *nats.Msg, expected *uint64) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, j.askFor)
	defer cancel()
	if expected != nil {
		msg.Header.Set(jetstream.ExpectedLastSubjSeqHeader, strconv.FormatUint(*expected, 10))
	}
	ack, err := j.js.PublishMsg(ctx, msg, jetstream.WithRetryAttempts(0))
	if err != nil {
		return 0, err
	}
	return ack.Sequence, nil
}

func (j *Journal) log() *slog.Logger {
	if j.Log != nil {
		return j.Log
	}
	return slog.Default()
}
