package api

import (
	"context"
	"iter"
	"net/http"
	"strconv"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// watchRequest streams the events of a request behind a seq. It ends with the request; whoever comes again behind the end is told by a 204
// that nothing follows, which ends an EventSource for good.
func (c *call) watchRequest() error {
	ref, err := c.ref()
	if err != nil {
		return err
	}
	s, err := c.look(ref)
	if err != nil {
		return err
	}
	var last uint64
	if s.Progress != nil {
		last = s.Progress.Seq
	}
	after, err := c.behind(last)
	if err != nil {
		return err
	}
	if s.Progress != nil && s.Progress.Status.Terminal() && after >= last {
		guarded(c.w.Header())
		c.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return c.stream(feed{after: after, ends: true, messages: func(ctx context.Context) iter.Seq2[message, error] {
		return each(reported(ctx, func(ctx context.Context, interrupted func(error)) iter.Seq2[client.Entry, error] {
			return gapless(c.client().WatchEntries(ctx, ref, client.Part{FromSeq: after + 1, Interrupted: interrupted}), after)
		}), func(e client.Entry) uint64 { return e.Progress.Seq })
	}})
}

// gapless breaks off where the events behind after are not there any more: whoever follows would believe to have seen all.
func gapless(entries iter.Seq2[client.Entry, error], after uint64) iter.Seq2[client.Entry, error] {
	return func(yield func(client.Entry, error) bool) {
		for e, err := range entries {
			if err == nil && e.Progress.Seq > after+1 {
				yield(client.Entry{}, client.ErrArchived)
				return
			}
			if after = e.Progress.Seq; !yield(e, err) {
				return
			}
		}
	}
}

// watchTenant streams the events of all requests of a tenant behind a revision. It does not end by itself.
func (c *call) watchTenant() error {
	after, _, err := c.begin()
	if err != nil {
		return err
	}
	return c.stream(feed{after: after, messages: func(ctx context.Context) iter.Seq2[message, error] {
		return each(reported(ctx, func(ctx context.Context, interrupted func(error)) iter.Seq2[client.Entry, error] {
			return c.client().WatchAll(ctx, client.Scope{Tenant: c.r.PathValue("tenant"), After: after, Interrupted: interrupted})
		}), func(e client.Entry) uint64 { return e.Revision })
	}})
}

// begin is the revision behind which a stream of many requests begins; fromNow says that this is the end of the journal.
func (c *call) begin() (after uint64, fromNow bool, err error) {
	if fromNow, err = c.flag("new"); err != nil {
		return 0, false, err
	}
	last, err := c.client().End(c.context())
	if err != nil {
		return 0, false, err
	}
	if fromNow = fromNow && !c.resumes(); fromNow {
		return last, true, nil
	}
	after, err = c.behind(last)
	return after, false, err
}

// resumes reports whether the caller says behind what it goes on.
func (c *call) resumes() bool { return c.r.Header.Get("Last-Event-ID") != "" || c.query.Has("after") }

// behind is the number behind which a stream goes on: the header, which a browser sends when it comes again, wins over the parameter. One
// that is still to come is refused: whoever has seen it saw another journal, and would wait for ever.
func (c *call) behind(last uint64) (uint64, error) {
	field, text := "Last-Event-ID", c.r.Header.Get("Last-Event-ID")
	if text == "" {
		field, text = "after", c.query.Get("after")
	}
	if text == "" && !c.query.Has("after") {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n > last {
		return 0, &deprovision.Invalid{Field: field, Value: clip(text), Allowed: "the id of an event, 0 to " + strconv.FormatUint(last, 10)}
	}
	return n, nil
}
