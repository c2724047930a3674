package tenants

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Options is what the clients of all tenants share. The zero value is right where nobody counts or waits.
type Options struct {
	Gate     transport.Gate     // the tenants' gates, by alias; nil: always open
	Observer transport.Observer // nil: nobody counts
	HTTP     http.RoundTripper  // sends for every tenant, in place of connections of its own and its CA file; for tests
	Now      func() time.Time   // nil means time.Now
}

// Set is the clients of all tenants. It is safe for concurrent use.
type Set struct {
	tenants map[string]reachable
	bases   []*http.Transport
}

// reachable is one tenant by the reference of the credential that it is reached with.
type reachable struct {
	own string // the credential when none is named
	by  map[string]m365.Tenant
}

// New makes the clients. It fails with a [deprovision.Invalid] that names the first value that is not allowed, or with what a CA file
// could not be read for.
func New(c Config, o Options) (*Set, error) {
	s := &Set{tenants: map[string]reachable{}}
	for _, alias := range slices.Sorted(maps.Keys(c.Tenants)) {
		r, err := s.connect(alias, c.Tenants[alias], o)
		if err != nil {
			return nil, below("tenants."+alias, err)
		}
		s.tenants[alias] = r
	}
	return s, nil
}

// Tenant returns a tenant as it is reached with a credential; "" means the tenant's own. An unknown alias or reference fails with a
// [deprovision.Invalid] that lists the known ones.
func (s *Set) Tenant(_ context.Context, alias, credentialRef string) (m365.Tenant, error) {
	r, ok := s.tenants[alias]
	if !ok {
		return m365.Tenant{}, &deprovision.Invalid{Field: "tenant", Value: alias, Allowed: keys(s.tenants)}
	}
	if credentialRef == "" {
		credentialRef = r.own
	}
	t, ok := r.by[credentialRef]
	if !ok {
		return m365.Tenant{}, &deprovision.Invalid{Field: "credentialRef", Value: credentialRef, Allowed: keys(r.by)}
	}
	return t, nil
}

// Close closes idle connections. Calls under way go on.
func (s *Set) Close() {
	for _, b := range s.bases {
		b.CloseIdleConnections()
	}
}
