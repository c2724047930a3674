package schema_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.uber.org/goleak"

	"github.com/deprovisioner/deprovisioner/pkg/event/schema"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// compiler knows every schema by its $id, and no network.
func compiler(t testing.TB) *jsonschema.Compiler {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.AssertContent()
	for _, name := range append(schema.Names(), schema.Common) {
		if err := c.AddResource(schema.Base+name+".json", document(t, name)); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func compiled(t testing.TB, location string) *jsonschema.Schema {
	t.Helper()
	s, err := compiler(t).Compile(schema.Base + location)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// document returns a schema as plain JSON values.
func document(t testing.TB, name string) map[string]any {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema.Schema(name)))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return doc.(map[string]any)
}

// plain turns any value into plain JSON values.
func plain(t interface {
	Helper()
	Fatal(...any)
}, value any) any {
	t.Helper()
	body, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return out
}
