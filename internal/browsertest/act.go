package browsertest

import (
	"context"
	"fmt"
	"strconv"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// typed is up to how many characters are typed key by key; a longer text comes in at once, as if pasted.
const typed = 200

// Click waits until the one element with this role and accessible name is there, enabled, at rest and not covered, and clicks into its
// middle; on a page with touch it taps. What has no name cannot be clicked.
func (s *Scope) Click(role, name string) {
	s.p.tb.Helper()
	s.element(place{role, name}, func(ctx context.Context, e *element) (bool, string, error) { return e.click(ctx, s.p.touch) })
}

// DoubleClick clicks twice as fast as a person can.
func (s *Scope) DoubleClick(role, name string) {
	s.p.tb.Helper()
	s.element(place{role, name}, func(ctx context.Context, e *element) (bool, string, error) {
		at, seen, err := e.point(ctx)
		if at == nil || err != nil {
			return false, seen, err
		}
		return true, "", chromedp.Do(ctx, chromedp.MouseClickXY(at.X, at.Y), chromedp.MouseClickXY(at.X, at.Y, chromedp.ClickCount(2)))
	})
}

// Check waits for the checkbox, switch or radio button with this name, and clicks it unless it is as wanted.
func (s *Scope) Check(name string, want bool) {
	s.p.tb.Helper()
	clicked := false
	s.p.until(fmt.Sprintf("check %q%s", name, s), func(ctx context.Context) (bool, string, error) {
		root, seen, err := s.root(ctx)
		if root == "" || err != nil {
			return false, seen, err
		}
		for _, role := range []string{"checkbox", "switch", "radio"} {
			e, sees, err := one(ctx, root, place{role, name})
			if err != nil {
				return false, "", err
			}
			if e == nil {
				seen += sees + "; "
				continue
			}
			if e.checked == strconv.FormatBool(want) {
				return true, "", nil
			}
			if !clicked {
				clicked, seen, err = e.click(ctx, s.p.touch)
			}
			return false, seen + " it is " + e.checked, err
		}
		return false, seen, nil
	})
}

// Fill clicks into the text field with this name and replaces what is in it, key by key as a person types.
func (s *Scope) Fill(label, text string) {
	s.p.tb.Helper()
	isSet := false
	s.field(label, func(ctx context.Context, e *element) (bool, string, error) {
		if done, seen, err := e.click(ctx, s.p.touch); !done || err != nil {
			return false, seen, err
		}
		object, err := e.object(ctx)
		if err != nil {
			return false, "", err
		}
		return true, "", callOn(ctx, object, prepareField, &isSet, text)
	})
	switch {
	case isSet:
	case text == "":
		s.p.Press("Delete")
	default:
		s.p.Type(text)
	}
}

// prepareField selects what is in a text field, so that it is typed over. What has a picker instead of text is set at once.
const prepareField = `function(text) {
	if (!["date", "time", "datetime-local", "month", "week", "color", "range"].includes(this.type)) {
		if (this.select) this.select(); else getSelection().selectAllChildren(this);
		return false;
	}
	this.value = text;
	for (const kind of ["input", "change"]) this.dispatchEvent(new Event(kind, {bubbles: true}));
	return true;
}`

// Choose waits for the select with this name and chooses the option with this text.
func (s *Scope) Choose(label, option string) {
	s.p.tb.Helper()
	s.field(label, func(ctx context.Context, e *element) (bool, string, error) {
		object, err := e.object(ctx)
		if err != nil {
			return false, "", err
		}
		var others []string
		err = callOn(ctx, object, `function(want) {
			const found = [...this.options ?? []].find(o => o.label.trim() === want);
			if (!found || found.disabled || this.disabled) return [...this.options ?? []].map(o => o.label);
			this.focus();
			if (!found.selected) {
				if (!this.multiple) this.selectedIndex = found.index;
				found.selected = true;
				for (const kind of ["input", "change"]) this.dispatchEvent(new Event(kind, {bubbles: true}));
			}
			return null;
		}`, &others, option)
		return others == nil, fmt.Sprintf("its options are %q", others), err
	})
}

// Press presses keys one after the other, wherever the focus is: "Tab", "Shift+Tab", "Enter", "Escape", "ArrowDown", "Control+a", "x".
func (p *Page) Press(keys ...string) {
	p.tb.Helper()
	for _, key := range keys {
		p.hand("press "+key, func(ctx context.Context) error { return press(ctx, key) })
	}
}

// Type types a text key by key, wherever the focus is. A long one comes in at once, as if pasted.
func (p *Page) Type(text string) {
	p.tb.Helper()
	if len(text) > typed {
		p.hand("paste a text", func(ctx context.Context) error {
			_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text})
			return err
		})
		return
	}
	for _, r := range text {
		p.hand(fmt.Sprintf("type %q of %q", r, text), func(ctx context.Context) error { return strike(ctx, r, chromedp.ModifierNone) })
	}
}

// hand does one thing, in the time that one thing may take.
func (p *Page) hand(what string, do func(context.Context) error) {
	p.tb.Helper()
	ctx, cancel := p.deadline()
	defer cancel()
	if err := do(ctx); err != nil {
		p.fatalf("%s: %v", what, err)
	}
}

// element waits until the element is there and act is done with it.
func (s *Scope) element(want place, act func(context.Context, *element) (bool, string, error)) {
	s.p.tb.Helper()
	s.p.until(fmt.Sprintf("%s%s", want, s), func(ctx context.Context) (bool, string, error) {
		e, seen, err := s.one(ctx, want)
		if e == nil || err != nil {
			return false, seen, err
		}
		return act(ctx, e)
	})
}

// field is element for whatever takes a value and has this name.
func (s *Scope) field(label string, act func(context.Context, *element) (bool, string, error)) {
	s.p.tb.Helper()
	s.p.until(fmt.Sprintf("field %q%s", label, s), func(ctx context.Context) (bool, string, error) {
		root, seen, err := s.root(ctx)
		if root == "" || err != nil {
			return false, seen, err
		}
		for _, role := range []string{"textbox", "searchbox", "combobox", "spinbutton", "listbox", "slider", "Date", "DateTime", "InputTime", "ColorWell"} {
			e, sees, err := one(ctx, root, place{role, label})
			if err != nil {
				return false, "", err
			}
			if e != nil {
				return act(ctx, e)
			}
			seen += sees + "; "
		}
		return false, seen, nil
	})
}

// spot is a place in the viewport, in CSS pixels.
type spot struct {
	X       float64 `json:"x"`
	Y       float64 `json:"y"`
	Trouble string  `json:"trouble"`
}

// middle is where a click goes: the middle of the element, or of its label if it is itself too small to be hit, brought into view.
// It waits for a frame to see whether the element moves, asks what is set in motion but has not moved yet, and looks whether something
// else lies over it.
const middle = `async function() {
	const box = e => [...e.getClientRects()].find(r => r.width > 1 && r.height > 1);
	const target = box(this) ? this : [...this.labels ?? []].find(box);
	if (!target) return {trouble: "it is not drawn"};
	const at = () => { const r = box(target); return r && {x: r.x + r.width / 2, y: r.y + r.height / 2}; };
	const isHit = ({x, y}) => {
		const hit = document.elementFromPoint(x, y);
		return hit && (target.contains(hit) || [...this.labels ?? []].some(l => l.contains(hit)));
	};
	if (!isHit(at())) target.scrollIntoView({block: "center", inline: "nearest", behavior: "instant"});
	const before = at();
	await new Promise(done => { requestAnimationFrame(done); setTimeout(done, 100); });
	const after = at();
	const moves = document.getAnimations().some(a =>
		a.playState === "running" && a.effect?.target?.contains(target) && Number.isFinite(a.effect.getComputedTiming().endTime));
	if (moves || !after || after.x !== before.x || after.y !== before.y) return {trouble: "it moves"};
	if (isHit(after)) return after;
	const over = document.elementFromPoint(after.x, after.y);
	return {trouble: over ? "it is covered by <" + over.tagName.toLowerCase() + "> " + over.textContent.trim().slice(0, 60) : "it is out of view"};
}`

func (e *element) point(ctx context.Context) (at *spot, seen string, err error) {
	if e.disabled {
		return nil, fmt.Sprintf("%s is disabled", e), nil
	}
	var object runtime.RemoteObjectID
	if object, err = e.object(ctx); err != nil {
		return nil, "", err
	}
	at = &spot{}
	if err = callOn(ctx, object, middle, at); err != nil {
		return nil, "", err
	}
	if at.Trouble != "" {
		return nil, fmt.Sprintf("%s: %s", e, at.Trouble), nil
	}
	return at, "", nil
}
