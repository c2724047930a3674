package browsertest

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/runtime"
)

// Stop is one element that Tab reaches.
type Stop struct{ Role, Name string }

func (s Stop) String() string { return place{s.Role, s.Name}.String() }

//go:embed walk.js
var walkScript string

// mostStops is where a walk gives up: no page asks a person to press Tab as often.
const (
	mostStops = 2000
	mostTime  = 10 * time.Minute
	mostWalks = 5
)

// FocusOrder presses Tab from the beginning of the page, or of the modal dialog that is open, until it comes round, and returns what
// was reached. That nothing in between is a trap, is left out, or comes in another order than it is read, is for Audit to say.
func (p *Page) FocusOrder() []Stop {
	p.tb.Helper()
	stops, _ := p.walk()
	return stops
}

// walk returns the stops and what is wrong with them. A page to which something came meanwhile is walked again, a few times.
func (p *Page) walk() ([]Stop, []Finding) {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, mostTime)
	defer cancel()
	for walks := 1; ; walks++ {
		stops, seen, err := walk(ctx)
		if err != nil {
			p.fatalf("walk with Tab, after %v: %v", stops, err)
		}
		if !seen.Changed || walks == mostWalks {
			return stops, seen.Found
		}
	}
}

// walked is what a walk found.
type walked struct {
	Found   []Finding
	Changed bool // something came that Tab had passed by
}

func walk(ctx context.Context) (stops []Stop, seen walked, err error) {
	object, err := handle(ctx, walkScript)
	if err != nil {
		return nil, seen, err
	}
	var isModal bool
	if err := callOn(ctx, object, "function() { return this.begin(); }", &isModal); err != nil {
		return nil, seen, err
	}
	if isModal { // nothing before a modal dialog's first element can have the focus: it has it itself, now as by the keyboard
		if err := errors.Join(press(ctx, "Tab"), press(ctx, "Shift+Tab")); err != nil {
			return nil, seen, err
		}
	}
	stops, came, err := steps(ctx, object, isModal)
	if err != nil {
		return stops, seen, err
	}
	if came == "again" && !isModal {
		if err := callOn(ctx, object, "function() { this.trap(); }", nil); err != nil {
			return stops, seen, err
		}
	}
	err = callOn(ctx, object, "function() { return this.end(); }", &seen)
	return stops, seen, err
}

// steps presses Tab until it leads out of the page or to what it has seen. isThere says that the first stop has the focus already.
func steps(ctx context.Context, object runtime.RemoteObjectID, isThere bool) (stops []Stop, came string, err error) {
	for len(stops) < mostStops {
		stop, came, err := step(ctx, object, !isThere || len(stops) > 0)
		if came != "new" || err != nil {
			return stops, came, err
		}
		stops = append(stops, stop)
	}
	return stops, "", fmt.Errorf("still not round after %d presses", mostStops)
}

// step is one step, in the time that one action may take.
func step(ctx context.Context, object runtime.RemoteObjectID, presses bool) (stop Stop, came string, err error) {
	ctx, cancel := context.WithTimeout(ctx, waitTime)
	defer cancel()
	if presses {
		if err := press(ctx, "Tab"); err != nil {
			return Stop{}, "", err
		}
	}
	if err := callOn(ctx, object, "function() { return this.step(); }", &came); came != "new" || err != nil {
		return Stop{}, came, err
	}
	at, err := handleOn(ctx, object, "function() { return this.at; }")
	if err != nil {
		return Stop{}, "", err
	}
	e, err := describe(ctx, at)
	return Stop{e.role, e.name}, came, err
}
