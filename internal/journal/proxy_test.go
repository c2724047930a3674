package journal_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/journal"
)

// proxy stands between a client and its server and loses the acknowledgement of a publish when told to.
type proxy struct {
	net.Listener
	target string
	open   sync.WaitGroup

	mu   sync.Mutex
	lose string        // the next acknowledgement by this stream is lost
	lost chan struct{} // closed then
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func newProxy(t *testing.T, target string) *proxy {
	t.Helper()
	l := listen(t)
	p := &proxy{Listener: l, target: target}
	p.open.Go(p.accept)
	t.Cleanup(func() { _ = l.Close(); p.open.Wait() })
	return p
}

func (p *proxy) url() string { return "nats://" + p.Addr().String() }

func (p *proxy) accept() {
	for {
		client, err := p.Accept()
		if err != nil {
			return
		}
		server, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", p.target)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.open.Go(func() { _, _ = io.Copy(server, client); _ = server.Close() })
		p.open.Go(func() { p.answers(client, bufio.NewReader(server)); _ = client.Close() })
	}
}

// answers copies what the server says, message by message.
func (p *proxy) answers(client io.Writer, server *bufio.Reader) {
	for {
		frame, err := server.ReadBytes('\n')
		if err != nil {
			return
		}
		fields := strings.Fields(string(frame))
		if len(fields) > 0 && (fields[0] == "MSG" || fields[0] == "HMSG") {
			size, err := strconv.Atoi(fields[len(fields)-1])
			if err != nil {
				return
			}
			body := make([]byte, size+2)
			if _, err := io.ReadFull(server, body); err != nil {
				return
			}
			if p.loses(body) {
				continue
			}
			frame = append(frame, body...)
		}
		if _, err := client.Write(frame); err != nil {
			return
		}
	}
}

func (p *proxy) loses(body []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lose == "" || !bytes.HasPrefix(body, []byte(`{"stream":"`+p.lose+`"`)) {
		return false
	}
	p.lose = ""
	close(p.lost)
	return true
}

// loseNext makes the next acknowledgement by a stream disappear; the channel is closed when it has.
func (p *proxy) loseNext(stream string) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lose, p.lost = stream, make(chan struct{})
	return p.lost
}

// split returns the same journal twice: through a proxy, and directly.
func split(t *testing.T) (deaf *journal.Journal, direct *journal.Journal, p *proxy, h *host) {
	t.Helper()
	h = serve(t)
	p = newProxy(t, h.Addr().String())
	nc := dial(t, p.url())
	provision(t, nc, journal.Options{})
	deaf, direct = bind(t, nc), bind(t, dial(t, h.ClientURL()))
	deaf.SetPatience(1500 * time.Millisecond)
	return deaf, direct, p, h
}
