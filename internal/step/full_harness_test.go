package step_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/batch"
	"github.com/deprovisioner/deprovisioner/internal/m365/sharepoint"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// newFull is a harness for the tenant in which all six services left something; the request is about one of its accounts.
func newFull(t *testing.T, account string, change func(*tenantsim.Fixture)) *harness {
	t.Helper()
	h := newHarnessOf(t, tenantsim.FullTenant(), tenantsim.Behaviour{SecretsForSharePoint: true}, change)
	for _, a := range fullAccounts() {
		h.put(a)
	}
	h.ask(account)
	return h
}

// ask begins a request for another account of the tenant.
func (h *harness) ask(account string) {
	a := h.accounts[account]
	h.state = deprovision.Progress{Status: deprovision.Held, Started: h.clock.Now(), Request: deprovision.Request{ID: "r-" + account, Tenant: "contoso",
		Service: a.Service, Account: account, RequestedBy: "soc@contoso.example"}}
	h.evidence, h.rereads, h.stops, h.parks, h.failures = nil, nil, nil, nil, nil
}

func fullAccounts() []deprovision.Account { return recordsOf(tenantsim.FullAccounts()) }

func recordsOf(recorded []tenantsim.ServiceAccount) []deprovision.Account {
	out := make([]deprovision.Account, len(recorded))
	for i, a := range recorded {
		out[i] = deprovision.Account{Tenant: "contoso", ID: a.ID, Service: deprovision.Service(a.Service), Kind: deprovision.Kind(a.Kind), AppID: a.AppID,
			SharePointAppID: a.SharePointAppID, UPN: a.UPN, Site: a.Site, ProductID: a.ProductID, Names: a.Names, AppCredential: a.AppCredential,
			State: deprovision.AccountActive, Open: "r-" + a.ID}
	}
	return out
}

// simTokens signs in to the simulated tenant.
type simTokens struct {
	client   *simClient
	resource string
}

func (s simTokens) Token(ctx context.Context) (string, error) { return s.client.token(ctx, s.resource) }

func (simTokens) Forget(string) {}

// reach completes a tenant with what asks about many places: by the real adapters, over HTTP.
func (h *harness) reach(made *m365.Tenant, c *simClient) error {
	open := func(api, resource string) func(string) (*http.Client, error) {
		return func(service string) (*http.Client, error) {
			return transport.New(transport.Options{API: api, Service: service, Tokens: simTokens{c, resource}, Base: c.http.Transport})
		}
	}
	client, err := open(batch.API, "https://graph.microsoft.com")(c.base)
	if err != nil {
		return err
	}
	many, err := batch.New(client, c.base)
	if err != nil {
		return err
	}
	made.Mail, made.Sites, made.Apps, made.Identities = many, many, many, c
	made.SharePoint, err = sharepoint.New(c.base+"/sharepoint/contoso", open(sharepoint.API, "https://contoso.sharepoint.com"))
	return err
}

func (c *simClient) DisableUser(ctx context.Context, id string) (m365.Receipt, error) {
	token, err := c.token(ctx, "https://graph.microsoft.com")
	if err != nil {
		return m365.Receipt{}, err
	}
	a, err := c.do(ctx, "graph", "PATCH /users/{id}", http.MethodPatch, "/v1.0/users/"+id, token, []byte(`{"accountEnabled":false}`),
		map[string]string{"Content-Type": "application/json"})
	return receipt(ctx, "PATCH /users/{id}", a), err
}

func (c *simClient) DeleteUser(ctx context.Context, id string) (m365.Receipt, error) {
	return c.remove(ctx, "/users/"+id)
}

func (c *simClient) ApplicationByAppID(ctx context.Context, appID string) (m365.Object, error) {
	o, _, err := c.one(ctx, "/applications(appId='"+appID+"')")
	return o, err
}

func (c *simClient) DeleteApplication(ctx context.Context, id string) (m365.Receipt, error) {
	return c.remove(ctx, "/applications/"+id)
}

func (c *simClient) Subscriptions(ctx context.Context) ([]m365.Object, error) {
	return c.list(ctx, "/subscriptions")
}

func (c *simClient) DeleteSubscription(ctx context.Context, id string) (m365.Receipt, error) {
	return c.remove(ctx, "/subscriptions/"+id)
}

func (c *simClient) Deleted(ctx context.Context, _ m365.DeletedKind, id string) (m365.Object, error) {
	o, _, err := c.one(ctx, "/directory/deletedItems/"+id)
	return o, err
}

func (c *simClient) Purge(ctx context.Context, id string) (m365.Receipt, error) {
	return c.remove(ctx, "/directory/deletedItems/"+id)
}

// removed lists the names of the artifacts of a kind that the request removed.
func (h *harness) removed(kind deprovision.ArtifactKind) []string {
	var names []string
	for _, e := range h.evidence {
		if e.Artifact.Kind == kind {
			names = append(names, e.Artifact.Name)
		}
	}
	slices.Sort(names)
	return names
}
