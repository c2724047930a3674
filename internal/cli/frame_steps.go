package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/cli/bars"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const (
	wide       = 60 // columns from which on there is room for bars
	barColumns = 20
	longName   = 32
)

// stepLine is what the screen shows of one step, or of several that were folded into one line.
type stepLine struct {
	mark, name, units, time string
	bar                     bool
	done, total             int64
	style                   bars.Style
}

// stepLines draws the steps into at most so many rows: finished ones are folded first, then those that are to come.
func stepLines(p deprovision.Progress, now time.Time, columns, rows int) []bars.Line {
	var before, current, after []stepLine
	for i := range p.Steps {
		line := oneStep(p, i, now)
		switch {
		case finished(p.Steps[i]) && i != p.Step:
			before = append(before, line)
		case p.Steps[i].State == deprovision.StepPending && i != p.Step:
			after = append(after, line)
		default:
			current = append(current, line)
		}
	}
	if over := len(before) + len(current) + len(after) - rows; over > 0 && len(before) > 1 {
		before = []stepLine{foldedBefore(p)}
	}
	if over := len(before) + len(current) + len(after) - rows; over > 0 && len(after) > 1 {
		keep := max(len(after)-over-1, 0)
		after = append(after[:keep:keep], stepLine{mark: ".", name: fmt.Sprintf("%d more to come", len(after)-keep), style: bars.Faint})
	}
	all := append(append(before, current...), after...)
	if over := len(all) - rows; over > 0 { // not even that: what runs is what counts
		first := min(len(before), over)
		all = all[first:min(first+rows, len(all))]
	}
	return layOut(all, columns)
}

func finished(s deprovision.StepProgress) bool {
	return s.State == deprovision.StepDone || s.State == deprovision.StepSkipped
}

func foldedBefore(p deprovision.Progress) stepLine {
	var took time.Duration
	done, skipped := 0, 0
	for i, s := range p.Steps {
		switch {
		case i == p.Step || !finished(s):
			continue
		case s.State == deprovision.StepSkipped:
			skipped++
		default:
			done++
		}
		if s.Started != nil && s.Ended != nil && !s.Waited {
			took += s.Ended.Sub(*s.Started)
		}
	}
	line := stepLine{mark: "+", name: number(done, "step") + " done", style: bars.Faint}
	if skipped > 0 {
		line.name += fmt.Sprintf(", %d skipped", skipped)
	}
	if took >= time.Second {
		line.time = "took " + span(took)
	}
	return line
}

// marks stand before a step, so that its state is seen without colours.
var marks = map[deprovision.StepState]string{
	deprovision.StepDone: "+", deprovision.StepSkipped: "-", deprovision.StepFailed: "!", deprovision.StepRunning: ">", deprovision.StepPending: ".",
}

var styles = map[deprovision.StepState]bars.Style{
	deprovision.StepDone: bars.Green, deprovision.StepSkipped: bars.Yellow, deprovision.StepFailed: bars.Red, deprovision.StepRunning: bars.Bold,
	deprovision.StepPending: bars.Faint,
}

func oneStep(p deprovision.Progress, i int, now time.Time) stepLine {
	s := p.Steps[i]
	line := stepLine{mark: marks[s.State], name: oneLine(s.Name), style: styles[s.State], done: int64(s.Done), total: int64(s.Total),
		bar: s.Total > 0 && s.State == deprovision.StepRunning, time: oneLine(stepTime(p, i, now))}
	if s.Total > 0 {
		line.units = fmt.Sprintf("%d/%d", s.Done, s.Total)
	}
	if i == p.Step && p.Status == deprovision.Waiting {
		line.mark, line.style = "?", bars.Yellow
	}
	if i == p.Step && p.Status == deprovision.Parked {
		line.mark = "~"
	}
	return line
}

// stepTime is the time that a step took or still takes, or why it does not go on.
func stepTime(p deprovision.Progress, i int, now time.Time) string {
	s := p.Steps[i]
	current := i == p.Step && !p.Status.Terminal()
	switch {
	case s.State == deprovision.StepSkipped:
		return "skipped"
	case s.State == deprovision.StepFailed:
		return strings.TrimSuffix("failed: "+s.Error, ": ")
	case s.State == deprovision.StepDone && s.Started != nil && s.Ended != nil:
		words := "took " + span(s.Ended.Sub(*s.Started))
		if s.Waited {
			words += ", waits counted"
		}
		return words
	case current && p.Status == deprovision.Waiting:
		return "waits"
	case current && p.Status == deprovision.Parked && p.Park != nil:
		return "until " + clock(p.Park.Until, now)
	}
	words := stepLeft(p, i, now)
	if words == "" && current && s.Started != nil {
		words = "for " + span(now.Sub(*s.Started))
	}
	return words
}

// layOut puts the lines into columns. A narrow window has no bars; what is cut off there is the time.
func layOut(lines []stepLine, columns int) []bars.Line {
	name, units := 0, 0
	for _, l := range lines {
		name, units = max(name, bars.Width(l.name)), max(units, bars.Width(l.units))
	}
	name = min(name, longName)
	if columns < wide {
		name = min(name, max(columns-units-3, 4))
	}
	out := make([]bars.Line, len(lines))
	for i, l := range lines {
		cells := []string{l.mark, bars.Pad(l.name, name)}
		if columns >= wide {
			bar := ""
			if l.bar {
				bar = bars.Of(l.done, l.total, barColumns)
			}
			cells = append(cells, bars.Pad(bar, barColumns))
		}
		if l.units == "" && l.time != "" && columns < wide {
			cells = append(cells, l.time)
		} else {
			cells = append(cells, bars.Pad(l.units, units), l.time)
		}
		out[i] = bars.Line{Text: strings.TrimRight(strings.Join(cells, " "), " "), Style: l.style}
	}
	return out
}
