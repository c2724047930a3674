package tenants_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/tenants"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// gate is every tenant's gate, without a clock.
type gate struct {
	mu     sync.Mutex
	closed map[string]time.Duration
}

func (g *gate) Wait(_ context.Context, tenant string) (time.Duration, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.closed[tenant], nil
}

func (g *gate) Close(_ context.Context, tenant string, d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed[tenant] = d
}

// counts is an observer.
type counts struct {
	mu   sync.Mutex
	seen []string
}

func (c *counts) Called(api string, status int, _ time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = append(c.seen, fmt.Sprint(api, " ", status))
}

func (c *counts) Throttled(api string, d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = append(c.seen, fmt.Sprint(api, " ", d))
}

func TestThrottledAPIClosesTheGateForAllAPIsOfTheTenantButNotForTheProduct(t *testing.T) {
	t.Parallel()
	sim := simulate(t, tenantsim.Options{})
	g, n := &gate{closed: map[string]time.Duration{}}, new(counts)
	tenant := reach(t, open(t, contoso(t, sim), tenants.Options{Gate: g, Observer: n}), "")
	sim.Faults.Must(tenantsim.Fault{Do: tenantsim.FaultThrottle, RetryAfter: tenantsim.Seconds(2128 * time.Millisecond), Match: tenantsim.Match{API: tenantsim.APIGraph}})
	for range 2 {
		_, err := tenant.Directory.User(t.Context(), tenantsim.AdminID)
		var f *deprovision.Failure
		if !errors.As(err, &f) || f.Class != deprovision.Throttled || f.RetryAfter != 3*time.Second {
			t.Error(err)
		}
	}
	_, err := tenant.Exchange.Cmdlets(t.Context())
	if deprovision.ClassOf(err) != deprovision.Throttled {
		t.Error(err)
	}
	if want := []string{"login 200", "graph 429", "graph 3s"}; !slices.Equal(n.seen, want) {
		t.Errorf("observed %q, want %q", n.seen, want)
	}
	if _, err := tenant.Product.Remove(t.Context(), "id", m365.ProductAccount{TenantID: tenant.ID, AccountID: tenantsim.ProductAccountID}); err != nil {
		t.Error(err)
	}
}

func TestNoCallStartsAfterTheFence(t *testing.T) {
	t.Parallel()
	sim := simulate(t, tenantsim.Options{})
	tenant := reach(t, open(t, contoso(t, sim), tenants.Options{}), "")
	if _, err := tenant.Directory.User(t.Context(), tenantsim.AdminID); err != nil {
		t.Fatal(err)
	}
	if _, err := tenant.Exchange.Cmdlets(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := len(sim.Calls())
	ended := errors.New("the lease has ended")
	ctx := m365.WithFence(t.Context(), func() error { return ended })
	_, graphErr := tenant.Directory.DeleteServicePrincipal(ctx, tenantsim.ProductID)
	_, exchangeErr := tenant.Exchange.Do(ctx, "Remove-TransportRule", map[string]any{"Identity": tenantsim.RuleSkipSpam})
	_, productErr := tenant.Product.Remove(ctx, "id", m365.ProductAccount{TenantID: tenant.ID, AccountID: tenantsim.ProductAccountID})
	for _, err := range []error{graphErr, exchangeErr, productErr} {
		if !errors.Is(err, ended) {
			t.Error(err)
		}
	}
	if n := len(sim.Calls()); n != before {
		t.Errorf("%d calls were sent", n-before)
	}
}

func TestNoErrorHoldsASecret(t *testing.T) {
	t.Parallel()
	for _, tls := range []bool{false, true} {
		sim := simulate(t, tenantsim.Options{TLS: tls})
		c := contoso(t, sim)
		wrong := "wrong-secret-that-nobody-may-see"
		c.Credentials["wrong"] = tenants.Credential{Type: "client-secret", ClientID: tenantsim.WorkerAppID, SecretFile: file(t, wrong)}
		set := open(t, c, tenants.Options{})
		var errs []error
		for _, kind := range []tenantsim.FaultKind{"", tenantsim.FaultError500, tenantsim.FaultForbidden, tenantsim.FaultNulGzip403, tenantsim.FaultHTML503, tenantsim.FaultResetAfterCommit} {
			sim.Faults.Clear()
			if kind != "" {
				sim.Faults.Must(tenantsim.Fault{Do: kind, Times: -1})
			}
			for _, ref := range []string{"main", "reader", "wrong"} {
				tenant := reach(t, set, ref)
				_, a := tenant.Directory.DeleteGroup(t.Context(), "11111111-2222-3333-4444-555555555555")
				_, b := tenant.Exchange.Do(t.Context(), "Remove-TransportRule", map[string]any{"Identity": "nobody"})
				_, d := tenant.Product.Remove(t.Context(), "id", m365.ProductAccount{TenantID: tenant.ID, AccountID: "nobody"})
				errs = append(errs, a, b, d)
			}
		}
		for _, err := range errs {
			if err == nil {
				t.Error("no failure")
				continue
			}
			for _, secret := range []string{wrong, tenantsim.WorkerSecret, tenantsim.ReaderSecret, tenantsim.HookSecret[6:], "eyJ"} {
				if strings.Contains(err.Error(), secret) || deprovision.LooksSecret(err.Error()) {
					t.Errorf("%v", err)
				}
			}
			if _, ok := errors.AsType[*deprovision.Failure](err); !ok {
				t.Errorf("%T: %v", err, err)
			}
		}
	}
}
