package browsertest

import (
	"context"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// still ends what moves in the page and hides the caret, and takes its style back when called again. A constructed sheet is no inline
// style: a strict Content-Security-Policy allows it.
const still = `async () => {
	const sheet = new CSSStyleSheet();
	sheet.replaceSync("*, *::before, *::after { animation: none !important; transition: none !important; caret-color: transparent !important; }");
	document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
	globalThis.browsertestStill = sheet;
	await document.fonts.ready;
	await new Promise(done => { requestAnimationFrame(() => requestAnimationFrame(done)); setTimeout(done, 500); });
}`

const moving = `(() => {
	document.adoptedStyleSheets = document.adoptedStyleSheets.filter(s => s !== globalThis.browsertestStill);
	delete globalThis.browsertestStill;
})()`

// Screenshot writes the whole page, also what lies below the viewport, as a PNG: one pixel per CSS pixel, nothing moving, no caret.
func (p *Page) Screenshot(path string) {
	p.tb.Helper()
	ctx, cancel := p.deadline()
	defer cancel()
	if err := screenshot(ctx, path); err != nil {
		p.fatalf("screenshot %s: %v", path, err)
	}
}

func screenshot(ctx context.Context, path string) error {
	if err := evaluate(ctx, "("+still+")()", nil); err != nil {
		return err
	}
	var size struct{ Width, Height float64 }
	if err := evaluate(ctx, `({width: document.documentElement.clientWidth,
		height: Math.max(document.documentElement.scrollHeight, document.documentElement.clientHeight)})`, &size); err != nil {
		return err
	}
	got, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{
		Format: page.CaptureScreenshotFormatPng, CaptureBeyondViewport: &yes,
		Clip: &page.Viewport{Width: size.Width, Height: size.Height, Scale: 1},
	})
	if err != nil {
		return err
	}
	if err := evaluate(ctx, moving, nil); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	return os.WriteFile(path, got.Data, 0o600)
}

// The browser has one clipboard for all its tabs. So that tests in parallel keep theirs apart, each page tells what it wrote itself,
// after the browser took it.
const (
	copiedBinding = "browsertestCopied"
	copiedScript  = `(() => {
		const tell = globalThis.` + copiedBinding + `;
		delete globalThis.` + copiedBinding + `;
		const clipboard = globalThis.Clipboard?.prototype;
		if (!tell || !clipboard) return;
		const write = clipboard.writeText;
		clipboard.writeText = async function(text) { await write.call(this, text); tell(String(text)); };
	})()`
)

// Copied acts, e.g. clicks a copy button, and returns the text that the page then wrote to the clipboard (navigator.clipboard.writeText).
func (p *Page) Copied(act func()) string {
	p.tb.Helper()
	before := p.watch.copies()
	act()
	ctx, cancel := p.deadline()
	defer cancel()
	for {
		text, n, changed := p.watch.copied()
		if n > before {
			return text
		}
		select {
		case <-changed:
		case <-ctx.Done():
			p.fatalf("nothing was copied within %s", waitTime)
		}
	}
}

// Downloaded is a file that the page gave to the person.
type Downloaded struct {
	Name    string // as the page or the server proposes it
	Content []byte
}

// Download acts, e.g. clicks a link, and returns the file that is then saved.
func (p *Page) Download(act func()) Downloaded {
	p.tb.Helper()
	ctx, cancel := p.deadline()
	defer cancel()
	events := make(chan any, 64) // what one download has: a beginning, an end, and progress in between that may be dropped
	frame := string(chromedp.FromContext(p.ctx).Target.TargetID)
	if err := chromedp.ListenBrowser(ctx, func(event any) {
		switch event := event.(type) {
		case *browser.EventDownloadWillBegin:
			if string(event.FrameID) == frame {
				events <- event
			}
		case *browser.EventDownloadProgress:
			if event.State != browser.DownloadProgressStateInProgress {
				events <- event
			}
		}
	}); err != nil {
		p.fatalf("listen for downloads: %v", err)
	}
	act()
	var got Downloaded
	var id string
	for {
		select {
		case event := <-events:
			switch event := event.(type) {
			case *browser.EventDownloadWillBegin:
				got.Name, id = event.SuggestedFilename, event.GUID
			case *browser.EventDownloadProgress:
				if event.GUID != id {
					continue // another page's
				}
				if event.State != browser.DownloadProgressStateCompleted {
					p.fatalf("the download of %s was %s", got.Name, event.State)
				}
				content, err := os.ReadFile(filepath.Join(p.folder, id))
				if err != nil {
					p.fatalf("the download of %s: %v", got.Name, err)
				}
				got.Content = content
				return got
			}
		case <-ctx.Done():
			p.fatalf("nothing was downloaded within %s", waitTime)
		}
	}
}
