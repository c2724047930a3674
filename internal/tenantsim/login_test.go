package tenantsim_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	sim "github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

func TestTokenErrorsAreEntras(t *testing.T) {
	t.Parallel()
	r := inline(t)
	form := func(key, value string) url.Values {
		f := secretForm(sim.WorkerAppID, sim.WorkerSecret, graphScope)
		f.Set(key, value)
		return f
	}
	for name, c := range map[string]struct {
		tenant  string
		form    url.Values
		status  int
		kind    string
		aadsts  float64
		message string
	}{
		"wrong secret":     {sim.InlineTenantID, form("client_secret", "no"), 401, "invalid_client", 7000215, "AADSTS7000215: Invalid client secret provided."},
		"no secret":        {sim.InlineTenantID, form("client_secret", ""), 401, "invalid_client", 7000218, "AADSTS7000218:"},
		"unknown app":      {sim.InlineTenantID, form("client_id", "11111111-2222-4333-8444-555555555555"), 400, "unauthorized_client", 700016, "AADSTS700016:"},
		"unknown tenant":   {"11111111-2222-4333-8444-555555555555", form("x", ""), 400, "invalid_request", 90002, "AADSTS90002:"},
		"single scope":     {sim.InlineTenantID, form("scope", "https://graph.microsoft.com/User.Read"), 400, "invalid_scope", 1002012, "AADSTS1002012:"},
		"unknown resource": {sim.InlineDomain, form("scope", "https://api.example/.default"), 400, "invalid_resource", 500011, "AADSTS500011:"},
		"password grant":   {sim.InlineTenantID, form("grant_type", "password"), 400, "unsupported_grant_type", 70003, "AADSTS70003:"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := r.tokenAnswer(c.tenant, c.form)
			description, _ := a.json["error_description"].(string)
			codes, _ := a.json["error_codes"].([]any)
			if a.status != c.status || a.json["error"] != c.kind || !strings.HasPrefix(description, c.message) || len(codes) != 1 || codes[0] != c.aadsts {
				t.Fatalf("%d %s", a.status, a.raw)
			}
		})
	}
}

func TestOpenIDScopesAreIgnored(t *testing.T) {
	t.Parallel()
	r := inline(t)
	a := r.tokenAnswer(sim.InlineTenantID, secretForm(sim.WorkerAppID, sim.WorkerSecret, graphScope+" openid offline_access profile"))
	if a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.raw)
	}
}

func TestTokenCarriesRolesAndDirectoryRoles(t *testing.T) {
	t.Parallel()
	r := inline(t)
	parts := strings.Split(r.exchangeToken(), ".")
	if len(parts) != 3 {
		t.Fatal("not like a JWT")
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var c struct {
		TID, AppID  string
		Roles, Wids []string
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		t.Fatal(err)
	}
	if c.TID != sim.InlineTenantID || c.AppID != sim.WorkerAppID || !slices.Equal(c.Roles, []string{"Exchange.ManageAsApp"}) || !slices.Equal(c.Wids, []string{sim.ExchangeAdministrator}) {
		t.Fatalf("%+v", c)
	}
}

func TestTokenForSignedAssertion(t *testing.T) {
	t.Parallel()
	key, cert := newCertificate(t)
	stranger, _ := newCertificate(t)
	f := sim.InlineTenant()
	f.ServicePrincipals[0].Certificates = []string{cert}
	r := newRig(t, f, sim.Options{})
	for name, c := range map[string]struct {
		key    *rsa.PrivateKey
		alg    string
		aud    string
		exp    time.Duration
		status int
		code   float64
	}{
		"RS256":       {key, "RS256", r.base + "/" + sim.InlineTenantID + "/oauth2/v2.0/token", time.Minute, 200, 0},
		"PS256":       {key, "PS256", "https://login.microsoftonline.com/" + sim.InlineTenantID + "/oauth2/v2.0/token", time.Minute, 200, 0},
		"other key":   {stranger, "RS256", r.base + "/" + sim.InlineTenantID + "/oauth2/v2.0/token", time.Minute, 401, 700027},
		"expired":     {key, "RS256", r.base + "/" + sim.InlineTenantID + "/oauth2/v2.0/token", -time.Minute, 401, 700024},
		"for another": {key, "RS256", r.base + "/other.example/oauth2/v2.0/token", time.Minute, 401, 700023},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := r.tokenAnswer(sim.InlineTenantID, url.Values{
				"grant_type": {"client_credentials"}, "client_id": {sim.WorkerAppID}, "scope": {graphScope},
				"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
				"client_assertion":      {assertion(t, c.key, cert, c.alg, c.aud, c.exp)},
			})
			codes, _ := a.json["error_codes"].([]any)
			if a.status != c.status || (c.code != 0 && codes[0] != c.code) {
				t.Fatalf("%d %s", a.status, a.raw)
			}
		})
	}
}

func TestAssertionsAreJudgedStrictly(t *testing.T) {
	t.Parallel()
	key, cert := newCertificate(t)
	f := sim.InlineTenant()
	f.ServicePrincipals[0].Certificates = []string{cert}
	r := newRig(t, f, sim.Options{})
	head := func(k string, v any) map[string]any {
		h := map[string]any{"typ": "JWT", "alg": "RS256", "x5t#S256": thumbprint(t, cert)}
		h[k] = v
		return h
	}
	body := func(k string, v any) map[string]any {
		b := map[string]any{"aud": r.base + "/" + sim.InlineTenantID + "/oauth2/v2.0/token", "iss": sim.WorkerAppID, "sub": sim.WorkerAppID,
			"jti": rand.Text(), "exp": time.Now().Add(time.Minute).Unix()}
		b[k] = v
		return b
	}
	ask := func(jwt string) answer {
		return r.tokenAnswer(sim.InlineTenantID, assertionForm(sim.WorkerAppID, graphScope, jwt))
	}
	if a := ask(signedAssertion(t, key, "RS256", head("x", ""), body("x", ""))); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	padded, err := base64.RawURLEncoding.DecodeString(thumbprint(t, cert))
	if err != nil {
		t.Fatal(err)
	}
	if a := ask(signedAssertion(t, key, "RS256", head("x5t#S256", base64.StdEncoding.EncodeToString(padded)), body("x", ""))); a.status != 200 {
		t.Errorf("%d %s", a.status, a.raw)
	}
	for name, c := range map[string]struct {
		head, body map[string]any
		code       float64
	}{
		"no algorithm":     {head("alg", "none"), body("x", ""), 700027},
		"another one":      {head("alg", "HS256"), body("x", ""), 700027},
		"no thumbprint":    {head("x5t#S256", ""), body("x", ""), 700027},
		"a wrong one":      {head("x5t#S256", "AAAA"), body("x", ""), 700027},
		"one of two wrong": {head("x5t", "AAAA"), body("x", ""), 700027},
		"another's":        {head("x", ""), body("sub", sim.ReaderAppID), 700021},
		"no jti":           {head("x", ""), body("jti", ""), 50027},
		"no expiry":        {head("x", ""), body("exp", 0), 700024},
		"not yet":          {head("x", ""), body("nbf", time.Now().Add(time.Hour).Unix()), 700024},
		"another audience": {head("x", ""), body("aud", "https://graph.microsoft.com"), 700023},
	} {
		a := ask(signedAssertion(t, key, "RS256", c.head, c.body))
		if codes, _ := a.json["error_codes"].([]any); a.status != 401 || codes[0] != c.code {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
	}
	same := signedAssertion(t, key, "RS256", head("x", ""), body("jti", "constant"))
	for range 2 { // a request that is sent again is the same
		if a := ask(same); a.status != 200 {
			t.Errorf("%d %s", a.status, a.raw)
		}
	}
	if a := ask(signedAssertion(t, key, "RS256", head("iat", 1), body("jti", "constant"))); a.status != 401 {
		t.Errorf("a jti named two assertions: %d", a.status)
	}
}

// pair is a key and its certificate, PEM.
type pair struct {
	key  *rsa.PrivateKey
	cert string
}

// shared is made once for all tests that need no certificate of their own.
var shared = sync.OnceValues(makeCertificate)

func sharedCertificate(t *testing.T) (*rsa.PrivateKey, string) {
	t.Helper()
	p, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return p.key, p.cert
}

func newCertificate(t *testing.T) (*rsa.PrivateKey, string) {
	t.Helper()
	p, err := makeCertificate()
	if err != nil {
		t.Fatal(err)
	}
	return p.key, p.cert
}

func makeCertificate() (pair, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return pair{}, err
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	return pair{key, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))}, err
}

// thumbprint is the x5t#S256 of a certificate.
func thumbprint(t *testing.T, cert string) string {
	t.Helper()
	block, _ := pem.Decode([]byte(cert))
	sum := sha256.Sum256(block.Bytes)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// assertion is a client assertion of the worker's app with an id of its own.
func assertion(t *testing.T, key *rsa.PrivateKey, cert, alg, aud string, life time.Duration) string {
	t.Helper()
	now := time.Now()
	return signedAssertion(t, key, alg, map[string]any{"typ": "JWT", "alg": alg, "x5t#S256": thumbprint(t, cert)}, map[string]any{
		"aud": aud, "iss": sim.WorkerAppID, "sub": sim.WorkerAppID, "jti": rand.Text(), "nbf": now.Add(-time.Hour).Unix(), "exp": now.Add(life).Unix()})
}

func signedAssertion(t *testing.T, key *rsa.PrivateKey, alg string, head, body map[string]any) string {
	t.Helper()
	part := func(v any) string {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	text := part(head) + "." + part(body)
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if alg == "PS256" {
		sig, err = rsa.SignPSS(rand.Reader, key, crypto.SHA256, sum[:], nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(sig)
}

func TestAnExpiredCertificateProvesNothing(t *testing.T) {
	t.Parallel()
	key, cert := sharedCertificate(t)
	f := sim.InlineTenant()
	f.ServicePrincipals[0].Certificates = []string{cert}
	r := newRig(t, f, sim.Options{Now: func() time.Time { return time.Now().Add(2 * time.Hour) }})
	jwt := assertion(t, key, cert, "RS256", "https://login.microsoftonline.com/"+sim.InlineTenantID+"/oauth2/v2.0/token", 3*time.Hour)
	if a := r.tokenAnswer(sim.InlineTenantID, assertionForm(sim.WorkerAppID, graphScope, jwt)); a.status != 401 || !strings.Contains(string(a.raw), "expired") {
		t.Errorf("%d %s", a.status, a.raw)
	}
}

func TestDisabledAppGetsNoToken(t *testing.T) {
	t.Parallel()
	r := inline(t)
	if a := r.graph(http.MethodPatch, "/servicePrincipals/"+sim.ProductID, r.graphToken(), params{"accountEnabled": false}); a.status != 204 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	a := r.tokenAnswer(sim.InlineTenantID, secretForm(sim.ProductAppID, sim.ProductSecret, graphScope))
	if a.status != 401 || !strings.Contains(string(a.raw), "AADSTS7000112") {
		t.Fatalf("%d %s", a.status, a.raw)
	}
}

func TestTLSServesDiscoveryUnderItsOwnCA(t *testing.T) {
	t.Parallel()
	s, err := sim.New(sim.InlineTenant(), sim.Options{TLS: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := &rig{t: t, sim: s, base: s.BaseURL(), http: trusting(s.CAPEM())}
	a := r.do(r.request(http.MethodGet, "/"+sim.InlineDomain+"/v2.0/.well-known/openid-configuration", "", nil))
	if a.json["issuer"] != r.base+"/"+sim.InlineTenantID+"/v2.0" || !strings.HasPrefix(r.base, "https://") {
		t.Fatalf("%s", a.raw)
	}
	if a := r.do(r.request(http.MethodGet, "/common/discovery/instance?authorization_endpoint="+url.QueryEscape(r.base+"/t/oauth2/v2.0/authorize"), "", nil)); a.status != 200 {
		t.Fatalf("%s", a.raw)
	}
	if r.exchangeToken() == "" {
		t.Fatal("no token")
	}
}
