package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"time"

	cdp "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
)

// watching is put into the page: it notes when each number has been painted.
//
//go:embed watching.js
var watching string

// browser is headless Chromium with one tab.
type browser struct {
	ctx     context.Context //nolint:containedctx // chromedp keeps its browser in a context
	version string
	cancel  func()
}

func newBrowser(ctx context.Context, dir string) (*browser, error) {
	path, err := browsertest.Binary()
	if err != nil {
		return nil, err
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(filepath.Join(dir, "chromium")),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	if os.Geteuid() == 0 {
		flags = append(flags, chromedp.NoSandbox)
	}
	inProcess, endProcess := chromedp.NewExecAllocator(ctx, flags...)
	tab, endTab := chromedp.NewContext(inProcess)
	b := &browser{ctx: tab, cancel: func() { endTab(); endProcess() }}
	if err := chromedp.Run(tab, chromedp.ActionFunc(func(ctx context.Context) (err error) {
		_, b.version, _, _, _, err = cdp.GetVersion().Do(ctx)
		return err
	})); err != nil {
		b.cancel()
		return nil, fmt.Errorf("start Chromium: %w", err)
	}
	return b, nil
}

func (b *browser) close() { b.cancel() }

// open shows a view and waits until it says something.
func (b *browser) open(url, says string) error {
	ready := fmt.Sprintf(`document.querySelector("main").textContent.includes(%q)`, says)
	return chromedp.Run(b.ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(url), chromedp.Poll(ready, nil, chromedp.WithPollingTimeout(time.Minute)),
		chromedp.Evaluate(watching, nil))
}

// painted waits until a number has been painted, and returns when that was.
func (b *browser) painted(text string) (time.Time, error) {
	var at float64
	err := chromedp.Run(b.ctx, chromedp.Evaluate(fmt.Sprintf("watching.painted(%q)", text), &at, func(p *runtime.EvaluateParams) *runtime.EvaluateParams {
		return p.WithAwaitPromise(true)
	}))
	return time.UnixMicro(int64(at * 1000)), err
}
