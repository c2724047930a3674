package footprint_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// embedded is the catalog that comes with the program.
func embedded(t *testing.T) footprint.Catalog {
	t.Helper()
	c, err := footprint.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// file writes a footprint of one's own.
func file(t *testing.T, name, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// small is a footprint of one rule, with no site and no suspects.
const small = `
product: mail-guard
name: Mail Guard
console: https://console.example/
help: https://help.example/
services:
  exchange-online-inline:
    title: Mail Guard inline
    steps: [remove-rules]
    artifacts:
      - {kind: transport-rule, step: remove-rules, names: [Mail Guard reroute]}
    rights:
      - {call: Get-TransportRule, cmdlet: Get-TransportRule}
      - {call: Remove-TransportRule, cmdlet: Remove-TransportRule}
instructions: {transport-rule: "Remove-TransportRule -Identity {id}"}
limits: {transport-rule: 2}
`

func TestCatalogHoldsEveryEmbeddedProduct(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	if got := c.Products(); !slices.Equal(got, []string{"check-point-harmony", "trend-micro-cas"}) {
		t.Fatal(got)
	}
	for _, product := range []string{"", deprovision.ReferenceProduct} {
		if s, ok := c.Service(product, deprovision.ExchangeOnlineInline); !ok || s.Product().Product != deprovision.ReferenceProduct {
			t.Errorf("%q is %v", product, s)
		}
	}
	harmony, ok := c.Service("check-point-harmony", deprovision.ExchangeOnlineInline)
	if !ok || !slices.Contains(harmony.Kinds(), footprint.JournalRule) || len(harmony.Product().Sites) > 0 {
		t.Errorf("%v", harmony)
	}
	if _, ok := c.Service("check-point-harmony", deprovision.TeamsChat); ok {
		t.Error("a service that nobody described")
	}
}

func TestFootprintsOfOnesOwnAreAddedOrTakeAPlace(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	if err := c.AddFiles(file(t, "small.yaml", small), file(t, "harmony.yaml", strings.Replace(small, "mail-guard", "check-point-harmony", 1))); err != nil {
		t.Fatal(err)
	}
	if got := c.Products(); !slices.Equal(got, []string{"check-point-harmony", "mail-guard", "trend-micro-cas"}) {
		t.Error(got)
	}
	if s, ok := c.Service("check-point-harmony", deprovision.ExchangeOnlineInline); !ok || s.Title != "Mail Guard inline" {
		t.Errorf("the embedded one kept its place: %v", s)
	}
}

func TestEveryMistakeOfEveryFileIsToldAndNothingIsAdded(t *testing.T) {
	t.Parallel()
	kind := file(t, "kind.yaml", strings.Replace(small, "kind: transport-rule", "kind: mail-rule", 1))
	step := file(t, "step.yaml", strings.Replace(strings.Replace(small, "name: Mail Guard\n", "name: ''\n", 1), "[remove-rules]", "[remove-rules, remove-more]", 1))
	good, twice := file(t, "good.yaml", small), file(t, "twice.yaml", small)
	c := embedded(t)
	err := c.AddFiles(kind, "/nowhere.yaml", step, good, twice)
	if err == nil {
		t.Fatal("no mistake")
	}
	for _, want := range []string{kind, "artifacts[0].kind", "transport-rule, user-role", "/nowhere.yaml", step, "name", "steps[1]", twice, "each product once; " + good} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no word about %s:\n%v", want, err)
		}
	}
	if !errors.Is(err, os.ErrNotExist) || len(c.Products()) != 2 {
		t.Errorf("%v in %v", err, c.Products())
	}
}

func TestSitesAreWantedOnlyByWhatTheyDescribe(t *testing.T) {
	t.Parallel()
	const pair = "      - {kind: spoof-allow-pair, step: remove-rules, spoofedUser: \"*\"}\n"
	const entry = "      - {kind: ip-allow-entry, step: remove-rules}\n"
	const sites = "sites: {eu: {inbound: [192.0.2.16/28]}}\n"
	with := func(artifact, sites string) string {
		return strings.Replace(small, "    rights:\n", artifact+"    rights:\n", 1) + sites
	}
	for name, tc := range map[string]struct{ body, field string }{
		"none at all":                   {small, ""},
		"addresses alone":               {small + sites, ""},
		"a pair without sites":          {with(pair, ""), "services.exchange-online-inline.artifacts[1].kind"},
		"addresses without sites":       {with(entry, ""), "services.exchange-online-inline.artifacts[1].kind"},
		"a pair without infrastructure": {with(pair, sites), "sites.eu.infrastructure"},
		"an infrastructure of no host":  {small + "sites: {eu: {infrastructure: '-'}}\n", "sites.eu.infrastructure"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := footprint.Load("small.yaml", []byte(tc.body))
			if tc.field == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if !slices.ContainsFunc(invalids(err), func(i *deprovision.Invalid) bool { return i.Field == tc.field }) {
				t.Errorf("no word about %s: %v", tc.field, err)
			}
		})
	}
}
