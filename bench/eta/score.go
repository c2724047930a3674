package main

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// score is how far one estimate was off.
type score struct {
	left   time.Duration // what came
	off    float64       // |estimate - left| / left
	share  float64       // |estimate - left| / all the work
	within bool          // the work ended within nine cases' time
}

// least is the shortest time left that an error is a share of: below that nobody cares.
const least = 500 * time.Millisecond

// worked is how long a removal had worked at each of its events. Time in which it waited for a person is left out.
func worked(r removal) []time.Duration {
	out := make([]time.Duration, len(r.states))
	for i := 1; i < len(r.states); i++ {
		out[i] = out[i-1]
		if before := r.states[i-1]; before.Status != deprovision.Waiting {
			out[i] += r.states[i].Updated.Sub(before.Updated)
		}
	}
	return out
}

// judge compares what the last event before a share of the work said with what came.
func judge(r removal, share float64) (score, error) {
	done := worked(r)
	whole := done[len(done)-1]
	at := time.Duration(share * float64(whole))
	last := 0
	for i := range r.states[:len(r.states)-1] {
		if done[i] <= at {
			last = i
		}
	}
	state := r.states[last]
	if state.Left == nil || state.LeftHigh == nil {
		return score{}, fmt.Errorf("event %d of %s has no estimate", state.Seq, state.Request.Ref().Tokens())
	}
	since := at - done[last] // a screen counts down between two events
	left, high := max(0, time.Duration(*state.Left)-since), time.Duration(*state.LeftHigh)-since
	actual := whole - at
	miss := math.Abs(float64(left - actual))
	return score{left: actual, off: miss / float64(max(actual, least)), share: miss / float64(max(whole, least)), within: actual <= high}, nil
}

// line is one row of the table.
type line struct {
	Share        int           // of the work, in percent
	Left         time.Duration // what came, the median
	Median, High float64       // how far the estimates were off, of what was left: in half of the removals, in nine of ten
	OfWhole      float64       // likewise, of all the work, in half of the removals
	Within       float64       // share of the removals that ended within nine cases' time
}

// lines judges all removals at some shares of their work.
func lines(all []removal, shares ...int) ([]line, error) {
	var out []line
	for _, share := range shares {
		l := line{Share: share}
		var offs, ofWhole, lefts []float64
		for _, r := range all {
			s, err := judge(r, float64(share)/100)
			if err != nil {
				return nil, err
			}
			offs, ofWhole, lefts = append(offs, s.off), append(ofWhole, s.share), append(lefts, float64(s.left))
			if s.within {
				l.Within += 1 / float64(len(all))
			}
		}
		l.Left, l.Median, l.High = time.Duration(quantile(lefts, 0.5)), quantile(offs, 0.5), quantile(offs, 0.9)
		l.OfWhole = quantile(ofWhole, 0.5)
		out = append(out, l)
	}
	return out, nil
}

// typical is how long the removals worked.
type typical struct{ Least, Median, Most time.Duration }

func tookOf(all []removal) typical {
	var took []float64
	for _, r := range all {
		done := worked(r)
		took = append(took, float64(done[len(done)-1]))
	}
	return typical{time.Duration(slices.Min(took)), time.Duration(quantile(took, 0.5)), time.Duration(slices.Max(took))}
}

// quantile of some values, the nearest one.
func quantile(values []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}
