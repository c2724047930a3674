package client

import (
	"context"
	"iter"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// WatchMany yields of each request the last event that is there, and then every one that comes, in the order of the journal, each once, through
// every interruption of server and connection. It ends when all of them have ended. A request that is not there yet is waited for. After an
// interruption at the very start, events before the last may come as well.
//
// An error is the last thing that is yielded: the context's own when it ended, [ErrNotProvisioned], or an [UnreadableError].
func (c *Client) WatchMany(ctx context.Context, refs ...deprovision.Ref) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		open := map[deprovision.Ref]bool{}
		var subjects []string
		for _, ref := range refs {
			if err := ref.Validate(); err != nil {
				yield(Entry{}, err)
				return
			}
			if !open[ref] {
				open[ref] = true
				subjects = append(subjects, event.Subject(event.Events, ref))
			}
		}
		if len(open) == 0 {
			return
		}
		for s, err := range c.follow(ctx, feed{stream: eventStream, several: subjects, last: true, live: true}) {
			e, err := decoded(s, err)
			if !yield(e, err) || err != nil {
				return
			}
			if e.Progress.Status.Terminal() {
				delete(open, e.Progress.Request.Ref())
			}
			if len(open) == 0 {
				return
			}
		}
	}
}
