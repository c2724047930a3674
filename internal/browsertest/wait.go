package browsertest

import (
	"context"
	"errors"
	"time"
)

// change is a promise of the page's next change, or of a moment later: what moves or loads need not change the document.
const change = `new Promise(done => {
	const over = () => { watch.disconnect(); clearTimeout(late); setTimeout(done, 5); };
	const watch = new MutationObserver(over);
	watch.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
	const late = setTimeout(over, 100);
})`

// until looks, and looks again whenever the page changed, until it is done. seen is told when it never is.
func (p *Page) until(what string, look func(context.Context) (done bool, seen string, err error)) {
	p.tb.Helper()
	ctx, cancel := p.deadline()
	defer cancel()
	last := "nothing"
	for looks := 1; ; looks++ {
		done, seen, err := look(ctx)
		if done && err == nil {
			return
		}
		if err != nil && !isFleeting(err) && ctx.Err() == nil {
			p.fatalf("%s: %v", what, err)
		}
		if seen != "" {
			last = seen
		}
		if looks == p.looks {
			p.fatalf("%s: not at %d looks; seen: %s", what, looks, last)
		}
		if err := nextChange(ctx); err != nil {
			if errors.Is(err, context.DeadlineExceeded) {
				p.fatalf("%s: not within %s; seen: %s", what, waitTime, last)
			}
			p.fatalf("%s: %v; seen: %s", what, err, last)
		}
	}
}

// nextChange waits until the page may look different. A page that is just being replaced cannot say so: then a moment has to do.
func nextChange(ctx context.Context) error {
	if err := evaluate(ctx, change, nil); err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	moment := time.NewTimer(50 * time.Millisecond)
	defer moment.Stop()
	select {
	case <-ctx.Done():
	case <-moment.C:
	}
	return ctx.Err()
}

// Until waits until a condition over the page holds, e.g. one over its rows. It is looked at after each change of the page.
func (p *Page) Until(what string, condition func() bool) {
	p.tb.Helper()
	p.until(what, func(context.Context) (bool, string, error) { return condition(), "", nil })
}
