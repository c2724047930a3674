package api

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event/query"
)

// What goes into one message of the stream of changes.
const (
	breath  = 100 * time.Millisecond // between two of them
	atATime = 500                    // requests in one; while it is full nothing more is read
)

// changes is what changed, in brief: of each request its newest state.
type changes struct {
	Revision uint64          `json:"revision"` // up to which the journal is covered
	At       time.Time       `json:"at"`       // when the newest of it was stored
	Requests []query.Summary `json:"requests"` // in the order in which they first changed

	place map[deprovision.Ref]int
}

// add puts the state of an event in place of an earlier one of the same request.
func (c *changes) add(e client.Entry) {
	if c.place == nil {
		c.place = map[deprovision.Ref]int{}
	}
	ref := e.Progress.Request.Ref()
	at, known := c.place[ref]
	if !known {
		at = len(c.Requests)
		c.place[ref] = at
		c.Requests = append(c.Requests, query.Summary{})
	}
	c.Requests[at] = query.Summarize(e.Progress)
	c.Revision, c.At = e.Revision, e.At
}

func (c changes) message() message { return message{id: c.Revision, data: c} }

// watchChanges streams what changed in all tenants that the caller may see. It does not end by itself.
func (c *call) watchChanges() error {
	after, fromNow, err := c.begin()
	if err == nil && fromNow {
		after, err = c.unlisted(after)
	}
	if err != nil {
		return err
	}
	scope := client.Scope{After: after, LastOnly: true}
	if !c.caller.everywhere() {
		scope.Tenants = c.tenants()
	}
	return c.stream(feed{after: after, messages: func(ctx context.Context) iter.Seq2[message, error] {
		return gathered(ctx, func(ctx context.Context) iter.Seq2[news, error] {
			return reported(ctx, func(ctx context.Context, interrupted func(error)) iter.Seq2[client.Entry, error] {
				scope.Interrupted = interrupted
				return c.readable(ctx, scope)
			})
		})
	}})
}

// unlisted is the revision behind which lists may not have everything yet: whoever asks for them after the stream has begun misses nothing that
// was appended before and is not in the picture.
func (c *call) unlisted(end uint64) (uint64, error) {
	if c.api.o.Drawn == nil {
		return end, nil
	}
	ctx, cancel := context.WithTimeout(c.context(), patience)
	defer cancel()
	drawn, err := c.api.o.Drawn(ctx)
	if err != nil {
		p := unavailable.says("how far the lists are can't be told").with("Retry-After", "1")
		p.cause = err
		return 0, p
	}
	return min(drawn, end), nil
}

// readable goes on behind an event that can't be read: one bad message must not keep everybody from all that follows it.
func (c *call) readable(ctx context.Context, scope client.Scope) iter.Seq2[client.Entry, error] {
	return func(yield func(client.Entry, error) bool) {
		for again := true; again; {
			again = false
			for e, err := range c.client().WatchAll(ctx, scope) {
				if bad, ok := errors.AsType[*client.UnreadableError](err); ok {
					c.api.o.Log.WarnContext(ctx, "the stream of changes passes over an event", "error", err)
					scope.After, again = bad.Revision, true
					break
				}
				if !yield(e, err) {
					return
				}
			}
		}
	}
}

// gathered makes few messages of many events. The first goes out at once; then what came meanwhile, when the breath is over.
func gathered(ctx context.Context, entries func(context.Context) iter.Seq2[news, error]) iter.Seq2[message, error] {
	return func(yield func(message, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		items := arriving(ctx, entries(ctx))
		defer func() {
			cancel()
			for range items { // until the goroutine has ended
			}
		}()
		var next changes
		var wait <-chan time.Time // nil while nothing was sent lately
		for {
			if wait == nil && len(next.Requests) > 0 {
				if !yield(next.message(), nil) {
					return
				}
				next, wait = changes{}, time.After(breath)
			}
			in := items
			if len(next.Requests) >= atATime {
				in = nil
			}
			select {
			case <-ctx.Done():
				return
			case <-wait:
				wait = nil
			case i, more := <-in:
				if !more || i.err != nil {
					last(next, i.err, yield)
					return
				}
				if i.value.way == nil {
					next.add(i.value.entry)
					continue
				}
				if len(next.Requests) > 0 && !yield(next.message(), nil) || !yield(i.value.way.message(), nil) {
					return
				}
				next = changes{}
			}
		}
	}
}

// last yields what is there, before what broke.
func last(next changes, err error, yield func(message, error) bool) {
	if (len(next.Requests) == 0 || yield(next.message(), nil)) && err != nil {
		yield(message{}, err)
	}
}
