package deploy_test

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// golangci is what the tests here read of .golangci.yml.
type golangci struct {
	Linters struct {
		Enable   []string `yaml:"enable"`
		Settings struct {
			Depguard struct {
				Rules map[string]guard `yaml:"rules"`
			} `yaml:"depguard"`
		} `yaml:"settings"`
	} `yaml:"linters"`
}

// guard is one rule of depguard.
type guard struct {
	Files []string `yaml:"files"`
	Mode  string   `yaml:"list-mode"`
	Allow []string `yaml:"allow"`
	Deny  []struct {
		Pkg string `yaml:"pkg"`
	} `yaml:"deny"`
}

func readLinters(t *testing.T) golangci {
	t.Helper()
	text, err := os.ReadFile("../.golangci.yml")
	if err != nil {
		t.Fatal(err)
	}
	var config golangci
	if err := yaml.Unmarshal(text, &config); err != nil {
		t.Fatal(err)
	}
	return config
}

func TestEveryLinterIsExplainedAndNoOther(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/linters.md")
	if err != nil {
		t.Fatal(err)
	}
	var explained []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z0-9]+)` \\|").FindAllSubmatch(page, -1) {
		explained = append(explained, string(row[1]))
	}
	enabled := readLinters(t).Linters.Enable
	slices.Sort(explained)
	if !slices.IsSorted(enabled) || !slices.Equal(enabled, explained) {
		t.Errorf("enabled in .golangci.yml:\n%v\nexplained in docs/linters.md:\n%v", enabled, explained)
	}
	if !bytes.Contains(page, []byte("deploy/layers_test.go")) {
		t.Error("docs/linters.md does not say where the layers are")
	}
}

func TestTheLinterHoldsTheSameLayers(t *testing.T) {
	t.Parallel()
	rules := readLinters(t).Linters.Settings.Depguard.Rules
	dirs := append([]string{
		"cmd/publisher", "cmd/worker", "internal/cli", "internal/clock", "internal/config", "internal/engine", "internal/footprint", "internal/guard",
		"internal/logging", "internal/m365", "internal/m365/transport", "internal/step", "internal/tenantsim", "internal/throttle",
		"pkg/client", "pkg/deprovision", "pkg/event",
	}, adapters...)
	names := []string{
		"context", "net/http", "github.com/goccy/go-yaml", "github.com/nats-io/nats.go/jetstream", "github.com/redis/go-redis/v9",
		"github.com/microsoftgraph/msgraph-sdk-go/users",
	}
	for _, dir := range dirs {
		names = append(names, module+dir)
	}
	for _, dir := range dirs {
		for _, name := range names {
			byTest := forbidden(layers(), dir, name)
			if name != module+dir && (byTest != "") != guarded(rules, dir, name) {
				t.Errorf("%s imports %s: the linter forbids it: %t, the test: %q", dir, name, byTest == "", byTest)
			}
		}
	}
}

// guarded answers as depguard does.
func guarded(rules map[string]guard, dir, name string) bool {
	std := !strings.Contains(strings.Split(name, "/")[0], ".")
	for _, rule := range rules {
		if !covers(rule.Files, "/checkout/"+dir+"/file.go") {
			continue
		}
		allow, deny := -1, -1 // length of the longest prefix that matches
		for _, p := range rule.Allow {
			if strings.HasPrefix(name, p) || p == "$gostd" && std {
				allow = max(allow, len(p))
			}
		}
		for _, d := range rule.Deny {
			if strings.HasPrefix(name, d.Pkg) {
				deny = max(deny, len(d.Pkg))
			}
		}
		switch {
		case rule.Mode == "strict" && allow < 0, deny >= 0 && (rule.Mode == "" || deny >= allow):
			return true
		}
	}
	return false
}

// covers reports whether a list of globs selects a file that is no test.
func covers(globs []string, file string) bool {
	in := false
	for _, glob := range globs {
		pattern, not := strings.CutPrefix(glob, "!")
		pattern = strings.NewReplacer(`\*\*`, ".*", `\*`, "[^/]*").Replace(regexp.QuoteMeta(pattern))
		match := glob == "$all" || regexp.MustCompile("^"+pattern+"$").MatchString(file)
		switch {
		case not && match:
			return false
		case match:
			in = true
		}
	}
	return in
}
