package guard

import (
	"fmt"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Rule names what a guard holds.
type Rule string

// The rules.
const (
	Unreadable      Rule = "unreadable"       // what can't be read can't be judged
	TooYoung        Rule = "too-young"        // created after the request
	ActingApp       Rule = "acting-app"       // the app that the worker itself runs as, and what hangs on it
	MicrosoftApp    Rule = "microsoft"        // Microsoft's own apps
	ManagedIdentity Rule = "managed-identity" // identities of the customer's own resources
	UnknownEntry    Rule = "unknown-entry"    // an entry of a shared list that is not exactly a known one
	Synchronised    Rule = "synchronised"     // users that are mastered in the customer's own directory
	ForeignUser     Rule = "guest"            // users whose home is another tenant
	TooBroad        Rule = "too-broad"        // more of a kind than a product leaves behind, or too large a part of what the tenant has
	TooMany         Rule = "too-many"         // more in an hour than a tenant's policy lets go
)

// Refusal says why something stays.
type Refusal struct {
	Object string // kind, name and id of the object, or the plan
	Rule   Rule
	Why    string // for a person; without the object's name
}

// Error tells what stays and why.
func (r *Refusal) Error() string { return fmt.Sprintf("%s stays: %s", r.Object, r.Why) }

// refuse makes the refusal of a candidate.
func (c Candidate) refuse(rule Rule, format string, args ...any) error {
	return &Refusal{Object: fmt.Sprintf("%s %q (%s)", c.Kind, c.Name, c.ID), Rule: rule, Why: fmt.Sprintf(format, args...)}
}

// Breadth refuses a plan with more artifacts of a kind than allowed. A kind without a limit may not be removed at all.
func Breadth(artifacts []deprovision.Artifact, most map[deprovision.ArtifactKind]int) error {
	count := map[deprovision.ArtifactKind]int{}
	for _, a := range artifacts {
		count[a.Kind]++
	}
	for _, a := range artifacts { // in the plan's order, so that the same plan is refused for the same reason
		if count[a.Kind] > most[a.Kind] {
			return &Refusal{Object: thePlan, Rule: TooBroad,
				Why: fmt.Sprintf("it would remove %d of %s, at most %d are allowed", count[a.Kind], a.Kind, most[a.Kind])}
		}
	}
	return nil
}
