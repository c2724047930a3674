package docs_test

import (
	"go/ast"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// testName is how docs/promises.md names a test: its package's directory, its function, and a case of it or none.
var testName = regexp.MustCompile(`^((?:cmd|internal|pkg|deploy|docs)[\w/]*)\.((?:Test|Fuzz|Example)\w*)(?:/(.+))?$`)

func TestEveryPromiseNamesTestsThatExist(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, name := range quoted(text(t, "docs/promises.md")) {
		m := testName.FindStringSubmatch(name)
		if m == nil {
			if strings.Contains(name, "Test") || strings.Contains(name, "Fuzz") {
				if name != "package.Test" && name != "package.Test/case" {
					t.Errorf("%q does not say which package's test it is", name)
				}
			}
			continue
		}
		seen++
		if !testExists(t, m[1], m[2], m[3]) {
			t.Errorf("there is no test %s", name)
		}
	}
	if seen < 100 {
		t.Errorf("the page names %d tests only: is it still read as it is written?", seen)
	}
}

// testExists looks for a test function in a package, and for the name of its case in the package's files, since tables may be shared.
func testExists(t *testing.T, dir, function, named string) bool {
	t.Helper()
	found := false
	for _, f := range parsed(t, dir, func(path string) bool {
		return strings.HasSuffix(path, "_test.go") && filepath.Dir(path) == filepath.Join(root, dir)
	}) {
		found = found || declares(f, function)
	}
	if !found || named == "" {
		return found
	}
	texts := map[string]bool{}
	for _, f := range parsed(t, dir, func(string) bool { return true }) {
		for s := range literals(f) {
			texts[strings.TrimSuffix(s, "/")] = true
		}
	}
	for part := range strings.SplitSeq(named, "/") {
		if !texts[part] {
			return false
		}
	}
	return true
}

func TestEveryCellOfTheTableOfTriggersIsListed(t *testing.T) {
	t.Parallel()
	_, table, ok := strings.Cut(text(t, "docs/promises.md"), "## The table of triggers")
	if !ok {
		t.Fatal("the page has no table of triggers")
	}
	table, _, _ = strings.Cut(table, "\n## ")
	listed := map[string]bool{}
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, "|") {
			for _, name := range quoted(line) {
				listed[name] = true
			}
		}
	}
	cases := tableCases(t)
	for name := range cases {
		if !listed[name] {
			t.Errorf("docs/promises.md does not list %q", name)
		}
	}
	for name := range listed {
		if !cases[name] {
			t.Errorf("docs/promises.md lists %q, which is no case of TestTableOfTriggers", name)
		}
	}
	if len(cases) < 60 {
		t.Errorf("the test has %d cases only: are they still read as they are written?", len(cases))
	}
}

// tableCases are the keys of the map that TestTableOfTriggers goes through.
func tableCases(t *testing.T) map[string]bool {
	t.Helper()
	cases := map[string]bool{}
	for _, f := range parsed(t, "internal/engine", func(path string) bool { return strings.HasSuffix(path, "table_test.go") }) {
		ast.Inspect(f, func(n ast.Node) bool {
			r, ok := n.(*ast.RangeStmt)
			if !ok {
				return true
			}
			if table, ok := r.X.(*ast.CompositeLit); ok {
				for _, row := range table.Elts {
					key, err := strconv.Unquote(row.(*ast.KeyValueExpr).Key.(*ast.BasicLit).Value)
					if err != nil {
						t.Fatal(err)
					}
					cases[key] = true
				}
			}
			return true
		})
	}
	return cases
}
