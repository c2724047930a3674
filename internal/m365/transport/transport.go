package transport

import (
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Options says what calls of a client have in common.
type Options struct {
	API      string            // for failures and metrics: "graph", "exchange", "product", "login"
	Service  string            // base address; calls go to its scheme and host alone. Empty: anywhere, but then without Tokens
	Tenant   string            // what Gate and nobody else knows the tenant by
	Tokens   Tokens            // nil: calls carry no token
	Gate     Gate              // nil: always open
	Observer Observer          // nil: nobody counts
	Timeout  time.Duration     // of one call, its answer included; 0 means two minutes
	MaxBody  int64             // largest answer in bytes; 0 means 32 MiB
	Base     http.RoundTripper // sends; nil means [NewBase] without extra authorities
}

// New makes a client. It fails with a [deprovision.Invalid] when the service's address is neither https nor http on loopback.
func New(o Options) (*http.Client, error) {
	c := &chain{Options: o}
	switch {
	case o.Service != "":
		u, err := ParseService("service", o.Service)
		if err != nil {
			return nil, err
		}
		c.service = u
	case o.Tokens != nil:
		return nil, &deprovision.Invalid{Field: "service", Allowed: "the address that the tokens are for"}
	}
	if c.Timeout == 0 {
		c.Timeout = 2 * time.Minute
	}
	if c.MaxBody == 0 {
		c.MaxBody = 32 << 20
	}
	if c.Base == nil {
		c.Base = NewBase(nil)
	}
	return &http.Client{Transport: c, CheckRedirect: stay}, nil
}

// chain is the round trip of a client.
type chain struct {
	Options
	service *url.URL
	good    atomic.Pointer[string] // the last token that the service took
}

// send is the rest of the way.
type send func(*http.Request) (*http.Response, error)

// middleware is one thing that happens to every call.
type middleware func(*http.Request, send) (*http.Response, error)

// middlewares is the way of a call, from the outside in. Each may change the request, which is a copy of the caller's.
func (c *chain) middlewares() []middleware {
	return []middleware{
		c.describe,  // what the call is; whatever goes wrong further in leaves as a Failure
		c.confine,   // to its own service, never in clear text over a network
		c.pass,      // the tenant's gate: not while the service asked to wait
		c.authorize, // the access token
		c.identify,  // ids by which both sides can find the call again
		c.observe,   // metrics
		c.classify,  // an answer that is no success becomes a Failure
		c.fence,     // the last question before it is sent: does the worker's lease still run?
		c.receive,   // the answer, whole, unzipped, within limits
	}
}

// RoundTrip sends one call, or says with a [*deprovision.Failure] why not or what came of it.
func (c *chain) RoundTrip(req *http.Request) (*http.Response, error) {
	next := send(c.Base.RoundTrip)
	for _, step := range slices.Backward(c.middlewares()) {
		inner := next
		next = func(r *http.Request) (*http.Response, error) { return step(r, inner) }
	}
	return next(req)
}

// CloseIdleConnections closes what is open and unused.
func (c *chain) CloseIdleConnections() {
	if closer, ok := c.Base.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

// stay keeps a client from following redirects. They are failures already; this holds for whoever swaps the round trip.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
