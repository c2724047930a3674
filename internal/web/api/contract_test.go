package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/deprovisioner/deprovisioner/internal/web/api"
)

const documentAt = "https://deprovisioner.example/openapi.json"

// contract is the OpenAPI document as plain JSON values, with a compiler of its schemas.
type contract struct {
	doc      map[string]any
	mu       sync.Mutex
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema
}

var described = sync.OnceValue(func() *contract {
	text, err := api.Description()
	if err != nil {
		panic(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		panic(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource(documentAt, doc); err != nil {
		panic(err)
	}
	return &contract{doc: doc.(map[string]any), compiler: c, schemas: map[string]*jsonschema.Schema{}}
})

// at follows a JSON pointer, and the references on its way; it returns the pointer that it ended at.
func (c *contract) at(pointer string) (string, any, bool) {
	var value any = c.doc
	path := ""
	for step := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		name := strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		m, ok := value.(map[string]any)
		if list, isList := value.([]any); isList {
			if i, err := strconv.Atoi(name); err == nil && i < len(list) {
				value, ok = list[i], true
			}
		} else if ok {
			value, ok = m[name]
		}
		if !ok {
			return "", nil, false
		}
		path += "/" + step
		for {
			m, _ := value.(map[string]any)
			ref, ok := m["$ref"].(string)
			if !ok {
				break
			}
			if path, value, ok = c.at(strings.TrimPrefix(ref, "#")); !ok {
				return "", nil, false
			}
		}
	}
	return path, value, true
}

// accepts holds a JSON text against the schema at a pointer.
func (c *contract) accepts(pointer string, text []byte) error {
	path, _, ok := c.at(pointer)
	if !ok {
		return fmt.Errorf("the document has nothing at %s", pointer)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.schemas[path] == nil {
		if c.schemas[path], err = c.compiler.Compile(documentAt + "#" + path); err != nil {
			return err
		}
	}
	return c.schemas[path].Validate(value)
}

func escape(s string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(s) }

// operation finds the operation that a call is of; ok is false for a path or a method that is not of the API.
func (c *contract) operation(method, path string) (pointer string, ok bool) {
	paths := c.doc["paths"].(map[string]any)
	for template := range paths {
		want, got := strings.Split(template, "/"), strings.Split(strings.TrimPrefix(path, api.Base), "/")
		same := len(want) == len(got) && strings.HasPrefix(path, api.Base)
		for i := 0; same && i < len(want); i++ {
			same = want[i] == got[i] || strings.HasPrefix(want[i], "{")
		}
		if _, has := paths[template].(map[string]any)[strings.ToLower(method)]; same && has {
			return "/paths/" + escape(template) + "/" + strings.ToLower(method), true
		}
	}
	return "", false
}

// seen are the statuses of operations that any test got.
var seen = struct {
	sync.Mutex
	of map[string]map[string]bool
}{of: map[string]map[string]bool{}}

// checkAnswer holds an answer against the document: status, headers, media type, body. What is no operation must be a problem.
func checkAnswer(t testing.TB, r *http.Request, a answer) {
	t.Helper()
	c := described()
	media, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
	if a.header.Get("Cache-Control") != "no-store" || a.header.Get("X-Content-Type-Options") != "nosniff" || a.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("%s %s: headers %v", r.Method, r.URL.Path, a.header)
	}
	pointer, ok := c.operation(r.Method, r.URL.Path)
	if !ok || r.Method == http.MethodHead {
		if len(a.body) > 0 {
			if err := c.accepts("/components/schemas/problem", a.body); err != nil || media != "application/problem+json" {
				t.Errorf("%s %s is no problem: %v: %s", r.Method, r.URL.Path, err, a.body)
			}
		}
		return
	}
	status := strconv.Itoa(a.status)
	seen.Lock()
	if seen.of[pointer] == nil {
		seen.of[pointer] = map[string]bool{}
	}
	seen.of[pointer][status] = true
	seen.Unlock()
	if status == "500" { // what nobody expects
		status = "default"
	}
	response, value, ok := c.at(pointer + "/responses/" + status)
	if !ok {
		t.Errorf("%s %s: the document has no status %s: %s", r.Method, r.URL.Path, status, a.body)
		return
	}
	members := value.(map[string]any)
	for name := range a.header {
		headers, _ := members["headers"].(map[string]any)
		if _, has := headers[name]; !has && slices.Contains([]string{"Location", "Link", "Www-Authenticate", "Retry-After", "Accept-Post"}, name) &&
			!slices.ContainsFunc(slices.Collect(maps.Keys(headers)), func(h string) bool { return strings.EqualFold(h, name) }) {
			t.Errorf("%s %s %s: the document has no header %s", r.Method, r.URL.Path, status, name)
		}
	}
	content, _ := members["content"].(map[string]any)
	if content[media] == nil && (len(a.body) > 0 || len(content) > 0) {
		t.Errorf("%s %s %s: the document has no %q", r.Method, r.URL.Path, status, media)
		return
	}
	if !strings.HasSuffix(media, "json") || len(a.body) == 0 {
		return
	}
	if err := c.accepts(response+"/content/"+escape(media)+"/schema", a.body); err != nil {
		t.Errorf("%s %s %s: %v: %s", r.Method, r.URL.Path, status, err, a.body)
	}
}

// filtered reports whether only some of the tests ran.
func filtered() bool {
	run, skip := flag.Lookup("test.run"), flag.Lookup("test.skip")
	fuzz, list := flag.Lookup("test.fuzz"), flag.Lookup("test.list")
	return run.Value.String() != "" || skip.Value.String() != "" || fuzz.Value.String() != "" || list.Value.String() != ""
}

// everythingWasSeen is the other half of checkAnswer, after all tests: what the document promises was answered by some test.
func everythingWasSeen() int {
	code := 0
	for template, item := range described().doc["paths"].(map[string]any) {
		for method, operation := range item.(map[string]any) {
			members, ok := operation.(map[string]any)
			if !ok {
				continue // the parameters of the path
			}
			for status := range members["responses"].(map[string]any) {
				if status != "default" && !seen.of["/paths/"+escape(template)+"/"+method][status] {
					fmt.Fprintf(os.Stderr, "no test got %s from %s %s, which the document promises\n", status, strings.ToUpper(method), template)
					code = 1
				}
			}
		}
	}
	return code
}

func TestDocumentAndRoutesAreTheSame(t *testing.T) {
	t.Parallel()
	c := described()
	documented := map[string]bool{}
	for template, item := range c.doc["paths"].(map[string]any) {
		for method, operation := range item.(map[string]any) {
			if members, ok := operation.(map[string]any); ok {
				documented[members["operationId"].(string)+" "+strings.ToUpper(method)+" "+template] = true
			}
		}
	}
	for _, r := range api.Routes() {
		key := r.ID + " " + r.Method + " " + r.Path
		if !documented[key] {
			t.Errorf("the document does not have %s", key)
			continue
		}
		delete(documented, key)
		pointer := "/paths/" + escape(r.Path) + "/" + strings.ToLower(r.Method)
		_, value, _ := c.at(pointer)
		operation := value.(map[string]any)
		checkParameters(t, c, r, pointer)
		if _, has := operation["requestBody"]; has != r.Body {
			t.Errorf("%s: a body in the document: %t", key, has)
		}
		_, public := operation["security"]
		if public != (r.Right != api.Read) {
			t.Errorf("%s: a token is needed by the document: %t", key, public)
		}
		if _, _, ok := c.at(pointer + "/responses/200/content/" + escape(r.Media) + "/schema"); !ok && r.ID != "ask" {
			t.Errorf("%s does not answer with %s", key, r.Media)
		}
	}
	for key := range documented {
		t.Errorf("there is no route for %s", key)
	}
}

func checkParameters(t *testing.T, c *contract, r api.Route, pointer string) {
	t.Helper()
	got := map[string][]string{}
	for _, from := range []string{pointer, pointer[:strings.LastIndex(pointer, "/")]} {
		_, list, _ := c.at(from + "/parameters")
		all, _ := list.([]any)
		for i := range all {
			_, value, _ := c.at(fmt.Sprintf("%s/parameters/%d", from, i))
			p := value.(map[string]any)
			got[p["in"].(string)] = append(got[p["in"].(string)], p["name"].(string))
		}
	}
	var inPath []string
	for step := range strings.SplitSeq(r.Path, "/") {
		if name, ok := strings.CutPrefix(step, "{"); ok {
			inPath = append(inPath, strings.TrimSuffix(name, "}"))
		}
	}
	for in, want := range map[string][]string{"query": r.Query, "header": r.Headers, "path": inPath} {
		if !slices.Equal(slices.Sorted(slices.Values(got[in])), slices.Sorted(slices.Values(want))) {
			t.Errorf("%s: parameters in the %s: the document has %v, the route %v", r.ID, in, got[in], want)
		}
	}
}

func TestReferencesOfTheDocumentLeadSomewhere(t *testing.T) {
	t.Parallel()
	c := described()
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch v := value.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				if _, _, ok := c.at(strings.TrimPrefix(ref, "#")); !ok || !strings.HasPrefix(ref, "#/") {
					t.Errorf("%s: %s leads nowhere", path, ref)
				}
			}
			for name, member := range v {
				walk(path+"/"+name, member)
			}
		case []any:
			for i, element := range v {
				walk(fmt.Sprintf("%s/%d", path, i), element)
			}
		}
	}
	walk("", c.doc)
	used, err := json.Marshal(c.doc)
	if err != nil {
		t.Fatal(err)
	}
	for kind, list := range c.doc["components"].(map[string]any) {
		for name := range list.(map[string]any) {
			ref := fmt.Sprintf("#/components/%s/%s", kind, name)
			if kind != "securitySchemes" && !slices.Contains([]string{"entry", "changes"}, name) && !bytes.Contains(used, []byte(`"`+ref+`"`)) && !bytes.Contains(used, []byte(`"`+ref+`/`)) {
				t.Errorf("nothing refers to %s", ref)
			}
		}
	}
}

// Every problem that the code knows is explained, and no other.
func TestEveryTypeOfProblemIsExplained(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	var explained []string
	for line := range strings.Lines(string(text)) {
		if reason, ok := strings.CutPrefix(line, `| <a id="`); ok {
			reason, _, _ = strings.Cut(reason, `"`)
			explained = append(explained, reason)
		}
	}
	slices.Sort(explained)
	if !slices.Equal(explained, api.Reasons()) {
		t.Errorf("explained %v\nknown %v", explained, api.Reasons())
	}
}
