package product_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/product"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const callID = "7d0c3f5e-0000-8000-8000-000000000001"

var inline = m365.ProductAccount{
	TenantID: tenantsim.InlineTenantID, AccountID: tenantsim.ProductAccountID, Service: "exchange-online-inline", AppID: tenantsim.ProductAppID,
}

func hook(t testing.TB, base, path, secret string) *product.Hook {
	t.Helper()
	sender := transport.NewBase(nil)
	t.Cleanup(sender.CloseIdleConnections)
	client, err := transport.New(transport.Options{API: product.API, Service: base, Base: sender})
	if err != nil {
		t.Fatal(err)
	}
	h, err := product.New(client, base+path, func() (string, error) { return secret, nil }, nil)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func simulate(t testing.TB) *tenantsim.Sim {
	t.Helper()
	sim, err := tenantsim.New(tenantsim.InlineTenant(), tenantsim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.Start(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	return sim
}

func wantFailure(t testing.TB, err error, class deprovision.Class) {
	t.Helper()
	var f *deprovision.Failure
	if !errors.As(err, &f) || f.Class != class || f.API != "product" {
		t.Fatalf("got %v, want class %s", err, class)
	}
	if deprovision.LooksSecret(err.Error()) || strings.Contains(err.Error(), strings.TrimPrefix(tenantsim.HookSecret, "whsec_")) {
		t.Errorf("repeats the secret: %v", err)
	}
}

func TestSignedHookRemovesTheAccountOnce(t *testing.T) {
	t.Parallel()
	sim := simulate(t)
	h := hook(t, sim.BaseURL(), "/product/removals", tenantsim.HookSecret)
	ctx := m365.WithCallID(t.Context(), callID)
	r, err := h.Remove(ctx, callID, inline)
	if err != nil {
		t.Fatal(err)
	}
	if r.ClientID != callID || r.RequestID == "" || r.Call == "" {
		t.Errorf("%+v", r)
	}
	if _, err := h.Remove(ctx, callID, inline); err != nil {
		t.Errorf("repeating it must be harmless: %v", err)
	}
	if n := len(sim.RemovedBy(tenantsim.ProductAccountID)); n != 1 {
		t.Errorf("removed by %d calls", n)
	}
	unknown := inline
	unknown.AccountID = "11111111-2222-3333-4444-555555555555"
	_, err = h.Remove(ctx, "another", unknown)
	wantFailure(t, err, deprovision.Gone)
}

func TestWrongSecretIsRefused(t *testing.T) {
	t.Parallel()
	sim := simulate(t)
	_, err := hook(t, sim.BaseURL(), "/product/removals", "whsec_YW5vdGhlciBzZWNyZXQgb2YgZW5vdWdoIGJ5dGVz").Remove(t.Context(), callID, inline)
	wantFailure(t, err, deprovision.Forbidden)
	if n := len(sim.Changes("")); n != 0 {
		t.Errorf("%d changes", n)
	}
}

func TestBadSecretsAndIDsAreNotSent(t *testing.T) {
	t.Parallel()
	sim := simulate(t)
	for _, secret := range []string{"", "plain", "whsec_", "whsec_c2hvcnQ=", "whsec_!!!", "dGVuYW50c2ltLXByb2R1Y3QtaG9vay1zZWNyZXQ="} {
		_, err := hook(t, sim.BaseURL(), "/product/removals", secret).Remove(t.Context(), callID, inline)
		wantFailure(t, err, deprovision.Forbidden)
	}
	for _, id := range []string{"", "a.b", "a b", "ü", "line\nbreak", strings.Repeat("x", 201)} {
		_, err := hook(t, sim.BaseURL(), "/product/removals", tenantsim.HookSecret).Remove(t.Context(), id, inline)
		wantFailure(t, err, deprovision.Malformed)
	}
	if len(sim.Calls()) != 0 {
		t.Error("something was sent")
	}
}

func TestLostAnswerOfAHookIsUnknown(t *testing.T) {
	t.Parallel()
	sim := simulate(t)
	sim.Faults.Must(tenantsim.Fault{Do: tenantsim.FaultResetAfterCommit, Match: tenantsim.Match{API: tenantsim.APIProduct}})
	_, err := hook(t, sim.BaseURL(), "/product/removals", tenantsim.HookSecret).Remove(t.Context(), callID, inline)
	wantFailure(t, err, deprovision.Unknown)
}

// The vector was computed with the scheme's published algorithm, apart from this code.
func TestSignatureIsThatOfTheScheme(t *testing.T) {
	t.Parallel()
	const want = "v1,ukceKMpIFoedwiEuS+DjJgSz+Je0U3I5Su1ssylLmuY="
	var got http.Header
	var body []byte
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		body, _ = io.ReadAll(r.Body)
	}))
	defer srv.Close()
	sender := transport.NewBase(nil)
	defer sender.CloseIdleConnections()
	client, err := transport.New(transport.Options{API: product.API, Service: srv.URL, Base: sender})
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Unix(1_772_366_400, 999) }
	h, err := product.New(client, srv.URL+"/hook?site=eu", func() (string, error) { return tenantsim.HookSecret, nil }, now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Remove(t.Context(), "msg_1", m365.ProductAccount{TenantID: "t", AccountID: "a", Service: "s"}); err != nil {
		t.Fatal(err)
	}
	if got.Get("webhook-id") != "msg_1" || got.Get("webhook-timestamp") != "1772366400" || got.Get("webhook-signature") != want {
		t.Errorf("%v", got)
	}
	if string(body) != `{"type":"service-account.remove","data":{"tenantId":"t","accountId":"a","service":"s"}}` || !json.Valid(body) {
		t.Errorf("%s", body)
	}
}

func TestHookIsHTTPSOrOnLoopback(t *testing.T) {
	t.Parallel()
	for address, good := range map[string]bool{
		"https://console.example/hook?site=eu": true, "http://127.0.0.1:8080/hook": true, "http://console.example/hook": false, "console.example": false, "": false,
	} {
		base, err := product.Base(address)
		_, err2 := product.New(new(http.Client), address, nil, nil)
		var bad *deprovision.Invalid
		if (err == nil) != good || (err2 == nil) != good || !good && (!errors.As(err, &bad) || bad.Field != "product.hookURL") || good && strings.Contains(base, "hook") {
			t.Errorf("%q: %q, %v, %v", address, base, err, err2)
		}
	}
}

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		fmt.Println(r.Method, r.URL.Path, r.Header.Get("webhook-id"))
	}))
	defer server.Close()
	sender := transport.NewBase(nil)
	defer sender.CloseIdleConnections()
	client, err := transport.New(transport.Options{API: product.API, Service: server.URL, Base: sender})
	if err != nil {
		fmt.Println(err)
		return
	}
	secret := func() (string, error) { return "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz", nil }
	h, err := product.New(client, server.URL+"/removals", secret, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := h.Remove(context.Background(), "msg_1", m365.ProductAccount{TenantID: "t", AccountID: "a", Service: "teams"})
	fmt.Println(receipt.Call, err)
	// Output:
	// POST /removals msg_1
	// POST hook <nil>
}
