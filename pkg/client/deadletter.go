package client

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// DeadLetter is a message that could not be used, and its number.
type DeadLetter struct {
	Seq uint64 `json:"seq"`
	event.DeadLetter
}

// DeadLetters yields the messages that could not be used, oldest first.
func (c *Client) DeadLetters(ctx context.Context) iter.Seq2[DeadLetter, error] {
	return c.DeadLettersAfter(ctx, 0)
}

// DeadLettersAfter is [Client.DeadLetters] behind the one with a number. [Client.DeadLettersBefore] yields the newest first.
func (c *Client) DeadLettersAfter(ctx context.Context, seq uint64) iter.Seq2[DeadLetter, error] {
	return func(yield func(DeadLetter, error) bool) {
		for s, err := range c.follow(ctx, feed{stream: deadLetterStream, subject: event.All(event.DeadLetters), from: seq + 1}) {
			var d event.DeadLetter
			if err == nil {
				d, err = event.DecodeDeadLetter(s.msg)
			}
			if err != nil {
				err = fmt.Errorf("dead letters: %w", err)
			}
			if !yield(DeadLetter{Seq: s.seq, DeadLetter: d}, err) || err != nil {
				return
			}
		}
	}
}

// DeadLetter returns the dead letter with a number, or [ErrUnknownDeadLetter].
func (c *Client) DeadLetter(ctx context.Context, seq uint64) (DeadLetter, error) {
	var found stored
	ok, err := false, error(nil)
	if seq > 0 {
		found, ok, err = c.read(ctx, deadLetterStream, which{Seq: seq})
	}
	if err == nil && !ok {
		err = fmt.Errorf("%d: %w", seq, ErrUnknownDeadLetter)
	}
	if err != nil {
		return DeadLetter{}, err
	}
	d, err := event.DecodeDeadLetter(found.msg)
	if err != nil {
		return DeadLetter{}, fmt.Errorf("dead letter %d: %w", seq, err)
	}
	return DeadLetter{Seq: found.seq, DeadLetter: d}, nil
}

// Publishable reports whether [Client.Requeue] may publish the message again: it is that of a request or a decision, and was kept as it
// came. That its request has ended meanwhile only Requeue finds out.
func (d DeadLetter) Publishable() bool {
	_, asked := d.request()
	return asked && len(d.Data) > 0
}

// request is the one that the message asks for or decides on; asked is false where the message is of a sort that comes again by itself.
func (d DeadLetter) request() (ref deprovision.Ref, asked bool) {
	family, ref, rest, err := event.ParseSubject(d.Subject)
	return ref, err == nil && len(rest) == 0 && (family == event.Requests || family == event.Decisions)
}

const notKept = "its message was not kept as it came (it was too large, or held a secret), so that it can't be published again"

// Requeue publishes the message of a dead letter again where it came on; the dead letter stays as a record. Only requests and decisions
// are published again: other messages come again by themselves. A request that has ended stays ended: a [ConflictError].
func (c *Client) Requeue(ctx context.Context, seq uint64) (DeadLetter, error) {
	d, err := c.DeadLetter(ctx, seq)
	if err != nil {
		return d, err
	}
	ref, asked := d.request()
	if !asked {
		return d, &deprovision.Invalid{Field: "subject", Value: d.Subject, Allowed: "the subject of a request or a decision; nothing else is published again"}
	}
	last, err := c.Last(ctx, ref)
	switch {
	case len(d.Data) == 0:
		return d, &ConflictError{Kind: "dead letter", Name: fmt.Sprint(seq), Reason: notKept}
	case err == nil && last.Progress.Status.Terminal():
		return d, &ConflictError{Kind: "dead letter", Name: fmt.Sprint(seq), Reason: fmt.Sprintf(
			"request %s has ended as %s; send a new request with another id", ref.Tokens(), last.Progress.Status)}
	case err != nil && !errors.Is(err, ErrUnknownRequest):
		return d, err
	}
	msg := &nats.Msg{Subject: d.Subject, Data: d.Data, Header: nats.Header{}}
	for name, values := range d.Header {
		// What the sender told the server about that publish does not hold for this one; nor does the sender still wait.
		if !strings.HasPrefix(strings.ToLower(name), "nats-") && name != event.AnswerTo {
			msg.Header[name] = values
		}
	}
	if _, err := c.publish(ctx, msg, nil); err != nil {
		return d, fmt.Errorf("requeue dead letter %d: %w", seq, err)
	}
	return d, nil
}
