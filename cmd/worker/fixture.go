package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// simulatedTenant is a tenant that comes with the simulator, and its service accounts.
type simulatedTenant struct {
	fixture  func() *tenantsim.Fixture
	accounts func() []tenantsim.ServiceAccount
}

const fullFixture = "full"

var simulatedTenants = map[string]simulatedTenant{
	fullFixture: {tenantsim.FullTenant, tenantsim.FullAccounts},
	"hostile":   {tenantsim.HostileTenant, tenantsim.HostileAccounts},
}

// simulatedNamed is one of them.
func simulatedNamed(name string) (simulatedTenant, error) {
	s, ok := simulatedTenants[name]
	if !ok {
		return s, usage{&deprovision.Invalid{Field: "--fixture", Value: name, Allowed: strings.Join(slices.Sorted(maps.Keys(simulatedTenants)), " or ")}}
	}
	return s, nil
}

// fixtureOf is a tenant that comes with the simulator, or one in a YAML file.
func fixtureOf(name string) (*tenantsim.Fixture, error) {
	if s, ok := simulatedTenants[name]; ok {
		return s.fixture(), nil
	}
	f, err := tenantsim.LoadFixture(name)
	if err != nil {
		return nil, usage{err}
	}
	return f, nil
}

// recorded are the service accounts of the tenant in which all six services left something.
func recorded(tenant string) []deprovision.Account {
	return recordsOf(tenant, tenantsim.FullAccounts())
}

// recordsOf are service accounts as the product has recorded them.
func recordsOf(tenant string, list []tenantsim.ServiceAccount) []deprovision.Account {
	out := make([]deprovision.Account, len(list))
	for i, a := range list {
		out[i] = deprovision.Account{Tenant: tenant, ID: a.ID, Service: deprovision.Service(a.Service), Kind: deprovision.Kind(a.Kind), AppID: a.AppID,
			SharePointAppID: a.SharePointAppID, UPN: a.UPN, Site: a.Site, ProductID: a.ProductID, Names: a.Names, AppCredential: a.AppCredential,
			State: deprovision.AccountActive}
	}
	return out
}
