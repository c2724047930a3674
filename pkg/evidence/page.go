package evidence

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// page is all that a report shows.
type page struct {
	Sum       Summary
	First     uint64 // seq of the first event that belongs into the bundle
	Check     Check
	KeyID     string // of the key that it was compared with
	SignedBy  string // the key that the signature names
	Problems  []Problem
	More      int
	Request   deprovision.Request
	Account   *deprovision.Account
	State     deprovision.Progress
	Sentence  string
	Tone      string // of the end: good, left, bad, open
	Partial   bool   // events are missing, so that what is not shown may have been all the same
	Cautions  []caution
	Decisions []decision
	Announced []announced
	Artifacts []artifact
	Plans     []string

	OtherRereads []deprovision.Reread
	Timeline     []moment
}

type caution struct {
	deprovision.Caution
	By []string // who acknowledged it
}

type decision struct {
	deprovision.Decision
	Seq      uint64
	At       time.Time
	StopName string
	Refused  bool
	Why      string
}

type announced struct {
	deprovision.Announcement
	Seq uint64
	At  time.Time
}

type artifact struct {
	deprovision.Evidence
	Seq     uint64
	Rereads []deprovision.Reread
}

// moment is a line of the timeline: an event, or a run of them.
type moment struct {
	From, To   uint64
	Start, End time.Time
	Kind       deprovision.ChangeKind
	Step       string
	By         string
	Text       string
	Count      int // artifacts
}

// joins reports whether an event goes on with what the one before did.
func (m moment) joins(before moment) bool {
	return m.Kind == before.Kind && m.Step == before.Step && m.By == before.By && m.Text == before.Text && m.From == before.To+1 &&
		(m.Kind == deprovision.Advanced || m.Kind == deprovision.StillHeld)
}

// page puts together what was gathered.
func (b *reportBuilder) page(sum Summary, check Check, broken *BrokenError) page {
	p := b.shown
	p.Sum, p.First, p.Check, p.SignedBy = sum, sum.After+1, check, event.SealKey(sum.Sign)
	if check.Key != nil {
		p.KeyID = event.KeyID(check.Key)
	}
	if broken != nil {
		p.Problems, p.More = broken.Problems, broken.More
	}
	if b.first != nil {
		p.Request = b.first.Progress.Request
	}
	p.State = b.last.Progress
	p.Sentence, p.Tone = sentence(p.State, b.since), tone(p.State.Status)
	p.Partial = sum.After > 0 || slices.ContainsFunc(p.Problems, func(x Problem) bool { return x.Trouble == MissingEvent })
	for _, c := range b.cautions() {
		p.Cautions = append(p.Cautions, caution{c, b.acknowledged(c.Code)})
	}
	for digest := range b.plans {
		p.Plans = append(p.Plans, digest)
	}
	slices.Sort(p.Plans)
	return p
}

// cautions are those of the plan that was carried out, or is on the table.
func (b *reportBuilder) cautions() []deprovision.Caution {
	if plan := b.last.Progress.Plan; plan != nil {
		return b.plans[plan.Digest].Cautions
	}
	return nil
}

func (b *reportBuilder) acknowledged(code string) []string {
	var by []string
	if slices.Contains(b.last.Progress.Request.Options.Acknowledged, code) {
		by = append(by, b.last.Progress.Request.RequestedBy+", in the request")
	}
	for _, d := range b.shown.Decisions {
		if !d.Refused && slices.Contains(d.Acknowledged, code) {
			by = append(by, fmt.Sprintf("%s, on %s", d.DecidedBy, when(d.At)))
		}
	}
	return by
}

// sentence says in one what became of the request.
func sentence(p deprovision.Progress, since time.Time) string {
	detail := strings.TrimSpace(p.Detail)
	if p.Status.Terminal() {
		return fmt.Sprintf("It ended on %s as %s%s", when(since), p.Status, after(": ", detail))
	}
	if p.Status == deprovision.Waiting && p.Stop != nil {
		return fmt.Sprintf("It has not ended: since %s it waits at the stop %s for a decision", when(since), p.Stop.Name)
	}
	return fmt.Sprintf("It has not ended: on %s it was %s%s", when(since), p.Status, after(": ", detail))
}

func after(separator, text string) string {
	if text == "" {
		return ""
	}
	return separator + text
}

func tone(s deprovision.Status) string {
	switch s {
	case deprovision.Succeeded, deprovision.NothingFound, deprovision.Planned:
		return "good"
	case deprovision.SucceededWithRemainder:
		return "left"
	}
	if s.Terminal() {
		return "bad"
	}
	return "open"
}

// when is a time as the page shows it.
func when(t time.Time) string {
	if t.IsZero() {
		return "an unknown time"
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}
