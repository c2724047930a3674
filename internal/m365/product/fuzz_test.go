package product_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/m365/product"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// canned is a console without a network.
type canned func(*http.Request) *http.Response

func (c canned) RoundTrip(req *http.Request) (*http.Response, error) { return c(req), nil }

// FuzzAnswerOfTheHookIsJudgedByItsStatus: a product may answer as it likes. Only the status says that the account is gone there; whatever
// else comes is a failure of a class that never claims more than is known, and that repeats nothing shaped like a secret.
func FuzzAnswerOfTheHookIsJudgedByItsStatus(f *testing.F) {
	f.Add(http.StatusOK, "application/json", []byte(`{"accountId":"p-17","state":"removed","removedAt":"2026-03-01T12:00:00Z"}`))
	f.Add(http.StatusOK, "text/html", []byte(`<html>done</html>`))
	f.Add(http.StatusNoContent, "", []byte(nil))
	f.Add(http.StatusNotFound, "application/json", []byte(`{"error":{"code":"unknown_account","message":"no such service account"}}`))
	f.Add(http.StatusNotFound, "text/html", []byte(`<html>not found</html>`))
	f.Add(http.StatusUnauthorized, "application/json", []byte(`{"error":{"code":"bad_signature","message":"expected `+tenantsim.HookSecret+`"}}`))
	f.Add(http.StatusTooManyRequests, "application/json", []byte(`{"error":"slow_down","error_description":"client_secret=hunter2"}`))
	f.Add(http.StatusFound, "", []byte(nil))
	f.Add(http.StatusInternalServerError, "text/plain", []byte("upstream\x00\r\nconnect error"))
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte) {
		asked := 0
		client, err := transport.New(transport.Options{API: product.API, Service: "https://console.example", Base: canned(func(req *http.Request) *http.Response {
			asked++
			return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(bytes.NewReader(body)), Request: req}
		})})
		if err != nil {
			t.Fatal(err)
		}
		h, err := product.New(client, "https://console.example/removals", func() (string, error) { return tenantsim.HookSecret, nil }, nil)
		if err != nil {
			t.Fatal(err)
		}
		receipt, err := h.Remove(t.Context(), callID, inline)
		if done := status >= 200 && status <= 299; asked != 1 || done != (err == nil) || done != (receipt.Call != "" && receipt.ClientID != "") {
			t.Fatalf("status %d, sent %d times: %+v, %v", status, asked, receipt, err)
		}
		if err != nil {
			checkRefusal(t, err, status, body)
		}
	})
}

func checkRefusal(t *testing.T, err error, status int, body []byte) {
	t.Helper()
	var f *deprovision.Failure
	if !errors.As(err, &f) || f.API != product.API || f.Status != status || f.Class == "" {
		t.Fatalf("%#v", err)
	}
	lost := status >= 500 && status != http.StatusNotImplemented && status != http.StatusHTTPVersionNotSupported
	if f.Class == deprovision.Gone && (status != http.StatusNotFound || !bytes.Contains(body, []byte("rror"))) || lost && f.Class == deprovision.Transient {
		t.Fatalf("status %d, %s is taken for %s", status, body, f.Class)
	}
	text := f.Err.Error()
	if len(text) > 500 || deprovision.LooksSecret(text) || strings.ContainsAny(text, "\r\n\x00") {
		t.Fatalf("%q", text)
	}
}
