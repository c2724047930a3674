package journal

import (
	"fmt"

	"github.com/nats-io/nats.go"
)

// Connection says how to reach the servers. The zero value is a server on this machine.
type Connection struct {
	Credentials string // file with a JWT and its key
	RootCA      string // file with the certificates to trust
	Cert, Key   string // files of the client's certificate
	Name        string // shown by the server
}

// Connect connects for as long as it takes; url "" is a server on this machine. Nothing is buffered while the connection is away: a
// publish that was reported as failed must not land later.
func Connect(url string, c Connection) (*nats.Conn, error) {
	if url == "" {
		url = "nats://127.0.0.1:4222"
	}
	options := []nats.Option{nats.ReconnectBufSize(-1), nats.MaxReconnects(-1), nats.Name(c.Name)}
	if c.Credentials != "" {
		options = append(options, nats.UserCredentials(c.Credentials))
	}
	if c.RootCA != "" {
		options = append(options, nats.RootCAs(c.RootCA))
	}
	if c.Cert != "" {
		options = append(options, nats.ClientCert(c.Cert, c.Key))
	}
	nc, err := nats.Connect(url, options...)
	if err != nil {
		return nil, fmt.Errorf("connect to NATS: %w", err)
	}
	return nc, nil
}
