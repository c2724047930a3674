package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
)

// watching is put into the page: it notes when each number has been painted.
//
//go:embed watching.js
var watching string

// tab is headless Chromium with one tab.
type tab struct {
	ctx     context.Context //nolint:containedctx // chromedp keeps its browser in a context
	version string          // such as "HeadlessChrome/156.0.0.0"
	close   func()
}

func newTab(ctx context.Context, dir string) (*tab, error) {
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
	inTab, endTab := chromedp.NewContext(inProcess)
	t := &tab{ctx: inTab, close: func() { endTab(); endProcess() }}
	if err := chromedp.Do(inTab); err != nil {
		t.close()
		return nil, fmt.Errorf("start Chromium: %w", err)
	}
	told, err := chromedp.CallBrowser(inTab, browser.GetVersion, cdp.Empty{})
	if err != nil {
		t.close()
		return nil, fmt.Errorf("ask Chromium for its version: %w", err)
	}
	t.version = told.Product
	return t, nil
}

// open shows a view and waits until it says something.
func (t *tab) open(url, says string) error {
	if err := chromedp.Do(t.ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(url)); err != nil {
		return err
	}
	ready := fmt.Sprintf(`document.querySelector("main").textContent.includes(%q)`, says)
	if _, err := chromedp.Run(t.ctx, chromedp.Poll[bool](ready, chromedp.WithPollingTimeout(time.Minute))); err != nil {
		return err
	}
	_, err := chromedp.Run(t.ctx, chromedp.Evaluate[bool](watching+"; true"))
	return err
}

// painted waits until a number has been painted, and returns when that was.
func (t *tab) painted(text string) (time.Time, error) {
	at, err := chromedp.Run(t.ctx, chromedp.Evaluate[float64](fmt.Sprintf("watching.painted(%q)", text), chromedp.EvalAwaitPromise))
	return time.UnixMicro(int64(at * 1000)), err
}
