// Package web serves what operators and schedulers ask a worker over HTTP: /healthz (the process lives), /readyz (it is bound and
// reaches what it needs; each check by name) and /metrics. What else is served, such as the API of the package api below, is put beside
// them with [Server.Handle].
package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path"
	"strings"
	"time"
)

// Check is one named condition of readiness.
type Check struct {
	Name string
	// Test returns nil when the condition holds. Its message is served: it must hold no secret.
	Test func(context.Context) error
	// Degraded says that the worker may take work although the check fails; it is told, not refused.
	Degraded bool
}

// State is what /readyz tells of one check.
type State struct {
	OK       bool   `json:"ok"`
	Degraded bool   `json:"degraded,omitempty"` // not OK, and work goes on
	Error    string `json:"error,omitempty"`
}

// Ready is the body of /readyz.
type Ready struct {
	Ready  bool             `json:"ready"`
	Checks map[string]State `json:"checks"`
}

const checkTime = 2 * time.Second

// Server serves the three paths, and what is put beside them.
type Server struct {
	http *http.Server
	mux  *http.ServeMux
	full []subtree
}

// subtree is a handler of everything below a path.
type subtree struct {
	root string // e.g. "/api/"
	h    http.Handler
}

// New makes a server. Metrics is what answers /metrics.
func New(metrics http.Handler, checks ...Check) *Server {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, map[string]bool{"ok": true}) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		state := examine(r.Context(), checks)
		status := http.StatusOK
		if !state.Ready {
			status = http.StatusServiceUnavailable
		}
		reply(w, status, state)
	})
	mux.Handle("GET /metrics", metrics)
	s := &Server{mux: mux}
	s.http = &http.Server{
		// Browsers connect ahead of what they ask for, and do not try again on a connection that was closed before it was used.
		Handler: http.HandlerFunc(s.answer), ReadHeaderTimeout: 30 * time.Second, ReadTimeout: 40 * time.Second, WriteTimeout: 40 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
	return s
}

// answer hands a call below a root to its handler as it came. ServeMux answers by itself what is not clean, such as "/api//v1" and "/api": with a
// redirect that no caller of an API expects, and that some follow with another method.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	below := path.Clean("/"+r.URL.Path) + "/"
	for _, tree := range s.full {
		if strings.HasPrefix(below, tree.root) {
			tree.h.ServeHTTP(w, r)
			return
		}
	}
	s.mux.ServeHTTP(w, r)
}

// Handle puts a handler beside the three paths, as [http.ServeMux.Handle] does; before [Server.Serve]. The handler of a path that ends in a slash, but
// for "/" itself, gets all calls below it as they come, also those whose path is not clean. End, which may be nil, is called when
// the server begins to shut down: it ends the handler's calls that would not end by themselves.
func (s *Server) Handle(pattern string, h http.Handler, end func()) {
	s.mux.Handle(pattern, h)
	if strings.HasSuffix(pattern, "/") && strings.HasPrefix(pattern, "/") && pattern != "/" {
		s.full = append(s.full, subtree{pattern, h})
	}
	if end != nil {
		s.http.RegisterOnShutdown(end)
	}
}

// Handler returns the handler of all paths.
func (s *Server) Handler() http.Handler { return s.http.Handler }

// Serve answers on the listener until the context ends; then it lets running answers finish, for at most five seconds.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	done := make(chan error, 1)
	go func() { done <- s.http.Serve(listener) }()
	select {
	case err := <-done:
		return fmt.Errorf("serve HTTP: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err := s.http.Shutdown(grace)
	if err != nil {
		err = errors.Join(err, s.http.Close())
	}
	if served := <-done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

func examine(ctx context.Context, checks []Check) Ready {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	out := Ready{Ready: true, Checks: map[string]State{}}
	for _, c := range checks {
		state := State{OK: true}
		if err := c.Test(ctx); err != nil {
			state = State{Degraded: c.Degraded, Error: err.Error()}
			out.Ready = out.Ready && c.Degraded
		}
		out.Checks[c.Name] = state
	}
	return out
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // who asked has gone: nobody is left to tell
}
