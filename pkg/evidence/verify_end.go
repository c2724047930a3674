package evidence

import (
	"fmt"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// takeEvent takes in an event.
func (v *verifier) takeEvent(r Record) {
	data := r.Bytes()
	g := glance(data)
	p, of, seq := g.Progress, g.ref(), r.Seq
	if p.Seq != 0 && p.Seq != r.Seq {
		v.worse(Changed, v.record, r.Seq, "the record is of event %d, what it holds of event %d", r.Seq, p.Seq)
		if p.Seq == v.chain.last+1 {
			seq = p.Seq
		}
	}
	if of != v.ref && p.Seq != 0 {
		v.otherRequest(of, seq, r.Chain, data)
	}
	v.chain.event(v.record, seq, r.Chain, data, begin(v.ref))
	if v.sum.Events++; seq >= v.sum.Last {
		v.sum.Last, v.sum.Revision, v.sum.Status, v.sum.Ended = seq, r.Revision, p.Status, p.Status.Terminal()
		v.sum.Seal, v.sum.Sign = r.Chain, r.Sign
	}
	if p.Plan != nil {
		v.plans.name(p.Plan.Digest, seq)
	}
	if v.account == "" && p.Request.Account != "" {
		v.account = of.Tenant + "." + p.Request.Account
	}
}

// otherRequest finds out whether the header names another request than the events, or an event another than the header.
func (v *verifier) otherRequest(of deprovision.Ref, seq uint64, stated string, data []byte) {
	if v.header.Kind == "" {
		v.ref = of
		return
	}
	if v.sum.Events == 0 && (seq != 1 || event.ChainNext(begin(of), data) == stated) {
		v.add(OtherRequest, 1, 0, "the header names another request than the events, which are of %s", clip(of.Tokens()))
		v.ref = of
		return
	}
	v.add(OtherRequest, v.record, seq, "event %d is of another request, %s", seq, clip(of.Tokens()))
}

// end takes in that nothing follows.
func (v *verifier) end() {
	counted := 0
	if v.closed && v.closeOK {
		counted = v.close.Events
	}
	v.chain.end(v.close.Seal, counted)
	v.plans.end(v.record)
	v.sum.Plans, v.sum.Unchained, v.sum.Unproven = v.plans.count, v.chain.unchained, v.chain.unproven
	v.sum.Chain = v.chain.values[v.sum.Last]
	if !v.sum.Ended {
		v.sum.Seal, v.sum.Sign = "", ""
	}
	if !v.closed {
		v.add(Truncated, 0, 0, "the end is cut off: there is no closing record")
	} else if v.closeOK && v.problems.none() { // else it can't fit
		v.compareClose()
	}
	v.compareCheck()
}

// compareClose holds the closing record to what is before it, where nothing else was found.
func (v *verifier) compareClose() {
	switch c := v.close; {
	case c.Events != v.sum.Events:
		v.add(WrongClose, v.record, 0, "the closing record counts %d events, there are %d", c.Events, v.sum.Events)
	case c.Records != v.record:
		v.add(WrongClose, v.record, 0, "the closing record counts %d records, there are %d", c.Records, v.record)
	case c.Seal != v.sum.Seal:
		v.add(WrongClose, v.record, 0, "the closing record has another seal than the events give, %s", orNone(v.sum.Seal))
	case c.Digest != v.digest:
		v.add(WrongClose, v.record, 0, "the closing record was made of other bytes: a record was changed, added or put elsewhere")
	}
}

// compareCheck holds the bundle to what it is compared with. Where anything does not fit, nothing is proved.
func (v *verifier) compareCheck() {
	if v.check.Seal == "" && v.check.Key == nil {
		return
	}
	if last := v.sum.Unproven; last > 0 {
		v.add(Unproven, 0, last, "%s can't be proved: the chain value that should be before it is not in the bundle", run(v.chain.first, last))
	}
	if v.check.Seal != "" {
		v.compareSeal(v.check.Seal)
	}
	if v.check.Key != nil {
		v.compareKey()
	}
	if !v.problems.none() {
		v.sum.Proven = 0
	}
}

func (v *verifier) compareSeal(want string) {
	for seq, value := range v.chain.values {
		if value == want && seq > v.sum.After {
			v.sum.Proven = seq
		}
	}
	if v.sum.Proven == 0 {
		v.add(WrongSeal, 0, 0, "no event has the seal that it is compared with, %s; it ends with %s", clip(want), orNone(v.sum.Chain))
	}
}

func (v *verifier) compareKey() {
	switch err := event.VerifySeal(v.check.Key, v.sum.Seal, v.sum.Sign); {
	case !v.sum.Ended:
		v.add(WrongSignature, 0, 0, "the request had not ended: nothing is signed yet")
	case v.sum.Sign == "":
		v.add(WrongSignature, 0, v.sum.Last, "the end is not signed")
	case err != nil:
		v.add(WrongSignature, 0, v.sum.Last, "the signature of the end: %v", err)
	default:
		v.sum.Proven = v.sum.Last
	}
}

func describe(r Record) string {
	switch r.Kind {
	case EventKind:
		return fmt.Sprintf("event %d", r.Seq)
	case PlanKind:
		return "the plan " + short(r.Digest)
	case AccountKind:
		return "the account's record"
	case CloseKind:
		return "the closing record"
	}
	return "the header"
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// parseRef reads the name of a request; what is no name stands for itself.
func parseRef(s string) deprovision.Ref {
	parts := strings.SplitN(s, ".", 3)
	if len(parts) < 3 {
		return deprovision.Ref{Request: s}
	}
	return deprovision.Ref{Tenant: parts[0], Service: deprovision.Service(parts[1]), Request: parts[2]}
}

// clip makes a text of a file fit to be told.
func clip(s string) string {
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "") + "…"
	}
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, s)
}
