package deprovision

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Difference is what sets two plans apart. Artifacts are the same by kind and id. The zero value means that there is none.
type Difference struct {
	Added   []Artifact `json:"added,omitempty"`   // only in the later plan, in its order
	Missing []Artifact `json:"missing,omitempty"` // only in the earlier plan, in its order
	Changed []Artifact `json:"changed,omitempty"` // in both, and not alike, as the later plan has them
	Other   []string   `json:"other,omitempty"`   // what else differs: "suspects", "cautions", "remainder", "calls", "order"
}

// Diff tells what another plan, made later, has otherwise than p: whatever their digests tell apart, but for the part of an inventory that a plan
// continues and for the numbers of batches, which move with every artifact that comes or goes.
func (p Plan) Diff(other Plan) Difference {
	var d Difference
	before := map[artifactKey][]Artifact{} // a list, since nothing forbids two of one kind and id
	for _, a := range p.Artifacts {
		before[keyOf(a)] = append(before[keyOf(a)], a)
	}
	for _, a := range other.Artifacts {
		was := before[keyOf(a)]
		switch {
		case len(was) == 0:
			d.Added = append(d.Added, a)
			continue
		case !alike(was[0], a):
			d.Changed = append(d.Changed, a)
		}
		before[keyOf(a)] = was[1:]
	}
	// Of several of one kind and id the first ones were met, so that the last ones are left.
	for _, a := range slices.Backward(p.Artifacts) {
		k := keyOf(a)
		if left := before[k]; len(left) > 0 {
			before[k] = left[:len(left)-1]
			d.Missing = append(d.Missing, a)
		}
	}
	slices.Reverse(d.Missing)
	d.Other = p.others(other, len(d.Added)+len(d.Missing) == 0)
	return d
}

// others names what differs beside the artifacts. Their order tells something only where both plans have the same ones.
func (p Plan) others(other Plan, same bool) []string {
	var out []string
	for _, part := range []struct {
		name string
		is   bool
	}{
		{"suspects", !slices.EqualFunc(p.Suspects, other.Suspects, alike)},
		{"cautions", !slices.Equal(p.Cautions, other.Cautions)},
		{"remainder", !slices.Equal(p.Remainder, other.Remainder)},
		{"manual steps", !slices.Equal(p.Manual, other.Manual)},
		{"calls", recalled(p, other)},
		{"order", same && reordered(p.Artifacts, other.Artifacts)},
	} {
		if part.is {
			out = append(out, part.name)
		}
	}
	return out
}

// recalled reports whether a kind of which both plans have artifacts goes by another call. One that only one of them has is among what came or
// went.
func recalled(before, after Plan) bool {
	kept := map[ArtifactKind]bool{}
	for _, a := range before.Artifacts {
		kept[a.Kind] = true
	}
	return slices.ContainsFunc(after.Artifacts, func(a Artifact) bool { return kept[a.Kind] && before.Calls[a.Kind] != after.Calls[a.Kind] })
}

// Empty reports whether the two plans would do the same.
func (d Difference) Empty() bool { return len(d.Added)+len(d.Missing)+len(d.Changed)+len(d.Other) == 0 }

// String is [Difference.Summary] with five names.
func (d Difference) String() string { return d.Summary(5) }

// Summary tells the difference in one line, with at most so many names of each sort, e.g. `2 added (mail-folder "a", mail-folder "b"); cautions
// differ`; "no difference" when there is none.
func (d Difference) Summary(names int) string {
	var out []string
	for _, part := range []struct {
		word string
		list []Artifact
	}{{"added", d.Added}, {"missing", d.Missing}, {"changed", d.Changed}} {
		if len(part.list) > 0 {
			out = append(out, fmt.Sprintf("%d %s%s", len(part.list), part.word, named(part.list, names)))
		}
	}
	for _, what := range d.Other {
		if what == "cautions" || what == "suspects" || what == "calls" {
			out = append(out, what+" differ")
		} else {
			out = append(out, what+" differs")
		}
	}
	if len(out) == 0 {
		return "no difference"
	}
	return strings.Join(out, "; ")
}

func named(list []Artifact, most int) string {
	if most <= 0 {
		return ""
	}
	var words []string
	for _, a := range list[:min(most, len(list))] {
		words = append(words, fmt.Sprintf("%s %q", a.Kind, clip(a.Name)))
	}
	if more := len(list) - len(words); more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	return " (" + strings.Join(words, ", ") + ")"
}

type artifactKey struct {
	kind ArtifactKind
	id   string
}

func keyOf(a Artifact) artifactKey { return artifactKey{a.Kind, a.ID} }

// alike compares what the digest of a plan says of two artifacts, but for their batches.
func alike(a, b Artifact) bool {
	a.Batch, b.Batch = 0, 0
	one, err := json.Marshal(a)
	two, err2 := json.Marshal(b)
	return err == nil && err2 == nil && bytes.Equal(one, two)
}

func reordered(a, b []Artifact) bool {
	return !slices.EqualFunc(a, b, func(a, b Artifact) bool { return keyOf(a) == keyOf(b) })
}
