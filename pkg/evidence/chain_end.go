package evidence

import (
	"fmt"
	"slices"

	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// end ends the last doubt by the seal of the closing record, and tells what is missing, repeated or in another place.
func (c *chain) end(seal string, counted int) {
	if c.doubt != nil {
		c.settle(seal, c.doubt.computed)
	}
	sorted := slices.Sorted(slices.Values(c.order))
	c.repeated(sorted)
	sorted = slices.Compact(sorted)
	next := c.first
	for _, seq := range sorted {
		c.missing(next, seq)
		next = seq + 1
	}
	for c.lost[next] {
		next++
	}
	if last := c.first + uint64(max(counted, 0)); last > next {
		c.missing(next, last)
	}
	c.swapped(sorted)
}

// missing tells of the events from one seq up to, and not including, another.
func (c *chain) missing(from, to uint64) {
	for from < to && c.lost[from] {
		from++
	}
	for to > from && c.lost[to-1] {
		to--
	}
	switch {
	case to <= from:
	case to-from == 1:
		c.add(MissingEvent, 0, from, "%s is missing", run(from, from))
	default:
		c.add(MissingEvent, 0, from, "%s are missing", run(from, to-1))
	}
}

// run names the events from one to another.
func run(from, to uint64) string {
	if from == to {
		return fmt.Sprintf("event %d", from)
	}
	return fmt.Sprintf("events %d to %d", from, to)
}

func (c *chain) repeated(sorted []uint64) {
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] && (i < 2 || sorted[i-2] != sorted[i]) {
			c.add(RepeatedEvent, 0, sorted[i], "event %d is there more than once", sorted[i])
		}
	}
}

// swapped compares the order of the events, each counted once, with the one that they should have.
func (c *chain) swapped(sorted []uint64) {
	seen := make(map[uint64]bool, len(c.order))
	var once []uint64
	for _, seq := range c.order {
		if !seen[seq] {
			seen[seq] = true
			once = append(once, seq)
		}
	}
	var wrong []int
	for i := range once {
		if once[i] != sorted[i] {
			wrong = append(wrong, i)
		}
	}
	switch {
	case len(wrong) == 0:
	case len(wrong) == 2:
		c.add(SwappedEvents, 0, once[wrong[1]], "events %d and %d are swapped", once[wrong[1]], once[wrong[0]])
	default:
		i := wrong[0]
		c.add(SwappedEvents, 0, once[i], "%d events stand in another order, the first of them event %d in the place of event %d", len(wrong), once[i], sorted[i])
	}
}

// short is a chain value as a text shows it.
func short(s string) string {
	if event.ValidChain(s) {
		return s[:len("sha256:")+12] + "…"
	}
	return "the one that is there"
}
