package tenantsim

import (
	"net/http"
	"time"
)

// fail carries out a fault before the call is handled. It returns the answer
// and true if the call ends here.
func (r *request) fail(h *FaultHandle) (reply, bool) {
	r.call.Fault = string(h.fault.Do)
	wait := time.Duration(h.fault.RetryAfter)
	switch h.fault.Do {
	case FaultThrottle:
		if !h.fault.Lenient && r.tenant != nil && wait > 0 {
			r.gate().close(r.now, wait)
		}
		return r.throttled(wait, Budget{}), true
	case FaultConcurrency:
		return tooConcurrent(), true
	case FaultHTML503:
		p := textReply(http.StatusServiceUnavailable, "text/html", html503)
		if wait > 0 {
			p = p.set("Retry-After", retryAfter(wait, false))
		}
		return p, true
	case FaultError500:
		return r.apiError(http.StatusInternalServerError, "InternalServerError", "An internal server error occurred. The operation failed."), true
	case FaultForbidden:
		return r.forbidden(), true
	case FaultNulGzip403:
		return nulForbidden(), true
	case FaultResetBeforeCommit:
		return reply{cut: true}, true
	case FaultLatency:
		r.sim.pause(time.Duration(h.fault.Latency))
	case FaultHang:
		select {
		case <-h.released:
		case <-r.sim.closed:
			return reply{cut: true}, true
		}
	}
	return reply{}, false
}

const html503 = `<!DOCTYPE html><html><head><title>Service Unavailable</title></head>` +
	`<body><h2>Our services aren't available right now</h2><p>We're working to restore all services as soon as possible.</p></body></html>`

// forbidden is the API's own "not allowed".
func (r *request) forbidden() reply {
	if r.call.API == APIExchange {
		return exchangeError(http.StatusForbidden, "Forbidden", "Microsoft.Exchange.Configuration.Authorization.CmdletAccessDeniedException", "Access is denied.")
	}
	if r.call.API == APISharePoint {
		return r.spError(http.StatusForbidden, spDenied, "Access denied. You do not have permission to perform this action or access this resource.")
	}
	return r.graphForbidden()
}

// nulForbidden is what Exchange answers to a cmdlet that the caller may not
// run: NUL bytes, labelled gzip. A client that unpacks bodies by itself loses
// the 403 over it.
func nulForbidden() reply {
	p := reply{status: http.StatusForbidden, body: make([]byte, 128)}
	return p.set("Content-Encoding", "gzip").set("Content-Type", "application/json; charset=utf-8")
}

// tooConcurrent is Exchange's throttle without JSON and without Retry-After.
func tooConcurrent() reply {
	return textReply(http.StatusTooManyRequests, "text/plain", "You have reached the maximum number of concurrent requests per tenant. Please wait and try again.")
}

// apiError is an error in the form of the API that was called.
func (r *request) apiError(status int, code, message string) reply {
	switch r.call.API {
	case APIExchange:
		return exchangeError(status, code, "System.InvalidOperationException", message)
	case APILogin:
		return r.loginError(status, "invalid_request", 90014, message)
	case APIProduct:
		return productError(status, code, message)
	case APISharePoint:
		return r.spError(status, "-1, Microsoft.SharePoint.Client."+code, message)
	default:
		return r.graphError(status, code, message)
	}
}
