package api

import (
	"context"
	"net/http"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Standings tells how tenants stand with what all workers share. An error says that nobody can tell at present.
type Standings interface {
	// Gates tells how the tenants' gates stand, in the order of the tenants.
	Gates(ctx context.Context, tenants []string) ([]Gate, error)
	// Requests counts the tenants' requests by status, in the order of the tenants.
	Requests(ctx context.Context, tenants []string) ([]map[deprovision.Status]int, error)
}

// Gate is how a tenant's gate stands.
type Gate struct {
	Closed bool
	Until  time.Time // when it opens by itself; zero when it is open, or closed until a person opens it
	Left   int       // of the budget: calls that could be made at once now
}

// Budget is how many calls each tenant gets from all workers together.
type Budget struct {
	Calls int           // on average,
	Per   time.Duration // in this time
	Burst int           // at once after a quiet while
}

// tenant is one that the worker is configured for. Where Unknown stands, what it depends on is away.
type tenant struct {
	Alias    string         `json:"alias"`
	Gate     *gate          `json:"gate,omitempty"`
	Budget   *budget        `json:"budget,omitempty"`
	Requests map[string]any `json:"requests,omitempty"` // how many in each status, "open" and "total"; or "unknown"
}

type gate struct {
	Closed      *bool      `json:"closed,omitempty"`
	ClosedUntil *time.Time `json:"closedUntil,omitempty"` // absent where only a person opens it
	Unknown     bool       `json:"unknown,omitempty"`
}

type budget struct {
	Calls   int                  `json:"calls"`
	Per     deprovision.Duration `json:"per"`
	Burst   int                  `json:"burst"`
	Left    *int                 `json:"left,omitempty"` // calls that could be made at once now
	Unknown bool                 `json:"unknown,omitempty"`
}

type tenants struct {
	Tenants []tenant `json:"tenants"`
}

// patience is how long a call waits for what tells how tenants stand.
const patience = time.Second

// listTenants answers with the tenants that the caller may see, and how they stand.
func (c *call) listTenants() error {
	aliases := c.tenants()
	list := tenants{Tenants: make([]tenant, len(aliases))}
	for i, alias := range aliases {
		list.Tenants[i].Alias = alias
	}
	if c.api.o.Standings != nil {
		ctx, cancel := context.WithTimeout(c.context(), patience)
		defer cancel()
		c.gates(ctx, aliases, list.Tenants)
		c.tallies(ctx, aliases, list.Tenants)
	}
	return c.reply(http.StatusOK, list)
}

// gates fills in how the gates stand, and what is left of the budgets.
func (c *call) gates(ctx context.Context, aliases []string, into []tenant) {
	found, err := c.api.o.Standings.Gates(ctx, aliases)
	known := c.known(err, "gates", len(found), len(aliases))
	for i := range into {
		t := &into[i]
		t.Gate = &gate{Unknown: !known}
		if b := c.api.o.Budget; b.Calls > 0 {
			t.Budget = &budget{Calls: b.Calls, Per: deprovision.Duration(b.Per), Burst: max(1, b.Burst), Unknown: !known}
		}
		if !known {
			continue
		}
		t.Gate.Closed = &found[i].Closed
		if until := found[i].Until.UTC(); !until.IsZero() {
			t.Gate.ClosedUntil = &until
		}
		if t.Budget != nil {
			t.Budget.Left = &found[i].Left
		}
	}
}

// tallies fills in how many requests there are.
func (c *call) tallies(ctx context.Context, aliases []string, into []tenant) {
	found, err := c.api.o.Standings.Requests(ctx, aliases)
	known := c.known(err, "counts of requests", len(found), len(aliases))
	for i := range into {
		if !known {
			into[i].Requests = map[string]any{"unknown": true}
			continue
		}
		into[i].Requests = counted(found[i])
	}
}

// counted adds up how many requests are open, and how many there are.
func counted(byStatus map[deprovision.Status]int) map[string]any {
	out, open, total := map[string]any{}, 0, 0
	for status, n := range byStatus {
		out[string(status)] = n
		total += n
		if !status.Terminal() {
			open += n
		}
	}
	out["open"], out["total"] = open, total
	return out
}

// known reports whether there is an answer about every tenant.
func (c *call) known(err error, what string, got, want int) bool {
	if err != nil {
		c.api.o.Log.DebugContext(c.r.Context(), "the API can't tell how tenants stand", "what", what, "error", err)
	}
	return err == nil && got == want
}
