package main

import (
	"context"

	"github.com/deprovisioner/deprovisioner/internal/web/api"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// standings lets the API tell how tenants stand with what all workers share in Redis.
type standings struct{ *worker }

// Gates implements [api.Standings].
func (s standings) Gates(ctx context.Context, tenants []string) ([]api.Gate, error) {
	found, err := s.gate.Standings(ctx, tenants...)
	out := make([]api.Gate, 0, len(found))
	for _, g := range found {
		out = append(out, api.Gate{Closed: g.Closed, Until: g.Until, Left: g.Spare})
	}
	return out, err
}

// Requests implements [api.Standings].
func (s standings) Requests(ctx context.Context, tenants []string) ([]map[deprovision.Status]int, error) {
	return s.picture.Tally(ctx, tenants...)
}
