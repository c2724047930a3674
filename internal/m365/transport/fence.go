package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// fence sends nothing once the worker's lease has ended. It asks twice: at once, and when a connection is there, for between the two
// lie name look-up and handshakes, in which a stopped process can sleep through its lease. It also knows how far a call came, so that
// it can tell what a lost answer means.
func (c *chain) fence(req *http.Request, next send) (*http.Response, error) {
	call := callOf(req)
	if err := m365.Fence(req.Context()); err != nil {
		return nil, refusal(call, err)
	}
	ctx, cancel := context.WithTimeout(req.Context(), c.Timeout)
	defer cancel() // the answer is in memory by then
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	resp, err := next(req.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { call.dialled = true },
		GotConn: func(info httptrace.GotConnInfo) {
			if err := m365.Fence(req.Context()); err != nil {
				stop(refusal(call, err))
				hangUp(info.Conn)
				return
			}
			call.connected = true
		},
	})))
	var refused *deprovision.Failure
	if errors.As(context.Cause(ctx), &refused) && !call.connected {
		return nil, refused
	}
	if err != nil {
		return nil, lost(call, resp, err)
	}
	return resp, nil
}

func refusal(call *Call, why error) *deprovision.Failure {
	call.refused = true
	return &deprovision.Failure{Class: deprovision.Transient, Err: fmt.Errorf("not sent: %w", why)}
}

// hangUp keeps a call from being written to a connection that is its own. On HTTP/2, which is shared, the ended context does.
func hangUp(conn net.Conn) {
	if t, ok := conn.(*tls.Conn); ok && t.ConnectionState().NegotiatedProtocol == "h2" {
		return
	}
	_ = conn.Close()
}

// lost is a call without a whole answer. A sender that reports no connections may have sent it.
func lost(call *Call, resp *http.Response, err error) *deprovision.Failure {
	f := &deprovision.Failure{Class: deprovision.Transient, Err: err}
	if resp != nil {
		f.Status, f.RequestID = resp.StatusCode, RequestID(resp.Header)
	}
	sent := call.connected || !call.dialled
	switch {
	case sent && call.Changes:
		f.Class = deprovision.Unknown
	case errors.Is(err, errTooLarge):
		f.Class = deprovision.Malformed
	}
	return f
}
