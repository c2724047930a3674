package graph_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/m365/graph"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const lastPage = `{"value":[{"id":"the-last","principalId":"` + tenantsim.ProductID + `","roleDefinitionId":"r"}]}`

// canned is a service without a network: its first answer is this one, each further one is the last page.
type canned struct {
	status int
	kind   string
	body   []byte
	asked  int
}

func (c *canned) RoundTrip(req *http.Request) (*http.Response, error) {
	status, kind, body := c.status, c.kind, c.body
	if c.asked++; c.asked > 1 {
		status, kind, body = http.StatusOK, "application/json", []byte(lastPage)
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(bytes.NewReader(body)), Request: req}, nil
}

// offline is a client of a canned service.
func offline(t testing.TB, c *canned) *graph.Client {
	t.Helper()
	return client(t, "https://graph.microsoft.com", transport.Options{Base: c})
}

// judged is the failure that an error is, held to what every one promises.
func judged(t testing.TB, err error) *deprovision.Failure {
	t.Helper()
	var f *deprovision.Failure
	if !errors.As(err, &f) || f.API != graph.API || f.Call == "" || f.Class == "" {
		t.Fatalf("%#v", err)
	}
	return f
}

// FuzzListPageIsWholeOrRefused: every object of a listing has an id, the bytes that it was read from, and the owner that was asked for.
func FuzzListPageIsWholeOrRefused(f *testing.F) {
	row := `{"id":"a","principalId":"` + tenantsim.ProductID + `","roleDefinitionId":"29232cdf-9323-42fd-ade2-1d097af3e4de","directoryScopeId":"/"}`
	for _, body := range []string{
		`{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#roleManagement/directory/roleAssignments","value":[` + row + `]}`,
		`{"value":[` + row + `,` + row + `],"@odata.nextLink":"https://graph.microsoft.com/v1.0/roleManagement/directory/roleAssignments?$skiptoken=MTAw"}`,
		`{"value":[` + row + `],"@odata.nextLink":"https://elsewhere.example/v1.0/roleManagement/directory/roleAssignments"}`,
		`{"value":[{"id":"a","principalId":"` + nobody + `"}]}`, `{"value":[{"id":"a"}]}`, `{"value":[{"principalId":"` + tenantsim.ProductID + `"}]}`,
		`{"value":[{"id":1,"principalId":[]}]}`, `{"value":[null]}`, `{"value":[]}`, `{"value":{}}`, `{"value":null}`, `{"id":"x"}`, `[]`, `{`, ``,
	} {
		f.Add(http.StatusOK, "application/json", []byte(body))
	}
	f.Add(http.StatusOK, "text/html", []byte("<html>"))
	f.Add(http.StatusNoContent, "", []byte(nil))
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte) {
		service := &canned{status: status, kind: kind, body: body}
		objects, err := offline(t, service).RoleAssignments(t.Context(), tenantsim.ProductID)
		if err != nil {
			if f := judged(t, err); objects != nil || f.Class == deprovision.Unknown {
				t.Fatalf("%d objects, and a read that may have changed something: %v", len(objects), err)
			}
			return
		}
		if status < 200 || status > 299 || service.asked > 2 || service.asked == 2 && objects[len(objects)-1].ID != "the-last" {
			t.Fatalf("status %d, %d pages, %+v", status, service.asked, objects)
		}
		if ambiguous(body) {
			return
		}
		for _, o := range objects {
			var row struct {
				ID        string `json:"id"`
				Principal string `json:"principalId"`
			}
			if err := json.Unmarshal(o.Raw, &row); err != nil || o.ID == "" || row.ID != o.ID || !strings.EqualFold(row.Principal, tenantsim.ProductID) {
				t.Fatalf("%q was read from %s: %v", o.ID, o.Raw, err)
			}
		}
	})
}

// ambiguous reports whether an object of the text has two members of one name, case aside: JSON leaves open which of them counts.
func ambiguous(body []byte) bool {
	d := json.NewDecoder(bytes.NewReader(body))
	var walk func() bool
	walk = func() bool {
		open, err := d.Token()
		delim, nested := open.(json.Delim)
		if err != nil || !nested {
			return false
		}
		names, twice := map[string]bool{}, false
		for d.More() {
			if delim == '{' {
				name, err := d.Token()
				if err != nil {
					return false
				}
				folded := strings.ToLower(name.(string))
				twice = twice || names[folded]
				names[folded] = true
			}
			twice = walk() || twice
		}
		_, err = d.Token()
		return twice && err == nil
	}
	return walk()
}

// FuzzRefusalIsAFailureWithItsStatus: whatever a refusal says, its status survives, and its class never claims more than is known.
func FuzzRefusalIsAFailureWithItsStatus(f *testing.F) {
	for _, body := range []string{
		`{"error":{"code":"Request_ResourceNotFound","message":"Resource 'x' does not exist.","innerError":{"date":"2026-03-01T12:00:00","request-id":"7d0c3f5e-0000-8000-8000-000000000001"}}}`,
		`{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation."}}`,
		`{"error":{"code":"TooManyRequests","message":"Bearer eyJhbGciOiJub25lIn0.eyJhIjoxfQxxxxx.","innerError":[]}}`,
		`{"error":{"code":1,"message":{}}}`, `{"error":null}`, `{"error":"invalid_grant","error_description":"AADSTS70008"}`, `<html>`, "\x00", ``,
	} {
		for _, status := range []int{404, 403, 429, 500, 503, 302, 304, 400} {
			f.Add(status, "application/json", []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte) {
		if status >= 200 && status <= 299 {
			return
		}
		_, readErr := offline(t, &canned{status: status, kind: kind, body: body}).Group(t.Context(), nobody)
		_, err := offline(t, &canned{status: status, kind: kind, body: body}).DeleteGroup(t.Context(), nobody)
		read, change := judged(t, readErr), judged(t, err)
		for _, f := range []*deprovision.Failure{read, change} {
			text := f.Err.Error()
			if f.Status != status || f.Class == deprovision.Gone && (status != http.StatusNotFound || !bytes.Contains(body, []byte("rror"))) {
				t.Fatalf("status %d, %s: %+v", status, body, f)
			}
			if len(text) > 500 || deprovision.LooksSecret(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' }) {
				t.Fatalf("%q", text)
			}
		}
		if read.Class == deprovision.Unknown || status >= 500 && change.Class == deprovision.Transient {
			t.Fatalf("status %d: a read is %s, a change %s", status, read.Class, change.Class)
		}
	})
}
