package main

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/nats-io/nats.go"
	"github.com/spf13/cobra"

	"github.com/redis/go-redis/v9"

	"github.com/deprovisioner/deprovisioner/internal/config"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/logging"
	"github.com/deprovisioner/deprovisioner/internal/m365/token"
	"github.com/deprovisioner/deprovisioner/internal/progress"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// settings are the flags that every command over real servers has.
type settings struct {
	file, nats, redis, listen, level, format string
}

func (s *settings) register(c *cobra.Command) {
	f := c.Flags()
	f.StringVarP(&s.file, "config", "c", os.Getenv("DEPROVISIONER_CONFIG"), "file of the configuration (docs/configuration.md)")
	f.StringVar(&s.nats, "nats", "", "NATS servers, e.g. nats://127.0.0.1:4222")
	f.StringVar(&s.redis, "redis", "", "Redis server, e.g. redis://127.0.0.1:6379")
	f.StringVar(&s.listen, "listen", "", "host:port for health, metrics and the API, e.g. 127.0.0.1:8080")
	f.StringVar(&s.level, "log-level", "", "debug, info, warn or error")
	f.StringVar(&s.format, "log-format", "", "text or json")
}

// load reads the configuration: file, then variables, then flags.
func (s *settings) load() (config.Config, *slog.Logger, error) {
	cfg, err := config.Load(s.file, os.Environ())
	if err != nil {
		return cfg, nil, usage{err}
	}
	for _, set := range []struct {
		to   *string
		from string
	}{{&cfg.NATS.URL, s.nats}, {&cfg.Redis.URL, s.redis}, {&cfg.HTTP.Listen, s.listen}, {&cfg.Log.Level, s.level}, {&cfg.Log.Format, s.format}} {
		if set.from != "" {
			*set.to = set.from
		}
	}
	if err := cfg.Validate(); err != nil {
		return cfg, nil, usage{fmt.Errorf("configuration: %w", err)}
	}
	log, err := logging.New(os.Stderr, cfg.Log.Level, cfg.Log.Format)
	if err != nil {
		return cfg, nil, usage{err}
	}
	return cfg, log, nil
}

// dial connects to NATS.
func dial(cfg config.Config, log *slog.Logger) (*nats.Conn, error) {
	return journal.Connect(cfg.NATS.URL, journal.Connection{Credentials: cfg.NATS.Creds, RootCA: cfg.NATS.TLS.CAFile, Cert: cfg.NATS.TLS.CertFile,
		Key: cfg.NATS.TLS.KeyFile, Name: "deprovisioner " + cfg.Worker.Name, Log: log})
}

// dialRedis makes the client of the picture; the server may be away.
func dialRedis(cfg config.Config) (redis.UniversalClient, error) {
	password := ""
	if cfg.Redis.PasswordEnv != "" || cfg.Redis.PasswordFile != "" {
		var err error
		if password, err = token.ReadSecret(cfg.Redis.PasswordEnv, cfg.Redis.PasswordFile); err != nil {
			return nil, usage{fmt.Errorf("the password of Redis: %w", err)}
		}
	}
	return progress.Connect(cfg.Redis.URL, password)
}

// secretsAreThere finds out at the start what would otherwise stop every request of a tenant that this worker takes.
func secretsAreThere(cfg config.Config) error {
	_, wrongTokens := apiTokens(cfg.HTTP)
	_, wrongKey := signingKey(cfg.Evidence)
	faults := []error{wrongTokens, wrongKey}
	for alias, t := range cfg.Tenants {
		for ref, c := range t.Credentials {
			if c.Type == token.ClientSecret {
				if _, err := token.ReadSecret(c.SecretEnv, c.SecretFile); err != nil {
					faults = append(faults, fmt.Errorf("tenants.%s.credentials.%s: %w", alias, ref, err))
				}
			}
			for _, path := range []string{c.CertificateFile, c.TokenFile} {
				if _, err := os.Stat(path); path != "" && err != nil {
					faults = append(faults, fmt.Errorf("tenants.%s.credentials.%s: %w", alias, ref, err))
				}
			}
		}
		if t.Product.HookURL == "" {
			continue
		}
		if _, err := token.ReadSecret(t.Product.SecretEnv, t.Product.SecretFile); err != nil {
			faults = append(faults, fmt.Errorf("tenants.%s.product: %w", alias, err))
		}
	}
	return errors.Join(faults...)
}

// signingKey reads the key that signs the ends of journals; it is empty where the configuration names none.
func signingKey(cfg config.Evidence) (key ed25519.PrivateKey, err error) {
	if cfg.SigningKeyFile == "" {
		return nil, nil
	}
	text, err := os.ReadFile(cfg.SigningKeyFile)
	if err == nil {
		key, err = event.SigningKey(text)
	}
	if err != nil {
		return nil, fmt.Errorf("evidence.signingKeyFile: %w", err)
	}
	return key, nil
}

// hint adds to an error what to do about it.
func hint(err error, cfg config.Config) error {
	if errors.Is(err, nats.ErrNoServers) {
		return fmt.Errorf("no NATS server answers at %s: start one with `nats-server -c deploy/nats.conf`, or name another with --nats: %w", cfg.NATS.URL, err)
	}
	return err
}
