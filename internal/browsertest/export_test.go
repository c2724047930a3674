package browsertest

import (
	"github.com/chromedp/chromedp"
)

// Look sets how often a wait looks.
func (p *Page) Look(times int) { p.looks = times }

// Process returns the id of the browser's first process.
func (p *Page) Process() int { return chromedp.FromContext(p.ctx).Browser.Process().Pid }
