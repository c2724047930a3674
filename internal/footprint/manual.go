package footprint

import (
	"slices"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Task is what a person does at a step.
type Task struct {
	deprovision.Remainder

	Found deprovision.ArtifactKind // of what was found and goes by no call; "" where the account's record alone asks for a person
}

// ByHand tells what a person does at a step by the plan; ok is false when the step is nobody's but the worker's. Without a plan it is what the
// account's record alone asks for.
func (s *Service) ByHand(step string, account deprovision.Account, plan *deprovision.Plan, admin string) (task Task, ok bool) {
	for _, m := range s.Manual {
		if m.Step != step || !m.holds(account) {
			continue
		}
		what := s.filled(m.Leftover, account, admin)
		if m.Found == "" {
			return Task{Remainder: what}, true
		}
		if plan == nil {
			continue
		}
		for _, planned := range plan.Manual {
			if planned.Name == what.Name {
				return Task{planned, m.Found}, true
			}
		}
	}
	return Task{}, false
}

// Checked reports whether what a person does at a step is looked for in the tenant: then what was said about it once says nothing about another day.
func (s *Service) Checked(step string) bool {
	return slices.ContainsFunc(s.Manual, func(m Manual) bool { return m.Step == step && m.Found != "" })
}

// manual lists what a person does on the way: what the account's record says, and what was found and goes by no call.
func (s *Service) manual(search Search, found map[deprovision.ArtifactKind]bool) []deprovision.Remainder {
	var out []deprovision.Remainder
	for _, step := range s.Steps {
		for _, m := range s.Manual {
			if m.Step == step && m.holds(search.Account) && (m.Found == "" || found[m.Found]) {
				out = append(out, s.filled(m.Leftover, search.Account, search.Admin))
				break
			}
		}
	}
	return out
}

// callless reports whether no call removes an object, and the footprint says what a person does about it. A principal of Azure ACS that has the whole
// tenant for its scope goes with its service principal; one of single sites has none, and so no owner that could be read.
// https://learn.microsoft.com/sharepoint/dev/sp-add-ins/add-ins-and-azure-acs-retirements-faq
func (f *finder) callless(c candidate) bool {
	return c.Kind == AppPrincipal && c.err == nil && c.AppOwnerOrganizationID == "" && c.ServicePrincipalType == "" &&
		slices.ContainsFunc(f.Service.Manual, func(m Manual) bool { return m.Found == c.Kind })
}
