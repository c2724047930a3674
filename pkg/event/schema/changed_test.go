package schema_test

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestBreakingChangesAreToldFromGrowth(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		schema string
		change func(doc, common map[string]any)
		broken string // a part of the message; "" when nobody is broken
	}{
		"a property is removed":              {"request", func(d, _ map[string]any) { delete(at(d, "properties"), "reason") }, "reason is gone"},
		"a nested property is removed":       {"request", func(d, _ map[string]any) { delete(at(d, "properties", "options", "properties"), "drain") }, "options.drain is gone"},
		"a property is renamed in a $def":    {"progress", func(d, _ map[string]any) { rename(at(d, "$defs", "stop", "properties"), "offers", "verbs") }, "progress.stop.offers is gone"},
		"a new required input":               {"request", func(d, _ map[string]any) { require(d, "ticket") }, "requires ticket"},
		"an optional one becomes required":   {"decision", func(d, _ map[string]any) { require(d, "reason") }, "requires reason"},
		"an enum is narrowed":                {"request", func(_, c map[string]any) { shorten(at(c, "$defs", "service")) }, `no longer allows "teams-chat"`},
		"a verb is taken away":               {"decision", func(_, c map[string]any) { shorten(at(c, "$defs", "verb")) }, `no longer allows "skip"`},
		"a free text gets an enum":           {"request", func(d, _ map[string]any) { at(d, "properties", "reason")["enum"] = []any{"a", "b"} }, "allows only a, b"},
		"a type changes":                     {"request", func(d, _ map[string]any) { at(d, "properties", "options", "properties", "dryRun")["type"] = "string" }, "was of the type [boolean] and is [string]"},
		"a type changes in an event":         {"progress", func(d, _ map[string]any) { at(d, "$defs", "progress", "properties", "seq")["type"] = "string" }, "progress.seq was of the type"},
		"a shorter text":                     {"request", func(d, _ map[string]any) { at(d, "properties", "reason")["maxLength"] = json.Number("10") }, "lower maxLength"},
		"a limit where none was":             {"decision", func(d, _ map[string]any) { at(d, "properties", "names")["maxItems"] = json.Number("5") }, "lower maxItems"},
		"a stricter pattern":                 {"request", func(_, c map[string]any) { at(c, "$defs", "token")["pattern"] = "^[a-z]+$" }, "new rule pattern"},
		"a new condition":                    {"decision", func(d, _ map[string]any) { d["allOf"] = append(d["allOf"].([]any), map[string]any{"if": true}) }, "new rule allOf"},
		"an event promises less":             {"progress", func(d, _ map[string]any) { unrequire(at(d, "$defs", "progress"), "status") }, "no longer promises status"},
		"a record promises less":             {"account", func(d, _ map[string]any) { unrequire(d, "state") }, "no longer promises state"},
		"an optional property is added":      {"request", func(d, _ map[string]any) { at(d, "properties")["ticket"] = map[string]any{"type": "string"} }, ""},
		"a value is added to an input":       {"request", func(_, c map[string]any) { lengthen(at(c, "$defs", "service"), "yammer") }, ""},
		"a state is added to an event":       {"progress", func(d, _ map[string]any) { lengthen(at(d, "$defs", "step", "properties", "state"), "tired") }, ""},
		"a longer text":                      {"request", func(d, _ map[string]any) { at(d, "properties", "reason")["maxLength"] = json.Number("2000") }, ""},
		"an input is asked for no more":      {"request", func(d, _ map[string]any) { unrequire(d, "requestedBy") }, ""},
		"a better description":               {"request", func(d, _ map[string]any) { d["description"] = "Better." }, ""},
		"a definition that nobody refers to": {"request", func(_, c map[string]any) { at(c, "$defs")["unused"] = map[string]any{"type": "null"} }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			load := func(name string) map[string]any { return document(t, name) }
			before := contract{Schemas: map[string]flat{tc.schema: flattenDocs(t, tc.schema, load)}}
			doc, common := document(t, tc.schema), document(t, "common")
			tc.change(doc, common)
			changed := map[string]map[string]any{tc.schema: doc, "common": common}
			now := contract{Schemas: map[string]flat{tc.schema: flattenDocs(t, tc.schema, func(name string) map[string]any {
				if doc, ok := changed[name]; ok {
					return doc
				}
				return document(t, name)
			})}}
			got := strings.Join(breaks(before, now), "\n")
			if (tc.broken == "") != (got == "") || !strings.Contains(got, tc.broken) {
				t.Fatalf("want %q, got %q", tc.broken, got)
			}
		})
	}
}

func TestTypesAndSubjectsAreHeld(t *testing.T) {
	t.Parallel()
	before, now := contract{Messages: routes()}, contract{Messages: routes()}
	now.Messages["request"] = route{Type: "io.deprovisioner.request.v2", Address: before.Messages["request"].Address}
	delete(now.Messages, "plan")
	if got := breaks(before, now); len(got) != 2 {
		t.Fatalf("got %q", got)
	}
}

func require(doc map[string]any, name string) {
	required, _ := doc["required"].([]any)
	doc["required"] = append(required, name)
}

func unrequire(doc map[string]any, name string) {
	var left []any
	for _, value := range doc["required"].([]any) {
		if value != name {
			left = append(left, value)
		}
	}
	doc["required"] = left
}

func rename(properties map[string]any, from, to string) {
	properties[to] = properties[from]
	delete(properties, from)
}

func shorten(doc map[string]any) {
	values := doc["enum"].([]any)
	doc["enum"] = values[:len(values)-1]
}

func lengthen(doc map[string]any, value string) { doc["enum"] = append(doc["enum"].([]any), value) }
