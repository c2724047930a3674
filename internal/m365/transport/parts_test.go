package transport_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// answers is a service whose calls all succeed, with these headers.
func answers(t testing.TB, header map[string]string) *service {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range header {
			w.Header().Set(name, value)
		}
		_, _ = w.Write([]byte("{}"))
	})
}

func TestWhatAPartIsRefusedForCountsAsIfItHadBeenACall(t *testing.T) {
	t.Parallel()
	refusal := func(status int, wait time.Duration) error {
		f := transport.Judge("graph", status, http.Header{}, nil, false)
		if wait > 0 {
			f.RetryAfter = wait
		}
		return f
	}
	for name, c := range map[string]struct {
		parts   []error
		closed  time.Duration
		forgets bool
	}{
		"all is well":          {parts: []error{nil, nil}},
		"throttled":            {parts: []error{nil, refusal(429, 3*time.Second), refusal(429, 7*time.Second), nil}, closed: 7 * time.Second},
		"no token":             {parts: []error{nil, refusal(401, 0)}, forgets: true},
		"one place forbidden":  {parts: []error{nil, refusal(403, 0)}},
		"all places forbidden": {parts: []error{refusal(403, 0), refusal(403, 0)}, forgets: true},
		"something else":       {parts: []error{errors.New("of no class")}},
	} {
		s, g, k, n := answers(t, nil), &gate{}, &tokens{}, &counts{}
		client := s.client(t, transport.Options{Gate: g, Tokens: k, Tenant: "contoso", Observer: n})
		call := &transport.Call{Name: "POST /$batch", Parts: func(http.Header, []byte) []error { return c.parts }}
		if f := s.do(t.Context(), t, client, call); f != nil {
			t.Error(name, f)
		}
		if g.closed["contoso"] != c.closed || len(k.forgotten) > 0 != c.forgets {
			t.Errorf("%s: closed for %s, forgot %d tokens", name, g.closed["contoso"], len(k.forgotten))
		}
		if want := []time.Duration{c.closed}; c.closed > 0 && !slices.Equal(n.waits, want) {
			t.Errorf("%s: observed %v", name, n.waits)
		}
	}
}

func TestTokenThatWasRevokedBeforeItsTimeIsNoRefusalOfAPart(t *testing.T) {
	t.Parallel()
	s := answers(t, nil)
	client := s.client(t, transport.Options{Tokens: &tokens{}})
	for _, want := range []deprovision.Class{deprovision.Forbidden, deprovision.Transient} {
		part := transport.Judge("graph", http.StatusUnauthorized, http.Header{}, nil, false)
		if f := s.do(t.Context(), t, client, &transport.Call{Name: "GET", Parts: func(http.Header, []byte) []error { return []error{part} }}); f != nil {
			t.Fatal(f)
		}
		wantClass(t, part, want)
		_ = s.read(t, client) // the service takes the token
	}
}

func TestUsedUpBudgetIsAPauseWithoutARefusal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		header map[string]string
		want   time.Duration
	}{
		"used up":        {map[string]string{"RateLimit-Limit": "1200", "RateLimit-Remaining": "0", "RateLimit-Reset": "31"}, 31 * time.Second},
		"something left": {map[string]string{"RateLimit-Remaining": "3", "RateLimit-Reset": "31"}, 0},
		"no end":         {map[string]string{"RateLimit-Remaining": "0"}, 0},
		"no number":      {map[string]string{"RateLimit-Remaining": "0", "RateLimit-Reset": "soon"}, 0},
	} {
		s, g := answers(t, c.header), &gate{}
		if f := s.read(t, s.client(t, transport.Options{Gate: g, Tenant: "contoso"})); f != nil || g.closed["contoso"] != c.want {
			t.Errorf("%s: %v, closed for %s", name, f, g.closed["contoso"])
		}
	}
}

func TestLongerOfTwoWaitsIsObeyed(t *testing.T) {
	t.Parallel()
	for retry, want := range map[string]time.Duration{"": 31 * time.Second, "7": 31 * time.Second, "40": 40 * time.Second} {
		header := http.Header{"Ratelimit-Remaining": {"0"}, "Ratelimit-Reset": {"31"}}
		header.Set("Retry-After", retry)
		if f := transport.Judge("sharepoint", http.StatusTooManyRequests, header, nil, true); f.RetryAfter != want || f.Class != deprovision.Throttled {
			t.Errorf("%q: %+v", retry, f)
		}
	}
}
