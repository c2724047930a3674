package browsertest

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

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
	var with []chromedp.Modifier
	for _, name := range held {
		m, is := modifiers[name]
		if !is {
			return fmt.Errorf("modifier %q: it is Shift, Control, Alt or Meta", name)
		}
		with = append(with, m)
	}
	code, is := keys[last]
	if !is {
		if utf8.RuneCountInString(last) != 1 {
			return fmt.Errorf("key %q: it is one character or a name that KeyboardEvent.key has, such as ArrowDown", last)
		}
		code = last
	}
	return chromedp.Do(ctx, chromedp.KeyEvent(code, chromedp.KeyModifiers(with...)))
}
