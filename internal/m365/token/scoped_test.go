package token_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365/token"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// endpoint issues tokens "1", "2", … that last for an hour.
type endpoint struct {
	*httptest.Server
	mu     sync.Mutex
	issued int
	broken int // status to answer with
	life   int // seconds
}

func issue(t *testing.T) *endpoint {
	t.Helper()
	e := &endpoint{life: 3600}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.broken != 0 {
			w.WriteHeader(e.broken)
			return
		}
		e.issued++
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"access_token":"%d","expires_in":%d,"token_type":"Bearer"}`, e.issued, e.life)
	}))
	t.Cleanup(e.Close)
	return e
}

func (e *endpoint) fail(status int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.broken = status
}

func scoped(t *testing.T, e *endpoint) (*token.Scoped, *clock) {
	t.Helper()
	c := &clock{now: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
	return source(t, withSecret(t, tenantsim.WorkerSecret), e.URL, nil, c.Now).For(graphScope), c
}

func wantToken(t *testing.T, s *token.Scoped, want string) {
	t.Helper()
	if got, err := s.Token(t.Context()); err != nil || got != want {
		t.Fatalf("got %q, %v, want %q", got, err, want)
	}
}

func TestManyCallersShareOneSignIn(t *testing.T) {
	t.Parallel()
	e := issue(t)
	s, _ := scoped(t, e)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if got, err := s.Token(t.Context()); err != nil || got != "1" {
				t.Error(got, err)
			}
		})
	}
	all.Wait()
}

func TestTokenIsRenewedBeforeItEnds(t *testing.T) {
	t.Parallel()
	s, c := scoped(t, issue(t))
	wantToken(t, s, "1")
	c.advance(54 * time.Minute)
	wantToken(t, s, "1")
	c.advance(2 * time.Minute)
	wantToken(t, s, "2")
}

func TestShortLivedTokenIsUsedForHalfOfItsLife(t *testing.T) {
	t.Parallel()
	e := issue(t)
	e.life = 240
	s, c := scoped(t, e)
	wantToken(t, s, "1")
	c.advance(119 * time.Second)
	wantToken(t, s, "1")
	c.advance(2 * time.Second)
	wantToken(t, s, "2")
}

func TestTokenThatStillRunsServesWhileTheLoginIsDown(t *testing.T) {
	t.Parallel()
	e := issue(t)
	s, c := scoped(t, e)
	wantToken(t, s, "1")
	c.advance(56 * time.Minute)
	e.fail(http.StatusServiceUnavailable)
	wantToken(t, s, "1")
	c.advance(4 * time.Minute)
	_, err := s.Token(t.Context())
	wantClass(t, err, deprovision.Transient)
	e.fail(0)
	wantToken(t, s, "2")
}

func TestRefusedRenewalIsNotHiddenByAnOldToken(t *testing.T) {
	t.Parallel()
	e := issue(t)
	s, c := scoped(t, e)
	wantToken(t, s, "1")
	c.advance(56 * time.Minute)
	e.fail(http.StatusUnauthorized)
	_, err := s.Token(t.Context())
	wantClass(t, err, deprovision.Forbidden)
}

func TestForgottenTokenIsReplacedUnlessItIsNew(t *testing.T) {
	t.Parallel()
	s, c := scoped(t, issue(t))
	wantToken(t, s, "1")
	s.Forget("1")
	wantToken(t, s, "1")
	c.advance(2 * time.Minute)
	s.Forget("another")
	wantToken(t, s, "1")
	s.Forget("1")
	wantToken(t, s, "2")
}

func TestForgettingReachesTheLibrarysOwnCache(t *testing.T) {
	t.Parallel()
	sim := simulate(t, tenantsim.Options{TLS: true}, nil)
	c := &clock{now: time.Now()}
	s := source(t, withSecret(t, tenantsim.WorkerSecret), sim.BaseURL(), sim.CAPEM(), c.Now).For(graphScope)
	first, err := s.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.advance(2 * time.Minute)
	s.Forget(first)
	if second, err := s.Token(t.Context()); err != nil || second == first {
		t.Errorf("the same token again, %v", err)
	}
}

func TestAnswerThatIsNoTokenIsRefused(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "{}", "half a tok", `{"access_token":7}`} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }))
		_, err := source(t, withSecret(t, tenantsim.WorkerSecret), srv.URL, nil, nil).For(graphScope).Token(t.Context())
		wantClass(t, err, deprovision.Malformed)
		srv.Close()
	}
}

func TestWaitingForATokenEndsWithTheContext(t *testing.T) {
	t.Parallel()
	sim := simulate(t, tenantsim.Options{}, nil)
	h := sim.Faults.Must(tenantsim.Fault{Do: tenantsim.FaultHang, Match: tenantsim.Match{API: tenantsim.APILogin}})
	s := source(t, withSecret(t, tenantsim.WorkerSecret), sim.BaseURL(), nil, nil).For(graphScope)
	first := make(chan error, 1)
	go func() {
		_, err := s.Token(t.Context())
		first <- err
	}()
	if err := h.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Token(ctx)
	wantClass(t, err, deprovision.Transient)
	h.Release()
	if err := <-first; err != nil {
		t.Error(err)
	}
}
