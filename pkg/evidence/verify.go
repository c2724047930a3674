package evidence

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Check is what a bundle is compared with besides itself; the zero value is nothing.
type Check struct {
	Seal string            // the seal of the request, or the chain value of one of its events, that was noted
	Key  ed25519.PublicKey // the key with which workers sign
}

// Summary is what a bundle is, whether whole or not.
type Summary struct {
	Request  string             `json:"request"`
	Made     string             `json:"made,omitempty"` // when the bundle was made, RFC 3339
	By       string             `json:"by,omitempty"`
	After    uint64             `json:"after,omitempty"`  // the events up to this one are not in it, and nothing is said of them: they were archived before
	Before   string             `json:"before,omitempty"` // chain value of event After, which the first event follows
	Events   int                `json:"events"`
	Plans    int                `json:"plans"`
	Last     uint64             `json:"last"`               // seq of the last event
	Revision uint64             `json:"revision,omitempty"` // of the last event
	Status   deprovision.Status `json:"status"`             // as the last event says
	Ended    bool               `json:"ended"`              // false: the bundle is open, and was not sealed
	Seal     string             `json:"seal,omitempty"`     // chain value of the end
	Chain    string             `json:"chain,omitempty"`    // chain value of the last event, whatever it is
	Sign     string             `json:"sign,omitempty"`     // signature of the end

	Unchained int    `json:"unchained,omitempty"` // events that an older worker wrote without a chain value; the next value covers them
	Unproven  uint64 `json:"unproven,omitempty"`  // nothing tells what the events from the first to this one follow: neither seal nor signature covers them
	Proven    uint64 `json:"proven,omitempty"`    // seq of the event up to which the events in the bundle are proved by what it was compared with
}

// Verify reads a bundle, computes everything in it anew and compares. The error is a [BrokenError] that names what does not fit, wraps
// [ErrNoBundle] where something else was read, or is the reader's own. The summary is as good as what could be read.
func Verify(r io.Reader, check Check) (Summary, error) { return walk(r, check, nil) }

// unlike is how many lines may be unlike any record before a file is no bundle.
const unlike = 100

// walk is [Verify]; visit, if given, gets every record that could be read, as far as it could.
func walk(r io.Reader, check Check, visit func(Record)) (Summary, error) {
	found := &problems{}
	v := &verifier{problems: found, check: check, visit: visit, hash: sha256.New(), chain: newChain(found, 0), plans: newPlans(found)}
	in := newLines(r)
	for !v.over {
		line, err := in.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, errLong) {
			return v.sum, fmt.Errorf("read the evidence: %w", err)
		}
		if v.line(line); v.good == 0 && (v.record >= unlike || err != nil) {
			return v.sum, ErrNoBundle
		}
		v.over = v.over || err != nil // what follows a line without end is no record
	}
	switch {
	case v.foreign != nil:
		return v.sum, fmt.Errorf("%w: %w", ErrNoBundle, v.foreign)
	case v.good == 0:
		return v.sum, ErrNoBundle
	}
	v.end()
	return v.sum, v.err()
}

// verifier is what is known of a bundle so far.
type verifier struct {
	*problems
	check  Check
	visit  func(Record)
	hash   hash.Hash
	chain  *chain
	plans  *plans
	sum    Summary
	ref    deprovision.Ref
	header Record

	record  int // number of the line
	good    int // lines that are as a record is written
	phase   int // of the kind of the last record
	account string
	closed  bool
	close   Record
	closeOK bool
	digest  string // of all before the closing record
	over    bool
	foreign error // it is a bundle of another format
}

var phases = map[Kind]int{HeaderKind: 1, EventKind: 2, PlanKind: 3, AccountKind: 4, CloseKind: 5}

// line takes in a line.
func (v *verifier) line(line []byte) {
	v.record++
	if v.closed {
		v.add(Trailing, v.record, 0, "something follows the closing record")
		v.over = true
		return
	}
	r, as, err := parse(line)
	if len(line) == 0 {
		err = errLong
	}
	if phases[r.Kind] == 0 && err == nil {
		err = fmt.Errorf("there is no kind %q", clip(string(r.Kind)))
	}
	if err != nil {
		v.unreadable(err)
		v.hash.Write(line)
		return
	}
	if r.Kind == CloseKind {
		v.digest = digestOf(v.hash.Sum(nil))
	}
	v.hash.Write(line)
	if !as {
		v.add(Changed, v.record, r.Seq, "%s is not as it was written", describe(r))
	} else {
		v.good++
	}
	if !strings.HasSuffix(string(line), "\n") {
		v.add(Truncated, v.record, 0, "the last line is cut off")
	}
	if v.take(r, as); v.visit != nil {
		v.visit(r)
	}
}

func (v *verifier) unreadable(err error) {
	if v.phase <= phases[EventKind] && v.phase > 0 {
		seq := v.chain.unread()
		v.add(Unreadable, v.record, seq, "the record can't be read; event %d, or what follows the events, belongs there: %v", seq, err)
		return
	}
	v.add(Unreadable, v.record, 0, "the record can't be read: %v", err)
}

// take takes in a record.
func (v *verifier) take(r Record, as bool) {
	switch {
	case v.record == 1 && r.Kind != HeaderKind:
		v.add(Misplaced, v.record, r.Seq, "%s stands where the header belongs", describe(r))
	case phases[r.Kind] < v.phase:
		v.add(Misplaced, v.record, r.Seq, "%s does not belong here", describe(r))
	}
	v.phase = max(v.phase, phases[r.Kind])
	switch r.Kind {
	case HeaderKind:
		v.takeHeader(r, as)
	case EventKind:
		v.takeEvent(r)
	case PlanKind:
		v.plans.record(v.record, r, v.ref)
	case AccountKind:
		if v.account != "" && r.Name != v.account {
			v.add(OtherRequest, v.record, 0, "the account %s is not the one of the request, %s", clip(r.Name), v.account)
		}
	case CloseKind:
		v.closed, v.close, v.closeOK = true, r, as
	}
}

func (v *verifier) takeHeader(r Record, as bool) {
	if v.header.Kind != "" {
		v.add(Misplaced, v.record, 0, "there is a second header")
		return
	}
	if as && (r.Format != Format || r.Version != Version) {
		v.foreign, v.over = fmt.Errorf("it is of the format %s %d; this program reads %s %d", clip(r.Format), r.Version, Format, Version), true
		return
	}
	v.header = r
	v.sum.Request, v.sum.Made, v.sum.By = r.Request, r.Made, r.By
	if v.sum.Events == 0 {
		v.sum.After, v.sum.Before, v.ref = r.After, r.Before, parseRef(r.Request)
		v.chain.behind(r.After, r.Before)
	}
}
