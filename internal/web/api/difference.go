package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// difference is what sets the plan that a request is on apart from the one that was confirmed before, or that it was on before.
type difference struct {
	From      namedPlan                    `json:"from"`
	To        namedPlan                    `json:"to"`
	Artifacts shift[deprovision.Artifact]  `json:"artifacts"`
	Suspects  shift[deprovision.Artifact]  `json:"suspects"`
	Cautions  shift[deprovision.Caution]   `json:"cautions"`
	Remainder shift[deprovision.Remainder] `json:"remainder"`
	Manual    shift[deprovision.Remainder] `json:"manual"`
	Other     []string                     `json:"other,omitempty"` // "calls", "order"
}

// namedPlan tells which plan it is, and who confirmed it.
type namedPlan struct {
	Digest    string    `json:"digest"`
	Made      time.Time `json:"made"`
	Confirmed string    `json:"confirmedBy,omitempty"`
}

// shift is what came, went and changed of one sort.
type shift[T any] struct {
	Added   []T       `json:"added,omitempty"`
	Missing []T       `json:"missing,omitempty"`
	Changed []pair[T] `json:"changed,omitempty"`
}

type pair[T any] struct {
	Before T `json:"before"`
	After  T `json:"after"`
}

// getDifference answers with what came, went and changed between the plan that somebody said yes to and the one that the request is on.
func (c *call) getDifference() error {
	ref, err := c.ref()
	if err != nil {
		return err
	}
	var t trail
	for e, err := range c.client().Entries(c.context(), ref) {
		if err != nil {
			return stored(err)
		}
		t.add(e.Event)
	}
	from, to := t.ends()
	if from.Digest == "" {
		return noPlan.says("the request was on one plan only, or on none")
	}
	before, err := c.planNamed(ref, &from)
	if err != nil {
		return err
	}
	after, err := c.planNamed(ref, &to)
	if err != nil {
		return err
	}
	return c.reply(http.StatusOK, apart(before, after, difference{From: from, To: to}))
}

// planNamed reads a plan, and fills in when it was made.
func (c *call) planNamed(ref deprovision.Ref, name *namedPlan) (plan deprovision.Plan, err error) {
	body, err := c.client().PlanBody(c.context(), ref, name.Digest)
	if err != nil {
		return plan, stored(err)
	}
	if err := json.Unmarshal(body, &plan); err != nil {
		return plan, fmt.Errorf("plan %s: %w", name.Digest, err)
	}
	name.Made = plan.Made
	return plan, nil
}

// trail follows which plans a request was on, and which of them somebody confirmed.
type trail struct {
	now, before string
	confirmed   []namedPlan
}

func (t *trail) add(e deprovision.Event) {
	if p := e.Progress.Plan; p != nil && p.Digest != t.now {
		t.before, t.now = t.now, p.Digest
	}
	d := e.Change.Decision
	if d != nil && e.Change.Kind != deprovision.DecisionRefused && d.Verb == deprovision.Confirm && d.PlanDigest == t.now {
		t.confirmed = append(t.confirmed, namedPlan{Digest: d.PlanDigest, Confirmed: d.DecidedBy})
	}
}

// ends returns the last other plan that was confirmed, or else the one before, and the plan that the request is on.
func (t *trail) ends() (from, to namedPlan) {
	from, to = namedPlan{Digest: t.before}, namedPlan{Digest: t.now}
	for _, c := range slices.Backward(t.confirmed) {
		switch {
		case c.Digest != t.now:
			return c, to
		case to.Confirmed == "":
			to.Confirmed = c.Confirmed
		}
	}
	return from, to
}

func apart(before, after deprovision.Plan, d difference) difference {
	whole := before.Diff(after)
	d.Artifacts = artifactsMoved(before.Artifacts, after.Artifacts)
	d.Suspects = artifactsMoved(before.Suspects, after.Suspects)
	d.Cautions = listed(before.Cautions, after.Cautions, func(c deprovision.Caution) string { return c.Code })
	d.Remainder = listed(before.Remainder, after.Remainder, func(r deprovision.Remainder) string { return r.Name })
	d.Manual = listed(before.Manual, after.Manual, func(r deprovision.Remainder) string { return r.Name })
	for _, other := range whole.Other {
		if other == "calls" || other == "order" { // what else there is, is told whole
			d.Other = append(d.Other, other)
		}
	}
	return d
}

// artifactsMoved compares artifacts as [deprovision.Plan.Diff] does, so that the page and the worker can't say different things.
func artifactsMoved(before, after []deprovision.Artifact) shift[deprovision.Artifact] {
	d := deprovision.Plan{Artifacts: before}.Diff(deprovision.Plan{Artifacts: after})
	out := shift[deprovision.Artifact]{Added: d.Added, Missing: d.Missing}
	type key struct {
		kind deprovision.ArtifactKind
		id   string
	}
	was := map[key]deprovision.Artifact{}
	for _, a := range slices.Backward(before) {
		was[key{a.Kind, a.ID}] = a
	}
	for _, a := range d.Changed {
		out.Changed = append(out.Changed, pair[deprovision.Artifact]{Before: was[key{a.Kind, a.ID}], After: a})
	}
	return out
}

// listed compares what has a name. What is in both as it is, is left out; of the rest, what has the same name has changed.
func listed[T comparable](before, after []T, name func(T) string) (out shift[T]) {
	gone, come := without(before, after), without(after, before)
	for _, v := range come {
		i := slices.IndexFunc(gone, func(old T) bool { return name(old) == name(v) })
		if i < 0 {
			out.Added = append(out.Added, v)
			continue
		}
		out.Changed = append(out.Changed, pair[T]{Before: gone[i], After: v})
		gone = slices.Delete(gone, i, i+1)
	}
	out.Missing = gone
	return out
}

// without returns a list without what another one has, each as often as it is there.
func without[T comparable](list, other []T) (rest []T) {
	there := map[T]int{}
	for _, v := range other {
		there[v]++
	}
	for _, v := range list {
		if there[v]--; there[v] < 0 {
			rest = append(rest, v)
		}
	}
	return rest
}
