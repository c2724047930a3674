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

// Now has every document that the page opens from here on believe that it is this time, and that it stays so: for pictures that are to be
// the same tomorrow.
func (p *Page) Now(at time.Time) {
	p.tb.Helper()
	ctx, cancel := p.deadline()
	defer cancel()
	_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument,
		page.AddScriptToEvaluateOnNewDocumentParams{Source: fmt.Sprintf(standingStill, at.UnixMilli())})
	if err != nil {
		p.fatalf("set the time: %v", err)
	}
}
