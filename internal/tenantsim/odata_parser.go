package tenantsim

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// filterParser reads the part of OData's $filter that the directory supports:
// eq ne ge le in, startswith endswith contains, any, not, and, or.
type filterParser struct {
	words    []string
	at       int
	kind     Kind
	advanced bool
	last     string // the property read last, for errors
	depth    int
}

// mostNested is how deep a filter may be.
const mostNested = 100

func (f *filterParser) peek() string {
	if f.at < len(f.words) {
		return f.words[f.at]
	}
	return ""
}

func (f *filterParser) take() string {
	w := f.peek()
	f.at++
	return w
}

func (f *filterParser) want(w string) error {
	if got := f.take(); got != w {
		return fmt.Errorf("Invalid filter clause: expected '%s', found '%s'.", w, got) //nolint:staticcheck // the service's own sentence
	}
	return nil
}

func (f *filterParser) or() (predicate, error) {
	left, err := f.and()
	for err == nil && f.peek() == "or" {
		f.at++
		var right predicate
		l := left
		right, err = f.and()
		left = func(p map[string]any) bool { return l(p) || right(p) }
	}
	return left, err
}

func (f *filterParser) and() (predicate, error) {
	left, err := f.term()
	for err == nil && f.peek() == "and" {
		f.at++
		var right predicate
		l := left
		right, err = f.term()
		left = func(p map[string]any) bool { return l(p) && right(p) }
	}
	return left, err
}

func (f *filterParser) term() (predicate, error) {
	f.depth++
	defer func() { f.depth-- }()
	if f.depth > mostNested {
		return nil, errors.New("Invalid filter clause: it is nested too deeply.") //nolint:staticcheck // likewise
	}
	switch w := f.take(); w {
	case "":
		return nil, errors.New("Invalid filter clause: it ends too early.") //nolint:staticcheck // the service's own sentence
	case "not":
		if !f.advanced {
			return nil, errAdvanced
		}
		inner, err := f.term()
		return func(p map[string]any) bool { return !inner(p) }, err
	case "(":
		inner, err := f.or()
		if err != nil {
			return nil, err
		}
		return inner, f.want(")")
	case "startswith", "startsWith", "endswith", "endsWith", "contains":
		return f.function(strings.ToLower(w))
	default:
		if list, ok := strings.CutSuffix(w, "/any"); ok {
			return f.any(list)
		}
		if list, ok := strings.CutSuffix(w, "/Any"); ok { // as the page on teams writes it
			return f.any(list)
		}
		return f.compare(w)
	}
}

func (f *filterParser) property(name string) error {
	f.last = name
	if !mayFilter(f.kind, name) {
		return errAdvanced
	}
	return nil
}

func (f *filterParser) function(name string) (predicate, error) {
	if name != "startswith" && !f.advanced {
		return nil, errAdvanced
	}
	if err := f.want("("); err != nil {
		return nil, err
	}
	prop := f.take()
	if err := f.property(prop); err != nil {
		return nil, err
	}
	if err := f.want(","); err != nil {
		return nil, err
	}
	lit := literal(f.take())
	test := map[string]func(s, part string) bool{"startswith": strings.HasPrefix, "endswith": strings.HasSuffix, "contains": strings.Contains}[name]
	return func(p map[string]any) bool { return test(text(p[prop]), lit) }, f.want(")")
}

// any reads the one form list/any(x:x eq 'y').
func (f *filterParser) any(list string) (predicate, error) {
	if err := f.property(list); err != nil {
		return nil, err
	}
	if err := f.want("("); err != nil {
		return nil, err
	}
	name := f.take()
	for _, w := range []string{":", name, "eq"} {
		if err := f.want(w); err != nil {
			return nil, err
		}
	}
	lit := literal(f.take())
	return func(p map[string]any) bool {
		items, _ := p[list].([]string)
		return slices.ContainsFunc(items, func(s string) bool { return fold(s) == lit })
	}, f.want(")")
}

func (f *filterParser) compare(prop string) (predicate, error) {
	if err := f.property(prop); err != nil {
		return nil, err
	}
	switch op := f.take(); op {
	case "eq", "ge", "le":
		lit := literal(f.take())
		test := map[string]func(c int) bool{"eq": func(c int) bool { return c == 0 }, "ge": func(c int) bool { return c >= 0 }, "le": func(c int) bool { return c <= 0 }}[op]
		return func(p map[string]any) bool { return test(strings.Compare(text(p[prop]), lit)) }, nil
	case "ne":
		lit := literal(f.take())
		if !f.advanced {
			return nil, errAdvanced
		}
		return func(p map[string]any) bool { return text(p[prop]) != lit }, nil
	case "in":
		return f.in(prop)
	default:
		return nil, fmt.Errorf("Invalid filter clause: unknown operator '%s'.", op) //nolint:staticcheck // the service's own sentence
	}
}

func (f *filterParser) in(prop string) (predicate, error) {
	if err := f.want("("); err != nil {
		return nil, err
	}
	var lits []string
	for {
		lits = append(lits, literal(f.take()))
		switch f.take() {
		case ",":
		case ")":
			return func(p map[string]any) bool { return slices.Contains(lits, text(p[prop])) }, nil
		default:
			return nil, errors.New("Invalid filter clause: the list does not end.") //nolint:staticcheck // the service's own sentence
		}
	}
}

// literal and text bring a constant and a property into one comparable form:
// strings without case, null as nothing.
func literal(w string) string {
	if s, ok := strings.CutPrefix(w, "'"); ok {
		return fold(s)
	}
	if w == "null" {
		return ""
	}
	return fold(w)
}

func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return fold(v)
	default:
		return fold(fmt.Sprint(v))
	}
}
