package sharepoint

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// API is the name of this API in failures and metrics.
const API = "sharepoint"

// Client asks the SharePoint of one tenant. It is safe for concurrent use and implements [m365.SharePoint].
type Client struct {
	name, domain string           // contoso, sharepoint.com
	hosts        map[string]*host // by what follows the name: "", "-my", "-admin"
}

var _ m365.SharePoint = (*Client)(nil)

// New makes a client. The base is the address of the tenant's sites, https://contoso.sharepoint.com; one with a path, such as
// http://127.0.0.1:8080/sharepoint/contoso, stands for https://contoso.sharepoint.com. OneDrive and the admin site are beside it, with -my
// and -admin behind the tenant's name. Each has an HTTP client of its own, from package transport, which open makes for an address: tokens
// are for one host. It fails with a [deprovision.Invalid] for a bad base, or as open does.
func New(base string, open func(service string) (*http.Client, error)) (*Client, error) {
	c, err := parse(base)
	if err != nil {
		return nil, err
	}
	for _, h := range c.hosts {
		if h.http, err = open(h.service()); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// AdminCenter is the address of the tenant's admin site.
func (c *Client) AdminCenter() string { return "https://" + c.name + admin + "." + c.domain }

// request is a call about one web.
type request struct {
	method string
	leaf   string // behind {web}/_api/, escaped
	header map[string]string
	body   any // sent as JSON, unless nil
}

// send makes one request at an address.
func (h *host) send(ctx context.Context, call *transport.Call, address string, r request) error {
	var body []byte
	if r.body != nil {
		var err error
		if body, err = json.Marshal(r.body); err != nil {
			return transport.Malformed(API, call, "%w", err)
		}
	}
	req, err := http.NewRequestWithContext(call.Context(ctx), r.method, address, bytes.NewReader(body))
	if err != nil {
		return transport.Malformed(API, call, "%w", err)
	}
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	req.Header.Set("Accept", "application/json;odata=nometadata")
	if body != nil {
		req.Header.Set("Content-Type", "application/json;odata=nometadata")
	}
	resp, err := h.http.Do(req)
	if err != nil {
		return transport.Failed(err, API, call)
	}
	return resp.Body.Close()
}

// change makes one call that changes something at a web. Whatever a success says is ignored, unless it is an error.
func (c *Client) change(ctx context.Context, name string, t m365.Target, r request) (m365.Receipt, error) {
	call := &transport.Call{Name: name, Changes: true}
	at, err := c.find(call, t.Place)
	if err != nil {
		return m365.Receipt{}, err
	}
	if t.CallID != "" {
		ctx = m365.WithCallID(ctx, t.CallID)
	}
	if err := at.host.send(ctx, call, at.api(r.leaf), r); err != nil {
		return m365.Receipt{}, err
	}
	if failed(call.Body) {
		return m365.Receipt{}, &deprovision.Failure{
			Class: deprovision.Unknown, API: API, Call: name, Status: http.StatusOK, RequestID: call.RequestID,
			Err: errors.New("an error under the status of a success"),
		}
	}
	return call.Receipt(), nil
}

// failed reports whether a body is an error.
func failed(body []byte) bool {
	var answer struct {
		Old json.RawMessage `json:"odata.error"`
		New json.RawMessage `json:"error"`
	}
	return json.Unmarshal(body, &answer) == nil && (answer.Old != nil || answer.New != nil)
}
