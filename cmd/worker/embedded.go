package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/config"
	"github.com/deprovisioner/deprovisioner/internal/devstack"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// embedding says what runs inside this process besides the worker.
type embedding struct {
	dir                      string // of the journal's files and the secrets of the simulated tenants
	nats, redis, sim, listen string // host:port; empty means any free port on loopback
	tenants                  []string
	fixture                  string // of the first tenant: one of simulatedTenants
	token                    string // file of a token for the API, made when it is not there; empty: none
	drain                    time.Duration
	behaviour                tenantsim.Behaviour
}

// embedded is a worker with its servers and simulated tenants, all in this process.
type embedded struct {
	stack  *devstack.Stack
	worker *worker
	client *client.Client
}

// embed starts the servers, makes the streams, records a service account per tenant and puts the worker together.
func embed(ctx context.Context, e embedding, log *slog.Logger) (out *embedded, err error) {
	out = &embedded{}
	defer func() {
		if err != nil {
			out.close()
		}
	}()
	first, err := simulatedNamed(e.fixture)
	if err != nil {
		return out, err
	}
	fixtures := make([]*tenantsim.Fixture, len(e.tenants))
	for i := range e.tenants {
		fixtures[i] = first.fixture()
		if i > 0 {
			fixtures[i] = tenantsim.Generate(uint64(i), tenantsim.GenerateOptions{Inline: true, TransportRules: 40 * i, Connectors: 5 * i, AllowedIPs: 30 * i})
		}
	}
	e.behaviour.SecretsForSharePoint = true // no certificate is at hand on a machine that only tries this
	out.stack, err = devstack.Start(ctx, devstack.Options{Dir: e.dir, NATS: e.nats, Redis: e.redis, Tenant: e.sim, Fixture: fixtures[0],
		Simulation: tenantsim.Options{Behaviour: e.behaviour}, Log: log})
	if err != nil {
		return out, err
	}
	for _, f := range fixtures[1:] {
		if err := out.stack.Tenant.AddTenant(f); err != nil {
			return out, err
		}
	}
	cfg, err := e.config(out.stack, fixtures)
	if err != nil {
		return out, err
	}
	if out.client, err = client.Connect(out.stack.NATS.URL(), client.Options{Name: "deprovisioner demo"}); err != nil {
		return out, err
	}
	if err := prepare(ctx, cfg, log, out.client, e.accounts(first, fixtures)); err != nil {
		return out, err
	}
	if out.worker, err = assemble(ctx, cfg, log); err != nil {
		return out, err
	}
	out.worker.trial = true
	return out, nil
}

// prepare makes the streams and records the service accounts.
func prepare(ctx context.Context, cfg config.Config, log *slog.Logger, c *client.Client, accounts []deprovision.Account) error {
	nc, err := dial(cfg, log)
	if err != nil {
		return err
	}
	defer nc.Close()
	if err := journal.Provision(ctx, nc, journal.Options{}); err != nil {
		return err
	}
	for _, account := range accounts {
		recorded, err := c.Account(ctx, account.Tenant, account.ID)
		if err == nil && recorded.State != deprovision.AccountClosed {
			continue // recorded by an earlier start
		}
		// What an earlier start closed is open again: with this start the simulated tenant is as new.
		if _, err := c.PutAccount(ctx, account, err == nil); err != nil {
			return fmt.Errorf("record the service account of %s: %w", account.Tenant, err)
		}
	}
	return nil
}

// simulatedAccount names the service account of the inline mode in each simulated tenant.
const simulatedAccount = "inline"

// accounts are what the product has recorded about its service accounts in the simulated tenants: all in the first, and that of the inline
// mode in the others.
func (e embedding) accounts(first simulatedTenant, fixtures []*tenantsim.Fixture) []deprovision.Account {
	out := recordsOf(e.tenants[0], first.accounts())
	for i, fixture := range fixtures[1:] {
		row := fixture.Product.Accounts[0]
		out = append(out, deprovision.Account{Tenant: e.tenants[i+1], ID: simulatedAccount, Service: deprovision.ExchangeOnlineInline, Kind: deprovision.Authorized,
			AppID: row.AppID, Site: "us", ProductID: row.ID, State: deprovision.AccountActive})
	}
	return out
}

// config is a worker's configuration for the simulated tenants.
func (e embedding) config(stack *devstack.Stack, fixtures []*tenantsim.Fixture) (config.Config, error) {
	cfg := config.Default()
	cfg.NATS.URL, cfg.Redis.URL = stack.NATS.URL(), stack.Redis.URL()
	cfg.HTTP.Listen = "127.0.0.1:0"
	if e.listen != "" {
		cfg.HTTP.Listen = e.listen
	}
	if e.token != "" {
		if err := keepToken(e.token); err != nil {
			return cfg, err
		}
		cfg.HTTP.Tokens = []config.Token{{Name: "whoever tries this", TokenFile: e.token, Tenants: []string{"*"}, May: []string{"read", "ask", "decide", "operate"}}}
	}
	cfg.Worker.SweepEvery = deprovision.Duration(10 * time.Second)
	secret, hook, apps := filepath.Join(e.dir, "client-secret"), filepath.Join(e.dir, "hook-secret"), filepath.Join(e.dir, "apps-secret")
	secrets := map[string]string{secret: tenantsim.WorkerSecret, hook: tenantsim.HookSecret, apps: tenantsim.ServicesSecret}
	for path, value := range secrets { // the simulator's own; they open nothing else
		if err := os.WriteFile(path, []byte(value), 0o600); err != nil {
			return cfg, fmt.Errorf("prepare the simulated tenants: %w", err)
		}
	}
	base := stack.Tenant.BaseURL()
	drain := deprovision.Duration(e.drain)
	cfg.Tenants = map[string]config.Tenant{}
	for i, alias := range e.tenants {
		t := config.Tenant{ID: fixtures[i].Tenant.ID, Cloud: "custom",
			Endpoints: config.Endpoints{Login: base, Graph: base, Exchange: base}, ActingApp: tenantsim.WorkerAppID, Credential: "worker",
			Credentials: map[string]config.Credential{"worker": {Type: "client-secret", ClientID: tenantsim.WorkerAppID, SecretFile: secret}},
			Product:     config.Product{HookURL: base + "/product/removals", SecretFile: hook},
			Policy:      config.Policy{Askers: []string{"*"}, Drain: &drain, Armed: true, ManualOwner: "whoever looks after Microsoft 365"}}
		if i == 0 {
			t.Endpoints.SharePoint = base + "/sharepoint/" + tenantsim.SharePointName
			t.Credentials[tenantsim.ChatCredential] = config.Credential{Type: "client-secret", ClientID: tenantsim.ChatProductAppID, SecretFile: apps}
			t.Credentials[tenantsim.SiteCredential] = config.Credential{Type: "client-secret", ClientID: tenantsim.SharePointProductAppID, SecretFile: apps}
		}
		cfg.Tenants[alias] = t
	}
	return cfg, cfg.Validate()
}

func (e *embedded) close() {
	if e.worker != nil {
		e.worker.close()
	}
	if e.client != nil {
		e.client.Close()
	}
	if e.stack != nil {
		e.stack.Close()
	}
}
