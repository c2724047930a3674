package deploy_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/deprovisioner/deprovisioner/"

// layer says what the packages of some directories may import. Tests may import anything.
type layer struct {
	in    []string // the directories it holds for, with all below them; none means all
	out   []string // but not for these
	pure  bool     // besides own, only the standard library
	own   []string // the only packages of this module; nil means all
	never []string // packages, with all below them, that are not imported
	why   string
}

// layers is the direction of imports: cmd → adapters → engine, step, footprint, guard, throttle → pkg. The linter has the same rules
// in .golangci.yml.
func layers() []layer {
	all := []layer{
		{in: []string{"pkg/deprovision"}, pure: true, own: []string{"pkg/deprovision"}, why: "the vocabulary is pure"},
		{in: []string{"internal/engine"}, pure: true, own: []string{"pkg/deprovision", "internal/engine"}, why: "the engine is pure"},
		{in: []string{"pkg"}, never: []string{module + "internal"}, why: "pkg imports nothing of internal"},
		{
			in:    []string{"internal/step", "internal/footprint", "internal/guard"},
			never: []string{"github.com/nats-io", "github.com/redis"}, why: "the core knows no server",
		},
		{in: []string{"internal/clock", "internal/config", "internal/logging"}, own: []string{"pkg"}, why: "a leaf imports no other package but pkg"},
		{in: []string{"internal/tenantsim"}, own: []string{"internal/tenantsim"}, why: "the simulator shares no code with what it tests"},
		{
			in: []string{"internal/devstack"}, own: []string{"internal/tenantsim", "pkg"},
			why: "the embedded servers know nothing of the product",
		},
		{
			out: []string{"internal/m365/graph"}, never: []string{"github.com/microsoftgraph"},
			why: "only internal/m365/graph pays for the Graph models",
		},
		{
			in: []string{"cmd/publisher", "internal/cli"}, own: []string{"cmd/publisher", "internal/cli", "pkg"},
			why: "the publisher uses pkg only",
		},
	}
	all = append(all, layer{in: []string{"examples"}, own: []string{"pkg"}, why: "an example imports what a third party may"})
	for _, adapter := range adapters {
		wired := []string{adapter, "cmd"}
		if strings.HasPrefix(adapter, "internal/m365/") {
			wired = append(wired, "internal/m365/tenants") // puts one tenant together
		}
		all = append(all, layer{out: wired, never: []string{module + adapter}, why: "only cmd wires adapters"})
	}
	return all
}

// adapters never import one another, nor does anything but cmd import them.
var adapters = []string{
	"internal/devstack", "internal/journal", "internal/m365/batch", "internal/m365/exchange", "internal/m365/graph", "internal/m365/product",
	"internal/m365/sharepoint", "internal/m365/tenants", "internal/metrics", "internal/progress", "internal/query", "internal/web",
}

func TestImportsKeepTheirDirection(t *testing.T) {
	t.Parallel()
	rules := layers()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		dir := filepath.ToSlash(filepath.Dir(strings.TrimPrefix(path, "../")))
		if strings.HasPrefix(dir, "bench") {
			return nil // a module of its own
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if why := forbidden(rules, dir, name); why != "" {
				t.Errorf("%s imports %s: %s", path, name, why)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestLayersForbidWhatTheyShould(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		dir, name string
		allowed   bool
	}{
		{"pkg/event", module + "internal/engine", false},
		{"pkg/event", module + "pkg/deprovision", true},
		{"pkg/deprovision", "github.com/goccy/go-yaml", false},
		{"internal/engine", "github.com/nats-io/nats.go", false},
		{"internal/engine", module + "pkg/event", false},
		{"internal/engine", "context", true},
		{"internal/step", "github.com/microsoftgraph/msgraph-sdk-go/users", false},
		{"internal/step", "github.com/nats-io/nats.go", false},
		{"internal/step", module + "internal/m365", true},
		{"internal/m365/graph", "github.com/microsoftgraph/msgraph-sdk-go/users", true},
		{"internal/m365/graph", module + "internal/m365/transport", true},
		{"internal/m365/tenants", module + "internal/m365/graph", true},
		{"internal/step", module + "internal/m365/tenants", false},
		{"internal/web", module + "internal/journal", false},
		{"internal/web", module + "internal/website", true},
		{"internal/tenantsim", module + "internal/m365", false},
		{"internal/devstack", module + "internal/journal", false},
		{"cmd/worker", module + "internal/journal", true},
		{"cmd/publisher", module + "internal/journal", false},
		{"cmd/publisher", module + "internal/cli", true},
		{"internal/cli", module + "pkg/client", true},
		{"internal/cli", module + "internal/config", false},
	} {
		if why := forbidden(layers(), c.dir, c.name); (why == "") != c.allowed {
			t.Errorf("%s imports %s: allowed %t, want %t (%s)", c.dir, c.name, !c.allowed, c.allowed, why)
		}
	}
}

// forbidden returns why a package in dir may not import name, or "".
func forbidden(rules []layer, dir, name string) string {
	own, isOwn := strings.CutPrefix(name, module)
	for _, l := range rules {
		switch {
		case len(l.in) > 0 && !below(dir, l.in) || below(dir, l.out):
		case isOwn && l.own != nil && !below(own, l.own),
			!isOwn && l.pure && strings.Contains(strings.Split(name, "/")[0], "."),
			below(name, l.never):
			return l.why
		}
	}
	return ""
}

func below(path string, parents []string) bool {
	return slices.ContainsFunc(parents, func(p string) bool { return path == p || strings.HasPrefix(path, p+"/") })
}
