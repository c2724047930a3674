package composecheck

import (
	"os"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

func stages(t *testing.T) []instructions.Stage {
	t.Helper()
	file, err := os.Open(top + "/deploy/Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	tree, err := parser.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	stages, _, err := instructions.Parse(tree.AST, nil)
	if err != nil {
		t.Fatal(err)
	}
	return stages
}

func TestBaseImagesArePinned(t *testing.T) {
	t.Parallel()
	for _, stage := range stages(t) {
		if stage.BaseName != "scratch" && !pinned(stage.BaseName) {
			t.Errorf("%s has no version", stage.BaseName)
		}
	}
}

func TestTheImageRunsWithoutRightsAndTellsItsHealth(t *testing.T) {
	t.Parallel()
	all := stages(t)
	var user, health string
	for _, command := range all[len(all)-1].Commands {
		switch c := command.(type) {
		case *instructions.UserCommand:
			user = c.User
		case *instructions.HealthCheckCommand:
			health = strings.Join(c.Health.Test, " ")
		}
	}
	if uid, _, _ := strings.Cut(user, ":"); uid == "" || uid == "0" || uid == "root" {
		t.Errorf("it runs as %q", user)
	}
	if health != "CMD /usr/local/bin/worker healthcheck" {
		t.Errorf("it tells its health by %q", health)
	}
}

func TestTheImageIsBuiltFromFilesThatExistAndAreSent(t *testing.T) {
	t.Parallel()
	ignore, err := os.ReadFile(top + "/.dockerignore")
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range stages(t)[0].Commands {
		c, ok := command.(*instructions.CopyCommand)
		if !ok {
			continue
		}
		for _, path := range c.SourcePaths {
			if _, err := os.Stat(top + "/" + path); err != nil {
				t.Error(err)
			}
			if !strings.Contains(string(ignore), "\n!"+path+"\n") {
				t.Errorf(".dockerignore keeps %s from the builder", path)
			}
		}
	}
}
