package step

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/guard"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// appeared reads the tenant again, as the inventory does, and names for a person what would be of the plan and is not in it: a product that
// is still connected may make its objects again, under new ids. Nothing of it is removed, because nobody has confirmed it.
func (j *job) appeared(ctx context.Context, plan deprovision.Plan) ([]deprovision.Remainder, error) {
	objects, err := j.objects(ctx)
	if err != nil {
		return nil, err
	}
	found, err := j.service.Find(j.search(j.now().Add(24*time.Hour)), objects) // however young
	if _, broad := errors.AsType[*guard.Refusal](err); err != nil && !broad {  // a brake of what is removed; nothing is
		return nil, failure(j.name, err)
	}
	out := slices.DeleteFunc(found.Remainder, func(r deprovision.Remainder) bool { return names(plan.Remainder, r.Name) }) // what a guard would refuse
	add := func(list []deprovision.Artifact, why string) {
		for _, a := range list {
			if r := j.service.Remain(a, why); !has(plan.Artifacts, a) && !has(plan.Suspects, a) && !names(plan.Remainder, r.Name) {
				out = append(out, r)
			}
		}
	}
	add(found.Artifacts, "it appeared after the plan was made, so that nobody has confirmed it")
	add(found.Suspects, "it appeared after the plan was made, and only resembles the product's: look first")
	return out, nil
}
