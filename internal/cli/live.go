package cli

import (
	"context"
	"os"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/cli/bars"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// redraw is how often the live screen looks at the clock and at the size of the window.
const redraw = 250 * time.Millisecond

// live is a request that is watched on a terminal.
type live struct {
	*app
	watching
	client *client.Client
	region *bars.Region
	keys   *keyboard // nil where nobody is asked

	frame    frame
	answered uint64                // stop that was dealt with here: nobody is asked about it again
	decided  *deprovision.Decision // that was seen last
}

// happened is what the journal said next.
type happened struct {
	event deprovision.Event
	err   error
}

// followLive draws a request until it ends, and asks at its stops where somebody can be asked.
func (a *app) followLive(ctx context.Context, s status, w watching, region *bars.Region) error {
	c, err := a.connect()
	if err != nil {
		return err
	}
	l := &live{app: a, watching: w, client: c, region: region, frame: frame{ref: w.ref, state: s.Progress, queued: s.queued}}
	restore := l.openKeyboard()
	defer restore()
	ctx, cancel := context.WithCancel(ctx)
	events := l.follow(ctx)
	defer func() { // nothing is left running
		cancel()
		for range events {
		}
	}()
	return l.run(ctx, events)
}

// openKeyboard has the keys read that are pressed from now on, where somebody is asked.
func (l *live) openKeyboard() (restore func()) {
	if l.mute || l.until || !l.Terminal.Asks {
		return func() {}
	}
	restore = func() {}
	if file, ok := l.In.(*os.File); ok {
		var err error
		if restore, err = quiet(file); err != nil {
			return func() {}
		}
	}
	l.keys = newKeyboard(l.In, l.Out)
	l.keys.deaf()
	return restore
}

// follow reads the journal from the state on that is known.
func (l *live) follow(ctx context.Context) <-chan happened {
	events := make(chan happened, 64)
	from := uint64(1)
	if l.frame.state != nil {
		from = l.frame.state.Seq
	}
	go func() {
		defer close(events)
		for e, err := range l.client.Watch(ctx, l.ref, from) {
			select {
			case events <- happened{e, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return events
}

func (l *live) run(ctx context.Context, events <-chan happened) error {
	tick := time.NewTicker(redraw)
	defer tick.Stop()
	for {
		if err := l.draw(); err != nil {
			return err
		}
		p := l.frame.state
		if p != nil && p.Status.Terminal() {
			return l.finish()
		}
		if p != nil && p.Status == deprovision.Waiting && p.Stop != nil && p.Stop.Seq != l.answered {
			if quit, err := l.stop(ctx, events); err != nil || quit {
				return err
			}
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		case h, ok := <-events:
			if err := l.take(ctx, h, ok); err != nil {
				return err
			}
		}
		for len(events) > 0 { // all that is there by now, before anything is drawn
			h, ok := <-events
			if err := l.take(ctx, h, ok); err != nil {
				return err
			}
		}
	}
}

// take keeps what the journal said.
func (l *live) take(ctx context.Context, h happened, ok bool) error {
	switch {
	case !ok: // only a context ends a watch of what has not ended
		<-ctx.Done()
		return ctx.Err()
	case h.err != nil:
		return h.err
	}
	p := h.event.Progress
	l.frame.state = &p
	if d := h.event.Change.Decision; d != nil && h.event.Change.Kind != deprovision.DecisionRefused {
		l.decided = d
	}
	return nil
}

func (l *live) draw() error {
	f := l.frame
	f.now = l.Now()
	f.asks = l.asking()
	return l.region.Draw(f.lines(l.region.Size()))
}

// asking reports whether the question about the stop at hand comes right below the screen.
func (l *live) asking() bool {
	p := l.frame.state
	return l.keys != nil && p != nil && p.Stop != nil && p.Stop.Seq != l.answered
}

// finish prints the sum of a request that ended or waits, below the screen.
func (l *live) finish() error {
	l.region.Leave()
	p := *l.frame.state
	if err := l.printf(""); err != nil {
		return err
	}
	if err := l.printEnd(p); err != nil {
		return err
	}
	return ended(codeOfState(p, l.strict))
}

// below prints a conversation below the screen, in lines as long as the window is wide.
func (l *live) below() *app { return l.folding(l.region) }
