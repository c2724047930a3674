package step

import (
	"context"
	"fmt"
	"slices"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// stillLeft looks at what the earlier request left, or was in doubt about, and this one's plan does not list. What is absent by now is not left.
func (j *job) stillLeft(ctx context.Context, plan deprovision.Plan) ([]deprovision.Remainder, error) {
	b, err := j.earlier(ctx)
	if b == nil || err != nil {
		return nil, err
	}
	if b.state.Plan != nil && b.plan.Ref.Request == "" {
		return b.unread(j.service, plan), nil
	}
	look := b.beside(j.service, plan)
	if err := j.eyes(ctx, deprovision.Plan{Artifacts: look}); err != nil {
		return nil, err
	}
	j.proof = false // an earlier request that had seen them gone would not name them
	seen, err := j.look(ctx, look)
	if err != nil {
		return nil, err
	}
	var left []deprovision.Remainder
	for _, a := range seen.there {
		why := j.unseen(a)
		if why == "" {
			why = "left by request " + b.state.Request.ID + ", and of no plan since"
		}
		if r := j.service.Remain(a, why); !names(plan.Remainder, r.Name) && !names(j.state.Remainder, r.Name) {
			left = append(left, r)
		}
	}
	return left, nil
}

// unread is what the earlier request named, and is not listed now, where its plan can't be read any more to look at each.
func (b *before) unread(service *footprint.Service, plan deprovision.Plan) []deprovision.Remainder {
	known := slices.Clone(plan.Remainder)
	for _, a := range slices.Concat(plan.Artifacts, plan.Suspects) {
		known = append(known, service.Remain(a, ""))
	}
	by := "request " + b.state.Request.ID
	var left []deprovision.Remainder
	for _, r := range b.state.Remainder {
		if !names(known, r.Name) {
			r.Instructions = "Named by " + by + ", whose plan can't be read any more: look whether it is still there. " + r.Instructions
			left = append(left, r)
		}
	}
	for _, id := range b.state.InDoubt {
		why := "In doubt at the end of " + by + ", whose plan can't be read any more: look whether it is still there."
		left = append(left, deprovision.Remainder{Name: id, Instructions: why})
	}
	return left
}

// beside lists what the earlier plan had, may not have removed, and the plan of today does not have.
func (b *before) beside(service *footprint.Service, plan deprovision.Plan) []deprovision.Artifact {
	known := map[string]bool{}
	for _, list := range [][]deprovision.Artifact{plan.Artifacts, plan.Suspects} {
		for _, a := range list {
			known[keyOf(a)] = true
		}
	}
	named := map[string]bool{}
	for _, r := range b.state.Remainder {
		named[r.Name] = true
	}
	for _, id := range b.state.InDoubt {
		named[id] = true
	}
	var out []deprovision.Artifact
	for _, a := range b.plan.Artifacts {
		maybe := named[service.Remain(a, "").Name] || named[a.ID] || !b.done(a.Step)
		if maybe && !known[keyOf(a)] {
			out = append(out, a)
		}
	}
	return out
}

// noteLeft names what [job.stillLeft] found.
func (j *job) noteLeft(left []deprovision.Remainder) func(*deprovision.Progress) {
	if len(left) == 0 {
		return nil
	}
	return all(leave(left...), note(leftBefore, fmt.Sprintf("%d of request %s", len(left), j.state.Request.ResumeOf)))
}
