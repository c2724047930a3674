package guard

import (
	"fmt"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// What a [Brake] holds where its fields are 0, and the fewest objects of a kind of which a part is counted: of three rules a product may well
// have made all.
const (
	DefaultPerHour = 1000
	DefaultShare   = 0.5
	FewestObjects  = 20
)

// Brake says how much may go at once. Its zero value holds the defaults.
type Brake struct {
	PerHour int     // most artifacts of a tenant in an hour, by all its requests together; 0 means [DefaultPerHour]
	Share   float64 // largest part, up to 1, of a kind's objects in the tenant that one plan may remove; 0 means [DefaultShare]
}

// Limit is the most artifacts in an hour. What is negative allows none.
func (b Brake) Limit() int {
	if b.PerHour == 0 {
		return DefaultPerHour
	}
	return b.PerHour
}

// share is the largest part of a kind's objects. Whatever is no part at all allows none.
func (b Brake) share() float64 {
	switch {
	case b.Share == 0:
		return DefaultShare
	case b.Share > 0 && b.Share <= 1: // not for NaN
		return b.Share
	}
	return 0
}

// Part refuses a plan that removes a larger part of a kind's objects than allowed. objects is how many the tenant has, counted with the
// inventory, of the kinds of which it has at least [FewestObjects]; what is not in it is not judged.
func (b Brake) Part(artifacts []deprovision.Artifact, objects map[deprovision.ArtifactKind]int) *Refusal {
	count := map[deprovision.ArtifactKind]int{}
	for _, a := range artifacts {
		count[a.Kind]++
	}
	for _, a := range artifacts { // in the plan's order, so that the same plan is refused for the same reason
		n, all := count[a.Kind], objects[a.Kind]
		switch {
		case all < 0:
			return &Refusal{Object: thePlan, Rule: Unreadable, Why: fmt.Sprintf("it is not known how many of %s the tenant has", a.Kind)}
		case all >= FewestObjects && float64(n) > b.share()*float64(all):
			return &Refusal{Object: thePlan, Rule: TooBroad,
				Why: fmt.Sprintf("it would remove %d of the tenant's %d of %s; at most a part of %g may go", n, all, a.Kind, b.share())}
		}
	}
	return nil
}
