package evidence

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrNoBundle says that something else was read, or a bundle of a version that this program does not know.
var ErrNoBundle = errors.New("it is no evidence bundle that this program can read")

// Trouble says in which way a bundle is broken.
type Trouble string

// The troubles.
const (
	Unreadable     Trouble = "unreadable"      // a record can't be read
	Changed        Trouble = "changed"         // a record is not as it was written
	ChangedEvent   Trouble = "changed-event"   // an event's data does not give its chain value
	ChangedChain   Trouble = "changed-chain"   // an event's chain value was changed, and not its data
	MissingEvent   Trouble = "missing-event"   //
	RepeatedEvent  Trouble = "repeated-event"  //
	SwappedEvents  Trouble = "swapped-events"  // they stand in another order
	Misplaced      Trouble = "misplaced"       // a record stands where none of its kind belongs
	OtherRequest   Trouble = "other-request"   // something is of another request than the header says
	PlanMismatch   Trouble = "plan-mismatch"   // a plan does not fit its digest
	MissingPlan    Trouble = "missing-plan"    // an event names it
	UnnamedPlan    Trouble = "unnamed-plan"    // no event names it
	WrongClose     Trouble = "wrong-close"     // the closing record does not fit what is before it
	Truncated      Trouble = "truncated"       // the end is cut off
	Trailing       Trouble = "trailing"        // something follows the closing record
	Unproven       Trouble = "unproven"        // nothing tells what the first event follows, so that seal and signature say nothing of it
	WrongSeal      Trouble = "wrong-seal"      // it is not the seal that was noted
	WrongSignature Trouble = "wrong-signature" // the end is not signed, or not with this key
)

// Problem is one thing that does not fit.
type Problem struct {
	Trouble Trouble `json:"trouble"`
	Record  int     `json:"record,omitempty"` // line of the bundle, from 1; 0 where it is of no one line
	Event   uint64  `json:"event,omitempty"`  // seq of the event; 0 where it is of none
	Text    string  `json:"text"`             // in words
}

// Error is the problem in words.
func (p Problem) Error() string {
	if p.Record == 0 {
		return p.Text
	}
	return fmt.Sprintf("line %d: %s", p.Record, p.Text)
}

// mostProblems is how many are told one by one.
const mostProblems = 100

// BrokenError says what does not fit in a bundle.
type BrokenError struct {
	Problems []Problem // the first of them, in the order of the bundle
	More     int       // how many there are besides
}

// Error tells all.
func (e *BrokenError) Error() string {
	texts := make([]string, 0, len(e.Problems)+1)
	for _, p := range e.Problems {
		texts = append(texts, p.Error())
	}
	if e.More > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", e.More))
	}
	return "the evidence is broken: " + strings.Join(texts, "; ")
}

// Has reports whether one of the problems is of this trouble.
func (e *BrokenError) Has(t Trouble) bool {
	return slices.ContainsFunc(e.Problems, func(p Problem) bool { return p.Trouble == t })
}

// problems collects what does not fit.
type problems struct {
	list []Problem
	more int
}

func (p *problems) add(t Trouble, record int, seq uint64, text string, args ...any) {
	if len(p.list) >= mostProblems {
		p.more++
		return
	}
	p.list = append(p.list, Problem{Trouble: t, Record: record, Event: seq, Text: fmt.Sprintf(text, args...)})
}

// worse replaces what is known of a record in general by what is known of it in particular.
func (p *problems) worse(t Trouble, record int, seq uint64, text string, args ...any) {
	p.list = slices.DeleteFunc(p.list, func(q Problem) bool { return q.Trouble == Changed && q.Record == record })
	p.add(t, record, seq, text, args...)
}

func (p *problems) none() bool { return len(p.list) == 0 }

// err returns the problems in the order of the bundle, nil where there are none.
func (p *problems) err() error {
	if p.none() {
		return nil
	}
	slices.SortStableFunc(p.list, func(a, b Problem) int { return place(a) - place(b) })
	return &BrokenError{Problems: p.list, More: p.more}
}

// place sorts what is of no one line behind the rest.
func place(p Problem) int {
	if p.Record == 0 {
		return int(^uint(0) >> 1)
	}
	return p.Record
}
