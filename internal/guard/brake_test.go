package guard_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/deprovisioner/deprovisioner/internal/guard"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func rules(n int) []deprovision.Artifact {
	out := make([]deprovision.Artifact, n)
	for i := range out {
		out[i].Kind = "transport-rule"
	}
	return out
}

func TestBrakeHoldsItsDefaults(t *testing.T) {
	t.Parallel()
	if n := (guard.Brake{}).Limit(); n != 1000 {
		t.Errorf("%d an hour", n)
	}
	if n := (guard.Brake{PerHour: -1}).Limit(); n > 0 {
		t.Errorf("%d an hour", n)
	}
	objects := map[deprovision.ArtifactKind]int{"transport-rule": 20}
	if r := (guard.Brake{}).Part(rules(10), objects); r != nil {
		t.Error(r)
	}
	if r := (guard.Brake{}).Part(rules(11), objects); r == nil || r.Rule != guard.TooBroad {
		t.Error(r)
	}
	objects["transport-rule"] = -1
	if r := (guard.Brake{}).Part(rules(1), objects); r == nil || r.Rule != guard.Unreadable {
		t.Error(r)
	}
}

func TestNoLargerPartThanAllowedPasses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		share := rapid.OneOf(rapid.Float64Range(0.01, 1), rapid.SampledFrom([]float64{-1, 1.01, math.NaN(), math.Inf(1)})).Draw(t, "share")
		n, all := rapid.IntRange(1, 100).Draw(t, "n"), rapid.IntRange(0, 200).Draw(t, "all")
		plan := append(rules(n), deprovision.Artifact{Kind: "service-principal"})
		refusal := guard.Brake{Share: share}.Part(plan, map[deprovision.ArtifactKind]int{"transport-rule": all, "journal-rule": 100})
		broken := !(share > 0 && share <= 1)
		tooLarge := float64(n)/float64(all) > share+1e-9
		switch {
		case all < guard.FewestObjects && refusal != nil:
			t.Fatalf("of few objects: %v", refusal)
		case all >= guard.FewestObjects && (broken || tooLarge) && refusal == nil:
			t.Fatalf("%d of %d passes a share of %v", n, all, share)
		case all >= guard.FewestObjects && !broken && float64(n)/float64(all) < share-1e-9 && refusal != nil:
			t.Fatalf("%d of %d is refused by a share of %v: %v", n, all, share, refusal)
		}
	})
}
