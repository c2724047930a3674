package progress

import "slices"

// history is what is known of each step, by [stepOf].
type history map[stepOf]*pattern

// span is how long something takes, in seconds or as a factor: half of the cases take no longer than half, nine of ten no longer than nine.
type span struct{ half, nine float64 }

func (s span) times(f float64) span { return span{s.half * f, s.nine * f} }

// pattern is what the finished runs of a step tell of the next one.
type pattern struct {
	runs        []Run   // oldest first
	any         span    // a run whose units nobody knows yet
	idle        span    // a run without units
	fixed, unit float64 // seconds: a run takes fixed and unit for each of its units, times luck
	luck        span
	idled       bool // a run without units was seen
	worked      bool // one with units
}

func newPattern(runs []Run) *pattern {
	p := &pattern{runs: runs}
	var all, idle []float64
	var worked []Run
	for _, r := range runs {
		all = append(all, r.Took.Seconds())
		if r.Units == 0 {
			idle = append(idle, r.Took.Seconds())
		} else {
			worked = append(worked, r)
		}
	}
	p.any = spanOf(all)
	if p.idled = len(idle) > 0; p.idled {
		p.idle = spanOf(idle)
	}
	if p.worked = len(worked) > 0; p.worked {
		p.fit(worked)
	}
	return p
}

// leastSlope is how little a unit may take, as a share of what it seems to take when nothing is fixed.
const leastSlope = 0.05

// fit finds the fixed part and that of a unit. Both are medians, so that a run that was throttled for an hour does not bend them: the slope is
// the one between the middle of the smaller runs and that of the larger ones (Tukey's resistant line).
func (p *pattern) fit(runs []Run) {
	bySize := slices.Clone(runs)
	slices.SortStableFunc(bySize, func(a, b Run) int { return a.Units - b.Units })
	third := max(1, len(bySize)/3)
	small, large := bySize[:third], bySize[len(bySize)-third:]
	units := func(r Run) float64 { return float64(r.Units) }
	took := func(r Run) float64 { return r.Took.Seconds() }
	share := medianOf(runs, func(r Run) float64 { return took(r) / units(r) })
	if more := medianOf(large, units) - medianOf(small, units); more > 0 {
		p.unit = min(max((medianOf(large, took)-medianOf(small, took))/more, share*leastSlope), share)
	} else {
		p.unit = share
	}
	p.fixed = max(0, medianOf(runs, func(r Run) float64 { return took(r) - p.unit*units(r) }))
	lucks := make([]float64, len(runs))
	for i, r := range runs {
		lucks[i] = took(r) / max(p.base(r.Units), 1e-4)
	}
	p.luck = spanOf(lucks)
}

func (p *pattern) base(units int) float64 { return p.fixed + p.unit*float64(units) }

func medianOf(runs []Run, f func(Run) float64) float64 {
	values := make([]float64, len(runs))
	for i, r := range runs {
		values[i] = f(r)
	}
	slices.Sort(values)
	return at(values, 0.5)
}

// spanOf takes what was seen for what may come. Few runs tell little, so two more count: one in half the time, one in four times the time.
func spanOf(seen []float64) span {
	values := slices.Sorted(slices.Values(seen))
	typical := at(values, 0.5)
	values = append(values, typical/2, typical*4)
	slices.Sort(values)
	return span{half: at(values, 0.5), nine: at(values, 0.9)}
}

// at is a quantile of sorted values, between two of them by their distance.
func at(sorted []float64, q float64) float64 {
	place := q * float64(len(sorted)-1)
	i := int(place)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (place-float64(i))*(sorted[i+1]-sorted[i])
}
