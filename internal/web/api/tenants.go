package api

import "net/http"

// tenant is one that the worker is configured for.
type tenant struct {
	Alias string `json:"alias"`
}

type tenants struct {
	Tenants []tenant `json:"tenants"`
}

// listTenants answers with the tenants that the caller may see.
func (c *call) listTenants() error {
	list := tenants{Tenants: []tenant{}}
	for _, alias := range c.tenants() {
		list.Tenants = append(list.Tenants, tenant{Alias: alias})
	}
	return c.reply(http.StatusOK, list)
}
