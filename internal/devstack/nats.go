package devstack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/nats-io/nats-server/v2/server"
)

// NATSOptions says how the embedded server runs; see [Options].
type NATSOptions struct {
	Dir        string
	Addr       string
	SyncAlways bool
	Log        *slog.Logger
}

// NATS is a nats-server with JetStream on disk inside this process.
type NATS struct {
	server *server.Server
	log    *serverLog
}

// glance is how long one look at the server's readiness lasts at most before the context is asked again.
const glance = 100 * time.Millisecond

// StartNATS starts a server and returns when clients can connect and JetStream is there. Its files are in the directory "jetstream" below
// Dir; only one server may have them open.
func StartNATS(ctx context.Context, o NATSOptions) (*NATS, error) {
	if o.Dir == "" {
		return nil, &deprovision.Invalid{Field: "dir", Allowed: "a directory for JetStream's files"}
	}
	listen, err := loopback("nats", o.Addr)
	if err != nil {
		return nil, err
	}
	port := int(listen.Port())
	if port == 0 {
		port = server.RANDOM_PORT
	}
	s, err := server.NewServer(&server.Options{
		ServerName: "devstack", Host: listen.Addr().String(), Port: port,
		JetStream: true, StoreDir: o.Dir, SyncAlways: o.SyncAlways,
		NoSigs: true, // signals are the process's business
	})
	if err != nil {
		return nil, fmt.Errorf("make the NATS server: %w", err)
	}
	n := &NATS{server: s, log: newServerLog(o.Log)}
	s.SetLogger(n.log, false, false)
	s.Start()
	if err := n.ready(ctx); err != nil {
		n.Close()
		return nil, fmt.Errorf("start the NATS server: %w", err)
	}
	return n, nil
}

func (n *NATS) ready(ctx context.Context) error {
	for {
		select {
		case why := <-n.log.fatal:
			return errors.New(why)
		case <-ctx.Done():
			return ctx.Err()
		default:
		}
		if n.server.ReadyForConnections(glance) && n.server.JetStreamEnabled() {
			return nil
		}
	}
}

// URL is where clients connect.
func (n *NATS) URL() string { return n.server.ClientURL() }

// Close stops the server and waits until its files are closed. It can be called twice.
func (n *NATS) Close() {
	n.server.Shutdown()
	n.server.WaitForShutdown()
}

// serverLog passes on what a server has to complain about, and keeps the reason for which it could not start.
type serverLog struct {
	log   *slog.Logger
	fatal chan string // holds the first
}

func newServerLog(log *slog.Logger) *serverLog {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &serverLog{log: log, fatal: make(chan string, 1)}
}

func (l *serverLog) Noticef(format string, v ...any) {
	l.log.Debug(said, text, fmt.Sprintf(format, v...))
}
func (l *serverLog) Warnf(format string, v ...any) { l.log.Warn(said, text, fmt.Sprintf(format, v...)) }
func (l *serverLog) Errorf(format string, v ...any) {
	l.log.Error(said, text, fmt.Sprintf(format, v...))
}
func (l *serverLog) Debugf(string, ...any) {}
func (l *serverLog) Tracef(string, ...any) {}

func (l *serverLog) Fatalf(format string, v ...any) {
	why := fmt.Sprintf(format, v...)
	l.log.Error(said, text, why)
	select {
	case l.fatal <- why:
	default:
	}
}

const said, text = "the NATS server says", "text"
