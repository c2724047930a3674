package client

import (
	"context"
	"fmt"
	"iter"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// Evidence yields what is in the journal of a request about each artifact so far: what it was, when and by which call it went. The error
// wraps [ErrUnknownRequest] when the journal has no such request, and [ErrArchived] when its events are no longer there.
func (c *Client) Evidence(ctx context.Context, ref deprovision.Ref) iter.Seq2[deprovision.Evidence, error] {
	return func(yield func(deprovision.Evidence, error) bool) {
		for e, err := range c.Entries(ctx, ref) {
			if err != nil {
				yield(deprovision.Evidence{}, fmt.Errorf("evidence of %w", err))
				return
			}
			for _, found := range e.Change.Evidence {
				if !yield(found, nil) {
					return
				}
			}
		}
	}
}

// Entries yields the events that a request has now, from the first to the last. An error is the last thing that is yielded: it wraps
// [ErrUnknownRequest] when the journal has no such request, and [ErrArchived] when its events are no longer there.
func (c *Client) Entries(ctx context.Context, ref deprovision.Ref) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		if _, err := c.Last(ctx, ref); err != nil {
			yield(Entry{}, err)
			return
		}
		first := true
		for e, err := range c.events(ctx, ref) {
			if err == nil && first && e.Progress.Seq > 1 {
				err = ErrArchived
			}
			if err != nil {
				yield(Entry{}, fmt.Errorf("%s: %w", ref.Tokens(), err))
				return
			}
			if first = false; !yield(e, nil) {
				return
			}
		}
	}
}

// events yields the events that a request has now.
func (c *Client) events(ctx context.Context, ref deprovision.Ref) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for s, err := range c.follow(ctx, feed{stream: eventStream, subject: event.Subject(event.Events, ref)}) {
			e, err := decoded(s, err)
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}
