package tenantsim

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Options sets up a simulator. The zero value is right for most tests.
type Options struct {
	// Now is the clock for tokens, throttling and lag; nil is time.Now.
	// Latency always takes real time.
	Now func() time.Time
	// TLS makes Start serve https with a CA of its own, see [Sim.CAPEM] and
	// [Sim.WriteCA]; the certificate holds for Microsoft's names too.
	TLS bool
	// TLSHosts are names or addresses for the certificate, besides loopback.
	TLSHosts []string
	// Behaviour is for tenants whose fixture has none.
	Behaviour Behaviour
	// CallLog is how many calls are kept; 0 means 100,000.
	CallLog int
}

// Sim is a simulated Microsoft 365 service with any number of tenants.
type Sim struct {
	// Faults injects failures.
	Faults Faults

	opts     Options
	log      callLog
	tenants  atomic.Pointer[map[string]*tenant] // by id, lower case
	signKey  []byte
	routes   map[string][]route
	cmdlets  map[string]cmdlet
	spRoutes map[string]spRoute
	ca       *authority

	mu       sync.Mutex
	fixtures []*Fixture
	server   *server
	closed   chan struct{}
	proxies  sync.WaitGroup
	once     sync.Once
}

// New makes a simulator with one tenant. It fails if the fixture is not valid;
// the error names the field.
func New(fixture *Fixture, opts Options) (*Sim, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.CallLog <= 0 {
		opts.CallLog = 100_000
	}
	s := &Sim{opts: opts, closed: make(chan struct{}), signKey: []byte(randomID())}
	s.routes, s.cmdlets = compileRoutes(graphRoutes()), cmdletTable()
	s.spRoutes = sharePointRoutes()
	s.log.limit = opts.CallLog
	s.tenants.Store(&map[string]*tenant{})
	if opts.TLS {
		ca, err := newAuthority(opts.TLSHosts, time.Now())
		if err != nil {
			return nil, fmt.Errorf("make a certificate authority: %w", err)
		}
		s.ca = ca
	}
	return s, s.AddTenant(fixture)
}

// AddTenant adds one more tenant. It fails if the fixture is not valid or the
// tenant's id is taken.
func (s *Sim) AddTenant(fixture *Fixture) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.build(fixture)
	if err != nil {
		return err
	}
	old := *s.tenants.Load()
	if _, taken := old[fold(t.id)]; taken {
		return fmt.Errorf("tenant.id: %s is taken", t.id)
	}
	all := maps.Clone(old)
	all[fold(t.id)] = t
	s.tenants.Store(&all)
	s.fixtures = append(s.fixtures, fixture)
	return nil
}

// Reset puts every tenant back to its fixture and clears faults and log.
// Tokens stay valid.
func (s *Sim) Reset() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]*tenant{}
	for _, f := range s.fixtures {
		t, err := s.build(f)
		if err != nil {
			return err
		}
		all[fold(t.id)] = t
	}
	s.Faults.Clear()
	s.tenants.Store(&all)
	s.log.reset()
	return nil
}

// SetBehaviour changes how unkind a tenant is from now on. It fails for an
// unknown tenant.
func (s *Sim) SetBehaviour(tenantID string, b Behaviour) error {
	t, ok := s.tenant(tenantID)
	if !ok {
		return fmt.Errorf("no tenant %q", tenantID)
	}
	t.behaviour.Store(&b)
	return nil
}

// Tenants returns the ids of all tenants, sorted.
func (s *Sim) Tenants() []string {
	return slices.Sorted(maps.Keys(*s.tenants.Load()))
}

// tenant finds a tenant by id or domain.
func (s *Sim) tenant(name string) (*tenant, bool) {
	all := *s.tenants.Load()
	if t, ok := all[strings.ToLower(name)]; ok {
		return t, true
	}
	for _, t := range all {
		if t.is(name) {
			return t, true
		}
	}
	return nil, false
}

func (s *Sim) now() time.Time { return s.opts.Now() }
