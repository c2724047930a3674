package memory

import (
	"fmt"
	"slices"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Listed returns an error for a stop that [deprovision.Stops] does not list, or that offers what is not listed for it: the guide for
// operators would not tell of it. No stop at all is fine.
func Listed(stop *deprovision.Stop) error {
	if stop == nil {
		return nil
	}
	kind, ok := deprovision.StopNamed(stop.Name)
	if !ok {
		return fmt.Errorf("a stop that no list names: %q", stop.Name)
	}
	for _, verb := range stop.Offers {
		if !slices.Contains(kind.Offers, verb) {
			return fmt.Errorf("the stop %s offers %s, which is not listed for it; listed are %v", stop.Name, verb, kind.Offers)
		}
	}
	return nil
}
