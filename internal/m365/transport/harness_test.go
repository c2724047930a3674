package transport_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const bearer = "opaque-token-4711"

// tokens hands out always the same token, and remembers what it was told to forget.
type tokens struct {
	mu        sync.Mutex
	forgotten []string
	err       error
}

func (k *tokens) Token(context.Context) (string, error) { return bearer, k.err }

func (k *tokens) Forget(token string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.forgotten = append(k.forgotten, token)
}

// gate is a tenant's gate without a clock.
type gate struct {
	mu     sync.Mutex
	wait   time.Duration
	err    error
	closed map[string]time.Duration
}

func (g *gate) Wait(context.Context, string) (time.Duration, error) { return g.wait, g.err }

func (g *gate) Close(ctx context.Context, tenant string, d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if ctx.Err() == nil {
		g.closed = map[string]time.Duration{tenant: d}
	}
}

// counts is an observer.
type counts struct {
	mu       sync.Mutex
	statuses []int
	waits    []time.Duration
}

func (c *counts) Called(_ string, status int, _ time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.statuses = append(c.statuses, status)
}

func (c *counts) Throttled(_ string, d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waits = append(c.waits, d)
}

// service is a server that keeps what it was sent.
type service struct {
	*httptest.Server
	mu   sync.Mutex
	seen []*http.Request
}

func (s *service) calls() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

func serve(t testing.TB, handle http.HandlerFunc) *service {
	t.Helper()
	s := &service{}
	s.Server = httptest.NewServer(s.keep(handle))
	t.Cleanup(s.Close)
	return s
}

func (s *service) keep(handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.seen = append(s.seen, r.Clone(context.WithoutCancel(r.Context())))
		s.mu.Unlock()
		handle(w, r)
	}
}

// client makes a client of the service; its connections end with the test.
func (s *service) client(t testing.TB, o transport.Options) *http.Client {
	t.Helper()
	if o.API == "" {
		o.API = "graph"
	}
	if o.Service == "" {
		o.Service = s.URL
	}
	if o.Base == nil {
		base := transport.NewBase(nil)
		t.Cleanup(base.CloseIdleConnections)
		o.Base = base
	}
	c, err := transport.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// do makes one call with the client and returns its failure, if any.
func (s *service) do(ctx context.Context, t testing.TB, c *http.Client, call *transport.Call) *deprovision.Failure {
	t.Helper()
	method, body := http.MethodGet, ""
	if call.Changes {
		method, body = http.MethodPost, `{"any":"thing"}`
	}
	req, err := http.NewRequestWithContext(call.Context(ctx), method, s.URL+"/v1.0/things", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(req)
	if err == nil {
		if err := resp.Body.Close(); err != nil {
			t.Fatal(err)
		}
		return nil
	}
	var f *deprovision.Failure
	if !errors.As(transport.Failed(err, "graph", call), &f) {
		t.Fatalf("%v is no Failure", err)
	}
	return f
}

func (s *service) read(t testing.TB, c *http.Client) *deprovision.Failure {
	t.Helper()
	return s.do(t.Context(), t, c, &transport.Call{Name: "GET /things"})
}

func (s *service) change(t testing.TB, c *http.Client) *deprovision.Failure {
	t.Helper()
	return s.do(t.Context(), t, c, &transport.Call{Name: "POST /things", Changes: true})
}

func wantClass(t testing.TB, f *deprovision.Failure, class deprovision.Class) {
	t.Helper()
	if f == nil || f.Class != class {
		t.Fatalf("got %v, want class %s", f, class)
	}
}
