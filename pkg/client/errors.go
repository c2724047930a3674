package client

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// What can go wrong besides a [deprovision.Invalid], which names the field of an input that is not allowed.
var (
	// ErrUnreachable says that no server answered in time. Whether a write landed is not known then; every write may be repeated.
	ErrUnreachable = errors.New("no NATS server answers")
	// ErrNotProvisioned says that a stream is missing, or that this user may not use it.
	ErrNotProvisioned = errors.New("the streams are not there (run `worker provision`), or this user may not use them")
	// ErrNoWorker says that no worker answers questions; the journal can be read all the same.
	ErrNoWorker = errors.New("no worker answers")
	// ErrNoPicture says that a worker answered and could not read the picture: its Redis is away. The journal can be read all the same.
	ErrNoPicture = errors.New("the worker that answered can't read the picture: is its Redis there?")
	// ErrNoAnswer says that a decision is kept, but that no worker has answered it yet: it is looked at when one is there.
	ErrNoAnswer = errors.New("the decision is kept, but no worker has answered it yet")
	// ErrUnknownRequest says that neither the journal nor the picture has the request.
	ErrUnknownRequest = errors.New("no such request")
	// ErrUnknownAccount says that there is no such record of a service account.
	ErrUnknownAccount = errors.New("no such service account")
	// ErrUnreadableAccount says that something else lies where the record of a service account should be; an update overwrites it.
	ErrUnreadableAccount = errors.New("it can't be read; an update of it (publisher accounts add --update) writes it anew")
	// ErrUnknownDeadLetter says that there is no dead letter with this number.
	ErrUnknownDeadLetter = errors.New("no such dead letter")
	// ErrArchived says that of the journal only the end is left: the events were moved to the archive, and the evidence with them.
	ErrArchived = errors.New("its events were archived; only its end is here")
	// ErrNoPlan says that no plan was made for the request, or that it is not stored whole.
	ErrNoPlan = errors.New("there is no plan")
)

// ConflictError says that something is there already, and differs.
type ConflictError struct {
	Kind   string // "request", "decision", "account" or "dead letter"
	Name   string // its full name
	Reason string // what differs, and what to do
}

// Error names what is there, and what to do.
func (e *ConflictError) Error() string { return fmt.Sprintf("%s %s: %s", e.Kind, e.Name, e.Reason) }

// GapError says that an event of a journal is missing: the stream was damaged or edited.
type GapError struct {
	Request   string // its full name
	Want, Got uint64 // seq of the event that is missing, and of the one found after it
}

// Error names the request and the missing event.
func (e *GapError) Error() string {
	return fmt.Sprintf("the journal of %s has no event %d; the next one is %d", e.Request, e.Want, e.Got)
}

// UnreadableError says that something lies in the journal that is no event of this version: it was written by hand, or by something newer.
// Whoever follows many requests may name it and go on behind its Revision; of a request that has one, no state can be told.
type UnreadableError struct {
	Subject  string
	Revision uint64 // as in [Entry]
	Err      error
}

// Error names the message and what is wrong with it.
func (e *UnreadableError) Error() string {
	subject := e.Subject
	if deprovision.LooksSecret(subject) { // who writes by hand may write anything
		subject = "a subject that looks like a secret"
	}
	return fmt.Sprintf("event %d of the journal, on %s: %v", e.Revision, subject, e.Err)
}

// Unwrap returns what is wrong with it.
func (e *UnreadableError) Unwrap() error { return e.Err }

const (
	codeNotFound     jetstream.ErrorCode = 10037 // no message found
	codeNoStream     jetstream.ErrorCode = 10059 // stream not found
	codeNoJetStream  jetstream.ErrorCode = 10076 // JetStream not enabled
	codeNoAccount    jetstream.ErrorCode = 10039 // JetStream not enabled for the account
	codeWrongLastSeq jetstream.ErrorCode = 10071 // wrong last sequence
)

// judge gives an error of NATS its meaning.
func judge(ctx context.Context, err error) error {
	var api *jetstream.APIError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jetstream.ErrNoStreamResponse), errors.Is(err, nats.ErrNoResponders), errors.Is(err, jetstream.ErrJetStreamNotEnabled):
		return fmt.Errorf("%w (%w)", ErrNotProvisioned, err)
	case errors.As(err, &api):
		switch api.ErrorCode {
		case codeNoStream, codeNoJetStream, codeNoAccount:
			return fmt.Errorf("%w (%w)", ErrNotProvisioned, err)
		}
		return err
	case errors.Is(ctx.Err(), context.Canceled): // the caller's wish, not the server's fault
		return ctx.Err()
	}
	for _, away := range []error{nats.ErrNoServers, nats.ErrConnectionClosed, nats.ErrDisconnected, nats.ErrConnectionReconnecting,
		nats.ErrReconnectBufExceeded, nats.ErrTimeout, nats.ErrConnectionDraining, context.DeadlineExceeded, context.Canceled} {
		if errors.Is(err, away) {
			return fmt.Errorf("%w: %w", ErrUnreachable, err)
		}
	}
	return err
}

// judge adds to the meaning of an error what the server said about permissions: it refuses without an answer.
func (c *Client) judge(ctx context.Context, err error) error {
	err = judge(ctx, err)
	if said := c.nc.LastError(); errors.Is(err, ErrUnreachable) && c.nc.IsConnected() && errors.Is(said, nats.ErrPermissionViolation) {
		return fmt.Errorf("%w (%w)", ErrNotProvisioned, said)
	}
	return err
}

func wrongLast(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && api.ErrorCode == codeWrongLastSeq
}
