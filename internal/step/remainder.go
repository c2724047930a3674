package step

import (
	"fmt"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// mostSuspects is how many suspects a remainder names one by one.
const mostSuspects = 20

// moreSuspects ends the name of those that a remainder has no room for.
const moreSuspects = " more suspects"

// listed reports whether the document names an artifact as left.
func listed(service *footprint.Service, state deprovision.Progress, a deprovision.Artifact) bool {
	return names(state.Remainder, service.Remain(a, "").Name)
}

// names reports whether a list has something of this name.
func names(list []deprovision.Remainder, name string) bool {
	return slices.ContainsFunc(list, func(r deprovision.Remainder) bool { return r.Name == name })
}

// unnamed is how many things are left that the document had no room to name: the engine ends a list that is too long with their count.
func unnamed(list []deprovision.Remainder) int {
	total := 0
	for _, r := range list {
		n := 0
		if _, err := fmt.Sscanf(r.Name, "… and %d more", &n); err == nil {
			total += n
		}
	}
	return total
}

// isLeft reports whether an artifact was left on purpose. A remainder that was too long for the document was cut, so a skipped step counts.
func (j *job) isLeft(a deprovision.Artifact) bool {
	return j.unseen(a) != "" || listed(j.service, j.state, a) || slices.ContainsFunc(j.state.Steps, func(s deprovision.StepProgress) bool {
		return s.Name == a.Step && s.State == deprovision.StepSkipped
	})
}

// drop takes out of the remainder what turned out to be gone after all.
func (j *job) drop(gone []deprovision.Artifact) func(*deprovision.Progress) {
	return func(p *deprovision.Progress) {
		if len(p.Remainder) == 0 {
			return
		}
		absent := make(map[string]bool, len(gone))
		for _, a := range gone {
			absent[j.service.Remain(a, "").Name] = true
		}
		p.Remainder = slices.DeleteFunc(p.Remainder, func(r deprovision.Remainder) bool { return absent[r.Name] })
	}
}

// beforehand is what is left for a person in any case: what no call can remove, and what only resembles the product's.
func beforehand(service *footprint.Service, plan deprovision.Plan) []deprovision.Remainder {
	out := slices.Clone(plan.Remainder)
	for i, a := range plan.Suspects {
		if i == mostSuspects {
			out = append(out, deprovision.Remainder{Name: fmt.Sprintf("%d%s", len(plan.Suspects)-i, moreSuspects), Instructions: "The plan names all of them."})
			break
		}
		out = append(out, service.Remain(a, "it only resembles the product's ("+strings.TrimPrefix(a.Match, "suspect: ")+") and was not approved: look first"))
	}
	return out
}

// unseen is the whole footprint by its names, for want of an inventory.
func unseen(service *footprint.Service, account deprovision.Account) []deprovision.Remainder {
	out := service.Left(account, nil, service.Steps, nil)
	for _, step := range service.Steps {
		if task, manual := service.ByHand(step, account, nil, ""); manual {
			out = append(out, task.Remainder)
		}
	}
	if known, err := service.Find(footprint.Search{Account: account}, nil); err == nil { // without objects it holds what a person does in any case
		out = append(out, known.Remainder...)
	}
	return out
}
