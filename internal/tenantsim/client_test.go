package tenantsim_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	sim "github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

const (
	graphScope    = "https://graph.microsoft.com/.default"
	exchangeScope = "https://outlook.office365.com/.default"
)

// rig is a simulator behind a real listener, and a client of it.
type rig struct {
	t    *testing.T
	sim  *sim.Sim
	base string
	http *http.Client
}

func newRig(t *testing.T, f *sim.Fixture, o sim.Options) *rig {
	t.Helper()
	s, err := sim.New(f, o)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s.Handler())
	r := &rig{t: t, sim: s, base: srv.URL, http: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	t.Cleanup(func() { s.Close(); srv.Close() })
	return r
}

func inline(t *testing.T) *rig { t.Helper(); return newRig(t, sim.InlineTenant(), sim.Options{}) }

// answer is a response that has been read.
type answer struct {
	status int
	header http.Header
	raw    []byte
	json   map[string]any
}

// code is the error code of any of the APIs.
func (a answer) code() string {
	e, _ := a.json["error"].(map[string]any)
	c, _ := e["code"].(string)
	return c
}

func (a answer) rows() []map[string]any {
	var out []map[string]any
	list, _ := a.json["value"].([]any)
	for _, v := range list {
		out = append(out, v.(map[string]any))
	}
	return out
}

func (a answer) column(key string) []string {
	var out []string
	for _, r := range a.rows() {
		s, _ := r[key].(string)
		out = append(out, s)
	}
	return out
}

func (r *rig) try(req *http.Request) (answer, error) {
	res, err := r.http.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{status: res.StatusCode, header: res.Header}, err
	}
	a := answer{status: res.StatusCode, header: res.Header, raw: raw}
	_ = json.Unmarshal(raw, &a.json) // some bodies are no JSON
	return a, nil
}

func (r *rig) do(req *http.Request) answer {
	r.t.Helper()
	a, err := r.try(req)
	if err != nil {
		r.t.Fatal(err)
	}
	return a
}

func (r *rig) request(method, path, token string, body any) *http.Request {
	r.t.Helper()
	var reader io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			r.t.Fatal(err)
		}
		reader = bytes.NewReader(raw)
	}
	if !strings.HasPrefix(path, "http") {
		path = r.base + path
	}
	req, err := http.NewRequestWithContext(r.t.Context(), method, path, reader)
	if err != nil {
		r.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return req
}

func (r *rig) tokenAnswer(tenant string, form url.Values) answer {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.base+"/"+tenant+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r.do(req)
}

func secretForm(app, secret, scope string) url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "client_id": {app}, "client_secret": {secret}, "scope": {scope}}
}

func (r *rig) token(app, secret, scope string) string {
	r.t.Helper()
	a := r.tokenAnswer(sim.InlineTenantID, secretForm(app, secret, scope))
	if a.status != http.StatusOK {
		r.t.Fatalf("token: %d %s", a.status, a.raw)
	}
	return a.json["access_token"].(string)
}

func (r *rig) graphToken() string { return r.token(sim.WorkerAppID, sim.WorkerSecret, graphScope) }
func (r *rig) exchangeToken() string {
	return r.token(sim.WorkerAppID, sim.WorkerSecret, exchangeScope)
}

func (r *rig) graph(method, path, token string, body any) answer {
	r.t.Helper()
	return r.do(r.request(method, "/v1.0"+path, token, body))
}

type params map[string]any

func (r *rig) cmdletRequest(token, name string, p params) *http.Request {
	r.t.Helper()
	req := r.request(http.MethodPost, "/adminapi/beta/"+sim.InlineTenantID+"/InvokeCommand", token,
		map[string]any{"CmdletInput": map[string]any{"CmdletName": name, "Parameters": p}})
	req.Header.Set("X-AnchorMailbox", "APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@"+sim.InlineTenantID)
	return req
}

func (r *rig) cmdlet(token, name string, p params) answer {
	r.t.Helper()
	return r.do(r.cmdletRequest(token, name, p))
}

func wantStatus(t *testing.T, a answer, status int, code string) {
	t.Helper()
	if a.status != status || a.code() != code {
		t.Fatalf("got %d %q, want %d %q\n%s", a.status, a.code(), status, code, a.raw)
	}
}

func trusting(ca []byte) *http.Client {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, DisableKeepAlives: true}}
}

func bearer(tb testing.TB, body []byte) string {
	tb.Helper()
	var a struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(body, &a); err != nil || a.Token == "" {
		tb.Fatalf("%v %s", err, body)
	}
	return a.Token
}
