package browsertest

import (
	"context"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Viewport sets the size of the page in CSS pixels; one of them is one pixel of a screenshot. mobile heeds the viewport's meta tag and
// lays scroll bars over the page, as a phone does; touch makes Click a tap.
func (p *Page) Viewport(width, height int, mobile, touch bool) {
	p.tb.Helper()
	ctx, cancel := p.deadline()
	defer cancel()
	if err := p.viewport(ctx, width, height, mobile, touch); err != nil {
		p.fatalf("set the viewport: %v", err)
	}
}

// Phone sets the viewport to a small phone's: 360 by 780, with touch.
func (p *Page) Phone() { p.tb.Helper(); p.Viewport(360, 780, true, true) }

func (p *Page) viewport(ctx context.Context, width, height int, mobile, touch bool) error {
	_, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: int64(width), Height: int64(height), DeviceScaleFactor: 1, Mobile: mobile,
	})
	if err != nil {
		return err
	}
	p.touch = touch
	_, err = chromedp.Call(ctx, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: touch})
	return err
}

// media is what a person prefers, as media queries tell a page.
type media struct{ dark, reduced bool }

// Dark says whether the person prefers dark colours.
func (p *Page) Dark(on bool) { p.tb.Helper(); p.media.dark = on; p.prefer() }

// ReducedMotion says whether the person prefers that nothing moves.
func (p *Page) ReducedMotion(on bool) { p.tb.Helper(); p.media.reduced = on; p.prefer() }

func (p *Page) prefer() {
	p.tb.Helper()
	ctx, cancel := p.deadline()
	defer cancel()
	scheme, motion := "light", "no-preference"
	if p.media.dark {
		scheme = "dark"
	}
	if p.media.reduced {
		motion = "reduce"
	}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: motion}},
	}); err != nil {
		p.fatalf("set what is preferred: %v", err)
	}
}

// Offline lets every new request of the page fail, or none again, and tells the page so (navigator.onLine). Requests that fail for it are
// no problem. A stream that is open stays so, as in the browser itself: to end it, cut a Wire.
func (p *Page) Offline(on bool) {
	p.tb.Helper()
	ctx, cancel := p.deadline()
	defer cancel()
	state := network.OverrideNetworkStateParams{Offline: on, DownloadThroughput: -1, UploadThroughput: -1}
	rules := network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{}}
	if on {
		rules.MatchedNetworkConditions = []*network.Conditions{{Offline: on, DownloadThroughput: -1, UploadThroughput: -1}}
	}
	if _, err := chromedp.Call(ctx, network.EmulateNetworkConditionsByRule, rules); err != nil {
		p.fatalf("cut off the page: %v", err)
	}
	if _, err := chromedp.Call(ctx, network.OverrideNetworkState, state); err != nil {
		p.fatalf("tell the page that it is cut off: %v", err)
	}
}
