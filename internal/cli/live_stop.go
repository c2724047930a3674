package cli

import (
	"context"
	"errors"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// stop deals with the stop at which the request waits: it ends the watching, asks somebody, or leaves it to others.
func (l *live) stop(ctx context.Context, events <-chan happened) (quit bool, err error) {
	p := *l.frame.state
	switch {
	case l.until:
		open, err := stillAt(ctx, l.client, p)
		if err != nil || open {
			return open, errors.Join(err, l.finishAt(open))
		}
		l.answered = p.Stop.Seq
		return false, nil
	case l.keys == nil:
		l.answered = p.Stop.Seq
		return false, nil
	}
	done, err := l.talk(ctx, p, events)
	if err != nil {
		return false, err
	}
	l.answered = p.Stop.Seq
	return done == quits, l.finishAt(done == quits)
}

func (l *live) finishAt(end bool) error {
	if !end {
		return nil
	}
	return l.finish()
}

// talk has a conversation about a stop below the screen, which stands still meanwhile. An answer from elsewhere ends it.
func (l *live) talk(ctx context.Context, p deprovision.Progress, events <-chan happened) (outcome, error) {
	l.region.Leave()
	below := l.below()
	if err := below.printStop(p); err != nil {
		return overtaken, err
	}
	talking, end := context.WithCancel(ctx)
	defer end()
	type result struct {
		outcome
		err error
	}
	results := make(chan result, 1)
	d := &dialog{app: below, talk: &talk{keys: l.keys, out: below.Out}, client: l.client, state: p, by: l.by}
	l.decided = nil
	go func() {
		done, err := d.converse(talking, ctx)
		results <- result{done, err}
	}()
	var lost error
	for {
		select {
		case r := <-results:
			switch {
			case lost != nil || ctx.Err() != nil:
				return r.outcome, errors.Join(lost, ctx.Err())
			case talking.Err() != nil && r.outcome == overtaken && errors.Is(r.err, context.Canceled):
				return overtaken, l.tellOvertaken()
			}
			return r.outcome, r.err
		case h, ok := <-events:
			if !ok { // it told the end before
				events = nil
				continue
			}
			if lost = l.take(ctx, h, ok); lost != nil {
				events = nil
				end()
			}
			if now := l.frame.state; now.Status != deprovision.Waiting || now.Stop == nil || now.Stop.Seq != p.Stop.Seq {
				end()
			}
		}
	}
}

func (l *live) tellOvertaken() error {
	if d := l.decided; d != nil {
		return l.printf("\n%s", oneLine("answered meanwhile: "+string(d.Verb)+" by "+d.DecidedBy))
	}
	return l.printf("\nthe request moved on")
}
