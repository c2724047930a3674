package token_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365/token"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestSecretSignsInWithoutTLSOnLoopback(t *testing.T) {
	t.Parallel()
	sim := simulate(t, tenantsim.Options{}, nil)
	bearer, err := source(t, withSecret(t, tenantsim.WorkerSecret), sim.BaseURL(), nil, nil).For(graphScope).Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantGraph(t, sim, bearer)
}

func TestEachTypeOfCredentialSignsInOverTLS(t *testing.T) {
	t.Parallel()
	key, cert, keyPEM := keyPair(t)
	sim := simulate(t, tenantsim.Options{TLS: true}, func(f *tenantsim.Fixture) {
		for i := range f.ServicePrincipals {
			if f.ServicePrincipals[i].AppID == tenantsim.WorkerAppID {
				f.ServicePrincipals[i].Certificates = []string{cert}
			}
		}
	})
	projected := assertion(t, key, cert, sim.BaseURL()+"/"+tenantsim.InlineTenantID+"/oauth2/v2.0/token")
	for name, c := range map[string]token.Credential{
		"secret":            withSecret(t, tenantsim.WorkerSecret),
		"certificate":       {Type: token.Certificate, ClientID: tenantsim.WorkerAppID, CertificateFile: file(t, cert+keyPEM)},
		"workload identity": {Type: token.WorkloadIdentity, ClientID: tenantsim.WorkerAppID, TokenFile: file(t, projected)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bearer, err := source(t, c, sim.BaseURL(), sim.CAPEM(), nil).For(graphScope).Token(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			wantGraph(t, sim, bearer)
		})
	}
}

// assertion is what a platform projects into a file: a signed statement of who the workload is.
func assertion(t *testing.T, key *rsa.PrivateKey, cert, audience string) string {
	t.Helper()
	block, _ := pem.Decode([]byte(cert))
	thumbprint := sha256.Sum256(block.Bytes)
	part := func(v any) string {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	text := part(map[string]string{"alg": "RS256", "typ": "JWT", "x5t#S256": base64.RawURLEncoding.EncodeToString(thumbprint[:])}) + "." + part(map[string]any{
		"aud": audience, "iss": tenantsim.WorkerAppID, "sub": tenantsim.WorkerAppID, "jti": "1", "exp": time.Now().Add(time.Hour).Unix()})
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(sig)
}

func TestManagedIdentityAsksThePlatform(t *testing.T) { // not in parallel: it sets variables
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-IDENTITY-HEADER") != "from-the-platform" || r.URL.Query().Get("client_id") != tenantsim.WorkerAppID {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"access_token":"platform-token","expires_on":"4102444800","resource":"r","token_type":"Bearer"}`)
	}))
	defer platform.Close()
	t.Setenv("IDENTITY_ENDPOINT", platform.URL)
	t.Setenv("IDENTITY_HEADER", "from-the-platform")
	c := token.Credential{Type: token.ManagedIdentity, ClientID: tenantsim.WorkerAppID}
	got, err := source(t, c, "https://login.microsoftonline.com", nil, nil).For(graphScope).Token(t.Context())
	if err != nil || got != "platform-token" {
		t.Error(got, err)
	}
	t.Setenv("IDENTITY_HEADER", "wrong")
	_, err = source(t, c, "https://login.microsoftonline.com", nil, nil).For("https://other.example/.default").Token(t.Context())
	if f := wantFailure(t, err, deprovision.Malformed); f.Status != http.StatusBadRequest {
		t.Error(f)
	}
}

func TestRefusedSignInIsClassified(t *testing.T) {
	t.Parallel()
	for _, tls := range []bool{false, true} {
		sim := simulate(t, tenantsim.Options{TLS: tls}, nil)
		try := func(c token.Credential, scope string) error {
			_, err := source(t, c, sim.BaseURL(), sim.CAPEM(), nil).For(scope).Token(t.Context())
			return err
		}
		unknown := withSecret(t, tenantsim.WorkerSecret)
		unknown.ClientID = "11111111-2222-3333-4444-555555555555"
		f := wantFailure(t, try(withSecret(t, "not-the-secret-at-all"), graphScope), deprovision.Forbidden)
		if f.Status != 401 || strings.Contains(f.Error(), "not-the-secret") {
			t.Error(f)
		}
		if f := wantFailure(t, try(unknown, graphScope), deprovision.Forbidden); !strings.Contains(f.Error(), "AADSTS700016") || f.RequestID == "" {
			t.Error(f)
		}
		wantClass(t, try(withSecret(t, tenantsim.WorkerSecret), "https://nowhere.example/.default"), deprovision.Malformed)
		for kind, want := range map[tenantsim.FaultKind]deprovision.Class{
			tenantsim.FaultThrottle: deprovision.Throttled, tenantsim.FaultHTML503: deprovision.Transient,
			tenantsim.FaultError500: deprovision.Transient, tenantsim.FaultResetAfterCommit: deprovision.Transient,
		} {
			h := sim.Faults.Must(tenantsim.Fault{Do: kind, Times: -1, Match: tenantsim.Match{API: tenantsim.APILogin, Path: "*/token"}})
			wantClass(t, try(withSecret(t, tenantsim.WorkerSecret), graphScope), want)
			if h.Hits() != 1 {
				t.Errorf("%s: asked %d times", kind, h.Hits())
			}
			sim.Faults.Clear()
		}
	}
}

func TestMissingSecretIsNamedByItsReference(t *testing.T) {
	t.Parallel()
	sim := simulate(t, tenantsim.Options{TLS: true}, nil)
	for name, c := range map[string]token.Credential{
		"DEPROVISIONER_TEST_NOWHERE": {Type: token.ClientSecret, ClientID: tenantsim.WorkerAppID, SecretEnv: "DEPROVISIONER_TEST_NOWHERE"},
		"/nowhere/secret":            {Type: token.ClientSecret, ClientID: tenantsim.WorkerAppID, SecretFile: "/nowhere/secret"},
		"secretFile":                 {Type: token.ClientSecret, ClientID: tenantsim.WorkerAppID, SecretFile: file(t, " \n")},
		"/nowhere/pem":               {Type: token.Certificate, ClientID: tenantsim.WorkerAppID, CertificateFile: "/nowhere/pem"},
		"certificateFile":            {Type: token.Certificate, ClientID: tenantsim.WorkerAppID, CertificateFile: file(t, "not-a-certificate-but-maybe-a-key")},
	} {
		_, err := source(t, c, sim.BaseURL(), sim.CAPEM(), nil).For(graphScope).Token(t.Context())
		wantClass(t, err, deprovision.Forbidden)
		if !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "maybe-a-key") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(sim.Calls()) != 0 {
		t.Error("somebody was asked without a secret")
	}
	missing := token.Credential{Type: token.WorkloadIdentity, ClientID: tenantsim.WorkerAppID, TokenFile: "/nowhere/token"}
	_, err := source(t, missing, sim.BaseURL(), sim.CAPEM(), nil).For(graphScope).Token(t.Context())
	wantClass(t, err, deprovision.Malformed)
}

func TestReplacedSecretNeedsNoRestart(t *testing.T) {
	t.Parallel()
	sim := simulate(t, tenantsim.Options{}, nil)
	c := withSecret(t, "an-old-secret")
	tokens := source(t, c, sim.BaseURL(), nil, nil).For(graphScope)
	_, err := tokens.Token(t.Context())
	wantClass(t, err, deprovision.Forbidden)
	if err := os.WriteFile(c.SecretFile, []byte(tenantsim.WorkerSecret), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := tokens.Token(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestWhatACredentialLacksIsNamed(t *testing.T) {
	t.Parallel()
	const app, https = tenantsim.WorkerAppID, "https://login.microsoftonline.com"
	for field, c := range map[string]struct {
		login string
		token.Credential
	}{
		"type":            {https, token.Credential{Type: "password", ClientID: app}},
		"type ":           {"http://127.0.0.1:1", token.Credential{Type: token.Certificate, ClientID: app, CertificateFile: "f"}},
		"clientId":        {https, token.Credential{Type: token.WorkloadIdentity}},
		"clientId ":       {https, token.Credential{Type: token.ManagedIdentity, ClientID: "me"}},
		"secretEnv":       {https, token.Credential{Type: token.ClientSecret, ClientID: app}},
		"secretEnv ":      {https, token.Credential{Type: token.ClientSecret, ClientID: app, SecretEnv: "A", SecretFile: "B"}},
		"certificateFile": {https, token.Credential{Type: token.Certificate, ClientID: app}},
		"login":           {"http://login.example", token.Credential{Type: token.ClientSecret, ClientID: app, SecretEnv: "A"}},
	} {
		_, err := token.New(c.Credential, token.Options{TenantID: tenantsim.InlineTenantID, Login: c.login})
		var bad *deprovision.Invalid
		if !errors.As(err, &bad) || bad.Field != strings.TrimSpace(field) || bad.Allowed == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := token.New(token.Credential{Type: token.ManagedIdentity}, token.Options{TenantID: "contoso", Login: https}); err == nil {
		t.Error("a tenant by name")
	}
}
