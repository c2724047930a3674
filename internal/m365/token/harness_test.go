package token_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365/token"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const graphScope = "https://graph.microsoft.com/.default"

// simulate starts a simulated tenant.
func simulate(t testing.TB, o tenantsim.Options, change func(*tenantsim.Fixture)) *tenantsim.Sim {
	t.Helper()
	f := tenantsim.InlineTenant()
	if change != nil {
		change(f)
	}
	sim, err := tenantsim.New(f, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.Start(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	return sim
}

// file writes a file for a credential to refer to.
func file(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func withSecret(t testing.TB, secret string) token.Credential {
	return token.Credential{Type: token.ClientSecret, ClientID: tenantsim.WorkerAppID, SecretFile: file(t, secret+"\n")}
}

// source makes a source at a login endpoint; its connections end with the test.
func source(t testing.TB, c token.Credential, login string, ca []byte, now func() time.Time) *token.Source {
	t.Helper()
	var pool *x509.CertPool
	if ca != nil {
		pool = x509.NewCertPool()
		pool.AppendCertsFromPEM(ca)
	}
	base := transport.NewBase(pool)
	t.Cleanup(base.CloseIdleConnections)
	s, err := token.New(c, token.Options{TenantID: tenantsim.InlineTenantID, Login: login, Base: base, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// keyPair makes a self-signed certificate and its key, both in PEM.
func keyPair(t testing.TB) (*rsa.PrivateKey, string, string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "worker"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return key, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
}

// wantGraph asks the simulated Graph whether it takes the token.
func wantGraph(t testing.TB, sim *tenantsim.Sim, bearer string) {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(sim.CAPEM())
	base := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, DisableKeepAlives: true}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, sim.BaseURL()+"/v1.0/organization", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	resp, err := (&http.Client{Transport: base}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("Graph says %s", resp.Status)
	}
}

// wantFailure checks a failed sign-in.
func wantFailure(t testing.TB, err error, class deprovision.Class) *deprovision.Failure {
	t.Helper()
	var f *deprovision.Failure
	if !errors.As(err, &f) || f.Class != class || f.API != "login" {
		t.Fatalf("got %v, want a login failure of class %s", err, class)
	}
	if strings.Contains(err.Error(), tenantsim.WorkerSecret) {
		t.Errorf("repeats the secret: %v", err)
	}
	return f
}

// wantClass is wantFailure for who needs to know no more.
func wantClass(t testing.TB, err error, class deprovision.Class) {
	t.Helper()
	_ = wantFailure(t, err, class)
}

// clock is moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
