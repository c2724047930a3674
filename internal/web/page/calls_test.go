package page_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"
)

// calls are the calls of the API that would change something, and the live streams that are open.
type calls struct {
	t    testing.TB
	next http.Handler

	mu      sync.Mutex
	unsafe  []string // "POST /api/v1/requests 201", in the order in which they ended
	read    []string // paths with their queries, of what was answered or has begun
	running int      // of those that would change something
	streams int
	holding map[string]*held // answers that are kept back, by path
	changed chan struct{}    // closed and replaced when the number of streams changes
}

// ServeHTTP implements [http.Handler].
func (c *calls) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		c.mu.Lock()
		c.read = append(c.read, r.URL.RequestURI())
		h := c.holding[r.URL.Path]
		delete(c.holding, r.URL.Path)
		c.mu.Unlock()
		if h != nil {
			h.answers(c.next, w, r)
			return
		}
		c.next.ServeHTTP(w, r)
		return
	}
	c.mu.Lock()
	c.running++
	c.mu.Unlock()
	s := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	c.next.ServeHTTP(s, r)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running--
	c.unsafe = append(c.unsafe, fmt.Sprintf("%s %s %d", r.Method, r.URL.Path, s.status))
}

// held is an answer that is made, and kept back for a while.
type held struct {
	made    chan struct{} // closed when the answer is made
	release chan struct{} // closed when it may go
}

func (h *held) answers(next http.Handler, w http.ResponseWriter, r *http.Request) {
	answer := httptest.NewRecorder()
	next.ServeHTTP(answer, r)
	close(h.made)
	select {
	case <-h.release:
	case <-r.Context().Done():
	}
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // who asked may have gone
}

// hold keeps the next answer to a GET of this path back until release is called. It says when that answer is made.
func (c *calls) hold(path string) (made <-chan struct{}, release func()) {
	h := &held{made: make(chan struct{}), release: make(chan struct{})}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.holding == nil {
		c.holding = map[string]*held{}
	}
	c.holding[path] = h
	return h.made, sync.OnceFunc(func() { close(h.release) })
}

// made lists the calls that would change something, each with its status. It waits for those that have begun.
func (c *calls) made() []string {
	looks := time.NewTicker(5 * time.Millisecond)
	defer looks.Stop()
	for {
		c.mu.Lock()
		running, made := c.running, slices.Clone(c.unsafe)
		c.mu.Unlock()
		if running == 0 {
			return made
		}
		<-looks.C
	}
}

// reads lists what was asked for.
func (c *calls) reads() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.read)
}

// APIRefused implements [api.Observer].
func (c *calls) APIRefused(string) {}

// APIStreams implements [api.Observer].
func (c *calls) APIStreams(open int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.streams = open
	close(c.changed)
	c.changed = make(chan struct{})
}

// open waits until so many streams are open.
func (c *calls) open(want int) {
	c.t.Helper()
	late := time.After(30 * time.Second)
	for {
		c.mu.Lock()
		have, changed := c.streams, c.changed
		c.mu.Unlock()
		if have == want {
			return
		}
		select {
		case <-changed:
		case <-late:
			c.t.Fatalf("%d streams are open, want %d", have, want)
		}
	}
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (s *statusWriter) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}

// Unwrap lets [http.ResponseController] through.
func (s *statusWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }
