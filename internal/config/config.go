package config

import (
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Config is everything that a worker is told.
type Config struct {
	NATS     NATS     `yaml:"nats" envPrefix:"NATS_"`
	Redis    Redis    `yaml:"redis" envPrefix:"REDIS_"`
	HTTP     HTTP     `yaml:"http" envPrefix:"HTTP_"`
	Worker   Worker   `yaml:"worker" envPrefix:"WORKER_"`
	Throttle Throttle `yaml:"throttle" envPrefix:"THROTTLE_"`
	Log      Log      `yaml:"log" envPrefix:"LOG_"`
	Evidence Evidence `yaml:"evidence" envPrefix:"EVIDENCE_"`

	Footprints []string `yaml:"footprints" env:"FOOTPRINTS"` // files that describe products, beside those that come with the worker

	Tenants map[string]Tenant `yaml:"tenants" env:"-"` // by alias, the first token of a request's subject
}

// NATS says where the streams are.
type NATS struct {
	URL   string `yaml:"url" env:"URL"`     // nats:// or tls://, several with commas
	Creds string `yaml:"creds" env:"CREDS"` // path of a credentials file
	TLS   TLS    `yaml:"tls" envPrefix:"TLS_"`
}

// TLS names the files of a connection's certificates.
type TLS struct {
	CAFile   string `yaml:"caFile" env:"CA_FILE"`
	CertFile string `yaml:"certFile" env:"CERT_FILE"`
	KeyFile  string `yaml:"keyFile" env:"KEY_FILE"`
}

// Redis says where the picture is. The password is read from a variable or a file.
type Redis struct {
	URL          string `yaml:"url" env:"URL"`                    // redis:// or rediss://, without a password
	PasswordEnv  string `yaml:"passwordEnv" env:"PASSWORD_ENV"`   // name of the variable that holds it
	PasswordFile string `yaml:"passwordFile" env:"PASSWORD_FILE"` // path of the file that holds it
}

// HTTP says where health, metrics and the API are served, and who may use the API.
type HTTP struct {
	Listen string   `yaml:"listen" env:"LISTEN"` // host:port
	Hosts  []string `yaml:"hosts" env:"HOSTS"`   // names beside those of the loopback under which a loopback listener may be called
	Tokens []Token  `yaml:"tokens" env:"-"`      // who may use the API; without one it can be read on loopback, and no more
}

// Token is a bearer token of the API: who holds it, and what it opens. The token itself is read from a variable or a file.
type Token struct {
	Name      string   `yaml:"name"`      // identity that is written into requestedBy and decidedBy
	TokenEnv  string   `yaml:"tokenEnv"`  // name of the variable
	TokenFile string   `yaml:"tokenFile"` // path of the file
	Tenants   []string `yaml:"tenants"`   // aliases, or "*" for all
	May       []string `yaml:"may"`       // read, ask, decide, operate
}

// Worker shapes the work of this process.
type Worker struct {
	Name       string               `yaml:"name" env:"NAME"`              // shown in claims; the process adds what makes it unique
	Slots      int                  `yaml:"slots" env:"SLOTS"`            // requests worked on at a time, 1 to 1024
	Lease      deprovision.Duration `yaml:"lease" env:"LEASE"`            // how long an append keeps a claim, 3s to 10m
	Grace      deprovision.Duration `yaml:"grace" env:"GRACE"`            // how long unknown work is set aside, 0s to 24h
	SweepEvery deprovision.Duration `yaml:"sweepEvery" env:"SWEEP_EVERY"` // 1s to 1h
}

// Throttle is how many calls each tenant gets, from all workers together. What a tenant itself asks for with Retry-After is obeyed anyway.
type Throttle struct {
	Calls int                  `yaml:"calls" env:"CALLS"` // 0 sets no limit
	Per   deprovision.Duration `yaml:"per" env:"PER"`     // in this time, 1ms to 24h
	Burst int                  `yaml:"burst" env:"BURST"` // at once after a quiet while, 1 to Calls
}

// Log says how to log.
type Log struct {
	Level  string `yaml:"level" env:"LEVEL"`   // debug, info, warn, error
	Format string `yaml:"format" env:"FORMAT"` // text, json
}

// Evidence says how what was done is proved.
type Evidence struct {
	SigningKeyFile string `yaml:"signingKeyFile" env:"SIGNING_KEY_FILE"` // PEM file with the Ed25519 key that signs the end of every request; none signs nothing
}

// Default returns the configuration before anything was read: all on loopback, no tenant.
func Default() Config {
	return Config{
		NATS:  NATS{URL: "nats://127.0.0.1:4222"},
		Redis: Redis{URL: "redis://127.0.0.1:6379"},
		HTTP:  HTTP{Listen: "127.0.0.1:8080"},
		Worker: Worker{
			Name: "worker", Slots: 16, Lease: deprovision.Duration(30 * time.Second),
			Grace: deprovision.Duration(15 * time.Minute), SweepEvery: deprovision.Duration(time.Minute),
		},
		Throttle: Throttle{Per: deprovision.Duration(time.Minute), Burst: 1},
		Log:      Log{Level: "info", Format: "text"},
	}
}
