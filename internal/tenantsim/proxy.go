package tenantsim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// StartProxy listens on a loopback address for a forward proxy, which leads
// Microsoft's host names (port 443) to the simulator and nothing else anywhere.
// A client that knows only those names gets here with HTTPS_PROXY and the CA's
// certificate. The proxy answers until Close is called or ctx ends. It fails
// unless the simulator has been started with TLS.
func (s *Sim) StartProxy(ctx context.Context, addr string) (url string, err error) {
	s.mu.Lock() // Close takes it before it waits for proxies
	defer s.mu.Unlock()
	srv := s.server
	if srv == nil || s.ca == nil || s.isClosed() {
		return "", errors.New("tenantsim: a proxy needs a simulator that was started with TLS")
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil || !isLoopback(host) {
		return "", fmt.Errorf("tenantsim: the proxy must be host:port on loopback, is %q", addr)
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return "", fmt.Errorf("tenantsim: %w", err)
	}
	p := &proxy{to: srv.addr, conns: map[net.Conn]bool{}}
	server := &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second}
	s.proxies.Go(func() {
		_ = server.Serve(ln) // ends with Close, which is no failure
	})
	s.proxies.Go(func() {
		select {
		case <-ctx.Done():
		case <-s.closed:
		}
		_ = server.Close()
		p.close()
		p.tunnels.Wait()
	})
	return "http://" + ln.Addr().String(), nil
}

// proxy answers CONNECT, see RFC 9110, section 9.3.6.
type proxy struct {
	to      string // the simulator's address
	tunnels sync.WaitGroup

	mu     sync.Mutex
	closed bool
	conns  map[net.Conn]bool
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		http.Error(w, "this proxy knows CONNECT only", http.StatusMethodNotAllowed)
		return
	}
	host, port, err := net.SplitHostPort(r.Host)
	if err != nil || port != "443" || hostAPI(fold(host)) == "" {
		http.Error(w, "this proxy leads Microsoft's names to a simulated tenant, and "+r.Host+" is none of them", http.StatusForbidden)
		return
	}
	inner, err := new(net.Dialer).DialContext(r.Context(), "tcp", p.to)
	if err != nil {
		http.Error(w, "the simulated tenant does not answer", http.StatusBadGateway)
		return
	}
	outer, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = inner.Close()
		http.Error(w, "the connection cannot be handed over", http.StatusInternalServerError)
		return
	}
	if !p.track(outer, inner) {
		return
	}
	defer p.tunnels.Done()
	defer p.release(outer, inner)
	if _, err := outer.Write([]byte("HTTP/1.1 200 Connection Established\r\n\r\n")); err != nil {
		return
	}
	back := make(chan struct{})
	go func() {
		defer close(back)
		defer p.release(outer, inner) // when one way ends so does the other
		_, _ = io.Copy(outer, inner)  // either side may end it
	}()
	_, _ = io.Copy(inner, buffered) // the client may have sent more than its header
	p.release(outer, inner)
	<-back
}

// track keeps the two connections of a tunnel for close; false means that it
// came first.
func (p *proxy) track(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		if p.closed {
			_ = c.Close()
		} else {
			p.conns[c] = true
		}
	}
	if !p.closed {
		p.tunnels.Add(1)
	}
	return !p.closed
}

func (p *proxy) release(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		_ = c.Close()
		delete(p.conns, c)
	}
}

// close ends all tunnels, and those that are about to start.
func (p *proxy) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for c := range p.conns {
		_ = c.Close()
	}
}
