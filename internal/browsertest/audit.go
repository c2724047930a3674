package browsertest

import (
	"context"
	_ "embed"
	"fmt"
	"slices"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp"
)

// Rule is a kind of fault that Audit looks for.
type Rule string

// The rules, from the Web Content Accessibility Guidelines 2.2, level AA, as far as a program can judge them.
const (
	Names     Rule = "names"     // what can be operated has a role and an accessible name, a field has a label, a picture has a text
	Structure Rule = "structure" // language, title, one main, a nav, one h1, no jumped heading, unique ids, table headers
	Contrast  Rule = "contrast"  // text against what is behind it: 4.5, large text 3
	Width     Rule = "width"     // the document is not wider than the viewport
	Targets   Rule = "targets"   // what can be pressed is 24 by 24 CSS pixels at least, but for links in a text
	Focus     Rule = "focus"     // Tab reaches everything in the order of the document and of the eye, shows where it is, and comes round
)

// Rules are all of them.
func Rules() []Rule { return []Rule{Names, Structure, Contrast, Width, Targets, Focus} }

// Finding is one fault: what is wrong, and with which element.
type Finding struct {
	Rule  Rule   `json:"rule"`
	Where string `json:"where"`
	Why   string `json:"why"`
}

func (f Finding) String() string { return fmt.Sprintf("%s: %s: %s", f.Rule, f.Where, f.Why) }

//go:embed audit.js
var auditScript string

// Audit looks at the page as it is at this moment, for all rules or those that are named. While a modal dialog is open it is the page:
// what lies behind cannot be used. Focus presses Tab, so it ends with the focus on another element.
func (p *Page) Audit(rules ...Rule) []Finding {
	p.tb.Helper()
	if len(rules) == 0 {
		rules = Rules()
	}
	ctx, cancel := p.deadline()
	defer cancel()
	found := []Finding{}
	if err := evaluate(ctx, auditScript+"("+quote(rules)+")", &found); err != nil {
		p.fatalf("audit: %v", err)
	}
	if slices.Contains(rules, Names) {
		nameless, err := nameless(ctx)
		if err != nil {
			p.fatalf("audit the names: %v", err)
		}
		found = append(found, nameless...)
	}
	if slices.Contains(rules, Focus) {
		_, faults := p.walk()
		found = append(found, faults...)
	}
	return found
}

// Sound fails the test for each finding of Audit.
func (p *Page) Sound(rules ...Rule) {
	p.tb.Helper()
	for _, f := range p.Audit(rules...) {
		p.tb.Errorf("%s", f)
	}
}

// operable are the roles that a person operates, in the browser's words.
var operable = []string{
	"button", "link", "textbox", "searchbox", "combobox", "listbox", "spinbutton", "slider", "checkbox", "radio", "switch", "tab",
	"menuitem", "menuitemcheckbox", "menuitemradio", "treeitem", "DisclosureTriangle", "Date", "DateTime", "InputTime", "ColorWell",
}

// named are the roles whose elements need a name as well, because a person goes by it: a dialog, a table, a picture.
var named = []string{"dialog", "alertdialog", "table", "grid", "treegrid", "image", "form", "region", "tablist", "progressbar", "meter"}

// nameless asks the browser's own accessibility tree.
func nameless(ctx context.Context) ([]Finding, error) {
	tree, err := chromedp.Call(ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		return nil, err
	}
	var found []Finding
	for _, node := range tree.Nodes {
		if node.Ignored || node.BackendDOMNodeID == 0 {
			continue
		}
		var why string
		e := newElement(node)
		switch {
		case e.name == "" && (slices.Contains(operable, e.role) || slices.Contains(named, e.role)):
			why = "the " + e.role + " has no accessible name"
		case isFocusable(node) && (e.role == "generic" || e.role == "none" || e.role == "paragraph" || e.role == "StaticText"):
			why = "it takes the focus, and has no role"
		default:
			continue
		}
		where, isAsked, err := where(ctx, node.BackendDOMNodeID)
		if isFleeting(err) {
			continue // it went while it was looked at
		}
		if err != nil {
			return nil, err
		}
		if e.name == "" && slices.Contains(operable, e.role) || isAsked {
			found = append(found, Finding{Names, where, why})
		}
	}
	return found, nil
}

func isFocusable(node *accessibility.Node) bool {
	return slices.ContainsFunc(node.Properties, func(p *accessibility.Property) bool {
		return p.Name == accessibility.PropertyNameFocusable && text(p.Value) == "true"
	})
}

// where describes an element so that a person finds it in the page's source, and says whether the page itself made it what it is: a
// box that scrolls takes the focus without having been asked to.
func where(ctx context.Context, id cdp.BackendNodeID) (string, bool, error) {
	got, err := chromedp.Call(ctx, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: id})
	if err != nil {
		return "", false, err
	}
	var said struct {
		Where string `json:"where"`
		Asked bool   `json:"asked"`
	}
	err = callOn(ctx, got.Object.ObjectID, `function() {
		const e = this.nodeType === 1 ? this : this.parentElement ?? this.documentElement;
		return {where: e.outerHTML.slice(0, e.outerHTML.indexOf(">") + 1).slice(0, 120) + e.textContent.trim().slice(0, 40),
			asked: e.tagName !== "BODY" && e.tagName !== "HTML" && (e.tabIndex >= 0 || e.isContentEditable || e.tagName === "TABLE" ||
				e.tagName === "DIALOG" || e.tagName === "IMG" || e.hasAttribute("role"))};
	}`, &said)
	return said.Where, said.Asked, err
}
