package journal

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// StoredDeadLetter is a dead letter and its place in the stream.
type StoredDeadLetter struct {
	Seq uint64
	event.DeadLetter
}

// Errors of dead letters.
var (
	ErrNoDeadLetter = errors.New("no such dead letter")
	ErrRedacted     = errors.New("a secret was taken out of the message, so that it can't be queued again: ask its sender")
)

// PutDeadLetter keeps a message that could not be used, but for what looks like a secret. A message that is too large for one letter is
// kept in parts.
func (j *Journal) PutDeadLetter(ctx context.Context, d event.DeadLetter) error {
	d.Reason = event.Token(d.Reason)
	msgs, err := event.EncodeDeadLetter(d)
	if err != nil {
		return fmt.Errorf("dead letter %s: %w", d.Reason, err)
	}
	for _, msg := range msgs {
		if _, err := j.publish(ctx, msg, nil); err != nil {
			return fmt.Errorf("dead letter %s: %w", d.Reason, err)
		}
	}
	if j.Observer != nil {
		j.Observer.DeadLettered(d.Reason)
	}
	return nil
}

// DeadLetter returns the dead letter with this sequence, or [ErrNoDeadLetter].
func (j *Journal) DeadLetter(ctx context.Context, seq uint64) (event.DeadLetter, error) {
	page, err := j.DeadLetters(ctx, max(seq, 1)-1, 1)
	if err != nil {
		return event.DeadLetter{}, err
	}
	if len(page) == 0 || page[0].Seq != seq {
		return event.DeadLetter{}, fmt.Errorf("dead letter %d: %w", seq, ErrNoDeadLetter)
	}
	return page[0].DeadLetter, nil
}

var errPageFull = errors.New("the page is full")

// DeadLetters returns one page, oldest first: at most limit letters with a sequence above after, 0 for the first page. The Seq of the
// last one is the next page's after; an empty page is the end.
func (j *Journal) DeadLetters(ctx context.Context, after uint64, limit int) ([]StoredDeadLetter, error) {
	if limit < 1 {
		return nil, nil
	}
	var page []StoredDeadLetter
	err := j.each(ctx, DeadLetterStream, event.All(event.DeadLetters), after+1, func(msg *nats.Msg, seq uint64) error {
		d, whole, err := j.letter(ctx, msg, seq)
		if err != nil {
			return fmt.Errorf("dead letter %d: %w", seq, err)
		}
		if whole {
			page = append(page, StoredDeadLetter{Seq: seq, DeadLetter: d})
		}
		if len(page) == limit {
			return errPageFull
		}
		return nil
	})
	if errors.Is(err, errPageFull) {
		err = nil
	}
	return page, err
}

// letter reads the letter that a message holds or completes. A letter in parts has the place of its last part; the others lie before
// it, mostly next to it, but those of other letters may lie between.
func (j *Journal) letter(ctx context.Context, msg *nats.Msg, seq uint64) (d event.DeadLetter, whole bool, err error) {
	last, err := event.DecodeDeadLetter(msg)
	if err != nil || last.Parts == 0 {
		return last, err == nil, err
	}
	if last.Part < last.Parts {
		return last, false, nil
	}
	parts := []event.DeadLetter{last}
	for before := seq - 1; before > 0 && len(parts) < last.Parts; before-- {
		earlier, found, err := j.read(ctx, DeadLetterStream, query{Seq: before})
		if err != nil {
			return d, false, err
		}
		if found == 0 { // older letters were dropped, this one's first part among them
			return d, false, nil
		}
		if part, err := event.DecodeDeadLetter(earlier); err == nil && part.Letter == last.Letter {
			parts = append(parts, part)
		}
	}
	d, err = event.JoinDeadLetter(parts...)
	return d, err == nil, err
}

// Requeue publishes a dead letter's message again where it came on. The dead letter stays as a record. Headers that are orders to the
// server stay behind: with its old message id the server would swallow the message, and with a rollup wipe a queue.
func (j *Journal) Requeue(ctx context.Context, d event.DeadLetter) error {
	if d.Redacted > 0 {
		return fmt.Errorf("requeue on %s: %w", d.Subject, ErrRedacted)
	}
	header := nats.Header{}
	for name, values := range d.Header {
		if !strings.HasPrefix(strings.ToLower(name), "nats-") {
			header[name] = values
		}
	}
	if _, err := j.publish(ctx, &nats.Msg{Subject: d.Subject, Header: header, Data: d.Data}, nil); err != nil {
		return fmt.Errorf("requeue on %s: %w", d.Subject, err)
	}
	return nil
}
