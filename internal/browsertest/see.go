package browsertest

import (
	"context"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// visible is the text that is drawn: without what CSS hides, and as CSS's text-transform writes it.
const visible = `function() { return (this.body ?? this).innerText ?? ""; }`

// See waits until the text is visible. White space counts as one space.
func (s *Scope) See(text string) {
	s.p.tb.Helper()
	s.p.until(fmt.Sprintf("see %q%s", text, s), func(ctx context.Context) (bool, string, error) {
		all, seen, err := s.text(ctx)
		isSeen := seen == "" && strings.Contains(all, squeeze(text))
		if seen == "" {
			seen = fmt.Sprintf("%.300q", all)
		}
		return isSeen, seen, err
	})
}

// Gone waits until the text is not visible, or the part of the page that had it is not there any more.
func (s *Scope) Gone(text string) {
	s.p.tb.Helper()
	s.p.until(fmt.Sprintf("see no more %q%s", text, s), func(ctx context.Context) (bool, string, error) {
		all, _, err := s.text(ctx)
		return err == nil && !strings.Contains(all, squeeze(text)), "it is still there", err
	})
}

// Find waits until there is exactly one element with this role and name.
func (s *Scope) Find(role, name string) {
	s.p.tb.Helper()
	s.element(place{role, name}, func(context.Context, *element) (bool, string, error) { return true, "", nil })
}

// Lost waits until there is no element with this role and name.
func (s *Scope) Lost(role, name string) {
	s.p.tb.Helper()
	s.p.until(fmt.Sprintf("lose %s", place{role, name}), func(ctx context.Context) (bool, string, error) {
		n, err := s.count(ctx, place{role, name})
		return n == 0, "it is still there", err
	})
}

// Has says whether there is at this moment an element with this role and name. It waits for nothing.
func (s *Scope) Has(role, name string) bool {
	s.p.tb.Helper()
	n := 0
	s.p.until(fmt.Sprintf("look for %s", place{role, name}), func(ctx context.Context) (done bool, seen string, err error) {
		n, err = s.count(ctx, place{role, name})
		return true, "", err
	})
	return n > 0
}

func (s *Scope) count(ctx context.Context, want place) (int, error) {
	root, _, err := s.root(ctx)
	if root == "" || err != nil {
		return 0, err
	}
	candidates, err := all(ctx, root, want.role)
	n := 0
	for _, e := range candidates {
		if e.name == squeeze(want.name) {
			n++
		}
	}
	return n, err
}

// VisibleText returns all visible text, white space as one space. It waits for the part of the page, not for any text in it.
func (s *Scope) VisibleText() string {
	s.p.tb.Helper()
	var all string
	s.p.until("the text"+s.String(), func(ctx context.Context) (done bool, seen string, err error) {
		all, seen, err = s.text(ctx)
		return seen == "", seen, err
	})
	return all
}

// Text waits for the element with this role and name and returns its visible text.
func (s *Scope) Text(role, name string) string {
	s.p.tb.Helper()
	return s.In(role, name).VisibleText()
}

// Value waits for the field with this role and name and returns what is in it.
func (s *Scope) Value(role, name string) string {
	s.p.tb.Helper()
	var value string
	s.element(place{role, name}, func(ctx context.Context, e *element) (bool, string, error) {
		object, err := e.object(ctx)
		if err != nil {
			return false, "", err
		}
		return true, "", callOn(ctx, object, `function() { return this.value ?? this.textContent; }`, &value)
	})
	return value
}

func (s *Scope) text(ctx context.Context) (all, seen string, err error) {
	root, seen, err := s.root(ctx)
	if root == "" || err != nil {
		return "", seen, err
	}
	err = callOn(ctx, root, visible, &all)
	return squeeze(all), "", err
}

func (s *Scope) String() string {
	var out strings.Builder
	for _, at := range s.path {
		fmt.Fprintf(&out, " in %s", at)
	}
	return out.String()
}

// Rows waits for the table (or grid) with this accessible name and returns the visible text of its cells, row by row, without the
// rows that have column headers only.
func (s *Scope) Rows(table string) [][]string {
	s.p.tb.Helper()
	var rows [][]string
	s.p.until(fmt.Sprintf("table %q%s", table, s), func(ctx context.Context) (bool, string, error) {
		root, seen, err := s.root(ctx)
		if root == "" || err != nil {
			return false, seen, err
		}
		for _, role := range []string{"table", "grid", "treegrid"} {
			var e *element
			var sees string
			if e, sees, err = one(ctx, root, place{role, table}); err != nil {
				return false, "", err
			}
			if e != nil {
				rows = nil
				return true, "", e.rows(ctx, &rows)
			}
			if role == "table" {
				seen = sees
			}
		}
		return false, seen, nil
	})
	return rows
}

func (e *element) rows(ctx context.Context, rows *[][]string) error {
	object, err := e.object(ctx)
	if err != nil {
		return err
	}
	return callOn(ctx, object, `function() {
		const cells = ":scope > td, :scope > th, :scope > [role=cell], :scope > [role=gridcell], :scope > [role=rowheader], :scope > [role=columnheader]";
		const isHead = c => c.getAttribute("role") === "columnheader" || (c.tagName === "TH" && !c.hasAttribute("role") && c.scope !== "row");
		return [...this.querySelectorAll("tr, [role=row]")]
			.filter(row => row.closest("table, [role=table], [role=grid], [role=treegrid]") === this && row.checkVisibility())
			.map(row => [...row.querySelectorAll(cells)].filter(c => c.checkVisibility()))
			.filter(row => row.length > 0 && !row.every(isHead))
			.map(row => row.map(c => c.innerText.split(/\s+/).filter(w => w).join(" ")));
	}`, rows)
}

// Focused returns role and name of the element that has the focus; two empty strings when none has.
func (p *Page) Focused() (role, name string) {
	p.tb.Helper()
	p.until("the focus", func(ctx context.Context) (bool, string, error) {
		e, err := focused(ctx)
		role, name = e.role, e.name
		return true, "", err
	})
	return role, name
}

func focused(ctx context.Context) (element, error) {
	object, err := handle(ctx, "document.activeElement === document.body ? null : document.activeElement")
	if object == "" || err != nil {
		return element{}, err
	}
	return describe(ctx, object)
}

// describe returns what the browser tells assistive technology about an object of the page.
func describe(ctx context.Context, object runtime.RemoteObjectID) (element, error) {
	no := false
	got, err := chromedp.Call(ctx, accessibility.GetPartialAXTree, accessibility.GetPartialAXTreeParams{ObjectID: object, FetchRelatives: &no})
	if err != nil || len(got.Nodes) == 0 {
		return element{}, err
	}
	return newElement(got.Nodes[0]), nil
}

// SeeFocus waits until the element with this role and name has the focus.
func (p *Page) SeeFocus(role, name string) {
	p.tb.Helper()
	p.until(fmt.Sprintf("the focus on %s", place{role, name}), func(ctx context.Context) (bool, string, error) {
		e, err := focused(ctx)
		return e.role == role && e.name == squeeze(name), e.String(), err
	})
}
