package batch

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// API is the name of this API in failures and metrics: it is Graph.
const API = "graph"

// Client asks Graph v1.0 about many objects of one tenant. It is safe for concurrent use and implements [m365.Mail], [m365.Sites] and
// [m365.Apps].
type Client struct {
	http    *http.Client
	service *url.URL
	root    string // what every address starts with, version included
}

var (
	_ m365.Mail  = (*Client)(nil)
	_ m365.Sites = (*Client)(nil)
	_ m365.Apps  = (*Client)(nil)
)

// New makes a client. The HTTP client comes from package transport; endpoint is the base address without the version, e.g.
// https://graph.microsoft.com. It fails with a [deprovision.Invalid] for a bad endpoint.
func New(client *http.Client, endpoint string) (*Client, error) {
	service, err := transport.ParseService("endpoints.graph", endpoint)
	if err != nil {
		return nil, err
	}
	return &Client{http: client, service: service, root: strings.TrimSuffix(service.String(), "/") + "/v1.0"}, nil
}

// send makes one request; address begins behind the version. The body of a success is in the call.
func (c *Client) send(ctx context.Context, call *transport.Call, method, address string, body []byte) error {
	req, err := http.NewRequestWithContext(call.Context(ctx), method, c.root+address, bytes.NewReader(body))
	if err != nil {
		return transport.Malformed(API, call, "%w", err)
	}
	req.Header.Set("Accept", "application/json")
	if len(body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return transport.Failed(err, API, call)
	}
	return resp.Body.Close()
}

// relative turns the address of a next page into one behind the version, as items of a batch need it. It fails for an address that leaves
// the service.
func (c *Client) relative(link string) (string, bool) {
	u, err := c.service.Parse(link)
	if err != nil || !transport.SameService(u, c.service) || u.User != nil {
		return "", false
	}
	u.Scheme, u.Host, u.Fragment = c.service.Scheme, c.service.Host, ""
	address, ok := strings.CutPrefix(u.String(), c.root)
	return address, ok && strings.HasPrefix(address, "/")
}

// maxID is the longest id of an object, in bytes: those of Exchange are long.
const maxID = 1000

// checkID refuses what would make an address mean something else. An empty id would name the whole collection.
func checkID(call *transport.Call, id string) error {
	foreign := func(r rune) bool { return r <= ' ' || strings.ContainsRune(`/\?%#`, r) }
	if id != "" && len(id) <= maxID && id != "." && id != ".." && !strings.ContainsFunc(id, foreign) {
		return nil
	}
	bad := &deprovision.Invalid{Field: "id", Value: transport.Printable(id), Allowed: `an id without spaces, '/', '\', '?', '%' and '#'`}
	return transport.Malformed(API, call, "%w", bad)
}

// few refuses more places or targets than one call takes, and bad ids of any of them.
func few(call *transport.Call, n int, ids func(int) []string) error {
	if n > m365.MostTargets {
		return transport.Malformed(API, call, "%d at once: at most %d", n, m365.MostTargets)
	}
	for i := range n {
		for _, id := range ids(i) {
			if err := checkID(call, id); err != nil {
				return err
			}
		}
	}
	return nil
}

func escape(id string) string { return url.PathEscape(id) }
