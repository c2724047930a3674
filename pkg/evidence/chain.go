package evidence

import (
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

// begin returns the chain value that the first event of a request follows.
func begin(ref deprovision.Ref) string { return event.ChainStart(ref) }
