package query

import (
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Service is the name under which the workers can be discovered.
const Service = "deprovisioner"

// Verb is what is asked; it is the name of the service's endpoint.
type Verb string

// The verbs: one request's progress document, a page of summaries, the summary of the plan that a request is on.
const (
	Get  Verb = "get"
	List Verb = "list"
	Plan Verb = "plan"
)

const (
	root = "deprovision.query."
	// everybody stands in a subject for all tenants. It is no valid alias of a tenant.
	everybody = "@all"
)

// Subject returns "deprovision.query.<tenant>.<verb>"; tenant "" asks about all tenants, which only a list may.
func Subject(v Verb, tenant string) string {
	if tenant == "" {
		tenant = everybody
	}
	return root + tenant + "." + string(v)
}

// Wildcard returns the subject on which the questions of every tenant arrive.
func Wildcard(v Verb) string { return root + "*." + string(v) }

// tenantOf returns the tenant that a subject names, "" for all tenants.
func tenantOf(subject string) (string, error) {
	rest, ok := strings.CutPrefix(subject, root)
	tenant, _, dot := strings.Cut(rest, ".")
	switch {
	case ok && dot && tenant == everybody:
		return "", nil
	case ok && dot && deprovision.ValidToken(tenant):
		return tenant, nil
	}
	return "", &deprovision.Invalid{Field: "subject", Value: clip(subject, 80), Allowed: root + "<tenant>.<get, list or plan>, the tenant being " +
		deprovision.TokenRule}
}
