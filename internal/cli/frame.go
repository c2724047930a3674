package cli

import (
	"fmt"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/cli/bars"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// frame is what the live screen shows of a request at a moment.
type frame struct {
	ref    deprovision.Ref
	state  *deprovision.Progress // nil while no worker has taken it
	queued *client.Queued        // then
	asks   bool                  // the question comes below: the command that answers is left out
	now    time.Time
}

// roomy is how many rows a window has in which an empty line costs nothing.
const roomy = 20

// lines draws the frame for a window: what it is and why it stands, the steps, and what is left. What has to be folded are the steps.
func (f frame) lines(columns, rows int) []bars.Line {
	columns = max(columns-1, 10)
	head := wrapped(columns, bars.Bold, f.ref.Tokens()+"  account "+f.ref.Tenant+"/"+f.account())
	head = append(head, wrapped(columns, f.mood(), f.standing())...)
	if f.state == nil || len(f.state.Steps) == 0 {
		return head
	}
	foot := f.foot(columns)
	if rows >= roomy {
		head, foot = append(head, bars.Line{}), append([]bars.Line{{}}, foot...)
	}
	steps := stepLines(*f.state, f.now, columns, max(rows-1-len(head)-len(foot), 1))
	return append(append(head, steps...), foot...)
}

func wrapped(columns int, style bars.Style, text string) []bars.Line {
	var out []bars.Line
	for _, line := range bars.Wrap(oneLine(text), columns, "  ") {
		out = append(out, bars.Line{Text: line, Style: style})
	}
	return out
}

func (f frame) account() string {
	if f.state == nil {
		return f.queued.Request.Account
	}
	return f.state.Request.Account
}

// standing answers "why is it not moving?".
func (f frame) standing() string {
	switch {
	case f.state == nil:
		return whyQueued(*f.queued, f.now)
	case f.asks && f.state.Stop != nil && f.state.Status == deprovision.Waiting:
		return stopLine(*f.state.Stop, f.now)
	}
	return why(*f.state, f.now)
}

func stopLine(s deprovision.Stop, now time.Time) string {
	line := "waits at stop " + s.Name
	if s.Detail != "" {
		line += ": " + s.Detail
	}
	return line + expiry(s, now)
}

// mood is how the standing looks.
func (f frame) mood() bars.Style {
	if f.state == nil {
		return bars.Plain
	}
	switch p := *f.state; {
	case p.Status == deprovision.Waiting:
		return bars.Yellow
	case p.Status == deprovision.Succeeded, p.Status == deprovision.SucceededWithRemainder, p.Status == deprovision.NothingFound, p.Status == deprovision.Planned:
		return bars.Green
	case p.Status.Terminal():
		return bars.Red
	}
	return bars.Plain
}

// foot is the sum: the bar of the whole, time left, what is gone, what stays.
func (f frame) foot(columns int) []bars.Line {
	p := *f.state
	var out []bars.Line
	if columns >= wide && !p.Status.Terminal() {
		done, total := bars.Units(p)
		out = append(out, bars.Line{Text: fmt.Sprintf("all   %s %d%%", bars.Of(done, total, barColumns+10), min(done*100/total, 99))})
	}
	if words := allLeft(p, f.now); words != "" {
		out = append(out, wrapped(columns, bars.Plain, "left  "+words)...)
	}
	if words := doneBy(p, f.now); words != "" {
		out = append(out, wrapped(columns, bars.Plain, "done  "+words)...)
	}
	sum := "removed " + counts(p)
	if n := len(p.Remainder); n > 0 {
		sum += "; " + number(n, "thing") + " left for a person"
	}
	if n := len(p.InDoubt); n > 0 {
		sum += "; " + fmt.Sprint(n) + " in doubt"
	}
	return append(out, wrapped(columns, bars.Plain, sum)...)
}
