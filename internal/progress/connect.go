package progress

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const allowedURL = "redis://[user@]host:port[/db], or rediss:// for TLS; parameters: addr=host:port (another node), cluster=true, " +
	"master_name=<name> (the addresses are Sentinels)"

// Connect makes a client for url; "" is a server on this machine. Nothing is dialled yet, so that a worker starts while Redis is away;
// [Inspect] looks at the server. password, when not empty, goes before one in the url; neither ever shows in an error.
//
// The client never repeats a command whose answer was lost: it may have been carried out. Contexts end its calls.
func Connect(address, password string) (redis.UniversalClient, error) {
	ownLog.Do(func() { redis.SetLogger(library{}) })
	if address == "" {
		address = "redis://127.0.0.1:6379"
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, &deprovision.Invalid{Field: "redis.url", Allowed: allowedURL}
	}
	query := u.Query()
	addresses, master, cluster := query["addr"], query.Get("master_name"), query.Get("cluster") == "true"
	query.Del("addr")
	query.Del("master_name")
	query.Del("cluster")
	base, err := redis.ParseURL((&url.URL{Scheme: u.Scheme, User: u.User, Host: u.Host, Path: u.Path}).String())
	if err != nil || len(query) > 0 || base.Network != "tcp" {
		return nil, &deprovision.Invalid{Field: "redis.url", Allowed: allowedURL}
	}
	if password != "" {
		base.Password = password
	}
	return redis.NewUniversalClient(&redis.UniversalOptions{
		Addrs: append([]string{base.Addr}, addresses...), MasterName: master, IsClusterMode: cluster,
		DB: base.DB, Username: base.Username, Password: base.Password, TLSConfig: base.TLSConfig,
		ClientName: "deprovisioner", DisableIdentity: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		MaxRetries:               -1, DialerRetries: 1, ContextTimeoutEnabled: true,
		DialTimeout: 2 * time.Second, ReadTimeout: 5 * time.Second, WriteTimeout: 5 * time.Second,
	}), nil
}

var ownLog sync.Once

// library takes what the client library would write to standard error by itself. It repeats what errors say.
type library struct{}

func (library) Printf(ctx context.Context, format string, v ...any) {
	slog.DebugContext(ctx, "from the client of Redis", "message", fmt.Sprintf(format, v...))
}
