package exchange_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/m365/exchange"
	"github.com/deprovisioner/deprovisioner/internal/m365/token"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

type params = map[string]any

// simulate starts a simulated tenant and a client of it that signs in as the app.
func simulate(t testing.TB, f *tenantsim.Fixture, appID, secret string) (*tenantsim.Sim, *exchange.Client) {
	t.Helper()
	sim, err := tenantsim.New(f, tenantsim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.Start(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	base := transport.NewBase(nil)
	t.Cleanup(base.CloseIdleConnections)
	source, err := token.New(token.Credential{Type: token.ClientSecret, ClientID: appID, SecretFile: path},
		token.Options{TenantID: tenantsim.InlineTenantID, Login: sim.BaseURL(), Base: base})
	if err != nil {
		t.Fatal(err)
	}
	return sim, client(t, sim.BaseURL(), transport.Options{Tokens: source.For("https://outlook.office365.com/.default"), Base: base})
}

func worker(t testing.TB) (*tenantsim.Sim, *exchange.Client) {
	t.Helper()
	return simulate(t, tenantsim.InlineTenant(), tenantsim.WorkerAppID, tenantsim.WorkerSecret)
}

func client(t testing.TB, endpoint string, o transport.Options) *exchange.Client {
	t.Helper()
	o.API, o.Service = exchange.API, endpoint
	c, err := transport.New(o)
	if err != nil {
		t.Fatal(err)
	}
	x, err := exchange.New(c, endpoint, tenantsim.InlineTenantID)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// answering is a client of a server that answers every call like this.
func answering(t testing.TB, handle http.HandlerFunc) *exchange.Client {
	t.Helper()
	srv := httptest.NewServer(handle)
	t.Cleanup(srv.Close)
	base := transport.NewBase(nil)
	t.Cleanup(base.CloseIdleConnections)
	return client(t, srv.URL, transport.Options{Base: base})
}

func names(t testing.TB, rows []json.RawMessage) []string {
	t.Helper()
	var out []string
	for _, raw := range rows {
		var row struct{ Name string }
		if err := json.Unmarshal(raw, &row); err != nil {
			t.Fatal(err)
		}
		out = append(out, row.Name)
	}
	return out
}

func wantFailure(t testing.TB, err error, class deprovision.Class) *deprovision.Failure {
	t.Helper()
	var f *deprovision.Failure
	if !errors.As(err, &f) || f.Class != class {
		t.Fatalf("got %v, want class %s", err, class)
	}
	return f
}

// wantClass is wantFailure for who needs to know no more.
func wantClass(t testing.TB, err error, class deprovision.Class) {
	t.Helper()
	_ = wantFailure(t, err, class)
}
