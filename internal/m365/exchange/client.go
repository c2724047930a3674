package exchange

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Client runs the cmdlets of one tenant. It is safe for concurrent use and implements [m365.Exchange].
type Client struct {
	http     *http.Client
	service  *url.URL
	tenantID string
}

var _ m365.Exchange = (*Client)(nil)

// API is the name of this API in failures and metrics.
const API = "exchange"

// New makes a client of the tenant with this GUID. The client comes from package transport; endpoint is the base address, e.g.
// https://outlook.office365.com. It fails with a [deprovision.Invalid] for a bad endpoint or id.
func New(client *http.Client, endpoint, tenantID string) (*Client, error) {
	service, err := transport.ParseService("endpoints.exchange", endpoint)
	if err != nil {
		return nil, err
	}
	if !deprovision.ValidAppID(tenantID) {
		return nil, &deprovision.Invalid{Field: "id", Value: tenantID, Allowed: "the tenant's GUID"}
	}
	return &Client{http: client, service: service, tenantID: tenantID}, nil
}

func (c *Client) address(version, leaf string) string {
	return strings.TrimSuffix(c.service.String(), "/") + "/adminapi/" + version + "/" + c.tenantID + "/" + leaf
}

// send makes one request and decodes its answer, if there is one, into out.
func (c *Client) send(ctx context.Context, call *transport.Call, method, address string, header map[string]string, body []byte, out any) error {
	req, err := http.NewRequestWithContext(call.Context(ctx), method, address, bytes.NewReader(body))
	if err != nil {
		return transport.Malformed(API, call, "%w", err)
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	req.Header.Set("Accept", "application/json")
	// routes the call to the tenant's own servers; an app has no mailbox, so it names a system mailbox that every tenant has
	req.Header.Set("X-AnchorMailbox", "APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@"+c.tenantID)
	resp, err := c.http.Do(req)
	if err != nil {
		return transport.Failed(err, API, call)
	}
	defer resp.Body.Close()
	if call.Changes && len(call.Body) == 0 { // a cmdlet without output; a listing without one is none
		return nil
	}
	if err := json.Unmarshal(call.Body, out); err != nil {
		return unreadable(call, resp.StatusCode, err)
	}
	return nil
}

// unreadable is a success that is not of the API's form. Of a change nobody knows then what it did.
func unreadable(call *transport.Call, status int, err error) error {
	f := &deprovision.Failure{Class: deprovision.Malformed, API: API, Call: call.Name, Status: status, RequestID: call.RequestID, Err: err}
	if call.Changes {
		f.Class = deprovision.Unknown
	}
	return f
}
