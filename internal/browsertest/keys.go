package browsertest

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// keys are the keys that have names, as KeyboardEvent.key has them.
var keys = map[string]string{
	"Enter": kb.Enter, "Tab": kb.Tab, "Escape": kb.Escape, "Backspace": kb.Backspace, "Delete": kb.Delete, "Space": " ",
	"ArrowDown": kb.ArrowDown, "ArrowUp": kb.ArrowUp, "ArrowLeft": kb.ArrowLeft, "ArrowRight": kb.ArrowRight,
	"Home": kb.Home, "End": kb.End, "PageUp": kb.PageUp, "PageDown": kb.PageDown,
}

var modifiers = map[string]chromedp.Modifier{
	"Shift": chromedp.ModifierShift, "Control": chromedp.ModifierCtrl, "Alt": chromedp.ModifierAlt, "Meta": chromedp.ModifierMeta,
}

// press presses one key, with the modifiers before it: "Control+Shift+a".
func press(ctx context.Context, key string) error {
	held, last := []string{}, key
	if at := strings.LastIndex(key[:max(len(key)-1, 0)], "+"); at >= 0 { // the last character may be a plus itself
		held, last = strings.Split(key[:at], "+"), key[at+1:]
	}
	var with chromedp.Modifier
	for _, name := range held {
		m, is := modifiers[name]
		if !is {
			return fmt.Errorf("modifier %q: it is Shift, Control, Alt or Meta", name)
		}
		with |= m
	}
	code, is := keys[last]
	if !is {
		code = last
	}
	r, size := utf8.DecodeRuneInString(code)
	if size != len(code) || size == 0 {
		return fmt.Errorf("key %q: it is one character or a name that KeyboardEvent.key has, such as ArrowDown", last)
	}
	return strike(ctx, r, with)
}

// strike presses a key and lets it go. It tells the character with the press: the library's own way has a question more for each key, and
// on a busy machine a text takes a question's time for each of them.
func strike(ctx context.Context, r rune, with chromedp.Modifier) error {
	var down, up *input.DispatchKeyEventParams
	for _, event := range kb.Encode(r) {
		event.Modifiers |= int64(with)
		switch event.Type {
		case kb.KeyDown:
			down = event
		case kb.KeyChar:
			if with&^chromedp.ModifierShift == 0 { // with another modifier it is a command, not a character
				down.Text, down.UnmodifiedText = event.Text, event.UnmodifiedText
			}
		default:
			up = event
		}
	}
	if down.Text == "" {
		down.Type = kb.KeyRawDown
	}
	for _, event := range []*input.DispatchKeyEventParams{down, up} {
		if _, err := chromedp.Call(ctx, input.DispatchKeyEvent, *event); err != nil {
			return err
		}
	}
	return nil
}
