package api

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// strictly reads one JSON object. Unlike encoding/json it refuses members that are not known, names that differ in case, and members given
// twice, of which another reader could take the other one; each by its path.
func strictly(body []byte, into any) error {
	notJSON := &deprovision.Invalid{Field: "json", Allowed: "one JSON object in UTF-8 (RFC 8259)"}
	if trimmed := bytes.TrimSpace(body); len(trimmed) == 0 || trimmed[0] != '{' || !utf8.Valid(body) || !json.Valid(body) {
		return notJSON
	}
	if err := members("", body, reflect.TypeOf(into)); err != nil {
		return err
	}
	err := json.Unmarshal(body, into)
	if in, ok := errors.AsType[*deprovision.Invalid](err); ok {
		if in.Field == "duration" { // it does not know where it stands; there is one
			in = &deprovision.Invalid{Field: "options.drain", Value: in.Value, Allowed: in.Allowed}
		}
		return in
	}
	if wrong := deprovision.WrongType(err); wrong != nil {
		return wrong
	}
	if err != nil {
		return notJSON
	}
	return nil
}

var readsText = reflect.TypeFor[encoding.TextUnmarshaler]()

// members checks the names of all members of a value that is to be read into a type. A value of another sort is left to the reading.
func members(path string, raw []byte, t reflect.Type) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	raw = bytes.TrimSpace(raw)
	switch {
	case len(raw) == 0 || reflect.PointerTo(t).Implements(readsText):
		return nil
	case t.Kind() == reflect.Slice && raw[0] == '[':
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			return err
		}
		for i, one := range list {
			if err := members(fmt.Sprintf("%s[%d]", path, i), one, t.Elem()); err != nil {
				return err
			}
		}
	case raw[0] == '{' && (t.Kind() == reflect.Struct || t.Kind() == reflect.Map):
		return object(path, raw, t)
	}
	return nil
}

// object checks the members of one object.
func object(path string, raw []byte, t reflect.Type) error {
	seen := map[string]bool{}
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil { // the brace that was seen
		return err
	}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string) // in an object, names alternate with values
		var value json.RawMessage
		if err := d.Decode(&value); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		at := strings.TrimPrefix(path+"."+clip(name), ".")
		if seen[name] {
			return &deprovision.Invalid{Field: at, Allowed: "a member once"}
		}
		seen[name] = true
		member, known := memberType(t, name)
		if !known {
			return &deprovision.Invalid{Field: at, Allowed: "no such member is known; there are " + strings.Join(names(t), ", ")}
		}
		if err := members(at, value, member); err != nil {
			return err
		}
	}
	return nil
}

func memberType(t reflect.Type, name string) (reflect.Type, bool) {
	if t.Kind() == reflect.Map {
		return t.Elem(), true
	}
	for f := range t.Fields() {
		if jsonName(f) == name {
			return f.Type, true
		}
	}
	return nil, false
}

func names(t reflect.Type) []string {
	var out []string
	for f := range t.Fields() {
		out = append(out, jsonName(f))
	}
	return out
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}
