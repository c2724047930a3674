package browsertest

import (
	"time"

	"github.com/chromedp/chromedp"
)

// Patience sets how long each action and each wait may take.
func (p *Page) Patience(d time.Duration) { p.patience = d }

// Process returns the id of the browser's first process.
func (p *Page) Process() int { return chromedp.FromContext(p.ctx).Browser.Process().Pid }
