package client

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// DefaultURL is where [Connect] looks for a server when it is not told.
const DefaultURL = "nats://127.0.0.1:4222"

// Options shape a client. The zero value suits a server on this machine.
type Options struct {
	Name        string        // shown by the server; "" means "deprovisioner-client"
	Credentials string        // path of a file with a JWT and its key
	RootCA      string        // path of the certificates to trust
	Cert, Key   string        // paths of the client's certificate and key
	InboxPrefix string        // where the permissions of the user ask for one
	Timeout     time.Duration // of one call whose context has no deadline; 0 means 5 s

	// Interrupted is called when the connection is lost, with an error that wraps [ErrUnreachable], and with nil when it is back: the watches go
	// on by themselves, and say nothing. It must not block. nil means that nobody is told.
	Interrupted func(error)
}

// Client talks to the product over one NATS connection. It is safe for concurrent use. [Connect] or [New] makes one.
type Client struct {
	nc      *nats.Conn
	js      jetstream.JetStream
	timeout time.Duration
	owned   bool
}

// readable refuses a file that can't be read, before a server is asked.
func readable(files map[string]string) error {
	for what, path := range files {
		if path == "" {
			continue
		}
		f, err := os.Open(path)
		if err != nil {
			return &deprovision.Invalid{Field: what, Value: path, Allowed: "a file that can be read"}
		}
		if err := f.Close(); err != nil {
			return fmt.Errorf("%s %s: %w", what, path, err)
		}
	}
	return nil
}

// Connect connects to servers, several separated by commas; "" means [DefaultURL]. The error wraps [ErrUnreachable] when none answers.
// Later interruptions are repaired in the background; a call that meets one fails with [ErrUnreachable], a watch waits.
func Connect(servers string, o Options) (*Client, error) {
	if servers == "" {
		servers = DefaultURL
	}
	if o.Name == "" {
		o.Name = "deprovisioner-client"
	}
	// Nothing is buffered while the connection is away: a request that was reported as failed must not land later.
	options := []nats.Option{nats.Name(o.Name), nats.ReconnectBufSize(-1), nats.MaxReconnects(-1), nats.Timeout(timeout(o.Timeout))}
	if err := readable(map[string]string{"credentials": o.Credentials, "root CA": o.RootCA, "certificate": o.Cert, "key": o.Key}); err != nil {
		return nil, err
	}
	if o.Credentials != "" {
		options = append(options, nats.UserCredentials(o.Credentials))
	}
	if o.RootCA != "" {
		options = append(options, nats.RootCAs(o.RootCA))
	}
	if o.Cert != "" {
		options = append(options, nats.ClientCert(o.Cert, o.Key))
	}
	if o.InboxPrefix != "" {
		options = append(options, nats.CustomInboxPrefix(o.InboxPrefix))
	}
	if o.Interrupted != nil {
		options = append(options, nats.DisconnectErrHandler(lost(o.Interrupted)), nats.ReconnectHandler(func(*nats.Conn) { o.Interrupted(nil) }))
	}
	nc, err := nats.Connect(servers, options...)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w: %w", public(servers), ErrUnreachable, withoutURL(err))
	}
	c, err := New(nc, o)
	if err != nil {
		nc.Close()
		return nil, err
	}
	c.owned = true
	return c, nil
}

// lost tells of a connection that was lost, and was not closed by us.
func lost(tell func(error)) nats.ConnErrHandler {
	return func(nc *nats.Conn, err error) {
		if nc.IsClosed() {
			return
		}
		if err == nil {
			err = nats.ErrDisconnected
		}
		tell(fmt.Errorf("%w: %w", ErrUnreachable, err))
	}
}

// New makes a client on a connection that stays the caller's; of the options only Timeout counts. The connection should be made with
// nats.ReconnectBufSize(-1), as [Connect] does, so that a publish that was reported as failed does not land later.
func New(nc *nats.Conn, o Options) (*Client, error) {
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("use JetStream: %w", err)
	}
	return &Client{nc: nc, js: js, timeout: timeout(o.Timeout)}, nil
}

// Close closes the connection that [Connect] made.
func (c *Client) Close() {
	if c.owned {
		c.nc.Close()
	}
}

func timeout(d time.Duration) time.Duration {
	if d <= 0 {
		return 5 * time.Second
	}
	return d
}

// bound gives a call an end when its caller set none.
func (c *Client) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, c.timeout)
}

// public leaves the user and password out of a list of servers.
func public(servers string) string {
	out := strings.Split(servers, ",")
	for i, s := range out {
		if at := strings.LastIndex(s, "@"); at >= 0 {
			scheme, _, found := strings.Cut(s, "://")
			out[i] = s[at+1:]
			if found {
				out[i] = scheme + "://" + out[i]
			}
		}
	}
	return strings.Join(out, ",")
}

// withoutURL leaves out the address that a parse error repeats: it may hold a password.
func withoutURL(err error) error {
	if parse, ok := errors.AsType[*url.Error](err); ok {
		return parse.Err
	}
	return err
}
