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
		if _, err := c.Last(ctx, ref); err != nil {
			yield(deprovision.Evidence{}, err)
			return
		}
		first := true
		for e, err := range c.events(ctx, ref) {
			if err == nil && first && e.Progress.Seq > 1 {
				err = ErrArchived
			}
			if err != nil {
				yield(deprovision.Evidence{}, fmt.Errorf("evidence of %s: %w", ref.Tokens(), err))
				return
			}
			first = false
			for _, found := range e.Change.Evidence {
				if !yield(found, nil) {
					return
				}
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
