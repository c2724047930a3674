package footprint

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// page is the operator's reference.
func page(t *testing.T) string {
	t.Helper()
	body, err := os.ReadFile("../../docs/footprints.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestPageExplainsEveryKey(t *testing.T) {
	t.Parallel()
	body, count := page(t), 0
	for _, key := range keys("", reflect.TypeFor[Footprint]()) {
		count++
		if !strings.Contains(body, "\n| `"+key+"` | ") {
			t.Errorf("docs/footprints.md does not explain `%s`", key)
		}
	}
	if rows := strings.Count(body[strings.Index(body, "## Every key"):strings.Index(body, "## Kinds")], "\n| `"); rows != count+1 { // and sites as a whole
		t.Errorf("%d rows for %d keys", rows, count)
	}
}

// keys lists the paths of all values of a type, as the page writes them: * is any key of a map, [] any element of a list.
func keys(path string, t reflect.Type) []string {
	switch t.Kind() {
	case reflect.Pointer:
		return keys(path, t.Elem())
	case reflect.Map:
		return keys(path+".*", t.Elem())
	case reflect.Slice:
		return keys(path+"[]", t.Elem())
	case reflect.Struct:
		var out []string
		for f := range t.Fields() {
			name, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			if name == "" {
				name = strings.ToLower(f.Name)
			}
			switch {
			case option == "inline":
				out = append(out, keys(path, f.Type)...)
			case f.IsExported():
				out = append(out, keys(strings.TrimPrefix(path+"."+name, "."), f.Type)...)
			}
		}
		return out
	}
	return []string{path}
}

func TestPageExplainsEveryKind(t *testing.T) {
	t.Parallel()
	body := page(t)
	for kind, how := range matchings {
		if row := fmt.Sprintf("\n| `%s` | %s | `%s` |\n", kind, how, removals[kind]); !strings.Contains(body, row) {
			t.Errorf("docs/footprints.md has no row %s", row)
		}
		if !strings.Contains(body, "\n| "+string(how)+" | ") {
			t.Errorf("docs/footprints.md does not explain matching by %s", how)
		}
	}
	for _, p := range slices.Concat([]string{"{name}", "{id}"}, textPlaceholders, cautionPlaceholders, leftPlaceholders) {
		if !strings.Contains(body, "`"+p+"`") {
			t.Errorf("docs/footprints.md does not explain %s", p)
		}
	}
}

func TestPagesExampleIsWhole(t *testing.T) {
	t.Parallel()
	_, rest, _ := strings.Cut(page(t), "```yaml\n")
	example, _, _ := strings.Cut(rest, "```\n")
	f, err := Load("example.yaml", []byte(example))
	if err != nil {
		t.Fatal(err)
	}
	if s := f.Services["exchange-online-inline"]; f.Product != "mail-guard" || len(s.Kinds()) != 7 || !strings.Contains(s.Stops["manual"], f.Console) {
		t.Errorf("%+v", s)
	}
}
