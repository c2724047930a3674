package tenantsim_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	sim "github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

// proxied starts a simulator with TLS behind a proxy; the rig's client knows
// Microsoft's names only.
func proxied(t *testing.T) *spRig {
	t.Helper()
	key, cert := sharedCertificate(t)
	f := sim.InlineTenant()
	sim.AddSharePoint(f)
	f.ServicePrincipals[0].Certificates = []string{cert}
	s, err := sim.New(f, sim.Options{TLS: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if err := s.Start(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	proxy, err := s.StartProxy(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	to, err := url.Parse(proxy)
	if err != nil {
		t.Fatal(err)
	}
	file, err := s.WriteCA(filepath.Join(t.TempDir(), "tls"))
	if err != nil {
		t.Fatal(err)
	}
	ca, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	client := &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(to), TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}
	t.Cleanup(client.CloseIdleConnections)
	return &spRig{rig: &rig{t: t, sim: s, base: "https://login.microsoftonline.com", http: client}, key: key, cert: cert, apps: map[string]string{}}
}

// removeReceiver finds and deletes the product's receiver under the real name.
func (r *spRig) removeReceiver(token string) {
	r.t.Helper()
	at := sim.MarketingSite + "/_api/web/eventreceivers"
	ask := func(method, address string) answer {
		req := r.request(method, address, token, nil)
		req.Header.Set("Accept", "application/json;odata=nometadata")
		return r.do(req)
	}
	id := of(r.t, ask("GET", at), "ReceiverUrl", sim.ReceiverURL, "ReceiverId")
	if a := ask("DELETE", at+"('"+id+"')"); a.status != 200 {
		r.t.Fatalf("%d %s", a.status, a.raw)
	}
	if by := r.sim.RemovedBy(id); len(by) != 1 || by[0].Path != "/sites/marketing/_api/web/eventreceivers('"+id+"')" {
		r.t.Errorf("%+v", by)
	}
}

func TestAPlainClientIsLedByTheProxy(t *testing.T) {
	t.Parallel()
	r := proxied(t)
	token := func(scope string) string {
		a := r.tokenAnswer(sim.InlineTenantID, r.form(sim.WorkerAppID, scope))
		if a.status != 200 {
			t.Fatalf("%d %s", a.status, a.raw)
		}
		return a.json["access_token"].(string)
	}
	list := r.do(r.request("GET", "https://graph.microsoft.com/v1.0/servicePrincipals?$top=2", token(graphScope), nil))
	if next, _ := list.json["@odata.nextLink"].(string); list.status != 200 || !strings.HasPrefix(next, "https://graph.microsoft.com/v1.0/servicePrincipals?") {
		t.Fatalf("%d %s", list.status, list.raw)
	}
	r.removeReceiver(token(sharePointScope))
	for _, host := range []string{sim.SharePointPersonalURL, sim.SharePointAdminURL} { // one resource: a token of one host holds on all
		if token := token(host + "/.default"); token != "" {
			req := r.request("GET", sim.PersonalSite+"/_api/web", token, nil)
			req.Header.Set("Accept", "application/json")
			if a := r.do(req); a.status != 200 {
				t.Errorf("%s: %d %s", host, a.status, a.raw)
			}
		}
	}
	for _, wrong := range []string{"https://graph.microsoft.com/adminapi/beta/x/InvokeCommand", "https://login.microsoftonline.com/v1.0/users",
		"https://graph.microsoft.com/_sim/state", "https://graph.microsoft.com/sharepoint/contoso/_api/web", "https://graph.microsoft.com/product/removals"} {
		if a := r.do(r.request("GET", wrong, "", nil)); a.status != 404 {
			t.Errorf("%s: %d", wrong, a.status)
		}
	}
}

func TestAzidentityIsLedByTheProxy(t *testing.T) {
	t.Parallel()
	r := proxied(t)
	block, _ := pem.Decode([]byte(r.cert))
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	c, err := azidentity.NewClientCertificateCredential(sim.InlineTenantID, sim.WorkerAppID, []*x509.Certificate{parsed}, r.key,
		&azidentity.ClientCertificateCredentialOptions{ClientOptions: azcore.ClientOptions{Transport: r.http}})
	if err != nil {
		t.Fatal(err)
	}
	token, err := c.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{sharePointScope}})
	if err != nil {
		t.Fatal(err)
	}
	r.removeReceiver(token.Token)
}

func TestTheProxyLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	r := proxied(t)
	for _, address := range []string{"https://example.com/", "https://graph.microsoft.com:8443/v1.0/users", "https://sharepoint.com/", "https://a.b.sharepoint.com/"} {
		if a, err := r.try(r.request("GET", address, "", nil)); err == nil || !strings.Contains(err.Error(), "Forbidden") {
			t.Errorf("%s: %d %v", address, a.status, err)
		}
	}
	if a := r.do(r.request("GET", "http://graph.microsoft.com/v1.0/users", "", nil)); a.status != http.StatusMethodNotAllowed {
		t.Errorf("%d %s", a.status, a.raw)
	}
}

func TestAProxyNeedsTLSAndLoopback(t *testing.T) {
	t.Parallel()
	plain, err := sim.New(sim.InlineTenant(), sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	if err := plain.Start(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	if _, err := plain.StartProxy(t.Context(), "127.0.0.1:0"); err == nil {
		t.Error("a proxy without TLS")
	}
	if _, err := plain.WriteCA(t.TempDir()); err == nil {
		t.Error("a CA without TLS")
	}
	s, err := sim.New(sim.InlineTenant(), sim.Options{TLS: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Start(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	for _, addr := range []string{"0.0.0.0:0", ":0", "example.com:0", "127.0.0.1"} {
		if _, err := s.StartProxy(t.Context(), addr); err == nil {
			t.Errorf("a proxy on %q", addr)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	if _, err := s.StartProxy(ctx, "localhost:0"); err != nil {
		t.Error(err)
	}
	stop() // one proxy ends, the simulator goes on
}

func TestHostHeadersLeadWithoutTLSToo(t *testing.T) {
	t.Parallel()
	r := newSharePoint(t, sim.Options{})
	req := r.request("GET", "/sites/marketing/_api/web", r.as(sim.WorkerAppID), nil)
	req.Host, req.Header = "contoso.sharepoint.com:443", http.Header{"Accept": {"application/json"}, "Authorization": req.Header["Authorization"]}
	a := r.do(req)
	if a.status != 200 || a.json["odata.metadata"] != "http://contoso.sharepoint.com:443/sites/marketing/_api/$metadata#SP.Web/@Element" {
		t.Errorf("%d %s", a.status, a.raw)
	}
	for host, status := range map[string]int{"contoso.sharepoint.us": 401, "fabrikam.sharepoint.com": 401} {
		if req.Host = host; r.do(req.Clone(t.Context())).status != status {
			t.Errorf("%s is led to the tenant", host)
		}
	}
}
