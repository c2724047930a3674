package tenants

import (
	"maps"
	"slices"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/cloud"
	"github.com/deprovisioner/deprovisioner/internal/m365/exchange"
	"github.com/deprovisioner/deprovisioner/internal/m365/graph"
	"github.com/deprovisioner/deprovisioner/internal/m365/product"
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
		if made.Directory, err = directoryOf(alias, where, tokens, o); err != nil {
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

func directoryOf(alias string, where cloud.Cloud, tokens *token.Source, o Options) (m365.Directory, error) {
	client, err := transport.New(transport.Options{
		API: graph.API, Service: where.Graph, Tenant: alias, Tokens: tokens.For(where.GraphScope),
		Gate: o.Gate, Observer: o.Observer, Base: o.HTTP,
	})
	if err != nil {
		return nil, err
	}
	return graph.New(client, where.Graph)
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
