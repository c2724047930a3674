package client

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// Receipt says what became of a submitted request.
type Receipt struct {
	Ref       deprovision.Ref       `json:"ref"`
	Digest    string                `json:"digest"`          // of the body
	Duplicate bool                  `json:"duplicate"`       // the same request was there already
	State     *deprovision.Progress `json:"state,omitempty"` // of a duplicate that a worker has taken; nil while it is queued
}

// Submit publishes a removal request and returns once it is stored for good. The same id with the same body is the same request, however
// often it is submitted; with another body it is refused with a [ConflictError]. An input that is not allowed gets a
// [deprovision.Invalid]. After [ErrUnreachable] it is not known whether the request is stored: submit it again as it is.
func (c *Client) Submit(ctx context.Context, r deprovision.Request) (Receipt, error) {
	msg, err := event.EncodeRequest(r, trace(ctx))
	if err != nil {
		return Receipt{}, err
	}
	receipt, known, err := c.known(ctx, r)
	if known || err != nil {
		return receipt, err
	}
	// Expecting an empty subject is what keeps two bodies with one id apart. The message id only saves a second look: it holds the digest,
	// since the server compares nothing but ids.
	var none uint64
	msg.Header.Set(jetstream.MsgIDHeader, r.Ref().Tokens()+"/"+r.Digest())
	ack, err := c.publish(ctx, msg, &none)
	late := wrongLast(err) // another request of this name was queued first
	if err != nil && !late {
		return Receipt{}, fmt.Errorf("submit %s: %w", r.Ref().Tokens(), err)
	}
	// Another may also have been taken between the look and the publish.
	again, known, err := c.known(ctx, r)
	switch {
	case err != nil:
		return Receipt{}, err
	case late && !known:
		return Receipt{}, fmt.Errorf("submit %s: another request of this name came and went meanwhile; submit it again", r.Ref().Tokens())
	case late:
		return again, nil
	}
	return Receipt{Ref: r.Ref(), Digest: r.Digest(), Duplicate: ack.Duplicate}, nil
}

// known looks for a request in the journal, then in the queue. One with another body is a [ConflictError].
func (c *Client) known(ctx context.Context, r deprovision.Request) (Receipt, bool, error) {
	ref := r.Ref()
	receipt := Receipt{Ref: ref, Digest: r.Digest(), Duplicate: true}
	if last, ok, err := c.last(ctx, ref); err != nil {
		return Receipt{}, false, err
	} else if ok {
		receipt.State = &last.Progress
		return receipt, true, same(ref, last.Progress.RequestDigest, receipt.Digest, "it is "+string(last.Progress.Status))
	}
	queued, ok, err := c.queued(ctx, ref)
	if err != nil || !ok {
		return Receipt{}, false, err
	}
	return receipt, true, same(ref, queued.Request.Digest(), receipt.Digest, "it is queued")
}

func same(ref deprovision.Ref, there, here, state string) error {
	if there == here {
		return nil
	}
	return &ConflictError{Kind: "request", Name: ref.Tokens(), Reason: "the id is taken by a request with another body (" + state + "); choose another id"}
}
