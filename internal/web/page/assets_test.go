package page_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// assets are the page's parts as they are written, by name, "assets/js/main.js" for example.
func assets(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS("."), "assets", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		out[name] = string(text)
		return err
	})
	if err != nil || len(out) == 0 {
		t.Fatalf("%d assets, %v", len(out), err)
	}
	return out
}

const (
	longestLine = 160
	longestFile = 400 // lines
)

func TestAssetsAreOfReadableSize(t *testing.T) {
	t.Parallel()
	for name, text := range assets(t) {
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		if len(lines) > longestFile {
			t.Errorf("%s has %d lines, more than %d", name, len(lines), longestFile)
		}
		for i, line := range lines {
			if n := len([]rune(line)); n > longestLine {
				t.Errorf("%s:%d has %d characters, more than %d", name, i+1, n, longestLine)
			}
			if strings.TrimRight(line, " \t\r") != line || strings.Contains(line, "\t") {
				t.Errorf("%s:%d has a tab, or white space at its end", name, i+1)
			}
		}
		if !strings.HasSuffix(text, "\n") {
			t.Errorf("%s does not end with its last line", name)
		}
	}
}

// What is told by another clock than the worker's is wrong where the computer's is.
func TestAssetsTellTheTimeByOneClock(t *testing.T) {
	t.Parallel()
	own := regexp.MustCompile(`Date\.now\b|new Date\(\)|\bDate\(\)`)
	for name, text := range assets(t) {
		if found := own.FindString(text); found != "" && path.Base(name) != "clock.js" {
			t.Errorf("%s has %s: the time is told by clock.js", name, found)
		}
	}
}

// Whoever reads one file of the page must be able to trust that no other turns text into markup or code, or asks another server. The policy
// would stop most of it in the browser; here it does not even get so far.
func TestNoAssetRunsTextOrAsksElsewhere(t *testing.T) {
	t.Parallel()
	everywhere := []string{
		`style\s*=\s*["']`, `\bon[a-z]+\s*=\s*"`, `javascript:`, `srcdoc`, `<base\b`, `<form\b`, `<iframe\b`, `(?i)password\s*=\s*["']\w`,
		`\b(https?|wss?|ftp)://`, `url\(`, `@import`, `["'(](data|blob):`,
	}
	scripts := []string{
		`innerHTML`, `outerHTML`, `insertAdjacentHTML`, `document\.write`, `\beval\b`, `new Function\b`, `DOMParser`, `createContextualFragment`,
		`setHTML`, `createHTMLDocument`, `setTimeout\(\s*["'` + "`" + `]`, `setInterval\(\s*["'` + "`" + `]`, `document\.cookie`, `localStorage`, `indexedDB`,
		`postMessage`, `serviceWorker`, `\bconsole\.`, `\bdebugger\b`, `\balert\(`, `\bconfirm\(`, `\bprompt\(`, `XMLHttpRequest`, `WebSocket`, `sendBeacon`,
		`window\.open`, `\bimport\(\s*[^"\s]`, `setAttribute\(\s*["']on`, `createElement\(\s*["']script`,
	}
	named := map[string]*regexp.Regexp{}
	for _, pattern := range slices.Concat(everywhere, scripts) {
		named[pattern] = regexp.MustCompile(pattern)
	}
	allowed := regexp.MustCompile(`http://www\.w3\.org/(2000/svg|1999/xhtml)`) // names of languages that nobody asks for
	for name, text := range assets(t) {
		text = allowed.ReplaceAllString(text, "")
		patterns := everywhere
		if path.Ext(name) == ".js" {
			patterns = slices.Concat(patterns, scripts)
		}
		for i, line := range strings.Split(text, "\n") {
			if path.Ext(name) == ".js" && remark.MatchString(line) {
				continue
			}
			for _, pattern := range patterns {
				if found := named[pattern].FindString(line); found != "" {
					t.Errorf("%s:%d has %q", name, i+1, found)
				}
			}
		}
	}
}

var remark = regexp.MustCompile(`^\s*(//|/\*\*|\*)`)

var imported = regexp.MustCompile(`(?m)^(?:import\b[^;"]*|export\b[^;"(]*\bfrom )"([^"]+)"|\bimport\("([^"]+)"\)`)

// reachable are the modules that a module leads to, itself included.
func reachable(t *testing.T, files map[string]string, name string, seen map[string]bool) {
	t.Helper()
	if seen[name] {
		return
	}
	text, ok := files[name]
	if !ok {
		t.Errorf("%s is imported and is not there", name)
		return
	}
	seen[name] = true
	for _, found := range imported.FindAllStringSubmatch(text, -1) {
		module := found[1] + found[2]
		if !strings.HasPrefix(module, "./") && !strings.HasPrefix(module, "../") {
			t.Errorf("%s imports %s, which is no module of the page", name, module)
			continue
		}
		reachable(t, files, path.Join(path.Dir(name), module), seen)
	}
}

func TestEveryAssetIsUsed(t *testing.T) {
	t.Parallel()
	files := assets(t)
	used := map[string]bool{"assets/index.html": true}
	for _, found := range regexp.MustCompile(`(?:src|href)="/(assets/[^"]+)"`).FindAllStringSubmatch(files["assets/index.html"], -1) {
		if path.Ext(found[1]) == ".js" {
			reachable(t, files, found[1], used)
			continue
		}
		if _, ok := files[found[1]]; !ok {
			t.Errorf("index.html names %s, which is not there", found[1])
		}
		used[found[1]] = true
	}
	for name := range files {
		if !used[name] {
			t.Errorf("%s is used by nothing", name)
		}
	}
}

// Both schemes stand at the top of app.css, and nowhere else.
func TestStylesNameOnlyColoursOfTheScheme(t *testing.T) {
	t.Parallel()
	colour := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(`)
	for name, text := range assets(t) {
		if path.Ext(name) != ".css" {
			continue
		}
		text = strings.ReplaceAll(text, "rgb(0 0 0 / 55%)", "") // behind a dialog
		_, rest, found := strings.Cut(text, "\n* { box-sizing") // the schemes stand before it
		if found {
			text = rest
		}
		for i, line := range strings.Split(text, "\n") {
			if strings.HasPrefix(strings.TrimSpace(line), "#") {
				line = line[strings.Index(line, "#")+1:] // the name of an element
			}
			if got := colour.FindString(line); got != "" {
				t.Errorf("%s, line %d of the rules: %s is no colour of the scheme, so that dark or light does not fit: %s", name, i+1, got, strings.TrimSpace(line))
			}
		}
	}
}
