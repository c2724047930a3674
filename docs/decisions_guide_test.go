package docs_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestGuideHasARowForEachDecisionOfEachStopAndNoOther(t *testing.T) {
	t.Parallel()
	sections := map[string]string{}
	for part := range strings.SplitSeq(text(t, "docs/decisions-guide.md"), "\n## ") {
		title, body, _ := strings.Cut(part, "\n")
		sections[strings.Trim(title, "`")] = body
	}
	want := map[string][]deprovision.Verb{"At any time": anytime()}
	for _, stop := range deprovision.Stops() {
		want[stop.Name] = stop.Offers
	}
	for name, offers := range want {
		rows := rowsOf(sections[name])
		var listed []deprovision.Verb
		for _, row := range rows {
			listed = append(listed, deprovision.Verb(strings.Trim(row[0], "`")))
			for i, cell := range row {
				if len(row) != 4 || cell == "" {
					t.Errorf("%s, %s: %d cells, of which %d is %q; four have to say something", name, row[0], len(row), i, cell)
				}
			}
		}
		if slices.Sort(listed); !slices.Equal(listed, slices.Sorted(slices.Values(offers))) {
			t.Errorf("the table of %s has %v, the code %v", name, listed, offers)
		}
		delete(sections, name)
	}
	for name, body := range sections {
		if strings.Contains(body, "\n|") {
			t.Errorf("the page has a table for %q, which is no stop", name)
		}
	}
}

func TestReadmeListsEachStopWithItsDecisions(t *testing.T) {
	t.Parallel()
	_, part, _ := strings.Cut(text(t, "README.md"), "\n## How people decide\n")
	part, _, _ = strings.Cut(part, "\n## ")
	listed := map[string][]deprovision.Verb{}
	for _, row := range rowsOf(part) {
		verbs := []deprovision.Verb{}
		for _, name := range quoted(row[len(row)-1]) {
			if v := deprovision.Verb(name); slices.Contains(deprovision.Verbs(), v) {
				verbs = append(verbs, v)
			}
		}
		listed[strings.Trim(row[0], "`")] = slices.Sorted(slices.Values(verbs))
	}
	for _, stop := range deprovision.Stops() {
		if offers := slices.Sorted(slices.Values(stop.Offers)); !slices.Equal(listed[stop.Name], offers) {
			t.Errorf("the README has %v for %s, the code %v", listed[stop.Name], stop.Name, offers)
		}
		delete(listed, stop.Name)
	}
	for name := range listed {
		t.Errorf("the README lists %q, which is no stop", name)
	}
}

func anytime() []deprovision.Verb {
	return slices.DeleteFunc(deprovision.Verbs(), func(v deprovision.Verb) bool { return !v.Anytime() })
}

// rowsOf are the rows of the tables of a page, without their heads.
func rowsOf(page string) [][]string {
	var rows [][]string
	var head bool
	for line := range strings.Lines(page) {
		line = strings.TrimSpace(line)
		switch {
		case !strings.HasPrefix(line, "|"):
			head = true
			continue
		case head:
			head = false
			continue
		case strings.HasPrefix(line, "|---"):
			continue
		}
		var cells []string
		for cell := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
			cells = append(cells, strings.TrimSpace(cell))
		}
		rows = append(rows, cells)
	}
	return rows
}
