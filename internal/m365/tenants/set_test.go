package tenants_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/config"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/tenants"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func simulate(t testing.TB, o tenantsim.Options) *tenantsim.Sim {
	t.Helper()
	sim, err := tenantsim.New(tenantsim.InlineTenant(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.Start(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	return sim
}

func file(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// contoso is the configuration of a simulated tenant.
func contoso(t testing.TB, sim *tenantsim.Sim) tenants.Tenant {
	t.Helper()
	at := sim.BaseURL()
	c := tenants.Tenant{
		ID: tenantsim.InlineTenantID, Cloud: "custom", Endpoints: tenants.Endpoints{Login: at, Graph: at + "/", Exchange: at}, Credential: "main",
		Credentials: map[string]tenants.Credential{
			"main":   {Type: "client-secret", ClientID: tenantsim.WorkerAppID, SecretFile: file(t, tenantsim.WorkerSecret)},
			"reader": {Type: "client-secret", ClientID: tenantsim.ReaderAppID, SecretFile: file(t, tenantsim.ReaderSecret)},
		},
		Product: tenants.Product{HookURL: at + "/product/removals", SecretFile: file(t, tenantsim.HookSecret)},
	}
	if ca := sim.CAPEM(); ca != nil {
		c.CAFile = file(t, string(ca))
	}
	return c
}

func open(t testing.TB, c tenants.Tenant, o tenants.Options) *tenants.Set {
	t.Helper()
	set, err := tenants.New(tenants.Config{Tenants: map[string]tenants.Tenant{"contoso": c}}, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	return set
}

func reach(t testing.TB, s *tenants.Set, ref string) m365.Tenant {
	t.Helper()
	tenant, err := s.Tenant(t.Context(), "contoso", ref)
	if err != nil {
		t.Fatal(err)
	}
	return tenant
}

func TestTenantIsReachedByAllItsAPIs(t *testing.T) {
	t.Parallel()
	for name, tls := range map[string]bool{"http on loopback": false, "https with its own authority": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := simulate(t, tenantsim.Options{TLS: tls})
			tenant := reach(t, open(t, contoso(t, sim), tenants.Options{}), "")
			if tenant.ID != tenantsim.InlineTenantID || tenant.ActingApp != tenantsim.WorkerAppID {
				t.Errorf("%+v", tenant)
			}
			sp, err := tenant.Directory.ServicePrincipalByAppID(t.Context(), tenantsim.ProductAppID)
			if err != nil || sp.ID != tenantsim.ProductID {
				t.Error(sp, err)
			}
			rules, err := tenant.Exchange.Get(t.Context(), "Get-TransportRule", map[string]any{"ResultSize": "Unlimited"})
			if err != nil || len(rules) == 0 {
				t.Error(rules, err)
			}
			account := m365.ProductAccount{TenantID: tenant.ID, AccountID: tenantsim.ProductAccountID, Service: "exchange-online-inline", AppID: tenantsim.ProductAppID}
			if _, err := tenant.Product.Remove(t.Context(), "7d0c3f5e-0000-8000-8000-000000000001", account); err != nil {
				t.Error(err)
			}
			if n := len(sim.CallsLike(tenantsim.Match{API: tenantsim.APILogin, Path: "*/token"})); n != 2 {
				t.Errorf("signed in %d times, want once for each of two APIs", n)
			}
		})
	}
}

func TestAnotherCredentialIsAnotherIdentity(t *testing.T) {
	t.Parallel()
	sim := simulate(t, tenantsim.Options{})
	set := open(t, contoso(t, sim), tenants.Options{})
	reader := reach(t, set, "reader")
	if reader.ActingApp != tenantsim.ReaderAppID {
		t.Error(reader.ActingApp)
	}
	_, err := reader.Directory.DeleteServicePrincipal(t.Context(), tenantsim.ProductID)
	if deprovision.ClassOf(err) != deprovision.Forbidden {
		t.Error(err)
	}
	if _, err := reach(t, set, "main").Directory.DeleteServicePrincipal(t.Context(), tenantsim.ProductID); err != nil {
		t.Error(err)
	}
	if reach(t, set, "") != reach(t, set, "main") {
		t.Error("the clients are made anew")
	}
}

func TestUnknownNamesAreAnsweredWithTheKnownOnes(t *testing.T) {
	t.Parallel()
	set := open(t, contoso(t, simulate(t, tenantsim.Options{})), tenants.Options{})
	for _, c := range []struct{ alias, ref, field, allowed string }{
		{"fabrikam", "", "tenant", "one of contoso"}, {"contoso", "old", "credentialRef", "one of main, reader"}, {"", "", "tenant", "one of contoso"},
	} {
		_, err := set.Tenant(t.Context(), c.alias, c.ref)
		var bad *deprovision.Invalid
		if !errors.As(err, &bad) || bad.Field != c.field || bad.Allowed != c.allowed {
			t.Errorf("%v", err)
		}
	}
}

func TestWhatIsWrongWithAConfigurationIsNamedByItsPath(t *testing.T) {
	t.Parallel()
	sim := simulate(t, tenantsim.Options{})
	for field, change := range map[string]func(*tenants.Tenant){
		"id":                       func(c *tenants.Tenant) { c.ID = "contoso" },
		"cloud":                    func(c *tenants.Tenant) { c.Cloud = "mars" },
		"endpoints.graph":          func(c *tenants.Tenant) { c.Endpoints.Graph = "http://graph.example" },
		"credential":               func(c *tenants.Tenant) { c.Credential = "other" },
		"endpoints.sharePoint":     func(c *tenants.Tenant) { c.Endpoints.SharePoint = "http://sharepoint.example" },
		"sharePoint":               func(c *tenants.Tenant) { c.SharePoint = "contoso.sharepoint.com" },
		"sharePoint ":              func(c *tenants.Tenant) { *c = worldwide(*c, "contoso.sharepoint.us") },
		"sharePoint  ":             func(c *tenants.Tenant) { *c = worldwide(*c, "contoso-my.sharepoint.com") },
		"credentials.main.type":    func(c *tenants.Tenant) { c.Credentials["main"] = tenants.Credential{Type: "password"} },
		"actingApp":                func(c *tenants.Tenant) { c.ActingApp = tenantsim.ProductAppID },
		"actingApp ":               func(c *tenants.Tenant) { c.Credentials["main"] = tenants.Credential{Type: "managed-identity"} },
		"product.hookURL":          func(c *tenants.Tenant) { c.Product.HookURL = "http://console.example" },
		"product.secretEnv":        func(c *tenants.Tenant) { c.Product.SecretFile = "" },
		"caFile":                   func(c *tenants.Tenant) { c.CAFile = file(t, "no certificate") },
		"credentials.main.type   ": func(c *tenants.Tenant) { c.Credentials["main"] = certificate() },
	} {
		c := contoso(t, sim)
		change(&c)
		_, err := tenants.New(tenants.Config{Tenants: map[string]tenants.Tenant{"contoso": c}}, tenants.Options{})
		var bad *deprovision.Invalid
		if !errors.As(err, &bad) || bad.Field != "tenants.contoso."+strings.TrimSpace(field) || bad.Allowed == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	c := contoso(t, sim)
	c.CAFile = "/nowhere/ca.pem"
	if _, err := tenants.New(tenants.Config{Tenants: map[string]tenants.Tenant{"contoso": c}}, tenants.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// worldwide is a tenant of the worldwide cloud.
func worldwide(c tenants.Tenant, sharePoint string) tenants.Tenant {
	c.Cloud, c.Endpoints, c.SharePoint = "", tenants.Endpoints{}, sharePoint
	return c
}

func certificate() tenants.Credential { // needs TLS
	return tenants.Credential{Type: "certificate", ClientID: tenantsim.WorkerAppID, CertificateFile: "f"}
}

func TestWorkerKnowsItselfAlsoAsAManagedIdentity(t *testing.T) {
	t.Parallel()
	c := contoso(t, simulate(t, tenantsim.Options{}))
	c.Credentials["main"], c.ActingApp, c.Product = tenants.Credential{Type: "managed-identity"}, tenantsim.WorkerAppID, tenants.Product{}
	tenant := reach(t, open(t, c, tenants.Options{}), "")
	if tenant.ActingApp != tenantsim.WorkerAppID || tenant.Product != nil {
		t.Errorf("%+v", tenant)
	}
}

func TestConfigurationFitsFieldByField(t *testing.T) {
	t.Parallel()
	from := config.Tenant{
		Endpoints: config.Endpoints{Login: "l", Graph: "g", Exchange: "x", SharePoint: "s"}, Product: config.Product{HookURL: "h", SecretEnv: "e", SecretFile: "f"},
	}
	c := config.Credential{Type: "t", ClientID: "c", SecretEnv: "e", SecretFile: "f", CertificateFile: "p", TokenFile: "k"}
	got := tenants.Tenant{
		Endpoints: tenants.Endpoints(from.Endpoints), Product: tenants.Product(from.Product),
		Credentials: map[string]tenants.Credential{"": tenants.Credential(c)},
	}
	if got.Endpoints.Exchange != "x" || got.Endpoints.SharePoint != "s" || got.Product.SecretFile != "f" || got.Credentials[""].TokenFile != "k" {
		t.Errorf("%+v", got)
	}
}

func TestAppOfAnotherIdentityIsNotTakenForTheTenantsOwn(t *testing.T) {
	t.Parallel()
	c := contoso(t, simulate(t, tenantsim.Options{}))
	c.ActingApp = tenantsim.WorkerAppID // of the tenant's own credential
	c.Credentials["platform"] = tenants.Credential{Type: "managed-identity"}
	set, err := tenants.New(tenants.Config{Tenants: map[string]tenants.Tenant{"contoso": c}}, tenants.Options{})
	if err == nil {
		set.Close()
		t.Fatal("a managed identity without an App Id counts as the app of another credential")
	}
	if !strings.Contains(err.Error(), "credentials.platform.clientId") {
		t.Error(err)
	}
}
