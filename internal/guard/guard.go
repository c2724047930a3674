package guard

import (
	"fmt"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Candidate is an object that might be removed.
type Candidate struct {
	Kind, ID, Name string
	Created        *time.Time // nil where the kind carries none
	Principal      bool       // whether it is a service principal; the fields below are of one
	AppID          string
	Owner          string // id of the tenant that owns the app
	Type           string // servicePrincipalType
}

// Refusal says why an object stays.
type Refusal struct {
	Candidate Candidate
	Rule      string // "unreadable", "too-young", "acting-app", "microsoft", "managed-identity"
	Why       string
}

// Error tells why, for a person.
func (r *Refusal) Error() string { return r.Why }

// Microsoft's own tenants. Their apps are part of the service.
// https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in
var microsoft = map[string]bool{
	"f8cdef31-a31e-4b4a-93e4-5f571e91255a": true,
	"72f988bf-86f1-41af-91ab-2d7cd011db47": true,
}

// Check returns a [*Refusal] when the object must stay; acting is the App Id that the worker runs as, since is when the request came.
func Check(c Candidate, acting string, since time.Time) error {
	refuse := func(rule, format string, args ...any) error {
		return &Refusal{Candidate: c, Rule: rule, Why: fmt.Sprintf(format, args...)}
	}
	if c.ID == "" || c.Kind == "" {
		return refuse("unreadable", "it has no id by which it could be removed")
	}
	if c.Created != nil && c.Created.After(since) {
		return refuse("too-young", "it was created at %s, after the request", c.Created.UTC().Format(time.RFC3339))
	}
	if !c.Principal {
		return nil
	}
	switch {
	case !deprovision.ValidAppID(c.AppID):
		return refuse("unreadable", "its App Id can't be read")
	case acting == "" || strings.EqualFold(c.AppID, acting):
		return refuse("acting-app", "it is the app that the worker itself runs as, or that is not known")
	case microsoft[strings.ToLower(c.Owner)]:
		return refuse("microsoft", "it is an app of Microsoft")
	case strings.EqualFold(c.Type, "ManagedIdentity"):
		return refuse("managed-identity", "it is a managed identity of the customer")
	}
	return nil
}

// MaxOfKind is the most artifacts of one kind that a plan may remove: a tenant that seems to hold more is looked at by a person first.
const MaxOfKind = 200

// TooBroad says that a plan would remove more than a product leaves behind.
type TooBroad struct {
	Kind  deprovision.ArtifactKind
	Count int
}

// Error names the kind and both numbers.
func (e *TooBroad) Error() string {
	return fmt.Sprintf("it would remove %d of %s, at most %d are allowed: approve fewer suspects", e.Count, e.Kind, MaxOfKind)
}

// Breadth returns [*TooBroad] when there are too many artifacts of one kind.
func Breadth(artifacts []deprovision.Artifact) error {
	count := map[deprovision.ArtifactKind]int{}
	for _, a := range artifacts {
		if count[a.Kind]++; count[a.Kind] > MaxOfKind {
			return &TooBroad{Kind: a.Kind, Count: len(artifacts)}
		}
	}
	return nil
}
