package deploy_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/deprovisioner/deprovisioner/"

// adapters never import one another.
var adapters = []string{"internal/journal", "internal/progress", "internal/web", "internal/metrics", "internal/m365/graph", "internal/m365/exchange"}

func TestImportsKeepTheirDirection(t *testing.T) {
	t.Parallel()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		dir := filepath.ToSlash(filepath.Dir(strings.TrimPrefix(path, "../")))
		for _, spec := range file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if why := forbidden(dir, name); why != "" {
				t.Errorf("%s imports %s: %s", path, name, why)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func forbidden(dir, name string) string {
	own, isOwn := strings.CutPrefix(name, module)
	switch {
	case within(dir, "pkg") && isOwn && within(own, "internal"):
		return "pkg imports nothing of internal"
	case within(dir, "internal/engine") && (isOwn && own != "pkg/deprovision" || !isOwn && strings.Contains(name, ".")):
		return "the engine imports pkg/deprovision and the standard library only"
	case strings.HasPrefix(name, "github.com/microsoftgraph/msgraph-sdk-go") && !within(dir, "internal/m365/graph"):
		return "only internal/m365/graph pays for the Graph models"
	}
	for _, a := range adapters {
		for _, b := range adapters {
			if a != b && within(dir, a) && isOwn && within(own, b) {
				return "adapters never import one another"
			}
		}
	}
	return ""
}

func within(dir, parent string) bool { return dir == parent || strings.HasPrefix(dir, parent+"/") }

func TestLayerRulesForbidWhatTheyShould(t *testing.T) {
	t.Parallel()
	for dir, name := range map[string]string{
		"pkg/event": module + "internal/engine", "internal/engine": "github.com/nats-io/nats.go",
		"internal/step": "github.com/microsoftgraph/msgraph-sdk-go/users", "internal/web": module + "internal/journal",
	} {
		if forbidden(dir, name) == "" {
			t.Errorf("%s may import %s", dir, name)
		}
	}
}
