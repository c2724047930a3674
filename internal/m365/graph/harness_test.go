package graph_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/graph"
	"github.com/deprovisioner/deprovisioner/internal/m365/token"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// simulate starts a simulated tenant and a client of it that signs in as the app.
func simulate(t testing.TB, f *tenantsim.Fixture, appID, secret string) (*tenantsim.Sim, *graph.Client) {
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
	return sim, client(t, sim.BaseURL(), transport.Options{Tokens: source.For("https://graph.microsoft.com/.default"), Base: base})
}

func worker(t testing.TB) (*tenantsim.Sim, *graph.Client) {
	t.Helper()
	return simulate(t, tenantsim.InlineTenant(), tenantsim.WorkerAppID, tenantsim.WorkerSecret)
}

func client(t testing.TB, endpoint string, o transport.Options) *graph.Client {
	t.Helper()
	o.API, o.Service = graph.API, endpoint
	c, err := transport.New(o)
	if err != nil {
		t.Fatal(err)
	}
	g, err := graph.New(c, endpoint)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// answering is a client of a server that answers every call like this.
func answering(t testing.TB, handle http.HandlerFunc) *graph.Client {
	t.Helper()
	srv := httptest.NewServer(handle)
	t.Cleanup(srv.Close)
	base := transport.NewBase(nil)
	t.Cleanup(base.CloseIdleConnections)
	return client(t, srv.URL, transport.Options{Base: base})
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

// only returns the one object of a listing.
func only(t testing.TB) func([]m365.Object, error) m365.Object {
	return func(objects []m365.Object, err error) m365.Object {
		t.Helper()
		if err != nil || len(objects) != 1 {
			t.Fatalf("%d objects, %v", len(objects), err)
		}
		return objects[0]
	}
}
