package batch_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/batch"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

type object = map[string]any

// asked is a request inside a batch, as it came.
type asked struct {
	ID, Method, URL string
	Headers         map[string]string
}

// said is an answer to one.
type said struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    any               `json:"body,omitempty"`
}

// fake is a Graph of a test's own.
type fake struct {
	get   func(path string) (int, any) // calls by themselves
	item  func(asked) said             // items of batches
	outer func(w http.ResponseWriter, answers []said) bool
	base  string

	mu      sync.Mutex
	batches [][]asked
	alone   []*http.Request
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, _ := strings.CutPrefix(r.URL.RequestURI(), "/v1.0")
	if path != "/$batch" {
		f.mu.Lock()
		f.alone = append(f.alone, r)
		f.mu.Unlock()
		status, body := f.get(path)
		w.WriteHeader(status)
		if body != nil {
			_ = json.NewEncoder(w).Encode(body)
		}
		return
	}
	var in struct{ Requests []asked }
	_ = json.NewDecoder(r.Body).Decode(&in)
	f.mu.Lock()
	f.batches = append(f.batches, in.Requests)
	f.mu.Unlock()
	w.Header().Set("request-id", "outer")
	var out []said
	for _, i := range slices.Backward(in.Requests) { // in any order
		a := f.item(i)
		a.ID = i.ID
		out = append(out, a)
	}
	if f.outer == nil || !f.outer(w, out) {
		_ = json.NewEncoder(w).Encode(object{"responses": out})
	}
}

// start serves the fake and makes a client of it.
func (f *fake) start(t testing.TB, o transport.Options) *batch.Client {
	t.Helper()
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	base := transport.NewBase(nil)
	t.Cleanup(base.CloseIdleConnections)
	f.base, o.Base = srv.URL, base
	return client(t, srv.URL, o)
}

func client(t testing.TB, endpoint string, o transport.Options) *batch.Client {
	t.Helper()
	o.API, o.Service = batch.API, endpoint
	h, err := transport.New(o)
	if err != nil {
		t.Fatal(err)
	}
	c, err := batch.New(h, endpoint)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// canned is a service without a network that answers every call like this.
type canned []byte

func (c canned) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(c)), Request: req}, nil
}

func refusal(status int, code string) said {
	return said{Status: status, Body: object{"error": object{"code": code, "message": "no"}}}
}

func listing(next string, rows ...object) object {
	if rows == nil {
		rows = []object{}
	}
	out := object{"value": rows}
	if next != "" {
		out["@odata.nextLink"] = next
	}
	return out
}

func wantFailure(t testing.TB, err error, class deprovision.Class) *deprovision.Failure {
	t.Helper()
	var f *deprovision.Failure
	if !errors.As(err, &f) || f.Class != class || f.API != "graph" || f.Call == "" {
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

func names(objects []m365.Object) string {
	var out []string
	for _, o := range objects {
		out = append(out, o.Name)
	}
	return strings.Join(out, " ")
}
