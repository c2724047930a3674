package browsertest

import (
	"context"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// aim watches, at the window and before the page, where the events of a click go. What goes elsewhere, because the page moved under the hand, the page never
// hears of. A press that no event told of was lost, as all input is until a page is first painted.
const aim = `function() {
	const kinds = ["pointerdown", "pointerup", "mousedown", "mouseup", "touchstart", "touchend", "click"];
	const mine = e => this.contains(e) || [...this.labels ?? []].some(l => l.contains(e));
	let pressed = false, elsewhere = null;
	const look = event => {
		if (mine(event.target)) {
			pressed ||= event.type === "pointerdown";
			return;
		}
		elsewhere ??= event.target;
		event.preventDefault();
		event.stopImmediatePropagation();
	};
	for (const kind of kinds) addEventListener(kind, look, {capture: true, passive: false});
	return () => {
		for (const kind of kinds) removeEventListener(kind, look, {capture: true});
		if (elsewhere) return "the click went to <" + (elsewhere.tagName ?? "document").toLowerCase() + ">";
		return pressed ? "" : "the click was lost";
	};
}`

// click clicks into the middle of the element, or taps. It is done when the element was hit; a page that the click replaced cannot say so any more.
func (e *element) click(ctx context.Context, touch bool) (done bool, seen string, err error) {
	at, seen, err := e.point(ctx)
	if at == nil || err != nil {
		return false, seen, err
	}
	var object, aimed runtime.RemoteObjectID
	if object, err = e.object(ctx); err != nil {
		return false, "", err
	}
	if aimed, err = handleOn(ctx, object, aim); err != nil {
		return false, "", err
	}
	if err := at.press(ctx, touch); err != nil {
		return false, "", err
	}
	if err := callOn(ctx, aimed, "function() { return this(); }", &seen); err != nil && !isFleeting(err) {
		return false, "", err
	}
	return seen == "", seen, nil
}

func (at *spot) press(ctx context.Context, touch bool) error {
	if touch {
		return chromedp.Do(ctx, chromedp.TapXY(at.X, at.Y))
	}
	return chromedp.Do(ctx, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at.X, at.Y), chromedp.MouseClickXY(at.X, at.Y))
}
