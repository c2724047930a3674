package exchange_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/m365/exchange"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const lastPage = `{"value":[{"Name":"the last"}]}`

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

// says is what an answer of InvokeCommand may hold.
type says struct {
	Value    []any    `json:"value"`
	Warnings []string `json:"@adminapi.warnings"`
	Errors   []string `json:"@adminapi.errors"`
	Asks     string   `json:"@adminapi.confirmationmessage"`
}

func (s says) cutShort() bool {
	return slices.ContainsFunc(s.Warnings, func(w string) bool { return strings.Contains(w, "more results available") })
}

func addAnswers(f *testing.F) {
	f.Helper()
	for _, body := range []string{
		`{"@odata.context":"https://outlook.office365.com/adminapi/beta/t/$metadata#Collection(Exchange.CmdletResult)","value":[{"Name":"External mail banner","Guid":"b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001","WhenChanged":"2024-03-05T09:30:00Z"}]}`,
		`{"value":[{"Name":"a"},{"Name":"b"}],"@odata.nextLink":"https://outlook.office365.com/adminapi/beta/t/InvokeCommand?$skiptoken=MTAwMA"}`,
		`{"value":[{}],"@odata.nextLink":"https://elsewhere.example/adminapi/beta/t/InvokeCommand"}`,
		`{"value":[],"@adminapi.warnings":["There are more results available than are currently displayed. To view them, increase the value for the ResultSize parameter."]}`,
		`{"value":[],"@adminapi.errors":["Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The operation couldn't be performed."]}`,
		`{"value":[],"@adminapi.confirmationmessage":"Are you sure you want to perform this action?"}`,
		`{"error":{"code":"NotFound","message":"","details":[{"message":"Ex1|A.B.ManagementObjectNotFoundException|gone"}]}}`,
		`{"value":[null,1,"x"]}`, `{"value":{}}`, `{"value":null}`, `{}`, `null`, `{"value":`, `[]`, ``, "\x00\x00",
	} {
		f.Add(http.StatusOK, "application/json; charset=utf-8", []byte(body))
		f.Add(http.StatusNotFound, "application/json", []byte(body))
	}
	f.Add(http.StatusOK, "text/html", []byte("<html>sign in</html>"))
	f.Add(http.StatusServiceUnavailable, "text/html", []byte("<html>"))
}

// offline is a client of a canned service.
func offline(t testing.TB, c *canned) *exchange.Client {
	t.Helper()
	return client(t, "https://outlook.office365.com", transport.Options{Base: c})
}

// judged is the failure that an error is, held to what every one promises.
func judged(t testing.TB, err error) *deprovision.Failure {
	t.Helper()
	var f *deprovision.Failure
	if !errors.As(err, &f) || f.API != exchange.API || f.Call == "" || f.Class == "" {
		t.Fatalf("%#v", err)
	}
	if text := f.Err.Error(); len(text) > 500 || deprovision.LooksSecret(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' }) {
		t.Fatalf("%q", text)
	}
	return f
}

// FuzzListingIsWholeOrRefused: a listing is used only when the service said nothing against it, and then row by row as it came.
func FuzzListingIsWholeOrRefused(f *testing.F) {
	addAnswers(f)
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte) {
		service := &canned{status: status, kind: kind, body: body}
		rows, err := offline(t, service).Get(t.Context(), "Get-TransportRule", params{"ResultSize": "Unlimited"})
		if err != nil {
			if f := judged(t, err); rows != nil || f.Class == deprovision.Unknown {
				t.Fatalf("%d rows, and a read that may have changed something: %v", len(rows), err)
			}
			return
		}
		var said says
		listed := status == http.StatusNoContent || json.Unmarshal(body, &said) == nil && said.Value != nil
		if !listed || len(said.Errors) > 0 || said.cutShort() {
			t.Fatalf("%s is taken for a whole listing", body)
		}
		if status < 200 || status > 299 || service.asked > 2 || service.asked == 2 && string(rows[len(rows)-1]) != `{"Name":"the last"}` {
			t.Fatalf("status %d, %d pages, rows %s", status, service.asked, rows)
		}
		whole := listing(t, rows)
		again, err := offline(t, &canned{status: http.StatusOK, kind: "application/json", body: whole}).Get(t.Context(), "Get-TransportRule", nil)
		if back := listing(t, again); err != nil || !bytes.Equal(back, whole) {
			t.Fatalf("%s is read as %s, %v", whole, back, err)
		}
	})
}

// listing is the answer that holds these rows.
func listing(t testing.TB, rows []json.RawMessage) []byte {
	t.Helper()
	body, err := json.Marshal(map[string]any{"value": append([]json.RawMessage{}, rows...)})
	if err != nil {
		t.Fatalf("a row is no JSON: %v", err)
	}
	return body
}

// FuzzChangeIsDoneRefusedOrUnknown: a receipt is given only where the service did not object, and what cannot be read is not called undone.
func FuzzChangeIsDoneRefusedOrUnknown(f *testing.F) {
	addAnswers(f)
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte) {
		service := &canned{status: status, kind: kind, body: body}
		receipt, err := offline(t, service).Do(t.Context(), "Remove-TransportRule", params{"Identity": "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001"})
		if service.asked != 1 {
			t.Fatalf("sent %d times", service.asked)
		}
		success := status >= 200 && status <= 299
		var said says
		readable := len(body) == 0 || status == http.StatusNoContent || json.Unmarshal(body, &said) == nil && said.Value != nil
		if err == nil {
			if !success || !readable || len(said.Errors) > 0 || said.Asks != "" || receipt.Call != "Remove-TransportRule" || receipt.ClientID == "" {
				t.Fatalf("status %d, %s is taken for done: %+v", status, body, receipt)
			}
			return
		}
		f := judged(t, err)
		if receipt.Call != "" || f.Class == deprovision.Transient && status >= 500 || success && !readable && f.Class != deprovision.Unknown {
			t.Fatalf("status %d, %s: %+v, %v", status, body, receipt, err)
		}
	})
}
