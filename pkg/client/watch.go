package client

import (
	"context"
	"iter"
	"slices"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// Watch yields the events of a request with seq fromSeq, fromSeq+1, … in order, each once, through every interruption of server and
// connection, and ends after the terminal event. A request that is not there yet is waited for. Of an archived request only the
// terminal event is left, with its own seq.
//
// An error is the last thing that is yielded: the context's own when it ended, [ErrNotProvisioned], a [GapError], or an [UnreadableError].
func (c *Client) Watch(ctx context.Context, ref deprovision.Ref, fromSeq uint64) iter.Seq2[deprovision.Event, error] {
	return func(yield func(deprovision.Event, error) bool) {
		for e, err := range c.WatchEntries(ctx, ref, Part{FromSeq: fromSeq}) {
			if !yield(e.Event, err) {
				return
			}
		}
	}
}

// Part selects what [Client.WatchEntries] yields of a request.
type Part struct {
	FromSeq     uint64      // the first event; 0 and 1 mean from the beginning
	Interrupted func(error) // as [Scope].Interrupted
}

// WatchEntries is [Client.Watch] with the place of each event in the journal, and when it was stored.
func (c *Client) WatchEntries(ctx context.Context, ref deprovision.Ref, part Part) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		if err := ref.Validate(); err != nil {
			yield(Entry{}, err)
			return
		}
		var last uint64
		f := feed{stream: eventStream, subject: event.Subject(event.Events, ref), live: true, interrupted: part.Interrupted}
		for s, err := range c.follow(ctx, f) {
			e, err := decoded(s, err)
			seq := e.Progress.Seq
			if err == nil && last > 0 && seq != last+1 {
				err = &GapError{Request: ref.Tokens(), Want: last + 1, Got: seq}
			}
			if err != nil {
				yield(Entry{}, err)
				return
			}
			last = seq
			if seq >= part.FromSeq && !yield(e, nil) || e.Progress.Status.Terminal() {
				return
			}
		}
	}
}

// Scope selects what [Client.WatchAll] yields; an empty field selects all.
type Scope struct {
	Tenant  string
	Service deprovision.Service
	After   uint64 // yield what came after this [Entry.Revision]; 0 means from the first event that is kept
	NewOnly bool   // yield only what comes from now on; After is not looked at

	// Tenants are several in place of Tenant. A list that is there and empty selects nothing.
	Tenants []string
	// LastOnly leaves out, of what is there already, what is not the last event of its request. With After it does nothing: all that came behind it
	// is yielded.
	LastOnly bool

	// Interrupted is called when the watch can't go on for a while, with the reason, and with nil when it goes on again, before anything that is
	// yielded then. Whoever ranges over the watch calls it. nil means that nobody is told.
	Interrupted func(error)
}

// WatchAll yields the events of all requests in the order of the journal, each once, through every interruption, until the context
// ends; with [Scope].LastOnly of what is there already the newest state of each request. Keep [Entry.Revision] of the last event that was
// dealt with, and go on behind it after a restart.
//
// An error is the last thing that is yielded. Behind what an [UnreadableError] names, another WatchAll goes on.
func (c *Client) WatchAll(ctx context.Context, s Scope) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		f, err := s.feed()
		if err == nil && s.NewOnly {
			s.After, err = c.End(ctx)
		}
		if err == nil && s.Tenants != nil && len(s.Tenants) == 0 { // there is nothing to wait for but the end of the context
			<-ctx.Done()
			err = ctx.Err()
		}
		if err != nil {
			yield(Entry{}, err)
			return
		}
		f.from = s.After + 1
		for s, err := range c.follow(ctx, f) {
			e, err := decoded(s, err)
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// feed is where the events of the scope are.
func (s Scope) feed() (feed, error) {
	f := feed{stream: eventStream, live: true, last: s.LastOnly, interrupted: s.Interrupted}
	ref := deprovision.Ref{Tenant: "*", Service: "*", Request: "*"}
	if s.Service != "" {
		if err := s.Service.Validate(); err != nil {
			return f, err
		}
		ref.Service = s.Service
	}
	named := s.Tenants
	if s.Tenant != "" {
		if s.Tenants != nil {
			return f, &deprovision.Invalid{Field: "tenants", Allowed: "tenant or tenants, not both"}
		}
		named = []string{s.Tenant}
	}
	for _, tenant := range slices.Compact(slices.Sorted(slices.Values(named))) { // a server takes no subject twice
		if !deprovision.ValidToken(tenant) {
			return f, &deprovision.Invalid{Field: "tenant", Value: tenant, Allowed: deprovision.TokenRule}
		}
		ref.Tenant = tenant
		f.several = append(f.several, event.Subject(event.Events, ref))
	}
	switch len(f.several) {
	case 0:
		f.subject = event.Subject(event.Events, ref)
	case 1:
		f.subject, f.several = f.several[0], nil
	}
	return f, nil
}

// End returns the [Entry.Revision] of the last event of all requests, 0 when there is none: a [Scope] with it in After begins with what comes next.
func (c *Client) End(ctx context.Context) (uint64, error) {
	ctx, cancel := c.bound(ctx)
	defer cancel()
	stream, err := c.js.Stream(ctx, eventStream)
	if err != nil {
		return 0, c.judge(ctx, err)
	}
	return stream.CachedInfo().State.LastSeq, nil
}

func decoded(s stored, err error) (Entry, error) {
	if err != nil {
		return Entry{}, err
	}
	return entry(s)
}
