package api

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// problemOf turns an error of pkg/client into a problem. What is wrong inside is logged, not told.
func problemOf(err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	if errors.Is(err, client.ErrUnreadableAccount) {
		return conflict.says("what lies there can't be read; with its ETag in If-Match it is written anew")
	}
	if in, ok := errors.AsType[*deprovision.Invalid](err); ok {
		k := invalid
		if in.Field == "size" {
			k = tooLarge
		}
		return k.says(in.Error()).at(in.Field, in.Allowed)
	}
	if long, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return bodyTooLarge(long.Limit)
	}
	if there, ok := errors.AsType[*client.ConflictError](err); ok {
		return conflict.says(there.Error())
	}
	for _, known := range []struct {
		err  error
		kind kind
	}{
		{client.ErrUnknownRequest, unknownRequest}, {client.ErrUnknownAccount, unknownAccount}, {client.ErrUnknownDeadLetter, unknownLetter},
		{client.ErrNoPlan, noPlan}, {client.ErrArchived, archived},
	} {
		if errors.Is(err, known.err) {
			return known.kind.says(known.err.Error())
		}
	}
	return away(err)
}

// stored gives an error of reading what is stored its meaning: what is wrong with that is no fault of the caller's.
func stored(err error) error {
	if in, ok := errors.AsType[*deprovision.Invalid](err); ok && !errors.Is(err, client.ErrUnreadableAccount) {
		p := internal.says("what is stored can't be read; the worker's log says more")
		p.cause = in
		return p
	}
	return err
}

// queueFull are what a server says that stores no more messages.
var queueFull = []jetstream.ErrorCode{10077, 10122, 10023, 10047}

func away(err error) *Problem {
	for _, known := range []error{client.ErrUnreachable, client.ErrNotProvisioned, client.ErrNoWorker, client.ErrNoPicture} {
		if errors.Is(err, known) {
			return unavailable.says(known.Error()).with("Retry-After", "5")
		}
	}
	if api, ok := errors.AsType[*jetstream.APIError](err); ok && slices.Contains(queueFull, api.ErrorCode) {
		return unavailable.says("the queue is full").with("Retry-After", "30")
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return unavailable.says("the call took too long").with("Retry-After", "5")
	}
	return internal.says("the worker's log says what")
}
