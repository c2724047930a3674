package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/devstack"
	"github.com/deprovisioner/deprovisioner/internal/engine/memory"
	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/redistest"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// site is a deployment of real processes: nats-server and workers that can be killed, a redis-server, and the simulated tenant, which
// stays alive to tell what was done to it.
type site struct {
	t      *testing.T
	ctx    context.Context
	nats   *process
	url    string
	redis  *redistest.Server
	sim    *tenantsim.Sim
	client *client.Client
	dir    string
	config string
	clock  *calendar
}

// options shape a site.
type options struct {
	lease, drain time.Duration
	behaviour    tenantsim.Behaviour
	fixture      *tenantsim.Fixture    // nil: what the inline mode leaves
	accounts     []deprovision.Account // none: that of the inline mode
	patience     time.Duration         // of the whole test; 0 means four minutes
	log          int                   // calls that the tenant remembers; 0 means its default
	clock        *calendar             // of the tenant and of all workers; nil is the machine's
}

func newSite(t *testing.T, o options) *site {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), cmp.Or(o.patience, 10*time.Minute))
	t.Cleanup(cancel)
	s := &site{t: t, ctx: ctx, dir: t.TempDir(), redis: redistest.Start(t), clock: o.clock}
	s.nats = s.start("nats", nil, filepath.Join(s.dir, "nats"), "127.0.0.1:0")
	s.url = s.nats.line(s, "nats://")
	var err error
	if o.fixture == nil {
		o.fixture = tenantsim.InlineTenant()
	}
	o.behaviour.SecretsForSharePoint = true
	sim := tenantsim.Options{Behaviour: o.behaviour, CallLog: o.log}
	if o.clock != nil {
		sim.Now = o.clock.Now
	}
	if s.sim, err = devstack.StartTenant(ctx, "127.0.0.1:0", o.fixture, sim); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.sim.Close)
	s.write(o)
	if s.client, err = client.Connect(s.url, client.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.client.Close)
	nc, err := journal.Connect(s.url, journal.Connection{})
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	if err := journal.Provision(ctx, nc, journal.Options{}); err != nil {
		t.Fatal(err)
	}
	if o.accounts == nil {
		o.accounts = recorded("contoso")[:1]
	}
	for _, account := range o.accounts {
		if _, err := s.client.PutAccount(ctx, account, false); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// write writes the workers' configuration.
func (s *site) write(o options) {
	s.t.Helper()
	if o.lease == 0 {
		o.lease = 3 * time.Second
	}
	if o.drain == 0 {
		o.drain = time.Second
	}
	base := s.sim.BaseURL()
	body := fmt.Sprintf(`
nats: {url: %q}
redis: {url: %q}
http: {listen: "127.0.0.1:0"}
worker: {name: w, lease: %s, sweepEvery: 1s}
log: {level: info, format: text}
tenants:
  contoso:
    id: %s
    cloud: custom
    endpoints: {login: %q, graph: %q, exchange: %q, sharePoint: %q}
    actingApp: %s
    credential: worker
    credentials: {worker: {type: client-secret, clientId: %s, secretEnv: TEST_CLIENT_SECRET}}
    product: {hookURL: %q, secretEnv: TEST_HOOK_SECRET}
    policy: {askers: ["*@contoso.example"], drain: %s, armed: true, brake: {perHour: 100000}}
`, s.url, s.redis.URL(), o.lease, o.fixture.Tenant.ID, base, base, base, base+"/sharepoint/"+sharePointName(o.fixture), tenantsim.WorkerAppID, tenantsim.WorkerAppID, base+"/product/removals", o.drain)
	s.config = filepath.Join(s.dir, "worker.yaml")
	if err := os.WriteFile(s.config, []byte(body), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// sharePointName is what stands in front of .sharepoint.com: the first label of the tenant's initial domain.
func sharePointName(f *tenantsim.Fixture) string {
	name, _, _ := strings.Cut(f.Tenant.Domains[0], ".")
	return name
}

// process is a child of the test.
type process struct {
	cmd   *exec.Cmd
	lines chan string
	done  chan struct{} // closed when it has ended
}

// start starts the test binary as another process. It is killed at the end of the test.
func (s *site) start(role string, env []string, args ...string) *process {
	s.t.Helper()
	p := &process{cmd: exec.CommandContext(s.ctx, os.Args[0], args...), lines: make(chan string, 1000), done: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), append(env, childEnv+"="+role, "TEST_CLIENT_SECRET="+tenantsim.WorkerSecret, "TEST_HOOK_SECRET="+tenantsim.HookSecret)...)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	p.cmd.Stderr = p.cmd.Stdout
	if _, err := p.cmd.StdinPipe(); err != nil { // held open: its end tells a child that the test is gone
		s.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(s.dir, fmt.Sprintf("%s-%d.log", role, p.cmd.Process.Pid)))
	if err != nil {
		s.t.Fatal(err)
	}
	var read sync.WaitGroup
	read.Go(func() {
		for in := bufio.NewScanner(io.TeeReader(out, log)); in.Scan(); {
			select {
			case p.lines <- in.Text():
			default: // nobody asks for lines any more
			}
		}
	})
	go func() {
		read.Wait()
		_ = p.cmd.Wait() // a killed process always ends with an error
		_ = log.Close()
		close(p.done)
	}()
	s.t.Cleanup(func() {
		p.kill()
		if s.t.Failed() {
			body, _ := os.ReadFile(log.Name())
			s.t.Logf("%s %d:\n%s", role, p.cmd.Process.Pid, body[max(0, len(body)-6000):])
		}
	})
	return p
}

// line waits for a line that contains a text and returns it.
func (p *process) line(s *site, text string) string {
	s.t.Helper()
	for {
		select {
		case l := <-p.lines:
			if strings.Contains(l, text) {
				return l
			}
		case <-p.done:
			s.t.Fatalf("the process ended before it said %q", text)
		case <-s.ctx.Done():
			s.t.Fatalf("the process never said %q", text)
		}
	}
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended already
	<-p.done
}

// wait waits for the end of a process that kills itself.
func (p *process) wait(s *site) {
	s.t.Helper()
	select {
	case <-p.done:
	case <-s.ctx.Done():
		s.t.Fatal("the process did not end")
	}
}

// worker starts a worker and waits until it takes requests; crash may be empty.
func (s *site) worker(crash string) *process {
	s.t.Helper()
	p := s.start("worker", append(s.time(), crashEnv+"="+crash), "run", "--config", s.config)
	p.line(s, "the worker takes requests")
	return p
}

// request is a removal that needs no confirmation by a person.
func confirmedRequest() deprovision.Request {
	return deprovision.Request{ID: client.NewID(), Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Account: "inline",
		RequestedBy: "soc@contoso.example", Options: deprovision.Options{Confirmed: true, Acknowledged: []string{"mail-unscanned", "quarantine-lost"}}}
}

func (s *site) submit(r deprovision.Request) deprovision.Ref {
	s.t.Helper()
	receipt, err := s.client.Submit(s.ctx, r)
	if err != nil {
		s.t.Fatal(err)
	}
	return receipt.Ref
}

// until watches a request until stop says so, and returns the events; the client refuses gaps and doubles.
func (s *site) until(ref deprovision.Ref, stop func(deprovision.Event) bool) []deprovision.Event {
	s.t.Helper()
	var events []deprovision.Event
	for e, err := range s.client.Watch(s.ctx, ref, 1) {
		if err != nil {
			s.t.Fatalf("after %d events: %v", len(events), err)
		}
		if want := uint64(len(events) + 1); e.Progress.Seq != want {
			s.t.Fatalf("event %d came where %d was due", e.Progress.Seq, want)
		}
		if err := memory.Listed(e.Progress.Stop); err != nil {
			s.t.Errorf("event %d: %v", e.Progress.Seq, err)
		}
		events = append(events, e)
		if stop != nil && stop(e) {
			return events
		}
	}
	return events
}

// end waits for the end and returns it.
func (s *site) end(ref deprovision.Ref) (deprovision.Progress, []deprovision.Event) {
	s.t.Helper()
	events := s.until(ref, nil)
	return events[len(events)-1].Progress, events
}

// footprint is how many artifacts the simulated tenant holds, with the product's own row.
const footprintSize = 29

// checkWhole holds the end of a whole removal: everything went, each by one call that succeeded, and nothing else was touched.
func (s *site) checkWhole(p deprovision.Progress, events []deprovision.Event) {
	s.t.Helper()
	if p.Status != deprovision.SucceededWithRemainder || p.Removed+p.Unconfirmed != footprintSize || p.Gone != 0 || len(p.InDoubt) != 0 {
		s.t.Errorf("it ended as %s (%s): removed %d, unconfirmed %d, found gone %d, in doubt %v", p.Status, p.Detail, p.Removed, p.Unconfirmed, p.Gone, p.InDoubt)
	}
	outcomes := map[string]deprovision.Outcome{}
	for _, e := range events {
		for _, found := range e.Change.Evidence {
			if _, twice := outcomes[found.Artifact.ID]; twice {
				s.t.Errorf("%s is in the evidence twice", found.Artifact.Name)
			}
			outcomes[found.Artifact.ID] = found.Outcome
		}
	}
	if len(outcomes) != footprintSize {
		s.t.Errorf("the evidence names %d artifacts, want %d", len(outcomes), footprintSize)
	}
	removed := map[string]int{}
	for _, c := range s.sim.Calls() {
		for _, id := range c.Removed {
			removed[id]++
		}
	}
	for id, n := range removed {
		if n != 1 {
			s.t.Errorf("%s was removed by %d calls", id, n)
		}
	}
	var kinds []string
	for _, c := range s.sim.Changes(tenantsim.InlineTenantID) {
		kinds = append(kinds, string(c.Kind))
	}
	if !slices.Equal(slices.Sorted(slices.Values(kinds)), wantedChanges) {
		s.t.Errorf("changes in the tenant: %v", slices.Sorted(slices.Values(kinds)))
	}
	if a := s.freed(); a.State != deprovision.AccountClosed {
		s.t.Errorf("the account's record: %+v", a)
	}
}

// freed waits until no request is open on the account: that follows the terminal event.
func (s *site) freed() deprovision.Account { return s.freedOf("contoso", "inline") }

func (s *site) freedOf(tenant, account string) deprovision.Account {
	s.t.Helper()
	for {
		a, err := s.client.Account(s.ctx, tenant, account)
		if err != nil {
			s.t.Fatalf("the account stays open: %v", err)
		}
		if a.Open == "" {
			return a
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-s.ctx.Done():
		}
	}
}

// wantedChanges is what a whole removal changes in the tenant, by kind.
var wantedChanges = []string{"appRoleAssignment", "appRoleAssignment", "group", "group", "hostedConnectionFilterPolicy", "inboundConnector",
	"inboundConnector", "oAuth2PermissionGrant", "outboundConnector", "outboundConnector", "productAccount", "servicePrincipal",
	"tenantAllowBlockListSpoofItem", "transportRule", "transportRule", "transportRule", "transportRule", "transportRule", "transportRule",
	"unifiedRoleAssignment"}

// refOf names a request of the simulated tenant.
func refOf(id string) deprovision.Ref {
	return deprovision.Ref{Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Request: id}
}

func parked(e deprovision.Event) bool { return e.Progress.Status == deprovision.Parked }
