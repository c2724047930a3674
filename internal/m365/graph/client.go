package graph

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	abstractions "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/authentication"
	khttp "github.com/microsoft/kiota-http-go"
	kjson "github.com/microsoft/kiota-serialization-json-go"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// API is the name of this API in failures and metrics.
const API = "graph"

// Client asks Graph v1.0 about one tenant. It is safe for concurrent use and implements [m365.Directory] and
// [m365.Identities].
type Client struct {
	adapter abstractions.RequestAdapter
	service *url.URL
}

var (
	_ m365.Directory  = (*Client)(nil)
	_ m365.Identities = (*Client)(nil)
)

// New makes a client. The HTTP client comes from package transport; endpoint is the base address without the version, e.g.
// https://graph.microsoft.com. It fails with a [deprovision.Invalid] for a bad endpoint.
func New(client *http.Client, endpoint string) (*Client, error) {
	service, err := transport.ParseService("endpoints.graph", endpoint)
	if err != nil {
		return nil, err
	}
	own := *client
	own.Transport = plainNames{client.Transport}
	adapter, err := khttp.NewNetHttpRequestAdapterWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(
		&authentication.AnonymousAuthenticationProvider{}, // the transport knows better
		kjson.NewJsonParseNodeFactory(), kjson.NewJsonSerializationWriterFactory(), &own)
	if err != nil {
		return nil, err
	}
	adapter.SetBaseUrl(strings.TrimSuffix(endpoint, "/") + "/v1.0")
	return &Client{adapter: adapter, service: service}, nil
}

// root is what a builder's addresses start from; the adapter fills it in.
func root() map[string]string { return map[string]string{"baseurl": ""} }

// plainNames writes the names of OData's parameters with their $, which the builders escape and not every service unescapes.
type plainNames struct{ next http.RoundTripper }

func (p plainNames) RoundTrip(req *http.Request) (*http.Response, error) {
	if !strings.Contains(req.URL.RawQuery, "%24") {
		return p.next.RoundTrip(req)
	}
	out := req.Clone(req.Context())
	parts := strings.Split(req.URL.RawQuery, "&")
	for i, part := range parts {
		name, value, _ := strings.Cut(part, "=")
		parts[i] = strings.Replace(name, "%24", "$", 1) + "=" + value
	}
	out.URL.RawQuery = strings.Join(parts, "&")
	return p.next.RoundTrip(out)
}

// remove makes one call that takes something away.
func remove(ctx context.Context, name string, send func(context.Context) error, ids ...string) (m365.Receipt, error) {
	call := &transport.Call{Name: name, Changes: true}
	for _, id := range ids {
		if err := checkID(call, id); err != nil {
			return m365.Receipt{}, err
		}
	}
	if err := send(call.Context(ctx)); err != nil {
		if _, ok := errors.AsType[*deprovision.Failure](err); !ok { // a success that a library cannot read
			err = &deprovision.Failure{Class: deprovision.Unknown, API: API, Call: name, RequestID: call.RequestID, Err: err}
		}
		return m365.Receipt{}, transport.Failed(err, API, call)
	}
	return call.Receipt(), nil
}

// checkID refuses what would make an address mean something else. An empty id would name the whole collection.
func checkID(call *transport.Call, id string) error {
	foreign := func(r rune) bool { return r <= ' ' || strings.ContainsRune(`/\?%`, r) }
	if id != "" && len(id) <= 256 && id != "." && id != ".." && !strings.ContainsFunc(id, foreign) {
		return nil
	}
	return transport.Malformed(API, call, "%w", &deprovision.Invalid{Field: "id", Value: id, Allowed: `an id without spaces, '/', '\', '?' and '%'`})
}
