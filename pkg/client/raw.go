package client

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// RawEvent is an event as it lies in the journal, byte for byte, with what chains it to the one before it.
type RawEvent struct {
	event.Link
	Revision uint64    // stream sequence
	At       time.Time // when it was stored
}

// RawEvents yields the events that a request has now, oldest first, without looking into them: also one that can't be read, or that somebody
// changed. Of an archived request they are those that are left. The error wraps [ErrUnknownRequest] when the journal has none.
func (c *Client) RawEvents(ctx context.Context, ref deprovision.Ref) iter.Seq2[RawEvent, error] {
	return func(yield func(RawEvent, error) bool) {
		none := fmt.Errorf("%s: %w", ref.Tokens(), ErrUnknownRequest)
		if err := ref.Validate(); err != nil {
			yield(RawEvent{}, err)
			return
		}
		for s, err := range c.follow(ctx, feed{stream: eventStream, subject: event.Subject(event.Events, ref)}) {
			if err != nil {
				yield(RawEvent{}, err)
				return
			}
			none = nil
			link, err := event.ReadLink(s.msg)
			if err != nil { // whoever checks the chain finds out
				link.Data = s.msg.Data
			}
			if !yield(RawEvent{Link: link, Revision: s.seq, At: s.at}, nil) {
				return
			}
		}
		if none != nil {
			yield(RawEvent{}, none)
		}
	}
}
