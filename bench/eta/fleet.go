package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/devstack"
	"github.com/deprovisioner/deprovisioner/internal/m365/tenants"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// place is a simulated tenant with the service account that has to go.
type place struct {
	alias   string
	account deprovision.Account
	drain   time.Duration
	reach   tenants.Tenant
	sim     *tenantsim.Sim
}

// fleet makes n tenants. The same seed gives the same ones.
func fleet(ctx context.Context, n int, seed uint64, dir string) (places []place, err error) {
	defer func() {
		if err != nil {
			closeAll(places)
		}
	}()
	secrets := map[string]string{"client": tenantsim.WorkerSecret, "hook": tenantsim.HookSecret}
	for name, value := range secrets { // the simulator's own; they open nothing else
		if err := os.WriteFile(filepath.Join(dir, name), []byte(value), 0o600); err != nil {
			return nil, err
		}
	}
	rng := rand.New(rand.NewPCG(seed, 0xe7a)) //nolint:gosec // repeatable, not secret
	for i := range n {
		p, err := newPlace(ctx, i, rng, dir)
		if err != nil {
			return places, fmt.Errorf("tenant %d: %w", i, err)
		}
		places = append(places, p)
	}
	return places, nil
}

func closeAll(places []place) {
	for _, p := range places {
		p.sim.Close()
	}
}

func newPlace(ctx context.Context, i int, rng *rand.Rand, dir string) (place, error) {
	p := place{alias: fmt.Sprintf("tenant-%03d", i), drain: 2*time.Second + time.Duration(rng.IntN(40))*100*time.Millisecond}
	account, size := sized(i, rng)
	fixture := tenantsim.Generate(rng.Uint64()>>32, size)
	fixture.Behaviour = behaviour(rng)
	account.Tenant, account.ID, account.Kind, account.State = p.alias, "account", deprovision.Authorized, deprovision.AccountActive
	p.account = account
	var err error
	if p.sim, err = devstack.StartTenant(ctx, "", fixture, tenantsim.Options{CallLog: 1}); err != nil {
		return p, err
	}
	base := p.sim.BaseURL()
	name, _, ok := strings.Cut(fixture.Tenant.Domains[0], ".")
	if !ok {
		p.sim.Close()
		return p, errors.New("it has no domain")
	}
	p.reach = tenants.Tenant{ID: fixture.Tenant.ID, Cloud: "custom", ActingApp: tenantsim.WorkerAppID, Credential: "worker",
		Endpoints:   tenants.Endpoints{Login: base, Graph: base, Exchange: base, SharePoint: base + "/sharepoint/" + name},
		Credentials: map[string]tenants.Credential{"worker": {Type: "client-secret", ClientID: tenantsim.WorkerAppID, SecretFile: filepath.Join(dir, "client")}},
		Product:     tenants.Product{HookURL: base + "/product/removals", SecretFile: filepath.Join(dir, "hook")}}
	return p, nil
}

// sized is the account of the i-th tenant and how much its product left. Most tenants are small, and some twenty times as large.
func sized(i int, rng *rand.Rand) (deprovision.Account, tenantsim.GenerateOptions) {
	between := func(least, most float64) int {
		return int(least * math.Pow(most/least, rng.Float64()))
	}
	sites := map[string][]string{"event-receiver": {tenantsim.ReceiverHost}, "quarantine-library": {tenantsim.QuarantineLibrary}}
	o := tenantsim.GenerateOptions{Inline: true, Services: true}
	switch i % 5 {
	case 0:
		o.TransportRules, o.Connectors, o.SpoofItems, o.AllowedIPs = between(5, 100), between(2, 20), between(5, 100), between(5, 100)
		return deprovision.Account{Service: deprovision.ExchangeOnlineInline, AppID: tenantsim.ProductAppID, Site: "us"}, o
	case 1:
		o.Mailboxes = between(20, 400)
		o.QuarantineFolders = int(float64(o.Mailboxes) * (0.1 + 0.7*rng.Float64()))
		return deprovision.Account{Service: deprovision.ExchangeOnline, AppID: tenantsim.MailProductAppID,
			Names: map[string][]string{"quarantine-folder": {tenantsim.QuarantineFolder}}}, o
	case 2:
		o.SharePoint = tenantsim.GenerateSharePoint{Sites: between(3, 50), Receivers: 1 + rng.IntN(3)}
		return deprovision.Account{Service: deprovision.SharePointOnline, AppID: tenantsim.SharePointProductAppID, Names: sites}, o
	case 3:
		o.SharePoint = tenantsim.GenerateSharePoint{PersonalSites: between(3, 50), Receivers: 1 + rng.IntN(3)}
		return deprovision.Account{Service: deprovision.OneDrive, AppID: tenantsim.OneDriveProductAppID, Names: sites}, o
	}
	o.SharePoint = tenantsim.GenerateSharePoint{TeamSites: between(3, 40), Receivers: 1 + rng.IntN(3)}
	return deprovision.Account{Service: deprovision.Teams, AppID: tenantsim.TeamsProductAppID, Names: sites}, o
}

// behaviour is how quick a tenant is, how long it shows what is gone, and how much it lets an app call: tight in every other.
func behaviour(rng *rand.Rand) *tenantsim.Behaviour {
	b := &tenantsim.Behaviour{SecretsForSharePoint: true,
		Latency: map[tenantsim.API]time.Duration{"": time.Duration(50+rng.IntN(150)) * time.Millisecond,
			tenantsim.APIExchange: time.Duration(100+rng.IntN(200)) * time.Millisecond}}
	if rng.IntN(5) == 0 {
		b.Consistency.DeletedFor = time.Duration(5+rng.IntN(15)) * time.Second
	}
	if rng.IntN(2) == 0 {
		b.Throttle = []tenantsim.Budget{ // none smaller than what an inventory of 50 sites calls: it would begin anew for ever
			{API: tenantsim.APIGraph, Units: 300 + rng.IntN(500), Window: time.Duration(4+rng.IntN(5)) * time.Second},
			{API: tenantsim.APISharePoint, Units: 500 + rng.IntN(300), Window: time.Duration(8+rng.IntN(8)) * time.Second},
			{API: tenantsim.APIExchange, Units: 40 + rng.IntN(40), Window: time.Duration(6+rng.IntN(5)) * time.Second}}
	}
	return b
}
