package api

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"github.com/deprovisioner/deprovisioner/pkg/event/schema"
)

//go:embed openapi.yaml
var written []byte

// Description returns the OpenAPI document as JSON, whole: the schemas of messages are those that pkg/event/schema publishes.
var Description = sync.OnceValues(func() ([]byte, error) {
	var doc map[string]any
	if err := yaml.Unmarshal(written, &doc); err != nil {
		return nil, fmt.Errorf("the OpenAPI document: %w", err)
	}
	components, _ := doc["components"].(map[string]any)
	schemas, ok := components["schemas"].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the OpenAPI document has no components.schemas")
	}
	for _, name := range []string{schema.Common, "account", "dead-letter", "decision", "plan-document", "progress", "request"} {
		message, err := published(name)
		if err != nil {
			return nil, err
		}
		schemas[name] = message
	}
	for name, body := range bodies {
		derived, err := body.derive()
		if err != nil {
			return nil, err
		}
		schemas[name] = derived
	}
	return json.Marshal(doc)
})

// body is the schema of a body, made of that of a message.
type body struct {
	of       string
	title    string
	without  []string // members that may not be given
	optional []string // members that may be left out
	single   bool     // no member asks for another
}

var bodies = map[string]body{
	"ask": {of: "request", title: "What is asked for; requestedBy is whose token it is", optional: []string{"requestedBy"}},
	"answer": {of: "decision", title: "What is decided; decidedBy is whose token it is", without: []string{"tenant", "service", "request"},
		optional: []string{"decidedBy"}},
	"record": {of: "account", title: "The record of a service account as an operator writes it", without: []string{"open", "letGo", "closed"},
		optional: []string{"tenant", "id", "state"}},
	"amendment": {of: "account", title: "What is added to the record of a service account", without: []string{"tenant", "id", "service", "kind", "product",
		"state", "open", "letGo", "closed"}, single: true},
}

func (b body) derive() (map[string]any, error) {
	s, err := published(b.of)
	if err != nil {
		return nil, err
	}
	delete(s, "examples") // of the message
	s["title"], s["additionalProperties"] = b.title, false
	delete(s, "description")
	if b.single {
		delete(s, "allOf")
	}
	properties, _ := s["properties"].(map[string]any)
	maps.DeleteFunc(properties, func(name string, _ any) bool { return slices.Contains(b.without, name) })
	if options, ok := properties["options"].(map[string]any); ok {
		options["additionalProperties"] = false
	}
	required, _ := s["required"].([]any)
	s["required"] = slices.DeleteFunc(required, func(name any) bool {
		text, _ := name.(string)
		return slices.Contains(b.without, text) || slices.Contains(b.optional, text)
	})
	return s, nil
}

// published is a schema of a message with its references turned into ones inside the document.
func published(name string) (map[string]any, error) {
	var s map[string]any
	if err := json.Unmarshal(schema.Schema(name), &s); err != nil {
		return nil, fmt.Errorf("schema %s: %w", name, err)
	}
	delete(s, "$id")
	delete(s, "$schema")
	redirect(name, s)
	return s, nil
}

func redirect(name string, value any) {
	switch v := value.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			file, pointer, _ := strings.Cut(ref, "#")
			if file != "" {
				name = strings.TrimSuffix(file, ".json")
			}
			v["$ref"] = "#/components/schemas/" + name + pointer
			return
		}
		for _, member := range v {
			redirect(name, member)
		}
	case []any:
		for _, element := range v {
			redirect(name, element)
		}
	}
}
