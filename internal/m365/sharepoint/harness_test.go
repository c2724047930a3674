package sharepoint_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/sharepoint"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const (
	site   = "https://contoso.sharepoint.com/sites/finance"
	listID = "7b0d3f5e-1111-4111-8111-000000000001"
	itemID = "7b0d3f5e-2222-4222-8222-000000000002"
	callID = "7d0c3f5e-0000-8000-8000-000000000001"
)

type object = map[string]any

// sent is a request as it came.
type sent struct {
	method, uri, body string
	header            http.Header
}

// fake is a SharePoint of a test's own: status and body by method and address.
type fake struct {
	answer func(sent) (int, any)
	mu     sync.Mutex
	calls  []sent
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s := sent{method: r.Method, uri: r.RequestURI, body: string(body), header: r.Header}
	f.mu.Lock()
	f.calls = append(f.calls, s)
	f.mu.Unlock()
	status, answer := f.answer(s)
	w.Header().Set("SPRequestGuid", "guid-1")
	w.WriteHeader(status)
	if answer != nil {
		_ = json.NewEncoder(w).Encode(answer)
	}
}

// start serves the fake as a simulated tenant and makes a client of it.
func (f *fake) start(t testing.TB) (*sharepoint.Client, string) {
	t.Helper()
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	base := transport.NewBase(nil)
	t.Cleanup(base.CloseIdleConnections)
	return client(t, srv.URL+"/sharepoint/contoso", base), srv.URL
}

// answering is a client of a service that answers every call like this.
func answering(t testing.TB, status int, body any) (*sharepoint.Client, *fake) {
	t.Helper()
	f := &fake{answer: func(sent) (int, any) { return status, body }}
	c, _ := f.start(t)
	return c, f
}

func client(t testing.TB, base string, send http.RoundTripper) *sharepoint.Client {
	t.Helper()
	c, err := sharepoint.New(base, opener(send))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func opener(send http.RoundTripper) func(string) (*http.Client, error) {
	return func(service string) (*http.Client, error) {
		return transport.New(transport.Options{API: sharepoint.API, Service: service, Base: send})
	}
}

// canned is a service without a network.
type canned func(*http.Request) (int, []byte)

func (c canned) RoundTrip(req *http.Request) (*http.Response, error) {
	status, body := c(req)
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body)), Request: req}, nil
}

func listing(next string, rows ...object) object {
	if rows == nil {
		rows = []object{}
	}
	out := object{"value": rows}
	if next != "" {
		out["odata.nextLink"] = next
	}
	return out
}

func refusal(code, message string) object {
	return object{"odata.error": object{"code": code, "message": object{"lang": "en-US", "value": message}}}
}

func wantFailure(t testing.TB, err error, class deprovision.Class) *deprovision.Failure {
	t.Helper()
	var f *deprovision.Failure
	if !errors.As(err, &f) || f.Class != class || f.API != "sharepoint" || f.Call == "" {
		t.Fatalf("got %#v (%v), want class %s", f, err, class)
	}
	return f
}

// wantClass is wantFailure for who needs to know no more.
func wantClass(t testing.TB, err error, class deprovision.Class) {
	t.Helper()
	_ = wantFailure(t, err, class)
}

func ids(objects []m365.Object) string {
	var out []string
	for _, o := range objects {
		out = append(out, o.ID)
	}
	return strings.Join(out, " ")
}
