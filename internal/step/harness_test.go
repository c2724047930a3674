package step_test

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/engine/memory"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// fakeClock stands still until it is moved.
type fakeClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *fakeClock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *fakeClock) After(time.Duration) <-chan time.Time { panic("a step never waits") }

func (c *fakeClock) set(t time.Time) { c.mu.Lock(); defer c.mu.Unlock(); c.now = t }

// store keeps plans and account records.
type store struct {
	engine.Journal
	mu        sync.Mutex
	plans     map[string]deprovision.Plan
	accounts  map[string]deprovision.Account
	revisions map[string]uint64
	conflicts int // how many writes of accounts fail
}

func (m *store) PutPlan(_ context.Context, p deprovision.Plan) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.plans[p.Digest()] = p
	return nil
}

func (m *store) Plan(_ context.Context, _ deprovision.Ref, digest string) (deprovision.Plan, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.plans[digest], nil
}

func (m *store) Plans(context.Context, deprovision.Ref) (map[string]deprovision.Plan, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.plans), nil
}

func (m *store) Get(_ context.Context, _, account string) (deprovision.Account, uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.accounts[account], m.revisions[account], nil
}

func (m *store) Put(_ context.Context, a deprovision.Account, expected uint64) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.conflicts > 0 || m.revisions[a.ID] != expected {
		m.conflicts--
		return 0, engine.ErrConflict
	}
	m.accounts[a.ID], m.revisions[a.ID] = a, expected+1
	return expected + 1, nil
}

func (m *store) Of(context.Context, string) ([]deprovision.Account, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Values(m.accounts)), nil
}

// harness runs steps as the engine does, with everything around them in memory but the tenant, which is reached over HTTP.
type harness struct {
	*store
	t        *testing.T
	sim      *tenantsim.Sim
	client   *simClient
	clock    *fakeClock
	ledgers  *memory.Ledgers
	policy   step.Policy
	hook     bool // whether the product's hook is configured
	acting   string
	print    footprint.Catalog
	steps    *step.Steps
	state    deprovision.Progress
	evidence []deprovision.Evidence
	rereads  []deprovision.Reread
	stops    []deprovision.Stop
	parks    []time.Duration
	used     []string // credential references that were asked for
	answer   map[string][]deprovision.Decision
	failures []error
	advanced func(step string) error // called after each unit; may be nil
}

// embedded are the footprints of the program, which nobody changes: hundreds of harnesses read the YAML once.
var embedded = sync.OnceValues(footprint.Embedded)

const accountID = "inline"

var startOfDay = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

func newHarness(t *testing.T, change func(*tenantsim.Fixture)) *harness {
	t.Helper()
	return newHarnessOf(t, tenantsim.InlineTenant(), tenantsim.Behaviour{}, change)
}

func newHarnessOf(t *testing.T, fixture *tenantsim.Fixture, behaviour tenantsim.Behaviour, change func(*tenantsim.Fixture)) *harness {
	t.Helper()
	h := &harness{t: t, clock: &fakeClock{now: startOfDay}, ledgers: &memory.Ledgers{}, hook: true, acting: tenantsim.WorkerAppID, answer: map[string][]deprovision.Decision{},
		policy: step.Policy{Armed: true, ManualOwner: "mail team"},
		store:  &store{plans: map[string]deprovision.Plan{}, accounts: map[string]deprovision.Account{}, revisions: map[string]uint64{}}}
	if change != nil {
		change(fixture)
	}
	sim, err := tenantsim.New(fixture, tenantsim.Options{Now: h.clock.Now, Behaviour: behaviour})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim.Handler())
	transport := &http.Transport{}
	t.Cleanup(func() { sim.Close(); transport.CloseIdleConnections(); server.Close() })
	h.sim = sim
	h.client = &simClient{base: server.URL, app: tenantsim.WorkerAppID, secret: tenantsim.WorkerSecret, now: h.clock.Now,
		http: &http.Client{Transport: transport}, tokens: &tokens{kept: map[string]token{}}}
	h.put(inlineAccount())
	products, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	product := maps.Clone(products)
	h.print = product
	h.steps = step.New(step.Deps{Tenants: h.tenant, Accounts: h, Brake: h.ledgers, Footprints: product, Clock: h.clock, Policy: func(string) step.Policy { return h.policy }})
	h.state = deprovision.Progress{Status: deprovision.Held, Started: h.clock.Now(), Request: deprovision.Request{ID: "r1", Tenant: "contoso",
		Service: deprovision.ExchangeOnlineInline, Account: accountID, RequestedBy: "soc@contoso.example"}}
	return h
}

func inlineAccount() deprovision.Account {
	return deprovision.Account{Tenant: "contoso", ID: accountID, Service: deprovision.ExchangeOnlineInline, Kind: deprovision.Authorized,
		AppID: tenantsim.ProductAppID, Site: "us", ProductID: tenantsim.ProductAccountID, State: deprovision.AccountActive, Open: "r1"}
}

func (h *harness) put(a deprovision.Account) {
	h.accounts[a.ID] = a
	h.revisions[a.ID]++
}

func (h *harness) tenant(_ context.Context, _, reference string) (m365.Tenant, error) {
	h.used = append(h.used, reference)
	c := *h.client
	switch reference {
	case "reader":
		c.app, c.secret = tenantsim.ReaderAppID, tenantsim.ReaderSecret
	case secondCredential:
		c.app, c.secret = secondAppID, secondSecret
	case tenantsim.SiteCredential:
		c.app, c.secret = tenantsim.SharePointProductAppID, tenantsim.ServicesSecret
	case tenantsim.ChatCredential:
		c.app, c.secret = tenantsim.ChatProductAppID, tenantsim.ServicesSecret
	}
	t := m365.Tenant{ID: tenantsim.InlineTenantID, ActingApp: c.app, Exchange: &c, Directory: &c}
	if h.hook {
		t.Product = &c
	}
	return t, h.reach(&t, &c)
}
