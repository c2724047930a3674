package cli

import (
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// left words how long something still takes, e.g. "about 3m, at most 8m"; "" where nobody knows. middle is how long in half of the cases, high
// in nine of ten; since is what went by of it.
func left(middle, high *deprovision.Duration, since time.Duration) string {
	if middle == nil {
		return ""
	}
	rest := time.Duration(*middle) - since
	most := rest
	if high != nil {
		most = max(time.Duration(*high)-since, rest)
	}
	switch {
	case most <= 0 && since > 0:
		return "longer than expected"
	case rest <= 0 && most > 0:
		return "at most " + span(most)
	case span(max(rest, 0)) == span(most):
		return "about " + span(most)
	}
	return "about " + span(rest) + ", at most " + span(most)
}

// stepLeft is how long a step still takes; that of the current one shrinks while it is worked on.
func stepLeft(p deprovision.Progress, i int, now time.Time) string {
	s := p.Steps[i]
	return left(s.Left, s.LeftHigh, running(p, i == p.Step, now))
}

// allLeft is how long a request still takes, waits for people not counted.
func allLeft(p deprovision.Progress, now time.Time) string {
	if p.Status.Terminal() {
		return ""
	}
	middle, high := p.Left, p.LeftHigh
	if middle == nil && p.ETA != nil {
		rest := deprovision.Duration(p.ETA.Sub(p.Updated))
		middle = &rest
	}
	words := left(middle, high, running(p, true, now))
	if words != "" && p.Status == deprovision.Waiting {
		words += ", once it is answered"
	}
	return words
}

// running is what went by since a document was written, of an estimate in it that the clock uses up.
func running(p deprovision.Progress, current bool, now time.Time) time.Duration {
	if !current || p.Status == deprovision.Waiting || p.Status.Terminal() {
		return 0
	}
	return max(now.Sub(p.Updated), 0)
}

// doneBy is when a request will have ended; "" where nobody knows, as while it waits for a person.
func doneBy(p deprovision.Progress, now time.Time) string {
	if p.ETA == nil || p.Status.Terminal() {
		return ""
	}
	line := "about " + clock(*p.ETA, now)
	if p.ETAHigh != nil && p.ETAHigh.After(*p.ETA) {
		line += ", in nine of ten cases by " + clock(*p.ETAHigh, now)
	}
	return line
}
