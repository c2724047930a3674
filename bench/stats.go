package main

import (
	"slices"
	"time"
)

// result is a loop's rounds in numbers.
type result struct {
	Rate, Bare          float64 // requests per second, medians
	Ratio, Least, Most  float64 // of the rounds' ratios: median and extremes
	Own, BareOwn        time.Duration
	Servers, BareServer time.Duration // processor time per request, medians
}

// result compares one side of each round with the bare loop's.
func (s *series) result(side func(mixed) [2]sample) result {
	over := func(f func(mixed) float64) []float64 {
		out := make([]float64, len(s.rounds))
		for i, m := range s.rounds {
			out[i] = f(m)
		}
		slices.Sort(out)
		return out
	}
	each := func(of func(mixed) [2]sample, field func(sample) time.Duration) time.Duration {
		return time.Duration(median(over(func(m mixed) float64 {
			return float64(field(of(m)[0])+field(of(m)[1])) / float64(2*s.Requests)
		})))
	}
	bare := func(m mixed) [2]sample { return m.bare }
	own, servers := func(x sample) time.Duration { return x.Own }, func(x sample) time.Duration { return x.Servers }
	ratios := over(func(m mixed) float64 { return ratio(side(m), m.bare) })
	return result{
		Rate:  median(over(func(m mixed) float64 { return rate(side(m), s.Requests) })),
		Bare:  median(over(func(m mixed) float64 { return rate(m.bare, s.Requests) })),
		Ratio: median(ratios), Least: ratios[0], Most: ratios[len(ratios)-1],
		Own: each(side, own), BareOwn: each(bare, own), Servers: each(side, servers), BareServer: each(bare, servers),
	}
}

// rate is requests per second over two turns.
func rate(turns [2]sample, requests int) float64 {
	return float64(2*requests) / (turns[0].Took + turns[1].Took).Seconds()
}

// ratio is how fast a side was for each of the ceiling's requests.
func ratio(side, ceiling [2]sample) float64 {
	return float64(ceiling[0].Took+ceiling[1].Took) / float64(side[0].Took+side[1].Took)
}

// median of sorted values.
func median(sorted []float64) float64 {
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}
