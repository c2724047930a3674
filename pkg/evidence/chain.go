package evidence

import (
	"fmt"
	"slices"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// chain computes the chain of a journal anew, event by event.
type chain struct {
	*problems
	first  uint64            // seq of the first event that belongs into the bundle
	values map[uint64]string // chain value of each event, for the one that follows it
	order  []uint64          // seqs, as they came
	lost   map[uint64]bool   // events in whose place a record stands that can't be read
	last   uint64            // seq of the event that came last, or was lost
	doubt  *doubt            // about the event that came last

	unchained int    // events without a chain value: an older worker wrote them
	unproven  uint64 // the last of the first events of which nothing tells what they follow
}

// doubt is about an event whose data and chain value do not fit: which of the two was changed, the next event tells.
type doubt struct {
	record   int
	seq      uint64
	stated   string
	computed string
}

func newChain(p *problems, after uint64) *chain {
	return &chain{problems: p, first: after + 1, last: after, values: map[uint64]string{}, lost: map[uint64]bool{}}
}

// behind begins the chain behind an event that is not in the bundle; before is its chain value, "" where it is not known.
func (c *chain) behind(after uint64, before string) {
	c.first, c.last = after+1, after
	switch {
	case before == "":
	case after == 0 || !event.ValidChain(before):
		c.add(Changed, 1, 0, "the header has a chain value that can't be before the first event")
	default:
		c.values[after] = before
	}
}

// unread takes note of a record that can't be read, in a place where an event belongs, and returns which event that must be.
func (c *chain) unread() uint64 {
	c.settle("", "")
	c.last++
	c.lost[c.last] = true
	return c.last
}

// event takes in an event. starts are the chain values that the first event may follow.
func (c *chain) event(record int, seq uint64, stated string, data []byte, start string) {
	if seq == 0 || seq < c.first { // nothing would bind it to the rest
		c.settle("", "")
		c.add(Misplaced, record, seq, "event %d is there, and the bundle begins with event %d", seq, c.first)
		return
	}
	c.order = append(c.order, seq)
	c.last = seq
	before, known := c.values[seq-1]
	switch {
	case seq == 1:
		before, known = start, true
	case known && c.doubt != nil && c.doubt.seq == seq-1:
		c.settle(stated, event.ChainNext(c.doubt.computed, data))
		before = c.values[seq-1]
	default:
		c.settle("", "")
	}
	if !known { // the event before is missing, can't be read, comes later, or was archived before
		c.ground(record, seq, stated)
		return
	}
	computed := event.ChainNext(before, data)
	c.values[seq] = stated
	switch {
	case stated == "":
		c.unchained++
		c.values[seq] = computed
	case stated != computed:
		c.doubt = &doubt{record: record, seq: seq, stated: stated, computed: computed}
	}
}

// ground takes the chain value of an event as it is stated, because nothing tells what the event follows: it proves the next one, and not this one.
func (c *chain) ground(record int, seq uint64, stated string) {
	if seq == c.first || c.unproven > 0 && seq == c.unproven+1 { // elsewhere, what is missing is told
		c.unproven = seq
	}
	switch {
	case stated == "":
		c.unchained++
	case !event.ValidChain(stated):
		c.add(Changed, record, seq, "event %d has a chain value that can't be one", seq)
	default:
		c.values[seq] = stated
	}
}

// settle ends a doubt by what follows it: given is the chain value that is there, onComputed the one that there would be if the data in doubt
// were right.
func (c *chain) settle(given, onComputed string) {
	d := c.doubt
	if d == nil {
		return
	}
	c.doubt = nil
	if given != "" && given == onComputed {
		c.values[d.seq] = d.computed
		c.worse(ChangedChain, d.record, d.seq, "the chain value of event %d was changed: it should be %s", d.seq, d.computed)
		return
	}
	c.worse(ChangedEvent, d.record, d.seq, "event %d was changed: its bytes give another chain value than %s", d.seq, short(d.stated))
}

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

// begin returns the chain value that the first event of a request follows.
func begin(ref deprovision.Ref) string { return event.ChainStart(ref) }

// short is a chain value as a text shows it.
func short(s string) string {
	if event.ValidChain(s) {
		return s[:len("sha256:")+12] + "…"
	}
	return "the one that is there"
}
