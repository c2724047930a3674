package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Call tells the transport what a request means, and keeps what came back. Each request has one of its own.
type Call struct {
	Name    string // how failures and receipts name it, e.g. "DELETE /groups/{id}" or "Remove-TransportRule"
	Changes bool   // it may change something there: without an answer, its effect is unknown

	// Parts, where set, judges what a success holds inside, such as the items of a batch: one error or nil for each. Where it is a Failure, its
	// wait closes the gate, and a token that it refuses is forgotten, as if the part had been a call of its own.
	Parts func(header http.Header, body []byte) []error

	ClientID  string // set by the transport: the client-request-id that was sent
	RequestID string // set by the transport: the service's own id of the call
	Body      []byte // set by the transport: the body of a success

	dialled, connected, refused bool // how far it came; see fence.go
	inside                      parts
}

type callKey struct{}

// Context returns a context for the call's request.
func (c *Call) Context(ctx context.Context) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// Receipt identifies the answered call.
func (c *Call) Receipt() m365.Receipt {
	return m365.Receipt{Call: c.Name, ClientID: c.ClientID, RequestID: c.RequestID}
}

// callOf returns the call that [Call.Context] set. Only in describe may it be missing.
func callOf(req *http.Request) *Call {
	call, _ := req.Context().Value(callKey{}).(*Call)
	return call
}

// reads are the methods that change nothing, see RFC 9110.
var reads = map[string]bool{"": true, http.MethodGet: true, http.MethodHead: true, http.MethodOptions: true, http.MethodTrace: true}

// describe works on a copy of the request, names calls that nobody named, and makes every error a Failure.
func (c *chain) describe(req *http.Request, next send) (*http.Response, error) {
	ctx := req.Context()
	if callOf(req) == nil {
		changes := !reads[req.Method] && c.API != "login" // to sign in changes nothing
		ctx = (&Call{Name: req.Method + " " + req.URL.Path, Changes: changes}).Context(ctx)
	}
	resp, err := next(req.Clone(ctx))
	if err == nil {
		return resp, nil
	}
	if req.Body != nil {
		_ = req.Body.Close() // it may never have come to be read
	}
	var f *deprovision.Failure
	if !errors.As(err, &f) { // nothing was sent, or the fence would have said what it means
		f = &deprovision.Failure{Class: deprovision.Transient, Err: err}
	}
	if f.API == "" {
		f.API, f.Call = c.API, callOf(req.WithContext(ctx)).Name
	}
	return nil, f
}

// Failed returns the [*deprovision.Failure] in err. An error that is none comes from a library that could not make sense of a success:
// it is put down as a malformed call of this API. Nil stays nil.
func Failed(err error, api string, call *Call) error {
	if err == nil {
		return nil
	}
	if f, ok := errors.AsType[*deprovision.Failure](err); ok {
		return f
	}
	return Malformed(api, call, "the answer cannot be read: %w", err)
}

// Malformed makes the Failure of a call that is wrong in itself, or whose answer is not what the API promises.
func Malformed(api string, call *Call, format string, args ...any) error {
	return &deprovision.Failure{
		Class: deprovision.Malformed, API: api, Call: call.Name, RequestID: call.RequestID, Err: fmt.Errorf(format, args...),
	}
}
