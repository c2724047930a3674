package footprint_test

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/guard"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func FuzzLoadAcceptsOnlyWhatIsWhole(f *testing.F) {
	body, err := os.ReadFile("trend-micro-cas.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte("services: {exchange-online-inline: {title: x, steps: [drain], drain: 1h}}"))
	f.Add([]byte("product: p\nname: &a n\nconsole: *a\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		product, err := footprint.Load("fuzz.yaml", body)
		if err != nil {
			if product != nil || !strings.HasPrefix(err.Error(), "footprint fuzz.yaml: ") {
				t.Fatalf("%v with %v", err, product)
			}
			return
		}
		for id, s := range product.Services {
			for _, e := range s.Artifacts {
				if !slices.Contains(s.Steps, e.Step) || product.Instructions[e.Kind] == "" || product.Limits[e.Kind] < 1 {
					t.Fatalf("%s: %+v is not whole", id, e)
				}
			}
			if _, err := s.Find(footprint.Search{}, nil); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func FuzzParseIdentifiesOrRefuses(f *testing.F) {
	s := inline(f)
	kinds := s.Kinds()
	for i := range kinds {
		f.Add(uint8(i), []byte(`{"Guid":"g","id":"g","Identity":"g","Name":"TMCAS","displayName":"TMCAS","IPAllowList":["104.42.189.70"],"WhenCreated":"2024-03-05T09:30:00Z"}`))
	}
	f.Add(uint8(0), []byte(`{"Guid":"g","guid":"h","SmartHosts":null}`))
	f.Fuzz(func(t *testing.T, kind uint8, raw []byte) {
		objects, err := footprint.Parse(kinds[int(kind)%len(kinds)], raw)
		if err != nil && len(objects) > 0 {
			t.Fatalf("%v and %v", err, objects)
		}
		for _, o := range objects {
			if o.ID == "" || !json.Valid(o.Raw) {
				t.Fatalf("%+v can't be identified", o)
			}
		}
		checkFound(t, s, objects)
		checkFound(t, s, []footprint.Object{{Kind: kinds[int(kind)%len(kinds)], ID: "g", Name: "TMCAS", Raw: raw}})
	})
}

// checkFound finds among objects and writes every command.
func checkFound(t *testing.T, s *footprint.Service, objects []footprint.Object) {
	t.Helper()
	plan, err := s.Find(search(func(s *footprint.Search) { s.Approved = []string{"TMCAS"} }), objects)
	var refusal *guard.Refusal
	if err != nil && !errors.As(err, &refusal) {
		t.Fatal(err)
	}
	for _, a := range slices.Concat(plan.Artifacts, plan.Suspects) {
		if !json.Valid(a.Before) {
			t.Fatalf("before-state %q", a.Before)
		}
		checkQuotes(t, a)
	}
	_ = plan.Digest() // does not panic
}

// checkQuotes makes sure that a command's literals are closed: nothing of an object's text stands outside of them.
func checkQuotes(t *testing.T, a deprovision.Artifact) {
	t.Helper()
	count := 0
	for _, r := range a.Restore {
		if strings.ContainsRune("'‘’‚‛", r) {
			count++
		}
	}
	if count%2 != 0 {
		t.Fatalf("an open literal: %s", a.Restore)
	}
}
