package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// screen shows events as they come.
type screen interface {
	show(deprovision.Event)
	close()
}

// newScreen returns live bars for a terminal, else plain lines.
func newScreen(out io.Writer, bars bool) screen {
	if bars {
		return &live{progress: mpb.New(mpb.WithOutput(out), mpb.WithWidth(40)), rows: map[string]*row{}}
	}
	return &lines{out: out, steps: map[string]string{}}
}

// lines prints one line per step that begins, stop, park and end.
type lines struct {
	mu    sync.Mutex
	out   io.Writer
	steps map[string]string
}

func (l *lines) show(e deprovision.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	of, text := label(e.Progress), now(e.Progress)
	if l.steps[of] == text {
		return
	}
	l.steps[of] = text
	fmt.Fprintf(l.out, "%s  %-29s  %s\n", e.Progress.Updated.Local().Format(time.TimeOnly), of, text) //nolint:errcheck // a line of a demo
}

func (l *lines) close() {}

// live is one bar per removal.
type live struct {
	mu       sync.Mutex
	progress *mpb.Progress
	rows     map[string]*row
}

type row struct {
	bar   *mpb.Bar
	mu    sync.Mutex
	state deprovision.Progress
}

func (l *live) show(e deprovision.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.rows[label(e.Progress)]
	if r == nil {
		r = &row{}
		r.bar = l.progress.AddBar(0, // a bar that is given a total keeps it
			mpb.PrependDecorators(decor.Name(label(e.Progress), decor.WCSyncSpaceR)),
			mpb.AppendDecorators(decor.Percentage(decor.WC{W: 5}), decor.Any(func(decor.Statistics) string { return r.text() })))
		l.rows[label(e.Progress)] = r
	}
	r.mu.Lock()
	r.state = e.Progress
	r.mu.Unlock()
	done, total := units(e.Progress)
	r.bar.SetTotal(total, false)
	r.bar.SetCurrent(done)
	if e.Progress.Status.Terminal() {
		r.bar.SetTotal(total, true)
	}
}

func (l *live) close() { l.progress.Wait() }

func (r *row) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	left := "" // first, since a narrow terminal cuts the end off
	if r.state.ETA != nil {
		if d := time.Until(*r.state.ETA).Round(time.Second); d > 0 {
			left = fmt.Sprintf("about %s left, ", d)
		}
	}
	text, _, _ := strings.Cut(now(r.state), ": ") // a reason would leave no room for the bar
	return "  " + left + text
}

// label names a removal on the screen.
func label(p deprovision.Progress) string { return p.Request.Tenant + "/" + p.Request.Account }

// now says in a few words where a removal stands.
func now(p deprovision.Progress) string {
	switch {
	case p.Status.Terminal():
		return string(p.Status) + ": " + p.Detail
	case p.Status == deprovision.Waiting:
		return "waits at " + p.Stop.Name
	case p.Status == deprovision.Parked:
		return "parked until " + p.Park.Until.Local().Format(time.TimeOnly) + ": " + p.Park.Reason
	case p.Step < len(p.Steps):
		s := p.Steps[p.Step]
		if s.Total > 0 {
			return fmt.Sprintf("%s %d/%d", s.Name, s.Done, s.Total)
		}
		return s.Name
	}
	return string(p.Status)
}

// units counts what is done and what there is to do; a step without units counts as one.
func units(p deprovision.Progress) (done, total int64) {
	for _, s := range p.Steps {
		size := int64(max(s.Total, s.Done, 1))
		total += size
		switch s.State {
		case deprovision.StepDone, deprovision.StepSkipped:
			done += size
		default:
			done += int64(s.Done)
		}
	}
	return done, max(total, 1)
}
