package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Limits of a list.
const (
	DefaultRows = 100  // rows of a page when the filter does not say
	MaxRows     = 1000 // most rows of a page
	maxCursor   = 512  // bytes
)

// Filter selects requests for a list; an empty field selects all.
type Filter struct {
	Tenant  string              `json:"tenant,omitempty"`
	Service deprovision.Service `json:"service,omitempty"`
	Account string              `json:"account,omitempty"`
	Status  deprovision.Status  `json:"status,omitempty"`
	Open    bool                `json:"open,omitempty"`  // only requests that have not ended
	Limit   int                 `json:"limit,omitempty"` // rows of a page, 1 to 1000; 0 means 100
	After   string              `json:"after,omitempty"` // Next of the page before; "" for the first
}

// Statuses lists the values that a status may have, the open ones first.
func Statuses() []deprovision.Status {
	return []deprovision.Status{
		deprovision.Held, deprovision.Contested, deprovision.Released, deprovision.Parked, deprovision.Waiting,
		deprovision.Succeeded, deprovision.SucceededWithRemainder, deprovision.NothingFound, deprovision.Planned, deprovision.Cancelled,
		deprovision.Forced, deprovision.Rejected, deprovision.Refused, deprovision.Failed,
	}
}

// Validate returns a [deprovision.Invalid] that names the first field that holds something not allowed.
func (f Filter) Validate() error {
	switch {
	case f.Tenant != "" && !deprovision.ValidToken(f.Tenant):
		return &deprovision.Invalid{Field: "tenant", Value: clip(f.Tenant, 80), Allowed: deprovision.TokenRule}
	case f.Account != "" && !deprovision.ValidToken(f.Account):
		return &deprovision.Invalid{Field: "account", Value: clip(f.Account, 80), Allowed: deprovision.TokenRule}
	case f.Status != "" && !slices.Contains(Statuses(), f.Status):
		return &deprovision.Invalid{Field: "status", Value: clip(string(f.Status), 80), Allowed: "one of " + join(Statuses())}
	case f.Limit < 0 || f.Limit > MaxRows:
		return &deprovision.Invalid{Field: "limit", Value: strconv.Itoa(f.Limit), Allowed: fmt.Sprintf("1 to %d, or 0 for %d", MaxRows, DefaultRows)}
	case len(f.After) > maxCursor:
		return &deprovision.Invalid{Field: "after", Value: clip(f.After, 80), Allowed: "the cursor that the page before ended with"}
	case f.Service != "":
		return f.Service.Validate()
	}
	return nil
}

func join[T ~string](values []T) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return strings.Join(out, ", ")
}
