package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pages are all pages of the repository, by their path in it.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(root, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".md") {
			found = append(found, filepath.Join(root, "docs", path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, path := range found {
		path, err := filepath.Rel(root, path)
		if err != nil {
			t.Fatal(err)
		}
		out[path] = text(t, path)
	}
	return out
}

var (
	pathName = regexp.MustCompile(`^(?:cmd|internal|pkg|deploy|docs|bench|\.ci)(?:/[\w.-]+)+$`)
	inFile   = regexp.MustCompile(`^((?:cmd|internal|pkg)/[\w/.-]+\.go): (\w+)$`)
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	symbols  = regexp.MustCompile(`[^\w\s-]`)
)

func TestEveryPathThatAPageNamesExists(t *testing.T) {
	t.Parallel()
	for page, body := range pages(t) {
		for _, name := range quoted(body) {
			if !pathName.MatchString(name) || testName.MatchString(name) {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, name)); err != nil {
				t.Errorf("%s names %s: %v", page, name, err)
			}
		}
	}
}

func TestEveryFunctionOfTheRequestCycleIsInItsFile(t *testing.T) {
	t.Parallel()
	seen := 0
	for page, body := range pages(t) {
		for _, name := range quoted(body) {
			m := inFile.FindStringSubmatch(name)
			if m == nil {
				if strings.Contains(name, ".go:") {
					t.Errorf("%s names %q, which is not written as file: function", page, name)
				}
				continue
			}
			seen++
			files := parsed(t, filepath.Dir(m[1]), func(path string) bool { return path == filepath.Join(root, m[1]) })
			if len(files) != 1 || !declares(files[0], m[2]) {
				t.Errorf("%s: there is no %s in %s", page, m[2], m[1])
			}
		}
	}
	if seen < 50 {
		t.Errorf("%d functions are named: is the page still read as it is written?", seen)
	}
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	all := pages(t)
	for page, body := range all {
		for _, m := range link.FindAllStringSubmatch(body, -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			path := page
			if target != "" {
				path = filepath.Join(filepath.Dir(page), target)
			}
			if _, err := os.Stat(filepath.Join(root, path)); err != nil {
				t.Errorf("%s links to %s: %v", page, m[1], err)
			}
			if anchor != "" && !headings(all[path])[anchor] {
				t.Errorf("%s links to %s, and there is no such heading", page, m[1])
			}
		}
	}
}

// headings are the anchors of a page.
func headings(body string) map[string]bool {
	out := map[string]bool{}
	for line := range strings.Lines(body) {
		if title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			title = symbols.ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), "")
			out[strings.ReplaceAll(title, " ", "-")] = true
		}
	}
	return out
}
