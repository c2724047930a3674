package schema_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/deprovisioner/deprovisioner/pkg/event/schema"
)

func TestEverySchemaSaysWhatItIsAndAcceptsItsExamples(t *testing.T) {
	t.Parallel()
	want := []string{"account", "brake", "dead-letter", "decision", "plan", "plan-document", "progress", "request", "wake"}
	if got := schema.Names(); !slices.Equal(got, want) {
		t.Fatalf("got %v", got)
	}
	for _, name := range schema.Names() {
		doc, s := document(t, name), compiled(t, name+".json")
		if doc["$schema"] != "https://json-schema.org/draft/2020-12/schema" || doc["$id"] != schema.Base+name+".json" || doc["title"] == nil || doc["description"] == nil {
			t.Errorf("%s lacks its dialect, its $id, a title or a description", name)
		}
		examples, _ := doc["examples"].([]any)
		if len(examples) == 0 {
			t.Errorf("%s has no example", name)
		}
		for i, example := range examples {
			if err := s.Validate(example); err != nil {
				t.Errorf("%s, example %d: %v", name, i, err)
			}
		}
	}
}

func TestUnknownSchemaIsNil(t *testing.T) {
	t.Parallel()
	if schema.Schema("nonsense") != nil || len(schema.AsyncAPI()) == 0 {
		t.Fatal("a schema that nobody wrote, or no AsyncAPI document")
	}
}

func TestGoldenFilesAreValid(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("../testdata/*.binary.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	seen := map[string]bool{"plan-document": true} // below, in the data of a plan
	for _, path := range paths {
		name, _, _ := strings.Cut(filepath.Base(path), ".")
		seen[name] = true
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var message struct{ Data map[string]any }
		if err := json.Unmarshal(body, &message); err != nil {
			t.Fatal(err)
		}
		if err := compiled(t, name+".json").Validate(plain(t, message.Data)); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if name == "plan" {
			part, err := base64.StdEncoding.DecodeString(message.Data["data"].(string))
			if err != nil {
				t.Fatal(err)
			}
			plan, err := jsonschema.UnmarshalJSON(bytes.NewReader(part))
			if err != nil {
				t.Fatal(err)
			}
			if err := compiled(t, "plan-document.json").Validate(plan); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
	for _, name := range schema.Names() {
		if !seen[name] {
			t.Errorf("%s has no golden file", name)
		}
	}
}

func ExampleNames() {
	fmt.Println(schema.Names())
	// Output: [account brake dead-letter decision plan plan-document progress request wake]
}

func ExampleSchema() {
	var s struct {
		ID    string `json:"$id"`
		Title string `json:"title"`
	}
	if err := json.Unmarshal(schema.Schema("request"), &s); err != nil {
		fmt.Println(err)
	}
	fmt.Println(s.Title, s.ID == schema.Base+"request.json")
	// Output: Removal request true
}

func ExampleAsyncAPI() {
	first, _, _ := strings.Cut(string(schema.AsyncAPI()), "\n")
	fmt.Println(first)
	// Output: asyncapi: 3.0.0
}
