package transport_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

var errLease = errors.New("the lease has ended")

func ok(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

func TestNothingIsSentOnceTheFenceSaysNoAlthoughTheContextIsNotDone(t *testing.T) {
	t.Parallel()
	s, n := serve(t, ok), new(counts)
	client := s.client(t, transport.Options{Observer: n})
	ctx := m365.WithFence(t.Context(), func() error { return errLease })
	f := s.do(ctx, t, client, &transport.Call{Name: "POST", Changes: true})
	wantClass(t, f, deprovision.Transient)
	if !errors.Is(f, errLease) || ctx.Err() != nil {
		t.Error(f)
	}
	if len(s.calls()) != 0 || len(n.statuses) != 0 {
		t.Errorf("%d calls were sent, %d counted", len(s.calls()), len(n.statuses))
	}
}

// asleep is a dialer during which the lease ends, as when a process is stopped and continued.
func asleep(ended *atomic.Bool) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, addr)
		ended.Store(true)
		return conn, err
	}
}

func fenced(ctx context.Context, ended *atomic.Bool) context.Context {
	return m365.WithFence(ctx, func() error {
		if ended.Load() {
			return errLease
		}
		return nil
	})
}

func TestNothingIsSentWhenTheLeaseEndsWhileAConnectionIsMade(t *testing.T) {
	t.Parallel()
	for name, http2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &service{}
			s.Server = httptest.NewUnstartedServer(s.keep(ok))
			s.EnableHTTP2 = http2
			s.StartTLS()
			t.Cleanup(s.Close)
			var ended atomic.Bool
			base := s.Client().Transport.(*http.Transport).Clone()
			t.Cleanup(base.CloseIdleConnections)
			base.DialContext = asleep(&ended)
			client := s.client(t, transport.Options{Base: base})
			f := s.do(fenced(t.Context(), &ended), t, client, &transport.Call{Name: "POST", Changes: true})
			wantClass(t, f, deprovision.Transient)
			if !errors.Is(f, errLease) {
				t.Error(f)
			}
			if len(s.calls()) != 0 {
				t.Fatal("it was sent")
			}
			ended.Store(false)
			base.DialContext = nil
			if f := s.do(fenced(t.Context(), &ended), t, client, &transport.Call{Name: "POST", Changes: true}); f != nil {
				t.Fatalf("the next lease must work: %v", f)
			}
			if got := s.calls()[0].ProtoMajor == 2; got != http2 {
				t.Errorf("spoke %s", s.calls()[0].Proto)
			}
		})
	}
}

// written counts the bytes that go out on connections.
type written struct {
	net.Conn
	n *atomic.Int64
}

func (w written) Write(b []byte) (int, error) {
	n, err := w.Conn.Write(b)
	w.n.Add(int64(n))
	return n, err
}

func TestNotOneByteIsWrittenOnAConnectionThatCameTooLate(t *testing.T) {
	t.Parallel()
	s := serve(t, ok)
	var ended atomic.Bool
	var sent atomic.Int64
	base := transport.NewBase(nil)
	dial := asleep(&ended)
	base.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		return written{conn, &sent}, err
	}
	client := s.client(t, transport.Options{Base: base})
	for range 1000 { // sending races with the end of the call
		ended.Store(false)
		wantClass(t, s.do(fenced(t.Context(), &ended), t, client, &transport.Call{Name: "POST", Changes: true}), deprovision.Transient)
	}
	base.CloseIdleConnections()
	if n := sent.Load(); n != 0 {
		t.Errorf("%d bytes", n)
	}
}

func TestLostAnswerIsUnknownForAChangeAndTransientForARead(t *testing.T) {
	t.Parallel()
	cut := func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	}
	half := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte("{"))
	}
	for name, handle := range map[string]http.HandlerFunc{"before the answer": cut, "within the answer": half} {
		s, n := serve(t, handle), new(counts)
		client := s.client(t, transport.Options{Observer: n})
		wantClass(t, s.change(t, client), deprovision.Unknown)
		if len(s.calls()) != 1 {
			t.Errorf("%s: sent %d times", name, len(s.calls()))
		}
		wantClass(t, s.read(t, client), deprovision.Transient)
		if len(n.statuses) != 2 {
			t.Errorf("%s: counted %v", name, n.statuses)
		}
	}
}

func TestSlowAnswerIsGivenUp(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(release) })
	f := s.change(t, s.client(t, transport.Options{Timeout: time.Millisecond * 50}))
	wantClass(t, f, deprovision.Unknown)
	if !errors.Is(f, context.DeadlineExceeded) {
		t.Error(f)
	}
}

func TestWhatCouldNotBeSentIsTransient(t *testing.T) {
	t.Parallel()
	s := serve(t, ok)
	client := s.client(t, transport.Options{})
	s.Close()
	wantClass(t, s.change(t, client), deprovision.Transient)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f := s.do(ctx, t, client, &transport.Call{Name: "POST", Changes: true})
	wantClass(t, f, deprovision.Transient)
	if !errors.Is(f, context.Canceled) {
		t.Error(f)
	}
}

func TestUntrustedCertificateSendsNothing(t *testing.T) {
	t.Parallel()
	s := &service{}
	s.Server = httptest.NewUnstartedServer(s.keep(ok))
	s.Config.ErrorLog = silent()
	s.StartTLS()
	t.Cleanup(s.Close)
	f := s.change(t, s.client(t, transport.Options{}))
	wantClass(t, f, deprovision.Transient)
	var bad *tls.CertificateVerificationError
	if !errors.As(f, &bad) || len(s.calls()) != 0 {
		t.Error(f)
	}
}

// deaf is a sender that reports nothing about connections.
type deaf struct{}

func (deaf) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("lost") }

func TestSenderThatTellsNothingMayHaveSent(t *testing.T) {
	t.Parallel()
	s := serve(t, ok)
	wantClass(t, s.change(t, s.client(t, transport.Options{Base: deaf{}})), deprovision.Unknown)
}
