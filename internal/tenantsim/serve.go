package tenantsim

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// server is the simulator's own listener, if it has one.
type server struct {
	http *http.Server
	base string
	addr string // host:port
	done chan struct{}
}

// Start listens on addr ("127.0.0.1:0" for any free port) and serves until
// Close is called or ctx ends. It fails if the address cannot be had or the
// simulator has been started or closed already.
func (s *Sim) Start(ctx context.Context, addr string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server != nil || s.isClosed() {
		return errors.New("tenantsim: started or closed already")
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("tenantsim: %w", err)
	}
	srv := &server{
		http: &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second},
		base: "http://" + ln.Addr().String(), addr: ln.Addr().String(),
		done: make(chan struct{}),
	}
	if s.ca != nil {
		srv.base = "https://" + ln.Addr().String()
		ln = tls.NewListener(ln, &tls.Config{Certificates: []tls.Certificate{s.ca.leaf}, MinVersion: tls.VersionTLS12})
	}
	s.server = srv
	go func() {
		defer close(srv.done)
		_ = srv.http.Serve(ln) // ends with Close, which is no failure
	}()
	go s.closeWith(ctx)
	return nil
}

func (s *Sim) closeWith(ctx context.Context) {
	select {
	case <-ctx.Done():
		s.Close()
	case <-s.closed:
	}
}

// Close releases hanging calls without letting them through, stops the
// listener and waits for it. It can be called twice.
func (s *Sim) Close() {
	s.once.Do(func() { close(s.closed) })
	s.mu.Lock()
	srv := s.server
	s.mu.Unlock()
	if srv != nil {
		_ = srv.http.Close() // open connections are meant to break
		<-srv.done
	}
	s.proxies.Wait()
}

func (s *Sim) isClosed() bool {
	select {
	case <-s.closed:
		return true
	default:
		return false
	}
}

// BaseURL is where a started simulator answers, without a slash at the end:
// "http://127.0.0.1:41234". It is empty before Start.
func (s *Sim) BaseURL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server == nil {
		return ""
	}
	return s.server.base
}

// CAPEM is the certificate to trust, in PEM, if Options.TLS was set; else nil.
func (s *Sim) CAPEM() []byte {
	if s.ca == nil {
		return nil
	}
	return s.ca.pem
}
