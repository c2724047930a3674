package footprint

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/guard"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Search is what a plan is made for.
type Search struct {
	Ref      deprovision.Ref
	Account  deprovision.Account
	Acting   string    // App Id that the worker runs as; it never goes
	Since    time.Time // when the request came; nothing younger goes
	Now      time.Time
	Approved []string // suspects that may go, by exact name
}

// found is an artifact with its place in the order of removal.
type found struct {
	artifact          deprovision.Artifact
	step, entry, rank int
}

// Find decides about every object and returns the plan: artifacts in the order of their removal, suspects, cautions, and what is left for
// a person in any case. Order and digest depend on the tenant alone, not on the order of its listings. An object that can't be read is
// an error: what nobody understands is neither removed nor passed over.
func (s *Service) Find(search Search, objects []Object) (deprovision.Plan, error) {
	plan := deprovision.Plan{Ref: search.Ref, Made: search.Now, Cautions: slices.Clone(s.Cautions), Remainder: s.known(search.Account)}
	f, err := s.finder(search.Account, objects)
	if err != nil {
		return plan, fmt.Errorf("find the footprint: %w", err)
	}
	var sure, near []found
	for _, o := range objects {
		v, err := f.judge(o)
		if err != nil {
			return plan, fmt.Errorf("find the footprint: %w", err)
		}
		if v.match == "" && v.suspect == "" {
			continue
		}
		a := s.artifact(o, v)
		if v.match == "" && slices.Contains(search.Approved, o.Name) {
			v.match, a.Match = "approved", "approved: "+v.suspect
		}
		if refusal := s.refuse(search, o); refusal != nil {
			plan.Remainder = append(plan.Remainder, s.Remain(a, refusal.Error()))
			continue
		}
		place := found{a, slices.Index(s.Steps, a.Step), v.entry, v.rank}
		if v.match != "" {
			sure = append(sure, place)
		} else {
			near = append(near, place)
		}
	}
	plan.Artifacts, plan.Suspects = ordered(sure), ordered(near)
	slices.SortStableFunc(plan.Remainder, func(a, b deprovision.Remainder) int { return strings.Compare(a.Name, b.Name) })
	if err := guard.Breadth(plan.Artifacts); err != nil {
		return plan, fmt.Errorf("the plan: %w", err)
	}
	return plan, nil
}

func (s *Service) artifact(o Object, v verdict) deprovision.Artifact {
	a := deprovision.Artifact{Kind: o.Kind, ID: o.ID, Name: o.Name, Step: s.Artifacts[v.entry].Step, Match: v.match, Before: o.Raw, Created: o.Created}
	if v.match == "" {
		a.Match = "suspect: " + v.suspect
	}
	a.Restore = RestoreCommand(a)
	return a
}

// refuse asks the guards.
func (s *Service) refuse(search Search, o Object) error {
	facts, err := o.read()
	if err != nil {
		return err
	}
	return guard.Check(guard.Candidate{Kind: string(o.Kind), ID: o.ID, Name: o.Name, Created: o.Created, AppID: facts.AppID,
		Owner: facts.AppOwnerOrganizationID, Type: facts.ServicePrincipalType, Principal: o.Kind == ServicePrincipal}, search.Acting, search.Since)
}

func ordered(list []found) []deprovision.Artifact {
	slices.SortFunc(list, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.step, b.step), cmp.Compare(a.entry, b.entry), cmp.Compare(a.rank, b.rank),
			strings.Compare(a.artifact.Name, b.artifact.Name), strings.Compare(a.artifact.ID, b.artifact.ID))
	})
	var out []deprovision.Artifact
	for _, f := range list {
		out = append(out, f.artifact)
	}
	return out
}

// Remain names an artifact that stays, why, and how a person removes it.
func (s *Service) Remain(a deprovision.Artifact, why string) deprovision.Remainder {
	text := strings.NewReplacer("{name}", quote(a.Name), "{id}", quote(a.ID)).Replace(s.product.Instructions[a.Kind])
	if why != "" {
		text = strings.TrimSuffix(why, ".") + ". " + text
	}
	return deprovision.Remainder{Name: fmt.Sprintf("%s %s (%s)", a.Kind, a.Name, a.ID), Instructions: text}
}

// known is what is left for a person whatever the tenant holds, with the includes of the account's site, or of all sites.
func (s *Service) known(account deprovision.Account) []deprovision.Remainder {
	var includes []string
	if site, ok := s.Site(account); ok {
		includes = site.SPF
	} else {
		for _, id := range slices.Sorted(maps.Keys(s.product.Sites)) {
			includes = append(includes, s.product.Sites[id].SPF...)
		}
	}
	out := slices.Clone(s.Remainder)
	for i := range out {
		out[i].Name = strings.ReplaceAll(out[i].Name, "{spf}", strings.Join(includes, ", "))
		out[i].Instructions = strings.ReplaceAll(out[i].Instructions, "{spf}", strings.Join(includes, ", "))
	}
	return out
}
