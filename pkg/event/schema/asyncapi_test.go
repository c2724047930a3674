package schema_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event/schema"
)

func asyncAPI(t *testing.T) map[string]any {
	t.Helper()
	var doc map[string]any
	if err := yaml.Unmarshal(schema.AsyncAPI(), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// lookup follows a reference inside the document, or to a schema beside it.
func lookup(doc map[string]any, ref string) (map[string]any, error) {
	if name, ok := strings.CutPrefix(ref, "./"); ok {
		if schema.Schema(strings.TrimSuffix(name, ".json")) == nil {
			return nil, fmt.Errorf("there is no schema %s", ref)
		}
		return map[string]any{}, nil
	}
	pointer, ok := strings.CutPrefix(ref, "#/")
	if !ok {
		return nil, fmt.Errorf("%s leaves the document", ref)
	}
	found, _ := any(doc), false
	for step := range strings.SplitSeq(pointer, "/") {
		m, _ := found.(map[string]any)
		if found, ok = m[step]; !ok {
			return nil, fmt.Errorf("%s leads nowhere at %s", ref, step)
		}
	}
	m, _ := found.(map[string]any)
	return m, nil
}

// each calls yield with every map in the document and its path.
func each(path string, value any, yield func(path string, m map[string]any)) {
	switch v := value.(type) {
	case map[string]any:
		yield(path, v)
		for name, member := range v {
			each(path+"/"+name, member, yield)
		}
	case []any:
		for i, element := range v {
			each(fmt.Sprintf("%s/%d", path, i), element, yield)
		}
	}
}

func TestEveryReferenceOfTheAsyncAPIDocumentResolves(t *testing.T) {
	t.Parallel()
	doc, refs := asyncAPI(t), 0
	each("", doc, func(path string, m map[string]any) {
		ref, ok := m["$ref"].(string)
		if !ok {
			return
		}
		refs++
		if _, err := lookup(doc, ref); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	})
	if refs < 30 {
		t.Fatalf("only %d references", refs)
	}
}

func TestChannelsAreTheSubjects(t *testing.T) {
	t.Parallel()
	doc := asyncAPI(t)
	byAddress := map[string]map[string]any{}
	for name, value := range at(doc, "channels") {
		channel := value.(map[string]any)
		address, ok := channel["address"].(string)
		if !ok { // a reply's
			continue
		}
		byAddress[address] = channel
		var want []string
		for _, m := range regexp.MustCompile(`{(\w+)}`).FindAllStringSubmatch(address, -1) {
			want = append(want, m[1])
		}
		slices.Sort(want)
		if got := sorted(at(channel, "parameters")); !slices.Equal(got, want) {
			t.Errorf("%s has the parameters %v, its address %v", name, got, want)
		}
	}
	for name, r := range routes() {
		channel := byAddress[r.Address]
		if channel == nil {
			t.Errorf("%s has no channel with the address %s", name, r.Address)
			continue
		}
		delete(byAddress, r.Address)
		for key, value := range at(channel, "messages") {
			message, err := lookup(doc, value.(map[string]any)["$ref"].(string))
			if err != nil {
				t.Fatal(err)
			}
			if message["name"] != r.Type || at(message, "payload", "schema")["$ref"] != "./"+name+".json" || !strings.Contains(fmt.Sprint(message["headers"]), r.Type) {
				t.Errorf("%s: message %s is not the %s of schema %s", r.Address, key, r.Type, name)
			}
		}
	}
	for address := range byAddress {
		t.Errorf("nothing travels on %s", address)
	}
}

func TestServiceParameterListsTheServices(t *testing.T) {
	t.Parallel()
	var want []any
	for _, service := range deprovision.Services() {
		want = append(want, string(service))
	}
	if got := at(asyncAPI(t), "components", "parameters", "service")["enum"]; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func TestOperationsNameWhoUsesThem(t *testing.T) {
	t.Parallel()
	doc, tags := asyncAPI(t), map[string]bool{}
	for name, value := range at(doc, "operations") {
		operation := value.(map[string]any)
		channel := at(operation, "channel")["$ref"].(string)
		if action := operation["action"]; action != "send" && action != "receive" || operation["summary"] == nil {
			t.Errorf("%s says neither send nor receive, or not what for", name)
		}
		for _, message := range operation["messages"].([]any) {
			if ref := message.(map[string]any)["$ref"].(string); !strings.HasPrefix(ref, channel+"/messages/") {
				t.Errorf("%s: message %s is not of its channel", name, ref)
			}
		}
		for _, tag := range operation["tags"].([]any) {
			tags[tag.(map[string]any)["name"].(string)] = true
		}
	}
	if got := fmt.Sprint(tags); got != "map[decider:true operator:true subscriber:true upstream:true]" {
		t.Fatalf("operations for %s", got)
	}
}

// TestStreamsAreThoseThatAreProvisioned reads the names in the source: this package must not import the adapter.
func TestStreamsAreThoseThatAreProvisioned(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "../../../internal/journal/table.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	streams := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			if text, err := strconv.Unquote(literal.Value); err == nil && strings.HasPrefix(text, "DEPROVISION_") {
				streams[text] = true
			}
		}
		return true
	})
	for name, value := range at(asyncAPI(t), "channels") {
		channel := value.(map[string]any)
		if stream, _ := channel["x-jetstream-stream"].(string); channel["address"] != nil && !streams[stream] {
			t.Errorf("%s: no stream %q is provisioned", name, stream)
		}
	}
}
