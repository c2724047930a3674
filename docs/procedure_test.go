package docs_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/internal/web/api"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

const procedurePage = "docs/procedure.md"

// route is how the page names a call of the API.
var route = regexp.MustCompile(`^(GET|POST|PUT|PATCH|DELETE) (/\S*)$`)

func TestProcedureHasItsNineStepsEachWithAProofAndEachPhaseIsNamed(t *testing.T) {
	t.Parallel()
	page := text(t, procedurePage)
	rows := table(section(t, procedurePage, page, "The nine steps"))
	if len(rows) != 9 {
		t.Fatalf("the table has %d rows", len(rows))
	}
	for i, row := range append(rows, table(section(t, procedurePage, page, "Where it does not simply go on"))...) {
		if len(row) != 7 || slices.Contains(row, "") {
			t.Fatalf("row %d has an empty cell, or not seven: %q", i+1, row)
		}
		if i < 9 && row[0] != fmt.Sprint(i+1) {
			t.Errorf("row %d is of step %s", i+1, row[0])
		}
		proof := quoted(row[6])
		if len(proof) != 1 {
			t.Fatalf("row %d names the tests %q", i+1, proof)
		}
		m := testName.FindStringSubmatch(proof[0])
		if m == nil || !strings.HasPrefix(m[3], "step "+row[0]+": ") || !testExists(t, m[1], m[2], m[3]) {
			t.Errorf("row %d: no test of step %s is called %s", i+1, row[0], proof[0])
		}
	}
	phase := regexp.MustCompile(`^step [1-9]: `)
	seen := 0
	for _, f := range parsed(t, "cmd/worker", func(path string) bool { return strings.HasSuffix(path, "_test.go") }) {
		for s := range literals(f) {
			if !phase.MatchString(s) {
				continue
			}
			if seen++; !strings.Contains(page, "/"+s+"`") {
				t.Errorf("the page does not name the phase %q", s)
			}
		}
	}
	if seen < 19 {
		t.Errorf("the tests have %d phases only: are they still read as they are written?", seen)
	}
}

func TestProcedureNamesCommandsAndFlagsThatExist(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, name := range quoted(text(t, procedurePage)) {
		words := strings.Fields(name)
		if words[0] != "publisher" || len(words) == 1 {
			continue
		}
		seen++
		var path, flags []string
		for _, w := range words[1:] {
			switch {
			case strings.HasPrefix(w, "--"):
				flags = append(flags, w)
			case len(path) > 0 && path[0] == "decide":
				if !slices.Contains(deprovision.Verbs(), deprovision.Verb(w)) {
					t.Errorf("%s: %s is no verb", name, w)
				}
			default:
				path = append(path, w)
			}
		}
		var out bytes.Buffer
		code := cli.Run(t.Context(), append(slices.Clone(path), "--help"), cli.Streams{Out: &out, Err: &out})
		if usage := "\n  publisher " + strings.Join(path, " ") + " "; code != cli.Success || !strings.Contains(out.String(), usage) {
			t.Errorf("there is no command %s: %s", name, out.String())
		}
		for _, flag := range flags {
			if !regexp.MustCompile(`(?m)^\s+(-\w, )?` + flag + `\b`).MatchString(out.String()) {
				t.Errorf("%s has no flag %s", strings.Join(path, " "), flag)
			}
		}
	}
	if seen < 20 {
		t.Errorf("the page names %d commands only: is it still read as it is written?", seen)
	}
}

func TestProcedureNamesRoutesAndSubjectsThatExist(t *testing.T) {
	t.Parallel()
	body, err := api.Description()
	if err != nil {
		t.Fatal(err)
	}
	var description struct {
		Paths map[string]map[string]any
	}
	if err := json.Unmarshal(body, &description); err != nil {
		t.Fatal(err)
	}
	ref := deprovision.Ref{Tenant: "<tenant>", Service: "<service>", Request: "<request>"}
	subjects := []string{event.AccountSubject("<tenant>", "<account>")}
	for _, family := range []event.Family{event.Requests, event.Decisions, event.Events, event.Plans} {
		subjects = append(subjects, event.Subject(family, ref))
	}
	routes, named := 0, map[string]bool{}
	for _, name := range quoted(text(t, procedurePage)) {
		if m := route.FindStringSubmatch(name); m != nil {
			if routes++; description.Paths[m[2]][strings.ToLower(m[1])] == nil {
				t.Errorf("the API has no %s", name)
			}
		}
		if strings.HasPrefix(name, "deprovision.") {
			if named[name] = true; !slices.Contains(subjects, name) {
				t.Errorf("nothing is published on %s", name)
			}
		}
	}
	if routes < 12 || len(named) != len(subjects) {
		t.Errorf("the page names %d routes and the subjects %v only", routes, named)
	}
}

func TestProcedureNamesStopsAndTheAnswersThatTheyOffer(t *testing.T) {
	t.Parallel()
	for _, row := range table(section(t, procedurePage, text(t, procedurePage), "Where it does not simply go on")) {
		stop, ok := deprovision.StopNamed(strings.Trim(row[2], "`"))
		verb := deprovision.Verb(strings.Trim(row[3], "`"))
		if !ok || !slices.Contains(stop.Offers, verb) {
			t.Errorf("%s is no answer at the stop %s", row[3], row[2])
		}
		if command := quoted(row[5]); len(command) != 1 || !strings.HasPrefix(command[0], "publisher decide "+string(verb)) {
			t.Errorf("the row of %s at %s has the command %q", verb, stop.Name, command)
		}
	}
	for _, row := range table(section(t, procedurePage, text(t, procedurePage), "The nine steps")) {
		for _, name := range regexp.MustCompile("stop `([^`]+)`").FindAllStringSubmatch(row[2], -1) {
			if _, ok := deprovision.StopNamed(name[1]); !ok {
				t.Errorf("step %s names the stop %s, which is none", row[0], name[1])
			}
		}
	}
}

// pressed is how the page's part names what is to be pressed, and the views.
var pressed = regexp.MustCompile(`\*\*([^*]+)\*\*`)

func TestProcedureNamesWhatThePageHasToPress(t *testing.T) {
	t.Parallel()
	var scripts strings.Builder
	if err := fs.WalkDir(os.DirFS(".."), "internal/web/page/assets", func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".js") {
			scripts.WriteString(text(t, path))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	rows, seen := table(section(t, procedurePage, text(t, procedurePage), "On the page")), 0
	for _, row := range rows {
		for _, name := range pressed.FindAllStringSubmatch(row[1]+row[2], -1) {
			if seen++; !strings.Contains(scripts.String(), `"`+name[1]+`"`) {
				t.Errorf("step %s: nothing on the page is called %q", row[0], name[1])
			}
		}
	}
	if len(rows) != 9 || seen < 20 {
		t.Errorf("the table has %d rows and names %d things", len(rows), seen)
	}
}
