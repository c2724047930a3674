package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// office is a site with a tenant for each case, one worker for all of them, and its API.
type office struct {
	*site

	tenants []*officeTenant
	api     string // base address of the API
	http    *http.Client
	passing *sync.Mutex // of time
}

// officeTenant is a tenant in the worker's configuration.
type officeTenant struct {
	alias      string
	fixture    *tenantsim.Fixture
	accounts   []deprovision.Account
	credential string // "" is worker
	policy     string // more of it, as YAML
}

// whoIsElsewhere has a token that opens everything, and may decide by nobody's policy.
const whoIsElsewhere = "mallory@fabrikam.example"

// tokenOf is the API token of a person.
func tokenOf(who string) string {
	return "nothing-else-is-opened-by-this-" + strings.Split(who, "@")[0]
}

func newOffice(t *testing.T, o options, tenants ...*officeTenant) *office {
	t.Helper()
	o.accounts, o.fixture = []deprovision.Account{}, tenants[0].fixture
	f := &office{site: newSite(t, o), tenants: tenants, http: &http.Client{Transport: &http.Transport{}}, passing: &sync.Mutex{}}
	t.Cleanup(f.http.CloseIdleConnections)
	for i, tenant := range tenants {
		if i > 0 {
			if err := f.sim.AddTenant(tenant.fixture); err != nil {
				t.Fatal(err)
			}
		}
		for _, a := range tenant.accounts {
			if _, err := f.client.PutAccount(f.ctx, a, false); err != nil {
				t.Fatal(err)
			}
		}
	}
	f.clock = newCalendar(t, -ahead) // the worker's; the tenants live now, as the product's hook does
	f.configure()
	p := f.start("worker", f.time(), "run", "--config", f.config)
	line := p.line(f.site, "the worker takes requests")
	at := regexp.MustCompile(`http=(\S+)`).FindStringSubmatch(line)
	if at == nil {
		t.Fatalf("it does not say where its API is: %s", line)
	}
	f.api = "http://" + at[1] + "/api/v1"
	f.hurry()
	return f
}

// ahead is how far the time of an office lies behind when it opens, and so for how long its requests can be parked in all.
const ahead = 24 * time.Hour

// hurry lets nobody wait for time alone: it moves the office's time behind whatever a request is parked for.
func (f *office) hurry() {
	ctx, stop := context.WithCancel(f.ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for e, err := range f.client.WatchAll(ctx, client.Scope{}) {
			if err != nil {
				if ctx.Err() == nil {
					f.t.Error(err)
				}
				return
			}
			if p := e.Progress; p.Status == deprovision.Parked {
				f.pass(p.Park.Until)
			}
		}
	}()
	f.t.Cleanup(func() { stop(); <-done })
}

// pass moves the office's time behind a moment.
func (f *office) pass(moment time.Time) {
	f.passing.Lock()
	defer f.passing.Unlock()
	if late := moment.Sub(f.clock.Now()); late > 0 {
		f.clock.set(f.t, f.clock.off()+late+time.Second)
	}
}

// configure writes the worker's configuration.
func (f *office) configure() {
	f.t.Helper()
	file := func(name, secret string) string {
		path := filepath.Join(f.dir, name)
		if err := os.WriteFile(path, []byte(secret), 0o600); err != nil {
			f.t.Fatal(err)
		}
		return path
	}
	worker, reader, hook, apps := file("worker", tenantsim.WorkerSecret), file("reader", tenantsim.ReaderSecret), file("hook", tenantsim.HookSecret), file("apps", tenantsim.ServicesSecret)
	body := fmt.Sprintf(`
nats: {url: %q}
redis: {url: %q}
worker: {name: w, lease: 10s, sweepEvery: 1s, slots: 32}
log: {level: info, format: text}
http:
  listen: "127.0.0.1:0"
  tokens:
`, f.url, f.redis.URL())
	for _, who := range []string{whoAsks, whoDecides, whoIsElsewhere} {
		body += fmt.Sprintf("    - {name: %q, tokenFile: %q, tenants: ['*'], may: [read, ask, decide]}\n", who, file("token-of-"+who, tokenOf(who)))
	}
	body += "tenants:\n"
	base := f.sim.BaseURL()
	for _, t := range f.tenants {
		credential := t.credential
		if credential == "" {
			credential = "worker"
		}
		body += fmt.Sprintf(`
  %s:
    id: %s
    cloud: custom
    endpoints: {login: %q, graph: %q, exchange: %q, sharePoint: %q}
    credential: %s
    credentials:
      worker: {type: client-secret, clientId: %s, secretFile: %q}
      reader: {type: client-secret, clientId: %s, secretFile: %q}
      %s: {type: client-secret, clientId: %s, secretFile: %q}
      %s: {type: client-secret, clientId: %s, secretFile: %q}
    product: {hookURL: %q, secretFile: %q}
    policy: {askers: ["*@contoso.example"], deciders: ["*@contoso.example"], armed: true, drain: 1s, brake: {perHour: 100000}, manualOwner: mail team, manualDue: 72h%s}
`, t.alias, t.fixture.Tenant.ID, base, base, base, base+"/sharepoint/"+sharePointName(t.fixture), credential, tenantsim.WorkerAppID, worker, tenantsim.ReaderAppID, reader,
			tenantsim.ChatCredential, tenantsim.ChatProductAppID, apps, tenantsim.SiteCredential, tenantsim.SharePointProductAppID, apps,
			base+"/product/removals", hook, t.policy)
	}
	if err := os.WriteFile(f.config, []byte(body), 0o600); err != nil {
		f.t.Fatal(err)
	}
}

// with is the office for a part of its test.
func (f *office) with(t *testing.T) *office {
	s, c := *f.site, *f
	s.t = t
	c.site = &s
	return &c
}

// untouched fails the test when anything was changed in a tenant.
func (f *office) untouched(tenant *officeTenant) {
	f.t.Helper()
	if changes := f.sim.Changes(tenant.fixture.Tenant.ID); len(changes) > 0 {
		f.t.Errorf("changed in the tenant: %v", changes)
	}
	for _, c := range f.sim.CallsLike(tenantsim.Match{Tenant: tenant.fixture.Tenant.ID}) {
		if c.Destructive {
			f.t.Errorf("it called %s %s %s", c.Method, c.Path, c.Cmdlet)
		}
	}
}
