package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/deprovisioner/deprovisioner/internal/logging"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

func devCommand() *cobra.Command {
	e := embedding{tenants: []string{"contoso"}}
	var level string
	c := &cobra.Command{
		Use:     "dev",
		Short:   "Run a worker with embedded NATS, Redis and a simulated tenant, to try the page and the publisher against",
		Example: "  worker dev\n  worker dev --drain 1m --dir /tmp/deprovisioner-dev\n  worker dev --fixture hostile",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			log, err := logging.New(os.Stderr, level, "text")
			if err != nil {
				return usage{err}
			}
			if e.fixture != fullFixture && !c.Flags().Changed("dir") { // the accounts of one tenant are not those of another
				e.dir += "-" + e.fixture
			}
			if err := os.MkdirAll(e.dir, 0o700); err != nil {
				return err
			}
			e.token = filepath.Join(e.dir, "api-token")
			dev, err := embed(c.Context(), e, log)
			if err != nil {
				return err
			}
			defer dev.close()
			_, err = fmt.Fprintf(c.OutOrStdout(), `the page http://%[4]s/ (to remove something, sign in with the token in %[5]s)
NATS %[1]s, Redis %[2]s, the tenant "contoso" %[3]s

  publisher accounts list --server %[1]s --tenant contoso
  publisher request --server %[1]s --tenant contoso --service exchange-online-inline --account inline --wait
  redis-cli -u %[2]s --scan
  curl http://%[4]s/metrics
  curl http://%[4]s/api/v1/requests
  curl -H "Authorization: Bearer $(cat %[5]s)" …     whatever asks or decides: docs/api.md

`, dev.stack.NATS.URL(), dev.stack.Redis.URL(), dev.stack.Tenant.BaseURL(), e.listen, e.token)
			if err != nil {
				return err
			}
			return dev.worker.run(c.Context())
		},
	}
	dir := filepath.Join(os.TempDir(), "deprovisioner-dev")
	if cache, err := os.UserCacheDir(); err == nil {
		dir = filepath.Join(cache, "deprovisioner-dev")
	}
	f := c.Flags()
	f.StringVar(&e.dir, "dir", dir, "where the journal is kept over restarts")
	f.StringVar(&e.fixture, "fixture", fullFixture, "the simulated tenant: full, or hostile, in which every name does harm where it is more than text")
	f.StringVar(&e.nats, "nats", "127.0.0.1:4222", "host:port of the embedded NATS")
	f.StringVar(&e.redis, "redis", "127.0.0.1:6379", "host:port of the embedded Redis")
	f.StringVar(&e.sim, "tenant", "127.0.0.1:8090", "host:port of the simulated tenant")
	f.StringVar(&e.listen, "listen", "127.0.0.1:8080", "host:port for the page, the API, health and metrics")
	f.DurationVar(&e.drain, "drain", 20*time.Second, "how long mail under way may return; a day in a real tenant")
	f.StringVar(&level, "log-level", "info", "debug, info, warn or error")
	e.behaviour = tenantsim.Behaviour{Consistency: tenantsim.Consistency{DeletedReads: 1}}
	return c
}
