package natstest

import (
	"net"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

const startTime = 20 * time.Second

// Server is one NATS server. It ends with the test at the latest. Its methods are for one goroutine.
type Server struct {
	tb      testing.TB
	options server.Options
	server  *server.Server
}

// Start starts a server. Each change may set an option of it.
func Start(tb testing.TB, change ...func(*server.Options)) *Server {
	tb.Helper()
	s := &Server{tb: tb, options: server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: tb.TempDir(), NoSigs: true, NoLog: true}}
	for _, c := range change {
		c(&s.options)
	}
	tb.Cleanup(s.Stop)
	s.Back()
	return s
}

// URL returns nats://host:port. It stays the same over restarts.
func (s *Server) URL() string { return s.server.ClientURL() }

// Stop ends the server, and returns when it is gone. What it acknowledged is on disk.
func (s *Server) Stop() {
	if s.server == nil {
		return
	}
	s.server.Shutdown()
	s.server.WaitForShutdown()
}

// Back starts the stopped server again.
func (s *Server) Back() {
	s.tb.Helper()
	options := s.options // the server writes into its own
	started, err := server.NewServer(&options)
	if err != nil {
		s.tb.Fatal(err)
	}
	s.server = started
	started.Start()
	if !started.ReadyForConnections(startTime) {
		s.tb.Fatal("the NATS server does not start")
	}
	if at, ok := started.Addr().(*net.TCPAddr); ok {
		s.options.Port = at.Port
	}
}
