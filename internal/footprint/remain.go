package footprint

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Remain names an artifact that stays, why, and how a person removes it. why may be empty.
func (s *Service) Remain(a deprovision.Artifact, why string) deprovision.Remainder {
	text := s.Instruct(a.Kind, a.Name, a.ID)
	if why != "" {
		text = strings.TrimSuffix(why, ".") + ". " + text
	}
	return deprovision.Remainder{Name: fmt.Sprintf("%s %s (%s)", a.Kind, a.Name, a.ID), Instructions: text}
}

// Instruct tells how a person removes an object, with its name and id as PowerShell literals.
func (s *Service) Instruct(kind deprovision.ArtifactKind, name, id string) string {
	return strings.NewReplacer("{name}", quote(name), "{id}", quote(id)).Replace(s.product.Instructions[kind])
}

// Left lists what stays in the tenant when steps are not run, or not to their end: what the plan has for them, without what gone reports as
// gone. Without a plan nobody knows what is there, and it is the footprint by its names. gone may be nil.
func (s *Service) Left(account deprovision.Account, plan *deprovision.Plan, steps []string, gone func(deprovision.Artifact) bool) []deprovision.Remainder {
	var out []deprovision.Remainder
	for _, step := range steps {
		if plan == nil {
			for _, e := range s.Entries(step) {
				out = append(out, s.unseen(e, account)...)
			}
			continue
		}
		for _, a := range plan.Of(step) {
			if gone == nil || !gone(a) {
				out = append(out, s.Remain(a, ""))
			}
		}
	}
	return out
}

// unseen names what an entry may have left, for want of an inventory.
func (s *Service) unseen(e Entry, account deprovision.Account) []deprovision.Remainder {
	const look = "Nothing was read: look whether it is there. "
	if len(e.Names) > 0 {
		out := make([]deprovision.Remainder, 0, len(e.Names))
		for _, name := range e.Names {
			out = append(out, deprovision.Remainder{Name: string(e.Kind) + " " + name, Instructions: look + s.Instruct(e.Kind, name, "(its id)")})
		}
		return out
	}
	what := "of App Id " + account.AppID
	recorded := strings.Join(account.Names[string(e.Kind)], ", ")
	switch site, sited := s.Site(account); {
	case matchings[e.Kind] == byUser || matchings[e.Kind] == byLogin:
		if account.UPN == "" { // an account of the other kind has none
			return nil
		}
		what = "of " + account.UPN
	case matchings[e.Kind] == byHost || matchings[e.Kind] == byRecordedName || matchings[e.Kind] == byTeamsApp && recorded != "":
		if recorded == "" {
			return nil // what a person does by hand names it
		}
		what = recorded
	case e.Kind == AppPrincipal:
		if account.SharePointAppID == "" {
			return nil
		}
		what = account.SharePointAppID
	case account.AppID == "" && (matchings[e.Kind] == byIdentity || matchings[e.Kind] == byResource || matchings[e.Kind] == byTeamsApp):
		return nil
	case e.Kind == SpoofAllowPair && sited:
		what = e.SpoofedUser + ", " + site.Infrastructure
	case e.Kind == IPAllowEntry && sited:
		what = strings.Join(slices.Concat(site.Inbound, site.Outbound), ", ")
	case e.Kind == SpoofAllowPair || e.Kind == IPAllowEntry:
		what = "of one of the product's sites: " + strings.Join(slices.Sorted(maps.Keys(s.product.Sites)), ", ")
	}
	return []deprovision.Remainder{{Name: string(e.Kind) + " " + what, Instructions: look + s.Instruct(e.Kind, "(its name)", "(its id)")}}
}
