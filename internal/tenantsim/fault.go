package tenantsim

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"
)

// FaultKind names one way in which a call goes wrong.
type FaultKind string

// The kinds of fault.
const (
	// FaultThrottle answers 429 with Retry-After and closes the app's gate
	// for that time: an earlier retry is refused again and waits longer.
	FaultThrottle FaultKind = "throttle"
	// FaultConcurrency answers Exchange's 429, plain text without Retry-After.
	FaultConcurrency FaultKind = "concurrency"
	// FaultHTML503 answers as a front end does: 503 with an HTML page.
	FaultHTML503 FaultKind = "html503"
	// FaultError500 answers 500 in the API's own error form.
	FaultError500 FaultKind = "error500"
	// FaultForbidden answers 403 in the API's own error form.
	FaultForbidden FaultKind = "forbidden"
	// FaultNulGzip403 answers 403 with NUL bytes that are labelled gzip.
	FaultNulGzip403 FaultKind = "nul-gzip-403"
	// FaultResetBeforeCommit cuts the connection and does nothing.
	FaultResetBeforeCommit FaultKind = "reset-before-commit"
	// FaultResetAfterCommit does what was asked, then cuts the connection.
	FaultResetAfterCommit FaultKind = "reset-after-commit"
	// FaultLatency delays the call by Latency, then lets it through.
	FaultLatency FaultKind = "latency"
	// FaultHang holds the call until Release, then lets it through even if
	// the client went away: the call that arrives late.
	FaultHang FaultKind = "hang"
)

// Seconds is a time that JSON writes as seconds: 2.5 or "2.5".
type Seconds time.Duration

// UnmarshalJSON accepts a number or a string of seconds.
func (s *Seconds) UnmarshalJSON(b []byte) error {
	var text json.Number
	if err := json.Unmarshal(b, &text); err != nil {
		return fmt.Errorf("%s is not a number of seconds", b)
	}
	f, err := strconv.ParseFloat(text.String(), 64)
	if err != nil {
		return fmt.Errorf("%s is not a number of seconds", b)
	}
	*s = Seconds(f * float64(time.Second))
	return nil
}

// MarshalJSON writes a number of seconds.
func (s Seconds) MarshalJSON() ([]byte, error) {
	return []byte(strconv.FormatFloat(time.Duration(s).Seconds(), 'f', -1, 64)), nil
}

// Fault makes matching calls go wrong.
type Fault struct {
	Match Match     `json:"match"`
	Do    FaultKind `json:"do"`
	// Times is how many calls are hit; 0 means one, negative means all.
	Times int `json:"times,omitempty"`
	// RetryAfter is for throttle and html503; zero sends no such header.
	RetryAfter Seconds `json:"retryAfter,omitempty"`
	// Latency is for latency.
	Latency Seconds `json:"latency,omitempty"`
	// Lenient makes throttle hit single calls only: no gate closes.
	Lenient bool `json:"lenient,omitempty"`
}

// FaultHandle is an injected fault.
type FaultHandle struct {
	ID    string
	fault Fault

	mu       sync.Mutex
	seen     int
	hits     int
	ended    bool
	hit      chan struct{} // replaced at each hit
	released chan struct{}
	once     sync.Once
}

// Release lets all calls that hang on the fault go on. It can be called twice.
func (h *FaultHandle) Release() { h.once.Do(func() { close(h.released) }) }

// End lets the fault hit no further call.
func (h *FaultHandle) End() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = true
}

// Hits returns how many calls the fault has hit.
func (h *FaultHandle) Hits() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.hits
}

// Wait waits until the fault has hit n calls. It fails only with ctx's error.
func (h *FaultHandle) Wait(ctx context.Context, n int) error {
	for {
		h.mu.Lock()
		hits, next := h.hits, h.hit
		h.mu.Unlock()
		if hits >= n {
			return nil
		}
		select {
		case <-next:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// take counts a matching call and reports whether it is hit.
func (h *FaultHandle) take() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen++
	if h.ended || h.seen < h.fault.Match.Nth || (h.fault.Times >= 0 && h.hits >= max(1, h.fault.Times)) {
		return false
	}
	h.hits++
	close(h.hit)
	h.hit = make(chan struct{})
	return true
}
