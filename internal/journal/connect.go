package journal

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"

	"github.com/nats-io/nats.go"
)

// Connection says how to reach the servers. The zero value is right for a server on this machine.
type Connection struct {
	Credentials string       // file with a JWT and its key
	RootCA      string       // file with the certificates to trust
	Cert, Key   string       // files of the client's certificate
	Name        string       // shown by the server
	InboxPrefix string       // where answers come, e.g. "_INBOX_worker", so that permissions can be narrow; "" means "_INBOX"
	Log         *slog.Logger // nil means slog.Default
}

// Connect connects to one of the servers in url (separated by commas; "" is a server on this machine). It fails when none of them
// answers: who starts the worker sees at once that an address is wrong. A connection that was made is kept for as long as it takes.
//
// Nothing is buffered while the connection is away: a publish that was reported as failed must not land later. Close the connection
// by its Drain method after [Consumer.Stop].
func Connect(urls string, c Connection) (*nats.Conn, error) {
	if urls == "" {
		urls = nats.DefaultURL
	}
	options := append(c.events(), nats.ReconnectBufSize(-1), nats.MaxReconnects(-1), nats.Name(c.Name))
	if c.InboxPrefix != "" {
		options = append(options, nats.CustomInboxPrefix(c.InboxPrefix))
	}
	if c.Credentials != "" {
		options = append(options, nats.UserCredentials(c.Credentials))
	}
	if c.RootCA != "" {
		options = append(options, nats.RootCAs(c.RootCA))
	}
	if c.Cert != "" {
		options = append(options, nats.ClientCert(c.Cert, c.Key))
	}
	nc, err := nats.Connect(urls, options...)
	if err != nil {
		if malformed, ok := errors.AsType[*url.Error](err); ok { // its text repeats the address, which may hold a password
			err = malformed.Err
		}
		return nil, fmt.Errorf("connect to NATS: %w", err)
	}
	return nc, nil
}

// events has the connection's fate logged: what happens outside of a call is seen nowhere else.
func (c Connection) events() []nats.Option {
	log := c.Log
	if log == nil {
		log = slog.Default()
	}
	return []nats.Option{
		nats.DisconnectErrHandler(func(nc *nats.Conn, err error) {
			if !nc.IsClosed() {
				log.Warn("the connection to NATS is lost and is made again", "error", err)
			}
		}),
		nats.ReconnectHandler(func(nc *nats.Conn) { log.Info("connected to NATS again", "server", nc.ConnectedServerName()) }),
		nats.LameDuckModeHandler(func(nc *nats.Conn) {
			log.Info("the NATS server is about to stop; another one is used if there is one", "server", nc.ConnectedServerName())
		}),
		nats.ErrorHandler(func(_ *nats.Conn, sub *nats.Subscription, err error) {
			subject := ""
			if sub != nil {
				subject = sub.Subject
			}
			log.Error("NATS reports an error", "subject", subject, "error", err)
		}),
	}
}
