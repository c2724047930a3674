package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// The exit codes. docs/publisher.md lists them for people; a test holds the two together.
const (
	Success     = 0  // done; for request --wait and watch: succeeded, also with a remainder, nothing found, or planned
	Broken      = 1  // something that should not happen
	BadInput    = 2  // an unknown command or flag, or a field that holds something not allowed
	WaitsFor    = 3  // the request waits for a decision
	FailedEnd   = 4  // the request was given up
	CancelEnd   = 5  // the request was cancelled
	NotAccepted = 6  // refused or rejected, by a worker, by what is there already, or by whoever was asked to confirm
	Unreachable = 7  // no server, no streams, or no worker that answers
	NotFound    = 8  // no such request, account, dead letter or plan
	TimedOut    = 9  // the time was up, or somebody interrupted; what was sent is kept
	Remaining   = 10 // with --strict: succeeded, and something is left
	ForcedEnd   = 11 // the request was closed by force
	StillOpen   = 12 // show --exit-code: neither waiting nor ended
)

// usageError is a mistake on the command line.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

// endError carries the exit code of a state that was shown already.
type endError struct{ code int }

func (e *endError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// refusedError says that a worker refused a decision.
type refusedError struct{ why string }

func (e *refusedError) Error() string { return "refused: " + e.why }

var errNotConfirmed = &refusedError{"not confirmed"}

// errNothingSent says that a command ended before it sent anything.
var errNothingSent = errors.New("nothing was sent")

// conclude tells the error and returns its exit code.
func conclude(w io.Writer, err error) int {
	code := codeOf(err)
	var end *endError
	if err == nil || errors.As(err, &end) {
		return code
	}
	_, _ = fmt.Fprintln(w, "publisher:", harmless(tell(err))) // where not even an error can be written, the code is left
	return code
}

func codeOf(err error) int {
	var (
		end      *endError
		usage    *usageError
		invalid  *deprovision.Invalid
		conflict *client.ConflictError
		refused  *refusedError
		garbage  *client.UnreadableError
	)
	switch {
	case err == nil:
		return Success
	case errors.As(err, &end):
		return end.code
	case errors.As(err, &garbage): // what is wrong with it was not typed here
		return Broken
	case errors.As(err, &usage), errors.As(err, &invalid):
		return BadInput
	case errors.As(err, &conflict), errors.As(err, &refused):
		return NotAccepted
	case errors.Is(err, client.ErrUnknownRequest), errors.Is(err, client.ErrUnknownAccount), errors.Is(err, client.ErrUnknownDeadLetter),
		errors.Is(err, client.ErrNoPlan), errors.Is(err, client.ErrArchived):
		return NotFound
	case errors.Is(err, client.ErrNoAnswer), errors.Is(err, context.Canceled):
		return TimedOut
	case errors.Is(err, client.ErrUnreachable), errors.Is(err, client.ErrNotProvisioned), errors.Is(err, client.ErrNoWorker),
		errors.Is(err, client.ErrNoPicture):
		return Unreachable
	case errors.Is(err, context.DeadlineExceeded):
		return TimedOut
	}
	return Broken
}

// codeOfState is the exit code that a request's state stands for.
func codeOfState(p deprovision.Progress, strict bool) int {
	switch p.Status {
	case deprovision.SucceededWithRemainder:
		if strict {
			return Remaining
		}
		return Success
	case deprovision.Succeeded, deprovision.NothingFound, deprovision.Planned:
		if strict && len(p.Remainder) > 0 {
			return Remaining
		}
		return Success
	case deprovision.Waiting:
		return WaitsFor
	case deprovision.Cancelled:
		return CancelEnd
	case deprovision.Forced:
		return ForcedEnd
	case deprovision.Refused, deprovision.Rejected:
		return NotAccepted
	case deprovision.Failed:
		return FailedEnd
	}
	return StillOpen
}

func ended(code int) error {
	if code == Success {
		return nil
	}
	return &endError{code}
}
