package browsertest

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// waitTime is how long each action and each wait may take. It is for a machine that is very busy; nothing waits longer than it must.
const waitTime = 3 * time.Minute

// Page is one tab of the browser, with the eyes and hands of a person. It ends with the test, and fails it for what went wrong in
// it unseen. Its methods are for the test's goroutine; pages are independent of one another and may be used in parallel.
type Page struct {
	Scope

	tb      testing.TB
	ctx     context.Context
	watch   *watch
	looks   int // how often a wait looks at the most; 0: as often as there is time for
	media   media
	touch   bool
	folder  string // where downloads go
	context cdp.BrowserContextID
}

// New opens an empty tab that shares nothing with any other: storage, cookies, cache, permissions. Start the servers that the page
// will use before it, so that they outlive it.
func New(tb testing.TB) *Page {
	tb.Helper()
	return newPage(chromium(tb), tb, tb.TempDir(), chromedp.WithNewBrowserContext())
}

// NewTab opens another tab of the same person: it shares all but the tab's own sessionStorage.
func (p *Page) NewTab() *Page {
	p.tb.Helper()
	return newPage(p.ctx, p.tb, p.folder)
}

// For is this tab for a part of its test: what goes wrong under its eyes and hands fails that part. The tab stays open behind it.
func (p *Page) For(tb testing.TB) *Page {
	tb.Helper()
	part := *p
	part.tb = tb
	part.Scope = Scope{p: &part}
	return &part
}

func newPage(parent context.Context, tb testing.TB, folder string, options ...chromedp.ContextOption) *Page {
	tb.Helper()
	p := &Page{tb: tb, watch: newWatch(), folder: folder}
	p.Scope = Scope{p: p}
	ctx, cancel := chromedp.NewContext(parent, append(options, chromedp.WithListener(p.watch.note))...)
	p.ctx = ctx
	tb.Cleanup(func() {
		p.finish()
		cancel()
		p.watch.wait()
	})
	guard := time.AfterFunc(waitTime, cancel) // the tab lives as long as the context of the first call, which has therefore no deadline
	err := chromedp.Do(ctx)
	if guard.Stop(); err != nil {
		tb.Fatalf("open a tab: %v", err)
	}
	p.context = chromedp.FromContext(ctx).BrowserContextID
	p.watch.dismiss = func() error {
		_, err := chromedp.Call(ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: false})
		return err
	}
	if err := p.prepare(); err != nil {
		tb.Fatalf("prepare a tab: %v", err)
	}
	return p
}

// prepare sets what every page has: a desktop's size, the focus, a clipboard it may use and a place for downloads.
func (p *Page) prepare() error {
	ctx, cancel := p.deadline()
	defer cancel()
	if _, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		return err
	}
	if err := p.viewport(ctx, 1280, 800, false, false); err != nil {
		return err
	}
	if _, err := chromedp.Call(ctx, runtime.AddBinding, runtime.AddBindingParams{Name: copiedBinding}); err != nil {
		return err
	}
	if _, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument,
		page.AddScriptToEvaluateOnNewDocumentParams{Source: copiedScript}); err != nil {
		return err
	}
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		_, err := chromedp.CallBrowser(ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted, BrowserContextID: p.context,
		})
		if err != nil {
			return err
		}
	}
	_, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllowAndName, BrowserContextID: p.context, DownloadPath: p.folder, EventsEnabled: &yes,
	})
	return err
}

// Open goes to an address and waits until it is loaded. The address's origin is from now on one that the page may ask.
func (p *Page) Open(url string) {
	p.tb.Helper()
	p.watch.allow(url)
	ctx, cancel := p.deadline()
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(url)); err != nil {
		p.fatalf("open %s: %v", url, err)
	}
}

// Reload loads the page again, as a person does who refreshes it.
func (p *Page) Reload() {
	p.tb.Helper()
	ctx, cancel := p.deadline()
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Reload()); err != nil {
		p.fatalf("reload: %v", err)
	}
}

// Back goes one page back in the tab's history, and waits for nothing.
func (p *Page) Back() {
	p.tb.Helper()
	p.Eval("history.back()", nil)
}

// URL returns the address that the tab shows, with its fragment.
func (p *Page) URL() string {
	p.tb.Helper()
	var url string
	p.Eval("location.href", &url)
	return url
}

// Eval runs an expression in the page, awaits it if it is a promise, and decodes its value into result, if that is not nil. It is for
// what no person does; what can be clicked or read should be.
func (p *Page) Eval(expression string, result any) {
	p.tb.Helper()
	ctx, cancel := p.deadline()
	defer cancel()
	if err := evaluate(ctx, expression, result); err != nil {
		p.fatalf("eval %.100s: %v", expression, err)
	}
}

func (p *Page) deadline() (context.Context, context.CancelFunc) {
	return context.WithTimeout(p.ctx, waitTime)
}

// fatalf ends the test, and tells what the page looked like.
func (p *Page) fatalf(format string, args ...any) {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, waitTime/10)
	defer cancel()
	var text string
	if err := evaluate(ctx, `location.href + "\n" + (document.body?.innerText ?? "").slice(0, 2000)`, &text); err != nil {
		text = err.Error()
	}
	p.tb.Logf("the page was at %s", text)
	p.tb.Fatalf(format, args...)
}
