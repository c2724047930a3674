package transport_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func silent() *log.Logger { return log.New(io.Discard, "", 0) }

func TestClosedGateKeepsACallFromBeingSent(t *testing.T) {
	t.Parallel()
	s := serve(t, ok)
	f := s.change(t, s.client(t, transport.Options{Gate: &gate{wait: 1500 * time.Millisecond}}))
	wantClass(t, f, deprovision.Throttled)
	if f.RetryAfter != 2*time.Second {
		t.Errorf("retry after %s", f.RetryAfter)
	}
	wantClass(t, s.change(t, s.client(t, transport.Options{Gate: &gate{err: errors.New("nobody knows")}})), deprovision.Transient)
	if len(s.calls()) != 0 {
		t.Error("it was sent")
	}
}

// paced lets a call through when it has asked often enough.
type paced struct {
	gate
	left atomic.Int64
}

func (p *paced) Wait(context.Context, string) (time.Duration, error) {
	if p.left.Add(-1) >= 0 {
		return time.Millisecond, nil
	}
	return 0, nil
}

func TestCallWaitsForItsTurnInsteadOfFailing(t *testing.T) {
	t.Parallel()
	s, g := serve(t, ok), &paced{}
	g.left.Store(3)
	if f := s.change(t, s.client(t, transport.Options{Gate: g})); f != nil {
		t.Error(f)
	}
	g.left.Store(1 << 40) // others are always faster
	wantClass(t, s.change(t, s.client(t, transport.Options{Gate: g})), deprovision.Throttled)
	if n := len(s.calls()); n != 1 {
		t.Errorf("%d calls were sent", n)
	}
}

func TestThrottlingClosesTheTenantsGateRoundedUp(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]time.Duration{429: 3 * time.Second, 503: 3 * time.Second, 403: 0} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "2.128")
			w.WriteHeader(status)
		})
		g, n := new(gate), new(counts)
		_ = s.change(t, s.client(t, transport.Options{Gate: g, Observer: n, Tenant: "contoso"}))
		if g.closed["contoso"] != want {
			t.Errorf("%d: %v", status, g.closed)
		}
		if want > 0 && !slices.Equal(n.waits, []time.Duration{want}) || !slices.Equal(n.statuses, []int{status}) {
			t.Errorf("%d: observed %v, %v", status, n.statuses, n.waits)
		}
	}
}

func TestChangeCarriesTheIDThatWasChosenForItAndAReadANewOne(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("x-ms-request-id", "theirs") })
	client := s.client(t, transport.Options{Tokens: new(tokens)})
	ctx := m365.WithCallID(t.Context(), "chosen")
	change, read := &transport.Call{Name: "DELETE /groups/{id}", Changes: true}, &transport.Call{Name: "GET"}
	_ = s.do(ctx, t, client, change)
	_ = s.do(ctx, t, client, read)
	if got, want := change.Receipt(), (m365.Receipt{Call: "DELETE /groups/{id}", ClientID: "chosen", RequestID: "theirs"}); got != want {
		t.Errorf("%+v", got)
	}
	if !regexp.MustCompile(`^[0-9a-f-]{36}$`).MatchString(read.ClientID) {
		t.Errorf("a read was sent as %q", read.ClientID)
	}
	for i, call := range []*transport.Call{change, read} {
		h := s.calls()[i].Header
		if h.Get("client-request-id") != call.ClientID || h.Get("return-client-request-id") != "true" || h.Get("Authorization") != "Bearer "+bearer {
			t.Errorf("%v", h)
		}
	}
}

func TestRefusedTokenIsForgotten(t *testing.T) {
	t.Parallel()
	for status, want := range map[int][]string{401: {bearer}, 403: {bearer}, 404: nil, 200: nil} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		k := new(tokens)
		_ = s.read(t, s.client(t, transport.Options{Tokens: k}))
		if !slices.Equal(k.forgotten, want) {
			t.Errorf("%d: %v", status, k.forgotten)
		}
	}
}

func TestTokenThatWorkedAndIsRefusedIsNoMissingRight(t *testing.T) {
	t.Parallel()
	var status atomic.Int64
	status.Store(http.StatusOK)
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(int(status.Load())) })
	client := s.client(t, transport.Options{Tokens: new(tokens)})
	if f := s.read(t, client); f != nil {
		t.Fatal(f)
	}
	status.Store(http.StatusForbidden)
	wantClass(t, s.change(t, client), deprovision.Forbidden)
	status.Store(http.StatusUnauthorized)
	wantClass(t, s.change(t, client), deprovision.Transient) // revoked before its time: the next call has a new one
	wantClass(t, s.change(t, s.client(t, transport.Options{Tokens: new(tokens)})), deprovision.Forbidden)
}

func TestFailedSignInIsTheFailureOfTheCall(t *testing.T) {
	t.Parallel()
	s := serve(t, ok)
	why := &deprovision.Failure{Class: deprovision.Forbidden, API: "login", Call: "sign in", Err: errors.New("no")}
	if f := s.read(t, s.client(t, transport.Options{Tokens: &tokens{err: why}})); f != why {
		t.Error(f)
	}
	if len(s.calls()) != 0 {
		t.Error("it was sent without a token")
	}
}

func TestTokenNeverLeavesItsService(t *testing.T) {
	t.Parallel()
	other := serve(t, ok)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+"/elsewhere", http.StatusTemporaryRedirect)
	})
	client := s.client(t, transport.Options{Tokens: new(tokens)})
	f := s.read(t, client)
	wantClass(t, f, deprovision.Malformed)
	if host := strings.TrimPrefix(other.URL, "http://"); !strings.Contains(f.Error(), "redirected to "+host) {
		t.Error(f)
	}
	wantClass(t, other.read(t, client), deprovision.Malformed)
	if len(other.calls()) != 0 {
		t.Error("the other service was called")
	}
}

func TestClearTextIsForLoopbackOnly(t *testing.T) {
	t.Parallel()
	for address, good := range map[string]bool{
		"https://graph.microsoft.com": true, "http://127.0.0.1:80": true, "http://[::1]:8080": true, "http://localhost": true,
		"http://graph.microsoft.com": false, "http://127.0.0.1.example": false, "ftp://127.0.0.1": false, "graph.microsoft.com": false,
		"https://user:pass@graph.microsoft.com": false, "": false,
	} {
		_, err := transport.ParseService("endpoint", address)
		var bad *deprovision.Invalid
		if (err == nil) != good || !good && !errors.As(err, &bad) {
			t.Errorf("%q: %v", address, err)
		}
		if err != nil && strings.Contains(err.Error(), "pass") {
			t.Errorf("repeats a password: %v", err)
		}
	}
	if _, err := transport.New(transport.Options{Tokens: new(tokens)}); err == nil {
		t.Error("a client with tokens for anybody")
	}
}

func TestNoErrorRepeatsATokenOrASecret(t *testing.T) {
	t.Parallel()
	const secret = "s3cr3t+with/odd=chars"
	const jwt = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJncmFwaCJ9.c2lnbmF0dXJl"
	echo := func(prefix string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			w.Header().Set("request-id", r.Header.Get("Authorization"))
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, prefix+r.Header.Get("Authorization")+" "+string(body)+" "+secret+" "+jwt+strings.Repeat("x", 300))
		}
	}
	for _, prefix := range []string{"", `{"error":{"code":"c","message":"`, strings.Repeat("padding ", 46), strings.Repeat("p", 64<<10-20)} {
		s := serve(t, echo(prefix))
		client := s.client(t, transport.Options{Tokens: new(tokens)})
		form := url.Values{"client_secret": {secret}, "client_assertion": {jwt}}.Encode()
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/token", strings.NewReader(form))
		req.RequestURI = ""
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		_, err := client.Do(req) //nolint:bodyclose // it fails
		for _, hidden := range []string{bearer, secret, url.QueryEscape(secret), "eyJ0eXAi", bearer[:10]} {
			if err == nil || strings.Contains(err.Error(), hidden) {
				t.Errorf("%.20q…: %v", prefix, err)
			}
		}
	}
}

func TestExplanationIsKeptWithoutTheTokenInIt(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":{"code":"Odd","message":"the value `+bearer+` is odd"}}`)
	})
	f := s.read(t, s.client(t, transport.Options{Tokens: new(tokens)}))
	if got := f.Err.Error(); got != "Odd: the value [withheld] is odd" {
		t.Error(got)
	}
}

func TestCallsThatNobodyNamedAreNamedByTheirAddress(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, s.URL+"/v1.0/groups/1?x=y", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.client(t, transport.Options{}).Do(req) //nolint:bodyclose // it fails
	var f *deprovision.Failure
	if !errors.As(err, &f) || f.Call != "DELETE /v1.0/groups/1" || f.Class != deprovision.Unknown {
		t.Error(err)
	}
}
