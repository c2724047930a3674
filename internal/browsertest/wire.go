package browsertest

import (
	"context"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// Wire lies between pages and a server, and can be cut: then every connection ends and no new one gets through, also the streams that
// Page.Offline leaves alone. What the page's requests then run into is a problem like any other: Expect("net::ERR_").
type Wire struct {
	listener net.Listener
	server   string
	url      string
	work     sync.WaitGroup

	mu    sync.Mutex
	isCut bool
	ends  map[net.Conn]bool
}

// NewWire returns a wire to the server at this address. It ends with the test.
func NewWire(tb testing.TB, server string) *Wire {
	tb.Helper()
	u, err := url.Parse(server)
	if err != nil {
		tb.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	w := &Wire{listener: listener, server: u.Host, ends: map[net.Conn]bool{}}
	u.Host = listener.Addr().String()
	w.url = u.String()
	outlives := context.WithoutCancel(tb.Context()) // a page that is just being left may still ask
	w.work.Go(func() { w.serve(outlives) })
	tb.Cleanup(func() {
		_ = listener.Close()
		w.Cut()
		w.work.Wait()
	})
	return w
}

// URL is the server's address over this wire.
func (w *Wire) URL() string { return w.url }

// Cut cuts the wire.
func (w *Wire) Cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.isCut = true
	for conn := range w.ends {
		_ = conn.Close()
	}
}

// Mend lets new connections through again.
func (w *Wire) Mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.isCut = false
}

func (w *Wire) serve(ctx context.Context) {
	for {
		near, err := w.listener.Accept()
		if err != nil {
			return // closed
		}
		w.work.Go(func() { w.join(ctx, near) })
	}
}

// join carries what is said on one connection, until one side ends it or the wire is cut.
func (w *Wire) join(ctx context.Context, near net.Conn) {
	defer func() { _ = near.Close() }()
	if !w.hold(near) {
		return
	}
	defer w.drop(near)
	far, err := (&net.Dialer{}).DialContext(ctx, "tcp", w.server)
	if err != nil {
		return
	}
	defer func() { _ = far.Close() }()
	if !w.hold(far) {
		return
	}
	defer w.drop(far)
	w.work.Go(func() {
		_, _ = io.Copy(far, near)
		_ = far.Close()
	})
	_, _ = io.Copy(near, far)
}

// hold registers a connection to be closed by Cut, unless the wire is cut already.
func (w *Wire) hold(conn net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.isCut {
		w.ends[conn] = true
	}
	return !w.isCut
}

func (w *Wire) drop(conn net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.ends, conn)
}
