package browsertest

import (
	"fmt"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// standingStill makes a document's date and time stand still. What measures spans (performance.now, timers) goes on.
const standingStill = `(() => {
	const Real = Date, at = %d;
	globalThis.Date = class Date extends Real {
		constructor(...given) { if (given.length) super(...given); else super(at); }
		static now() { return at; }
	};
})()`

// ahead makes a document's clock go ahead of the machine's.
const ahead = `(() => {
	const Real = Date, by = %d;
	globalThis.Date = class Date extends Real {
		constructor(...given) { if (given.length) super(...given); else super(Real.now() + by); }
		static now() { return Real.now() + by; }
	};
})()`

// Now has every document that the page opens from here on believe that it is this time, and that it stays so: for pictures that are to be
// the same tomorrow. What the page asks should believe it, too.
func (p *Page) Now(at time.Time) {
	p.tb.Helper()
	p.before("set the time", fmt.Sprintf(standingStill, at.UnixMilli()))
}

// Ahead has every document that the page opens from here on believe that it is so much later than it is: a computer whose clock is wrong.
func (p *Page) Ahead(by time.Duration) {
	p.tb.Helper()
	p.before("set the clock", fmt.Sprintf(ahead, by.Milliseconds()))
}

// before has every document run a script before its own ones.
func (p *Page) before(what, script string) {
	p.tb.Helper()
	ctx, cancel := p.deadline()
	defer cancel()
	_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	if err != nil {
		p.fatalf("%s: %v", what, err)
	}
}
