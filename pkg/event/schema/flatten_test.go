package schema_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// node is what the contract promises of one value.
type node struct {
	Type     []string           `json:"type,omitempty"`
	Required []string           `json:"required,omitempty"` // members of an object
	Enum     []string           `json:"enum,omitempty"`
	AtLeast  map[string]float64 `json:"atLeast,omitempty"` // minimum, minLength, minItems
	AtMost   map[string]float64 `json:"atMost,omitempty"`  // maximum, maxLength, maxItems
	Rules    []string           `json:"rules,omitempty"`   // pattern, format, conditions and the like, as JSON
}

// flat is a schema with its references followed: each value under its path; "[]" is an element, ".*" any other member.
type flat map[string]node

func flatten(t testing.TB, name string) flat {
	t.Helper()
	return flattenDocs(t, name, func(name string) map[string]any { return document(t, name) })
}

// flattenDocs reads schemas by load.
func flattenDocs(t testing.TB, name string, load func(string) map[string]any) flat {
	t.Helper()
	w := walker{t: t, load: load, out: flat{}}
	w.walk("", place{name, load(name)})
	delete(w.out, "")
	if root := w.root; len(root.Required)+len(root.Rules) > 0 {
		w.out["*"] = root // the object itself
	}
	return w.out
}

// place is a schema and the file that it stands in.
type place struct {
	file string
	doc  map[string]any
}

type walker struct {
	t    testing.TB
	load func(string) map[string]any
	out  flat
	root node
}

func (w *walker) walk(path string, at place) {
	var n node
	w.collect(&n, path, at)
	slices.Sort(n.Type)
	slices.Sort(n.Required)
	slices.Sort(n.Enum)
	slices.Sort(n.Rules)
	if path == "" {
		w.root = n
		return
	}
	w.out[path] = n
}

// collect adds what a schema says of the value at path, and walks into its members.
func (w *walker) collect(n *node, path string, at place) {
	for _, keyword := range sorted(at.doc) {
		value := at.doc[keyword]
		switch keyword {
		case "$ref":
			if target := w.resolve(at, value.(string)); target.doc["$id"] == nil {
				w.collect(n, path, target)
			} else { // another message, whole: it has a contract of its own
				n.Rules = append(n.Rules, rule(keyword, value))
			}
		case "allOf":
			w.all(n, path, at, value.([]any))
		case "type":
			n.Type = append(n.Type, words(value)...)
		case "required":
			n.Required = append(n.Required, words(value)...)
		case "enum":
			n.Enum = append(n.Enum, words(value)...)
		case "minimum", "minLength", "minItems":
			n.AtLeast = with(n.AtLeast, keyword, value)
		case "maximum", "maxLength", "maxItems":
			n.AtMost = with(n.AtMost, keyword, value)
		case "properties":
			for _, name := range sorted(value.(map[string]any)) {
				w.walk(strings.TrimPrefix(path+"."+name, "."), place{at.file, value.(map[string]any)[name].(map[string]any)})
			}
		case "items":
			w.walk(path+"[]", place{at.file, value.(map[string]any)})
		case "additionalProperties":
			w.walk(path+".*", place{at.file, value.(map[string]any)})
		case "$schema", "$id", "$defs", "title", "description", "examples":
		default:
			n.Rules = append(n.Rules, rule(keyword, value))
		}
	}
}

// all merges plain parts, and keeps conditions as rules.
func (w *walker) all(n *node, path string, at place, parts []any) {
	for _, part := range parts {
		doc := part.(map[string]any)
		if _, conditional := doc["if"]; conditional {
			n.Rules = append(n.Rules, rule("allOf", part))
			continue
		}
		w.collect(n, path, place{at.file, doc})
	}
}

func (w *walker) resolve(at place, ref string) place {
	w.t.Helper()
	file, pointer, _ := strings.Cut(ref, "#")
	file = strings.TrimSuffix(file, ".json")
	if file == "" {
		file = at.file
	}
	doc := w.load(file)
	for step := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if step == "" {
			continue
		}
		next, ok := doc[step].(map[string]any)
		if !ok {
			w.t.Fatalf("%s: %s leads nowhere", at.file, ref)
		}
		doc = next
	}
	return place{file, doc}
}

func rule(keyword string, value any) string {
	body, err := json.Marshal(value)
	if err != nil {
		panic(err) // it was read from JSON
	}
	return keyword + ": " + string(body)
}

func words(value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		out := make([]string, len(v))
		for i := range v {
			out[i] = fmt.Sprint(v[i])
		}
		return out
	}
	return nil
}

func with(m map[string]float64, keyword string, value any) map[string]float64 {
	number, err := value.(json.Number).Float64()
	if err != nil {
		panic(err)
	}
	if m == nil {
		m = map[string]float64{}
	}
	m[keyword] = number
	return m
}

func sorted(m map[string]any) []string {
	out := make([]string, 0, len(m))
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
