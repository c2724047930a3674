package timeline

import (
	"fmt"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// drainStep is the step whose parks are drains.
const drainStep = "drain"

// Drawer draws a timeline from the events of a request, which come in their order. The zero Drawer is ready.
type Drawer struct {
	from, now time.Time
	to        *time.Time
	spans     middle[*Span]
	marks     middle[Mark]
	last      deprovision.Progress
	worker    string          // who held it last
	step      *Span           // the step at the cursor
	at        int             // its place
	wait      *Span           // the park, stop or pause that lasts
	waits     string          // what tells it from another one
	decided   map[string]bool // ids of decisions that are marked
}

// Add adds the next event. What comes behind the end moves it no more.
func (d *Drawer) Add(e deprovision.Event) {
	p := e.Progress
	if d.decided == nil { // the first
		d.begin(p.Request, p.Started)
	}
	if p.Updated.After(d.now) {
		d.now = p.Updated
	}
	d.happened(e)
	if d.to == nil {
		d.steps(p)
		d.waiting(e)
		if p.Status.Terminal() {
			d.to = d.moment()
			d.mark(Ended, string(p.Status), e.Change.By, p.Detail)
		}
	}
	d.last = p
}

// Timeline is what was drawn until now.
func (d *Drawer) Timeline() Timeline {
	t := Timeline{From: d.from.UTC(), To: d.to, Spans: []Span{}, Marks: d.marks.all(), Cut: d.spans.cut + d.marks.cut}
	for _, s := range d.spans.all() {
		t.Spans = append(t.Spans, *s)
	}
	return t
}

// Queued is the timeline of a request that no worker has taken yet.
func Queued(r deprovision.Request, at time.Time) Timeline {
	var d Drawer
	d.begin(r, at)
	return d.Timeline()
}

func (d *Drawer) begin(r deprovision.Request, at time.Time) {
	d.from, d.now, d.decided = at, at, map[string]bool{}
	d.mark(Asked, r.Account, r.RequestedBy, r.Reason)
}

// steps closes the span of a step that is over, and opens that of the one at the cursor.
func (d *Drawer) steps(p deprovision.Progress) {
	over := p.Status.Terminal()
	if d.step != nil && d.at < len(p.Steps) {
		d.step.Detail = told(p.Steps[d.at])
		if over || p.Step != d.at {
			d.step.To = d.moment()
			d.step = nil
		}
	}
	if d.step == nil && !over && atStep(p) {
		d.at = p.Step
		d.step = d.span(Step, p.Steps[p.Step].Name, told(p.Steps[p.Step]))
	}
}

// told is what a step has come to.
func told(s deprovision.StepProgress) string {
	text := ""
	if s.Total > 0 {
		text = fmt.Sprintf("%d of %d", s.Done, s.Total)
	}
	if s.State != deprovision.StepSkipped && s.State != deprovision.StepFailed {
		return text
	}
	if text == "" {
		return string(s.State)
	}
	return string(s.State) + ", " + text
}

// waiting closes the span of what nobody waits for any more, and opens that of what the request waits for now.
func (d *Drawer) waiting(e deprovision.Event) {
	kind, name, detail, which := waitsFor(e)
	if which == d.waits {
		return
	}
	if d.wait != nil {
		d.wait.To = d.moment()
	}
	d.wait, d.waits = nil, which
	if which == "" {
		return
	}
	d.wait = d.span(kind, name, detail)
	if park := e.Progress.Park; kind != Stop && kind != Pause {
		until := park.Until.UTC()
		d.wait.Until = &until
	}
}

// waitsFor tells what a request waits for; which is "" when somebody works on it, and differs from one wait to another.
func waitsFor(e deprovision.Event) (kind, name, detail, which string) {
	p, step := e.Progress, ""
	if atStep(p) {
		step = p.Steps[p.Step].Name
	}
	switch {
	case p.Status == deprovision.Parked && p.Park != nil && step == drainStep:
		return Drain, step, p.Park.Reason, fmt.Sprint("park ", p.Park.Seq)
	case p.Status == deprovision.Parked && p.Park != nil:
		return Park, step, p.Park.Reason, fmt.Sprint("park ", p.Park.Seq)
	case p.Status == deprovision.Waiting && p.Stop != nil:
		return Stop, p.Stop.Name, p.Detail, fmt.Sprint("stop ", p.Stop.Seq)
	case p.Status == deprovision.Released, p.Status == deprovision.Contested:
		return Pause, step, e.Change.Detail, string(p.Status)
	}
	return "", "", "", ""
}

// atStep reports whether the cursor is at a step: behind the last one it is not.
func atStep(p deprovision.Progress) bool { return p.Step >= 0 && p.Step < len(p.Steps) }

func (d *Drawer) span(kind, name, detail string) *Span {
	s := &Span{Kind: kind, Name: name, Detail: detail, From: d.now.UTC()}
	d.spans.add(s)
	return s
}

func (d *Drawer) moment() *time.Time {
	now := d.now.UTC()
	return &now
}
