package docs_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

var parsedProduct = sync.OnceValues(footprint.Default)

// product is the footprint that the program comes with, to be read only.
func product(t *testing.T) *footprint.Footprint {
	t.Helper()
	f, err := parsedProduct()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// stepsOf lists all steps that a removal of a service can have.
func stepsOf(f *footprint.Footprint, service deprovision.Service) []string {
	all := step.New(step.Deps{Footprints: footprint.Catalog{f.Product: f}})
	return all.Names(deprovision.Request{Service: service, Options: deprovision.Options{Purge: true}})
}

// section is what stands below a heading of a page.
func section(t *testing.T, page, body, heading string) string {
	t.Helper()
	_, rest, ok := strings.Cut(body, "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("%s has no section %q", page, heading)
	}
	rest, _, _ = strings.Cut(rest, "\n## ")
	return rest
}

// table lists the cells of the rows of the tables in a text, without their heads.
func table(body string) [][]string {
	var rows [][]string
	head := true
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		switch {
		case !strings.HasPrefix(line, "|"):
			head = true
		case head:
			head = false
		case !strings.HasPrefix(line, "|---"):
			var cells []string
			for cell := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
				cells = append(cells, strings.TrimSpace(cell))
			}
			rows = append(rows, cells)
		}
	}
	return rows
}

func TestEveryServiceHasAPageAndIsInTheIndex(t *testing.T) {
	t.Parallel()
	index := text(t, "docs/services/README.md")
	for id := range product(t).Services {
		if !strings.Contains(index, "| `"+string(id)+"` | ") || !strings.Contains(index, "]("+string(id)+".md)") {
			t.Errorf("the index does not name %s", id)
		}
	}
	for page := range pages(t) {
		id, ok := strings.CutPrefix(strings.TrimSuffix(page, ".md"), "docs/services/")
		if _, known := product(t).Services[deprovision.Service(id)]; ok && id != "README" && !known {
			t.Errorf("%s is the page of no service", page)
		}
	}
}

func TestPageOfAServiceSaysWhatGoesInItsOrder(t *testing.T) {
	t.Parallel()
	f := product(t)
	for id, s := range f.Services {
		page := "docs/services/" + string(id) + ".md"
		var steps []string
		kinds, calls := map[string][]string{}, map[string]bool{}
		for _, row := range table(section(t, page, text(t, page), "What goes")) {
			if named := quoted(row[0]); len(named) > 0 {
				steps = append(steps, named[0])
			}
			at := steps[len(steps)-1]
			if named := quoted(row[1]); len(named) > 0 {
				kinds[at] = append(kinds[at], named[0])
			}
			for _, call := range quoted(row[3]) {
				calls[call] = true
			}
		}
		if !slices.Equal(steps, s.Steps) {
			t.Errorf("%s has the steps %v, the footprint %v", page, steps, s.Steps)
		}
		for _, name := range s.Steps {
			var want []string
			for _, e := range s.Entries(name) {
				want = append(want, string(e.Kind))
				for _, published := range e.Names {
					if !slices.Contains(quoted(text(t, page)), published) {
						t.Errorf("%s does not name %q", page, published)
					}
				}
			}
			if !slices.Equal(kinds[name], want) {
				t.Errorf("%s removes %v at %s, the footprint %v", page, kinds[name], name, want)
			}
		}
		removals := map[string]bool{}
		for _, r := range s.Rights {
			if !strings.HasPrefix(strings.ToUpper(r.Call), "GET") {
				removals[r.Call] = true
			}
		}
		if got, want := slices.Sorted(maps.Keys(calls)), slices.Sorted(maps.Keys(removals)); !slices.Equal(got, want) {
			t.Errorf("%s removes by %q, the footprint by %q", page, got, want)
		}
	}
}

func TestPageOfAServiceHasEveryRight(t *testing.T) {
	t.Parallel()
	for id, s := range product(t).Services {
		page := "docs/services/" + string(id) + ".md"
		ways := map[string]string{}
		for _, row := range table(section(t, page, text(t, page), "What allows it")) {
			for _, call := range quoted(row[0]) {
				ways[call] = row[1] + " | " + row[2]
			}
		}
		for _, r := range s.Rights {
			way, ok := ways[r.Call]
			delete(ways, r.Call)
			if !ok {
				t.Errorf("%s does not say what allows %s", page, r.Call)
				continue
			}
			if got, want := quoted(way), slices.Clone(r.Permissions); r.Kind == "" && !slices.Equal(got, want) || r.Kind != "" && !slices.Equal(got, append(want, string(r.Kind))) {
				t.Errorf("%s: %s by %q, the footprint has %q", page, r.Call, got, want)
			}
			for _, role := range r.Roles {
				if !strings.Contains(way, "role "+role) {
					t.Errorf("%s: %s is not allowed by the role %s", page, r.Call, role)
				}
			}
			for word, says := range map[string]bool{"Exchange role": r.Cmdlet != "", "delegate accounts": r.Account == deprovision.Delegate, "no role": r.NoRole, "as the account's own app": r.Own,
				"where the record names an app": r.Recorded != ""} {
				if strings.Contains(way, word) != says {
					t.Errorf("%s: %s says %q: %t", page, r.Call, word, !says)
				}
			}
		}
		if len(ways) > 0 {
			t.Errorf("%s allows what no removal calls: %q", page, slices.Sorted(maps.Keys(ways)))
		}
	}
}

func TestPageOfAServiceNamesWhatIsLeft(t *testing.T) {
	t.Parallel()
	for id, s := range product(t).Services {
		page := "docs/services/" + string(id) + ".md"
		left := map[string]string{}
		for _, row := range table(section(t, page, text(t, page), "Left for a person")) {
			left[strings.ReplaceAll(row[0], "`", "")] = row[1]
		}
		named := func(name string, l footprint.Leftover, found deprovision.ArtifactKind) {
			when, ok := left[name]
			if !ok {
				t.Errorf("%s does not name %q", page, name)
			}
			unrecorded := map[string]string{"sharepoint-app-id": "sharePointAppId", "app-credential": "appCredential"}[l.Unrecorded]
			if unrecorded == "" {
				unrecorded = l.Unrecorded
			}
			always := l.Account == "" && l.Unrecorded == "" && found == ""
			if !strings.Contains(when, unrecorded) || (l.Account == deprovision.Delegate) != strings.Contains(when, "delegate") || always && when != "always" ||
				!strings.Contains(when, string(found)) {
				t.Errorf("%s: %q is left when %q", page, name, when)
			}
		}
		for _, l := range s.Remainder {
			named(l.Name, l, "")
		}
		for _, m := range s.Manual {
			named(m.Name+" ("+m.Step+")", m.Leftover, m.Found)
		}
	}
}

// stepName is what steps look like.
var stepName = regexp.MustCompile(`^(?:announce|close|confirm|drain|purge|remove|stop|take|verify)(?:-[a-z0-9]+)*$`)

func TestPagesOfServicesNameNoStepThatIsNone(t *testing.T) {
	t.Parallel()
	f := product(t)
	var all []string
	for id := range f.Services {
		all = append(all, stepsOf(f, id)...)
	}
	seen := 0
	for page, body := range pages(t) {
		if !strings.HasPrefix(page, "docs/services/") {
			continue
		}
		steps := all
		if id := deprovision.Service(strings.TrimSuffix(strings.TrimPrefix(page, "docs/services/"), ".md")); f.Services[id] != nil {
			steps = stepsOf(f, id)
		}
		for _, name := range quoted(body) {
			if !stepName.MatchString(name) {
				continue
			}
			if seen++; !slices.Contains(steps, name) {
				t.Errorf("%s names the step %s, which is none of it", page, name)
			}
		}
	}
	if seen < 50 {
		t.Errorf("%d steps are named: are the pages still read as they are written?", seen)
	}
}
