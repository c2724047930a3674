package step

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/guard"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// appeared is what would be of the plan and is not in it: a product that is still connected may make its objects again, under new ids.
// Nothing of it is removed, because nobody has confirmed it.
type appeared struct {
	artifacts []deprovision.Artifact  // the product's for certain
	others    []deprovision.Artifact  // suspects
	unusable  []deprovision.Remainder // what a guard would refuse
}

// sinceThePlan reads the tenant again, as the inventory does, and returns what has appeared since.
func (j *job) sinceThePlan(ctx context.Context, plan deprovision.Plan) (appeared, error) {
	objects, err := j.objects(ctx)
	if err != nil {
		return appeared{}, err
	}
	now := j.now().UTC()
	found, err := j.service.Find(footprint.Search{Ref: j.state.Request.Ref(), Account: j.account, Acting: j.tenant.ActingApp,
		Since: now.Add(24 * time.Hour), Now: now, Approved: j.state.Approved}, objects) // however young
	if _, broad := errors.AsType[*guard.Refusal](err); err != nil && !broad { // a brake of what is removed; nothing is
		return appeared{}, failure(j.name, err)
	}
	known := func(a deprovision.Artifact) bool {
		return has(plan.Artifacts, a) || has(plan.Suspects, a) || names(plan.Remainder, j.service.Remain(a, "").Name)
	}
	return appeared{
		artifacts: slices.DeleteFunc(found.Artifacts, known),
		others:    slices.DeleteFunc(found.Suspects, known),
		unusable:  slices.DeleteFunc(found.Remainder, func(r deprovision.Remainder) bool { return names(plan.Remainder, r.Name) }),
	}, nil
}

// remainder names all of it for a person.
func (a appeared) remainder(service *footprint.Service) []deprovision.Remainder {
	out := slices.Clone(a.unusable)
	for _, x := range a.artifacts {
		out = append(out, service.Remain(x, "it appeared after the plan was made, so that nobody has confirmed it"))
	}
	for _, x := range a.others {
		out = append(out, service.Remain(x, "it appeared after the plan was made, and only resembles the product's: look first"))
	}
	return out
}

func names(list []deprovision.Remainder, name string) bool {
	return slices.ContainsFunc(list, func(r deprovision.Remainder) bool { return r.Name == name })
}
