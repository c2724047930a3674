package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const root = ".." // of the repository, seen from here

// text is a file of the repository.
func text(t *testing.T, path string) string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

var code = regexp.MustCompile("`([^`\n]+)`")

// quoted lists what a page sets in backquotes within a line, outside of fenced and indented code.
func quoted(page string) []string {
	var out []string
	fenced := false
	for line := range strings.Lines(page) {
		if fence := strings.HasPrefix(strings.TrimSpace(line), "```"); fence || fenced {
			fenced = fenced != fence
			continue
		}
		if strings.HasPrefix(line, "    ") {
			continue
		}
		for _, m := range code.FindAllStringSubmatch(line, -1) {
			out = append(out, m[1])
		}
	}
	return out
}

// parsed are the Go files below a directory that keep accepts.
func parsed(t *testing.T, dir string, keep func(path string) bool) []*ast.File {
	t.Helper()
	var files []*ast.File
	err := filepath.WalkDir(filepath.Join(root, dir), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || !keep(path) {
			return err
		}
		f, err := parsedFile(path)
		files = append(files, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// sources are the files that were parsed before, by path: hundreds of names are looked for in the same ones.
var sources sync.Map

// parsedFile parses a Go file, once.
func parsedFile(path string) (*ast.File, error) {
	once, _ := sources.LoadOrStore(path, sync.OnceValues(func() (*ast.File, error) {
		return parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	}))
	return once.(func() (*ast.File, error))()
}

// declares reports whether a file has a function, method, type, variable or constant of this name.
func declares(f *ast.File, name string) bool {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.Name == name {
				return true
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					if s.Name.Name == name {
						return true
					}
				case *ast.ValueSpec:
					for _, n := range s.Names {
						if n.Name == name {
							return true
						}
					}
				}
			}
		}
	}
	return false
}

// literals are the texts in a piece of source.
func literals(n ast.Node) map[string]bool {
	out := map[string]bool{}
	ast.Inspect(n, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil {
				out[s] = true
			}
		}
		return true
	})
	return out
}
