package docs_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// footprintRows is how many kinds of trace the vendor's pages tell of.
const footprintRows = 28

// abbreviated are the services as the table has them.
var abbreviated = map[string]deprovision.Service{"EXO": deprovision.ExchangeOnline, "INL": deprovision.ExchangeOnlineInline,
	"SPO": deprovision.SharePointOnline, "OD": deprovision.OneDrive, "TMS": deprovision.Teams, "CHAT": deprovision.TeamsChat}

var italic = regexp.MustCompile(`\*([^*]+)\*`)

func TestEveryRowOfTheFootprintIsTakenCareOfAndProved(t *testing.T) {
	t.Parallel()
	rows := table(text(t, "docs/footprint-table.md"))
	if len(rows) != footprintRows {
		t.Fatalf("%d rows", len(rows))
	}
	for i, row := range rows {
		if row[0] != strconv.Itoa(i+1) || len(row) != 5 {
			t.Errorf("row %d has the cells %q", i+1, row)
			continue
		}
		steps, lefts := quoted(row[3]), italic.FindAllStringSubmatch(row[3], -1)
		if len(steps)+len(lefts) == 0 {
			t.Errorf("row %d: nobody takes care of it", i+1)
		}
		for _, service := range servicesOf(t, row[2]) {
			steps := slices.DeleteFunc(slices.Clone(steps), func(name string) bool { return slices.Contains(ours(t, service), name) })
			lefts := slices.DeleteFunc(slices.Clone(lefts), func(m []string) bool { return slices.Contains(ours(t, service), m[1]) })
			if len(steps)+len(lefts) > 0 {
				t.Errorf("row %d: the footprint of %s has no %q, %q", i+1, service, steps, lefts)
			}
		}
		tests := quoted(row[4])
		if len(tests) == 0 {
			t.Errorf("row %d: no test proves it", i+1)
		}
		for _, name := range tests {
			if m := testName.FindStringSubmatch(name); m == nil || !testExists(t, m[1], m[2], m[3]) {
				t.Errorf("row %d: there is no test %s", i+1, name)
			}
		}
	}
}

// servicesOf lists the services of a cell.
func servicesOf(t *testing.T, cell string) []deprovision.Service {
	t.Helper()
	var out []deprovision.Service
	for name := range strings.SplitSeq(cell, ", ") {
		switch id := abbreviated[name]; {
		case name == "all":
			for _, id := range abbreviated {
				out = append(out, id)
			}
		case id == "":
			t.Errorf("%q is no service", name)
		default:
			out = append(out, id)
		}
	}
	return out
}

// ours lists what a service has to take care of something: its own steps, the closing step at the product, and names of what is left.
func ours(t *testing.T, service deprovision.Service) []string {
	t.Helper()
	s := product(t).Services[service]
	names := append(slices.Clone(s.Steps), step.RemoveAtProduct)
	for _, l := range s.Remainder {
		names = append(names, l.Name)
	}
	for _, m := range s.Manual {
		names = append(names, m.Name)
	}
	return names
}
