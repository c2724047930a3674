package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/web"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestReadinessNamesWhatFails(t *testing.T) {
	t.Parallel()
	fine := func(context.Context) error { return nil }
	broken := func(context.Context) error { return errors.New("no route") }
	for name, tc := range map[string]struct {
		checks []web.Check
		status int
	}{
		"all hold":             {[]web.Check{{Name: "bound", Test: fine}}, http.StatusOK},
		"one fails":            {[]web.Check{{Name: "bound", Test: fine}, {Name: "nats", Test: broken}}, http.StatusServiceUnavailable},
		"one is degraded only": {[]web.Check{{Name: "gate", Test: broken, Degraded: true}}, http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := web.New(http.NotFoundHandler(), tc.checks...).Handler()
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/readyz", nil))
			var body web.Ready
			if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != tc.status || len(body.Checks) != len(tc.checks) {
				t.Errorf("got %d %s %v", w.Code, w.Body, err)
			}
			alive := httptest.NewRecorder()
			h.ServeHTTP(alive, httptest.NewRequestWithContext(t.Context(), "GET", "/healthz", nil))
			if alive.Code != http.StatusOK {
				t.Errorf("/healthz answers %d", alive.Code)
			}
		})
	}
}

func TestShutdownLetsARunningAnswerFinish(t *testing.T) {
	t.Parallel()
	asked, finish := make(chan struct{}), make(chan struct{})
	s := web.New(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-finish
		w.WriteHeader(http.StatusTeapot)
	}))
	var lc net.ListenConfig
	listener, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served, status := make(chan error, 1), make(chan int, 1)
	go func() { served <- s.Serve(ctx, listener) }()
	go func() {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String()+"/metrics", nil)
		answer, err := client.Do(r)
		if err != nil {
			status <- 0
			return
		}
		_ = answer.Body.Close()
		status <- answer.StatusCode
	}()
	<-asked
	cancel()
	close(finish)
	if err := <-served; err != nil {
		t.Error(err)
	}
	if got := <-status; got != http.StatusTeapot {
		t.Errorf("got %d", got)
	}
}
