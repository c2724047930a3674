package tenants

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/batch"
	"github.com/deprovisioner/deprovisioner/internal/m365/cloud"
	"github.com/deprovisioner/deprovisioner/internal/m365/exchange"
	"github.com/deprovisioner/deprovisioner/internal/m365/graph"
	"github.com/deprovisioner/deprovisioner/internal/m365/product"
	"github.com/deprovisioner/deprovisioner/internal/m365/sharepoint"
	"github.com/deprovisioner/deprovisioner/internal/m365/token"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// cmdletTime is how long a cmdlet may take: listings of a large tenant are slow.
const cmdletTime = 5 * time.Minute

// connect makes the clients of one tenant, for each of its credentials.
func (s *Set) connect(alias string, t Tenant, o Options) (reachable, error) {
	where, err := t.cloud()
	if err != nil {
		return reachable{}, err
	}
	if !deprovision.ValidAppID(t.ID) {
		return reachable{}, &deprovision.Invalid{Field: "id", Value: t.ID, Allowed: "the tenant's GUID"}
	}
	if _, known := t.Credentials[t.Credential]; !known {
		return reachable{}, &deprovision.Invalid{Field: "credential", Value: t.Credential, Allowed: keys(t.Credentials)}
	}
	if o.HTTP == nil {
		authorities, err := t.authorities()
		if err != nil {
			return reachable{}, err
		}
		base := transport.NewBase(authorities)
		s.bases = append(s.bases, base)
		o.HTTP = base
	}
	hook, err := hookOf(t, o)
	if err != nil {
		return reachable{}, err
	}
	r := reachable{own: t.Credential, by: map[string]m365.Tenant{}}
	for _, ref := range slices.Sorted(maps.Keys(t.Credentials)) {
		tokens, err := token.New(t.Credentials[ref], token.Options{TenantID: t.ID, Login: where.Login, Observer: o.Observer, Base: o.HTTP, Now: o.Now})
		if err != nil {
			return reachable{}, below("credentials."+ref, err)
		}
		app, err := t.actingApp(ref)
		if err != nil {
			return reachable{}, err
		}
		made := m365.Tenant{ID: t.ID, ActingApp: app, Product: hook}
		if made.Exchange, err = exchangeOf(alias, t, where, tokens, o); err != nil {
			return reachable{}, err
		}
		if err := addGraph(&made, alias, where, tokens, o); err != nil {
			return reachable{}, err
		}
		if made.SharePoint, err = sharePointOf(alias, t, where, tokens, o); err != nil {
			return reachable{}, err
		}
		r.by[ref] = made
	}
	return r, nil
}

func exchangeOf(alias string, t Tenant, where cloud.Cloud, tokens *token.Source, o Options) (m365.Exchange, error) {
	client, err := transport.New(transport.Options{
		API: exchange.API, Service: where.Exchange, Tenant: alias, Tokens: tokens.For(where.ExchangeScope),
		Gate: o.Gate, Observer: o.Observer, Base: o.HTTP, Timeout: cmdletTime,
	})
	if err != nil {
		return nil, err
	}
	return exchange.New(client, where.Exchange, t.ID)
}

// addGraph makes what asks Graph, over one client: about one object at a time, and about many.
func addGraph(made *m365.Tenant, alias string, where cloud.Cloud, tokens *token.Source, o Options) error {
	client, err := transport.New(transport.Options{
		API: graph.API, Service: where.Graph, Tenant: alias, Tokens: tokens.For(where.GraphScope),
		Gate: o.Gate, Observer: o.Observer, Base: o.HTTP,
	})
	if err != nil {
		return err
	}
	one, err := graph.New(client, where.Graph)
	if err != nil {
		return err
	}
	many, err := batch.New(client, where.Graph)
	if err != nil {
		return err
	}
	made.Directory, made.Identities = one, one
	made.Mail, made.Sites, made.Apps = many, many, many
	return nil
}

// sharePointOf makes what asks SharePoint, or nil where nobody said where it is.
func sharePointOf(alias string, t Tenant, where cloud.Cloud, tokens *token.Source, o Options) (m365.SharePoint, error) {
	base, err := t.sharePoint(where)
	if base == "" || err != nil {
		return nil, err
	}
	client, err := sharepoint.New(base, func(service string) (*http.Client, error) {
		return transport.New(transport.Options{
			API: sharepoint.API, Service: service, Tenant: alias, Tokens: tokens.For(where.SharePointScope(service)),
			Gate: o.Gate, Observer: o.Observer, Base: o.HTTP,
		})
	})
	if bad, ok := errors.AsType[*deprovision.Invalid](err); ok && t.Cloud != cloud.Custom {
		return nil, &deprovision.Invalid{Field: "sharePoint", Value: t.SharePoint, Allowed: bad.Allowed}
	}
	if err != nil {
		return nil, err
	}
	return client, nil
}

// hookOf makes the product's hook, or nil without one. It does not pass the tenant's gate, for the product is not the tenant.
func hookOf(t Tenant, o Options) (m365.Product, error) {
	if t.Product.HookURL == "" {
		return nil, nil
	}
	service, err := product.Base(t.Product.HookURL)
	if err != nil {
		return nil, err
	}
	if (t.Product.SecretEnv == "") == (t.Product.SecretFile == "") {
		return nil, &deprovision.Invalid{Field: "product.secretEnv", Allowed: "secretEnv or secretFile, one of them: the hook is signed"}
	}
	client, err := transport.New(transport.Options{API: product.API, Service: service, Observer: o.Observer, Base: o.HTTP})
	if err != nil {
		return nil, err
	}
	secret := func() (string, error) { return token.ReadSecret(t.Product.SecretEnv, t.Product.SecretFile) }
	return product.New(client, t.Product.HookURL, secret, o.Now)
}
