package sharepoint_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// judged holds a failure to what every one promises.
func judged(t testing.TB, err error) *deprovision.Failure {
	t.Helper()
	f := wantFailure(t, err, deprovision.ClassOf(err))
	if text := f.Err.Error(); len(text) > 500 || deprovision.LooksSecret(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' }) {
		t.Fatalf("%q", text)
	}
	return f
}

// FuzzListingIsWholeOrRefused: the rows of a page are used all or none, and the next page is asked of this web alone.
func FuzzListingIsWholeOrRefused(f *testing.F) {
	for _, body := range []string{
		`{"value":[{"ReceiverId":"a","ReceiverName":"x"},{"ReceiverId":"b","ReceiverUrl":"https://h"}]}`, `{"value":[]}`, `{"value":[{"ReceiverId":""}]}`, `{"value":[null]}`,
		`{"value":[{"ReceiverId":"a"}],"odata.nextLink":"https://contoso.sharepoint.com/sites/finance/_api/web/eventreceivers?$skiptoken=1"}`,
		`{"value":[{"ReceiverId":"a"}],"odata.nextLink":"https://elsewhere.example/sites/finance/_api/web/eventreceivers"}`, `{"value":[],"odata.error":{}}`,
		`{"value":[],"odata.nextLink":"/sites/finance/_api/../../other/_api/web"}`, `{"value":{}}`, `{}`, `null`, ``, `[]`, `{"value":[{"ReceiverId":1}]}`,
	} {
		f.Add(http.StatusOK, []byte(body))
	}
	f.Add(http.StatusNotFound, []byte(`{"odata.error":{"code":"-2147024894, System.IO.FileNotFoundException","message":{"value":"File Not Found."}}}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		asked := 0
		c := client(t, "https://contoso.sharepoint.com", canned(func(r *http.Request) (int, []byte) {
			if !strings.HasPrefix(strings.ToLower(r.URL.Path), "/sites/finance/_api/") || r.URL.Host != "contoso.sharepoint.com" || r.URL.User != nil {
				t.Fatalf("asked of %s", r.URL)
			}
			if asked++; asked > 1 {
				return 200, []byte(`{"value":[]}`)
			}
			return status, body
		}))
		got, err := c.Receivers(t.Context(), site, m365.OnWeb)
		if err != nil {
			if f := judged(t, err); f.Class == deprovision.Unknown || got != nil {
				t.Fatalf("%v", err)
			}
			return
		}
		var said struct {
			Value []struct {
				ID any `json:"ReceiverId"`
			}
		}
		if json.Unmarshal(body, &said) != nil || said.Value == nil || status < 200 || status > 299 {
			t.Fatalf("status %d, %s is taken for a listing", status, body)
		}
		different := map[any]bool{}
		for _, v := range said.Value {
			different[v.ID] = true
		}
		if len(different) != len(got) {
			t.Fatalf("%s: %d rows", body, len(got))
		}
	})
}

// FuzzErrorIsGoneOnlyIfItSaysSo: only a 404 with one of three types is an absence, and no text of the service comes through unchecked.
func FuzzErrorIsGoneOnlyIfItSaysSo(f *testing.F) {
	f.Add(404, []byte(`{"odata.error":{"code":"-1, Microsoft.SharePoint.Client.ResourceNotFoundException","message":{"lang":"en-US","value":"Item does not exist."}}}`))
	f.Add(404, []byte(`{"error":{"code":"-2147024894, System.IO.FileNotFoundException","message":{"lang":"en-US","value":"File Not Found."}}}`))
	f.Add(404, []byte(`{"odata.error":{"code":7,"message":[]}}`))
	f.Add(404, []byte(`404 FILE NOT FOUND`))
	f.Add(403, []byte(`{"odata.error":null,"error":null}`))
	f.Add(200, []byte(`{"odata.error":{"code":"-1, x"}}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		c := client(t, "https://contoso.sharepoint.com", canned(func(*http.Request) (int, []byte) { return status, body }))
		receipt, err := c.DeleteReceiver(t.Context(), m365.Target{Place: site, Inside: m365.OnWeb, ID: itemID, CallID: callID})
		if success := status >= 200 && status <= 299; err == nil {
			if !success || receipt.ClientID != callID {
				t.Fatalf("status %d: %+v", status, receipt)
			}
			return
		}
		f := judged(t, err)
		typed := strings.Contains(string(body), "Exception") || strings.Contains(string(body), `\u`)
		if f.Class == deprovision.Gone && (status != http.StatusNotFound || !typed) || status >= 200 && status <= 299 && f.Class != deprovision.Unknown {
			t.Fatalf("status %d, %s: %v", status, body, err)
		}
	})
}

// FuzzAddressStaysInTheTenant: whatever a web is said to be, a call goes to one of the tenant's three hosts, below that web.
func FuzzAddressStaysInTheTenant(f *testing.F) {
	for _, a := range []string{site, "https://contoso-my.sharepoint.com/personal/a_b", "https://contoso.sharepoint.com/a/../b", "https://contoso.sharepoint.com%2fx", "https://contoso.sharepoint.com/%5c", "//contoso.sharepoint.com", "https://contoso.sharepoint.com/sites/ä b'c"} {
		f.Add(a)
	}
	f.Fuzz(func(t *testing.T, address string) {
		c := client(t, "https://contoso.sharepoint.com", canned(func(r *http.Request) (int, []byte) {
			host, ok := strings.CutSuffix(r.URL.Host, ".sharepoint.com")
			if !ok || host != "contoso" && host != "contoso-my" && host != "contoso-admin" || !strings.HasSuffix(r.URL.Path, "/_api/web/eventreceivers") || r.URL.RawQuery != "" {
				t.Fatalf("%q goes to %s", address, r.URL)
			}
			if again, err := url.Parse(r.URL.String()); err != nil || again.Path != r.URL.Path || strings.Contains(r.URL.Path, "/../") {
				t.Fatalf("%q goes to %s, %v", address, r.URL, err)
			}
			return 200, []byte(`{"value":[]}`)
		}))
		if _, err := c.Receivers(t.Context(), address, m365.OnWeb); err != nil {
			_ = judged(t, err)
		}
	})
}
