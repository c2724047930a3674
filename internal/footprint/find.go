package footprint

import (
	"cmp"
	"errors"
	"fmt"
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
	Now      time.Time // when the plan is made; not part of its digest
	Admin    string    // address of the tenant's SharePoint admin site, for links
	Approved []string  // suspects that may go, by exact name, or by id where several have that name
	Used     []string  // ids of groups that were seen in use by the product's rules before those went
}

// found is an artifact with its place in the order of removal.
type found struct {
	artifact          deprovision.Artifact
	step, entry, rank int
}

// Find decides about every object and returns the plan: artifacts in the order of their removal, suspects, cautions, and what is left for
// a person. What a guard refuses, and what can't be read, is left and named. Order and digest depend on the tenant alone, not on the order of
// its listings or on the time. The error is a [*guard.Refusal] of the whole plan.
func (s *Service) Find(search Search, objects []Object) (deprovision.Plan, error) {
	plan := deprovision.Plan{Ref: search.Ref, Made: search.Now, Remainder: s.known(search.Account, search.Admin)}
	f := s.finder(search.Account, objects, search.Used...)
	byHand := map[deprovision.ArtifactKind]bool{} // kinds of which one was found that no call removes
	namesakes := f.namesakes(search)
	var sure, near []found
	for _, c := range f.candidates {
		v := f.judge(c)
		if v.match == "" && v.suspect == "" {
			continue
		}
		byName := namesakes[c.Name] == 1 && slices.Contains(search.Approved, c.Name) // of several nobody knows which one was meant
		if v.match == "" && (byName || slices.Contains(search.Approved, c.ID)) {
			v.match = "approved: " + v.suspect
		}
		if v.match != "" && f.callless(c) {
			byHand[c.Kind] = true
			continue
		}
		a := s.artifact(c, v)
		if why := f.refused(c, v, search); why != "" {
			plan.Remainder = append(plan.Remainder, s.Remain(a, why))
			continue
		}
		place := found{a, slices.Index(s.Steps, a.Step), v.entry, v.rank}
		if v.match != "" {
			sure = append(sure, place)
		} else {
			near = append(near, place)
		}
	}
	plan.Artifacts, plan.Suspects = numbered(ordered(sure)), ordered(near)
	plan.Cautions, plan.Calls = s.cautions(search.Account, plan.Artifacts), s.calls(plan.Artifacts)
	plan.Manual = s.manual(search, byHand)
	slices.SortFunc(plan.Remainder, func(a, b deprovision.Remainder) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Instructions, b.Instructions))
	})
	if err := guard.Breadth(plan.Artifacts, s.product.Limits); err != nil {
		return plan, fmt.Errorf("find the footprint: %w", err)
	}
	return plan, nil
}

// Resembling leaves of objects those that are the product's or resemble it: what a search over many places keeps. It is for kinds whose objects
// are judged one by one.
func (s *Service) Resembling(account deprovision.Account, objects []Object) []Object {
	f := s.finder(account, objects)
	var out []Object
	for _, c := range f.candidates {
		if v := f.judge(c); v.match != "" || v.suspect != "" {
			out = append(out, c.Object)
		}
	}
	return out
}

// namesakes counts the suspects that a plan would list, by name, as [deprovision.Plan.Approves] does.
func (f *finder) namesakes(search Search) map[string]int {
	n := map[string]int{}
	for _, c := range f.candidates {
		if v := f.judge(c); v.match == "" && v.suspect != "" && f.refused(c, v, search) == "" {
			n[c.Name]++
		}
	}
	return n
}

// refused tells why a guard keeps an object; "" when it may go.
func (f *finder) refused(c candidate, v verdict, search Search) string {
	err := guard.Refuse(f.guarded(c, v), guard.Bounds{Acting: search.Acting, Since: search.Since})
	var refusal *guard.Refusal
	switch {
	case err == nil:
		return ""
	case errors.As(err, &refusal):
		return refusal.Why
	}
	return err.Error()
}

// artifact makes an artifact of an object and of what the matchers say about it.
func (s *Service) artifact(c candidate, v verdict) deprovision.Artifact {
	a := deprovision.Artifact{Kind: c.Kind, ID: c.ID, Name: c.Name, Step: s.Artifacts[v.entry].Step, Match: v.match, Before: c.before()}
	if v.match == "" {
		a.Match = "suspect: " + v.suspect
	}
	if c.Created != nil {
		at := c.Created.UTC()
		a.Created = &at
	}
	a.Restore = RestoreCommand(a)
	return a
}

// ordered sorts by step, entry, published name, name and id.
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
