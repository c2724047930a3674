package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
	"github.com/deprovisioner/deprovisioner/pkg/event/query"
)

// Entry is an event together with its place in the journal's stream.
type Entry struct {
	deprovision.Event
	Revision uint64    `json:"revision"` // stream sequence; [Client.WatchAll] goes on behind it
	At       time.Time `json:"at"`       // when it was stored

	// Chain is what chains the event to all before it; of an end it is the seal of the request. "" where an older worker wrote it.
	Chain     string `json:"chain,omitempty"`
	Signature string `json:"signature,omitempty"` // of an end, where the worker has a key: see [event.VerifySeal]
}

// Queued is a request that no worker has taken yet.
type Queued struct {
	Request deprovision.Request `json:"request"`
	At      time.Time           `json:"at"` // when it was stored
}

// Get returns the state of a request from the workers' picture, or, where no worker answers or the picture lacks it, from the journal.
// The error wraps [ErrUnknownRequest] when neither has it: it may still be queued, see [Client.Queued].
func (c *Client) Get(ctx context.Context, ref deprovision.Ref) (deprovision.Progress, error) {
	if err := ref.Validate(); err != nil {
		return deprovision.Progress{}, err
	}
	var state deprovision.Progress
	ask := struct {
		Service deprovision.Service `json:"service"`
		Request string              `json:"request"`
	}{ref.Service, ref.Request}
	err := c.ask(ctx, query.Get, ref.Tenant, ask, &state)
	if err == nil && state.Request.Ref() != ref { // whoever answered, it was no answer to this
		state, err = deprovision.Progress{}, fmt.Errorf("ask for %s: %w", ref.Tokens(), ErrNoWorker)
	}
	if err == nil || !errors.Is(err, ErrNoWorker) && !errors.Is(err, ErrNoPicture) && !errors.Is(err, ErrUnknownRequest) {
		return state, err
	}
	last, err := c.Last(ctx, ref)
	return last.Progress, err
}

// Last returns the last event of a request's journal, read from its leader: the truth. The error wraps [ErrUnknownRequest] when the
// journal has none.
func (c *Client) Last(ctx context.Context, ref deprovision.Ref) (Entry, error) {
	if err := ref.Validate(); err != nil {
		return Entry{}, err
	}
	last, ok, err := c.last(ctx, ref)
	if err == nil && !ok {
		err = fmt.Errorf("%s: %w", ref.Tokens(), ErrUnknownRequest)
	}
	return last, err
}

// Queued returns a request that no worker has taken yet. The error wraps [ErrUnknownRequest] when there is none of this name.
func (c *Client) Queued(ctx context.Context, ref deprovision.Ref) (Queued, error) {
	if err := ref.Validate(); err != nil {
		return Queued{}, err
	}
	queued, ok, err := c.queued(ctx, ref)
	if err == nil && !ok {
		err = fmt.Errorf("%s is not queued: %w", ref.Tokens(), ErrUnknownRequest)
	}
	return queued, err
}

func (c *Client) last(ctx context.Context, ref deprovision.Ref) (Entry, bool, error) {
	found, ok, err := c.read(ctx, eventStream, which{Last: event.Subject(event.Events, ref)})
	if err != nil || !ok {
		return Entry{}, false, err
	}
	e, err := entry(found)
	return e, true, err
}

func (c *Client) queued(ctx context.Context, ref deprovision.Ref) (Queued, bool, error) {
	found, ok, err := c.read(ctx, requestStream, which{Last: event.Subject(event.Requests, ref)})
	if err != nil || !ok {
		return Queued{}, false, err
	}
	r, err := event.DecodeRequest(found.msg)
	if err != nil {
		return Queued{}, false, fmt.Errorf("the queued request %s: %w", ref.Tokens(), err)
	}
	return Queued{Request: r, At: found.at}, true, nil
}

func entry(s stored) (Entry, error) {
	e, err := event.DecodeProgress(s.msg)
	if err != nil {
		return Entry{}, &UnreadableError{Subject: s.msg.Subject, Revision: s.seq, Err: err}
	}
	link, err := event.ReadLink(s.msg)
	return Entry{Event: e, Revision: s.seq, At: s.at, Chain: link.Chain, Signature: link.Seal}, err
}
