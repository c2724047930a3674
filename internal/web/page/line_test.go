package page_test

import (
	"io"
	"net"
	"sync"
	"testing"
)

// line stands between the browser and the server, under one address all the while. It can be cut, as a network is, and mended.
type line struct {
	t       testing.TB
	to      string
	address string

	mu       sync.Mutex
	listener net.Listener
	pairs    map[net.Conn]net.Conn // from the browser, to the server
	copies   sync.WaitGroup
	accepts  sync.WaitGroup
}

func newLine(t testing.TB, to string) *line {
	t.Helper()
	l := &line{t: t, to: to, address: "127.0.0.1:0", pairs: map[net.Conn]net.Conn{}}
	l.mend()
	t.Cleanup(l.cut)
	return l
}

func (l *line) origin() string { return "http://" + l.address }

// mend lets calls through (again).
func (l *line) mend() {
	l.t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(l.t.Context(), "tcp", l.address)
	if err != nil {
		l.t.Fatal(err)
	}
	l.mu.Lock()
	l.listener, l.address = listener, listener.Addr().String()
	l.mu.Unlock()
	l.accepts.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // it was cut
			}
			l.connect(listener, conn)
		}
	})
}

// cut breaks every connection off and refuses new ones.
func (l *line) cut() {
	l.mu.Lock()
	if l.listener != nil {
		_ = l.listener.Close()
		l.listener = nil
	}
	l.mu.Unlock()
	l.drop()
	l.accepts.Wait()
	l.drop() // what was just being made
	l.copies.Wait()
}

// drop breaks every connection off; new ones go through at once.
func (l *line) drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for from, to := range l.pairs {
		_, _ = from.Close(), to.Close()
		delete(l.pairs, from)
	}
}

func (l *line) connect(listener net.Listener, from net.Conn) {
	to, err := net.Dial("tcp", l.to) //nolint:noctx // it ends with the line
	if err != nil {
		_ = from.Close()
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.listener != listener {
		_, _ = from.Close(), to.Close()
		return
	}
	l.pairs[from] = to
	one := func(dst, src net.Conn) {
		_, _ = io.Copy(dst, src) // however it ends, the other direction ends with it
		_, _ = dst.Close(), src.Close()
		l.mu.Lock()
		delete(l.pairs, from)
		l.mu.Unlock()
	}
	l.copies.Go(func() { one(to, from) })
	l.copies.Go(func() { one(from, to) })
}
