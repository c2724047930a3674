package timeline

import (
	"fmt"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func (d *Drawer) mark(kind, name, by, detail string) {
	d.marks.add(Mark{Kind: kind, Name: name, By: by, At: d.now.UTC(), Detail: detail})
}

// happened marks what an event did, besides an end.
func (d *Drawer) happened(e deprovision.Event) {
	switch c := e.Change; c.Kind {
	case deprovision.DecisionRefused:
		if c.Decision != nil {
			d.mark(Refused, string(c.Decision.Verb), c.Decision.DecidedBy, c.Detail)
		}
		return
	case deprovision.Announced:
		d.mark(Announced, c.Step, c.By, announced(c.Announcement))
	case deprovision.Recovered:
		d.mark(Recovered, string(e.Progress.Status), c.By, c.Detail)
	}
	d.decision(e.Change.Decision)
	if e.Change.Kind == deprovision.Claimed {
		d.claim(e)
	}
}

// decision marks a decision where it counts first: a wish is in the journal again where it is obeyed.
func (d *Drawer) decision(made *deprovision.Decision) {
	if made == nil || d.decided[made.ID] {
		return
	}
	d.decided[made.ID] = true
	d.mark(Decision, string(made.Verb), made.DecidedBy, made.Reason)
}

// claim marks a new holder. That a worker goes on with what it had itself is no news.
func (d *Drawer) claim(e deprovision.Event) {
	kind := Claimed
	if e.Progress.Takeovers > d.last.Takeovers {
		kind = Takeover
	}
	if by := e.Change.By; kind == Takeover || by != d.worker {
		d.mark(kind, by, by, e.Progress.Detail)
		d.worker = by
	}
}

func announced(a *deprovision.Announcement) string {
	if a == nil {
		return ""
	}
	return fmt.Sprintf("%d objects", len(a.Objects)+a.More)
}
