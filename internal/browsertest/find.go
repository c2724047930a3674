package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Scope is a part of a page: what its methods name is looked for in it only. A Page is the Scope of the whole tab.
type Scope struct {
	p    *Page
	path []place // from the document inwards; found anew at every look, because a page may draw itself again
}

// place names an element: by its accessible role and its accessible name or, if it is a row or an item, by some text in it.
type place struct{ role, name string }

func (w place) String() string { return fmt.Sprintf("%s %q", w.role, w.name) }

// In returns the part of s with this role and name, e.g. In("dialog", "Remove the account?"). A row, listitem or article, which
// mostly has no name, is also the one that contains name as text: In("row", "contoso").
func (s *Scope) In(role, name string) *Scope {
	return &Scope{p: s.p, path: append(slices.Clone(s.path), place{role, name})}
}

// element is what the browser tells assistive technology about one element.
type element struct {
	place

	node     cdp.BackendNodeID
	disabled bool
	checked  string // "true", "false", "mixed", or "" for what cannot be checked
}

// roles are the browser's words for roles that ARIA has other words for.
var roles = map[string]string{"img": "image"}

// all returns the elements with a role below root that are there for assistive technology.
func all(ctx context.Context, root runtime.RemoteObjectID, role string) ([]element, error) {
	if other, is := roles[role]; is {
		role = other
	}
	got, err := chromedp.Call(ctx, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{ObjectID: root, Role: role})
	if err != nil {
		return nil, err
	}
	var found []element
	for _, node := range got.Nodes {
		if !node.Ignored && node.BackendDOMNodeID != 0 {
			found = append(found, newElement(node))
		}
	}
	return found, nil
}

func newElement(node *accessibility.Node) element {
	e := element{place: place{text(node.Role), squeeze(text(node.Name))}, node: node.BackendDOMNodeID}
	for _, property := range node.Properties {
		switch property.Name {
		case accessibility.PropertyNameDisabled:
			e.disabled = text(property.Value) == "true"
		case accessibility.PropertyNameChecked:
			e.checked = text(property.Value)
		}
	}
	return e
}

// text is a value of the accessibility tree as text.
func text(v *accessibility.Value) string {
	if v == nil || len(v.Value) == 0 {
		return ""
	}
	var s string
	if json.Unmarshal(v.Value, &s) == nil {
		return s
	}
	return string(v.Value)
}

// squeeze makes one space of any white space, as a reader does.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// root finds the element that the scope is, the document for the whole page; "" with what was seen when it is not there.
func (s *Scope) root(ctx context.Context) (root runtime.RemoteObjectID, seen string, err error) {
	if root, err = handle(ctx, "document"); err != nil {
		return "", "", err
	}
	for _, at := range s.path {
		if root, seen, err = find(ctx, root, at); root == "" || err != nil {
			return "", seen, err
		}
	}
	return root, "", nil
}

// one finds the one element with this role and name; nil with what was seen instead when there is none, or when there are more: then
// nobody could say which one was meant.
func (s *Scope) one(ctx context.Context, want place) (found *element, seen string, err error) {
	root, seen, err := s.root(ctx)
	if root == "" || err != nil {
		return nil, seen, err
	}
	return one(ctx, root, want)
}

func one(ctx context.Context, root runtime.RemoteObjectID, want place) (found *element, seen string, err error) {
	candidates, err := all(ctx, root, want.role)
	if err != nil {
		return nil, "", err
	}
	var names []string
	for _, e := range candidates {
		names = append(names, fmt.Sprintf("%q", e.name))
		if e.name != squeeze(want.name) {
			continue
		}
		if found != nil {
			return nil, fmt.Sprintf("more than one %s", want), nil
		}
		found = &e
	}
	if found == nil {
		return nil, fmt.Sprintf("no %s; every %s there: %s", want, want.role, strings.Join(names, ", ")), nil
	}
	return found, "", nil
}

// find is one for a part of a page, as an object.
func find(ctx context.Context, root runtime.RemoteObjectID, at place) (object runtime.RemoteObjectID, seen string, err error) {
	e, seen, err := one(ctx, root, at)
	if err != nil {
		return "", "", err
	}
	if e != nil {
		object, err = e.object(ctx)
		return object, "", err
	}
	tags := map[string]string{"row": "tr, [role=row]", "listitem": "li, [role=listitem]", "article": "article, [role=article]"}[at.role]
	if tags == "" {
		return "", seen, nil
	}
	among := fmt.Sprintf(`function() {
		const has = [...this.querySelectorAll(%s)].filter(e => e.checkVisibility() && e.innerText.split(/\s+/).join(" ").includes(%s));
		return has.filter(e => !has.some(other => other !== e && e.contains(other)));
	}`, quote(tags), quote(squeeze(at.name)))
	var n int
	if err := callOn(ctx, root, fmt.Sprintf("function() { return (%s).call(this).length; }", among), &n); err != nil {
		return "", "", err
	}
	if n != 1 {
		return "", fmt.Sprintf("%d %ss with the text %q", n, at.role, at.name), nil
	}
	object, err = handleOn(ctx, root, fmt.Sprintf("function() { return (%s).call(this)[0]; }", among))
	return object, "", err
}

// object returns the element as an object of the page.
func (e *element) object(ctx context.Context) (runtime.RemoteObjectID, error) {
	got, err := chromedp.Call(ctx, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: e.node})
	if err != nil {
		return "", err
	}
	return got.Object.ObjectID, nil
}
