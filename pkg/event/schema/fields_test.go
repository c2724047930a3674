package schema_test

import (
	"encoding"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// TestSchemasHaveEveryFieldOfTheirTypes fails when a field was added to a type and not to its schema, or the other way round.
func TestSchemasHaveEveryFieldOfTheirTypes(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]any{
		"request": deprovision.Request{}, "decision": deprovision.Decision{}, "account": deprovision.Account{}, "progress": deprovision.Event{},
		"plan": event.PlanChunk{}, "plan-document": deprovision.Plan{}, "dead-letter": event.DeadLetter{}, "wake": event.Wake{},
		"brake": deprovision.Ledger{},
	} {
		flat := flatten(t, name)
		want := map[string]string{}
		fields(want, "", reflect.TypeOf(value))
		if name == "dead-letter" {
			want["headerBytes"], want["headerBytes[]"] = "array", "string" // is folded into the header when a letter is read
		}
		for _, path := range slices.Sorted(maps.Keys(want)) {
			if inOther(flat, path) {
				continue
			}
			if node, ok := flat[path]; !ok || !slices.Contains(append(node.Type, "any"), want[path]) && len(node.Type) > 0 {
				t.Errorf("%s: the type has %s (%s), the schema %+v", name, path, want[path], node)
			}
		}
		for path := range flat {
			if _, ok := want[path]; !ok && path != "*" {
				t.Errorf("%s: the schema has %s, the type has not", name, path)
			}
		}
	}
}

// inOther reports whether a path leads into another message, whose schema has its own line above.
func inOther(flat flat, path string) bool {
	for parent := path; ; {
		i := strings.LastIndex(parent, ".")
		if i < 0 {
			return false
		}
		parent = parent[:i]
		refers := func(rule string) bool { return strings.HasPrefix(rule, "$ref") }
		if parent == "progress.request" || slices.ContainsFunc(flat[parent].Rules, refers) {
			return true
		}
	}
}

// fields writes the JSON type of every field under its path.
func fields(out map[string]string, path string, typ reflect.Type) {
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if path != "" {
		out[path] = jsonType(typ)
	}
	switch {
	case typ.Kind() == reflect.Slice && jsonType(typ) == "array":
		fields(out, path+"[]", typ.Elem())
	case typ.Kind() == reflect.Map:
		fields(out, path+".*", typ.Elem())
	case typ.Kind() == reflect.Struct && jsonType(typ) == "object":
		for field := range typ.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			fields(out, strings.TrimPrefix(path+"."+name, "."), field.Type)
		}
	}
}

func jsonType(typ reflect.Type) string {
	switch {
	case typ == reflect.TypeFor[json.RawMessage]():
		return "any"
	case typ == reflect.TypeFor[time.Time](), reflect.PointerTo(typ).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()), typ == reflect.TypeFor[[]byte]():
		return "string"
	}
	switch typ.Kind() {
	case reflect.Bool:
		return "boolean"
	case reflect.String:
		return "string"
	case reflect.Slice:
		return "array"
	case reflect.Struct, reflect.Map:
		return "object"
	}
	return "integer"
}
