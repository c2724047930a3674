package guard_test

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"github.com/deprovisioner/deprovisioner/internal/guard"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// anyJSON draws a text that is JSON of some kind, or none at all.
func anyJSON(t *rapid.T) json.RawMessage {
	creation := rapid.SampledFrom([]string{"WhenCreated", "whencreatedutc", "CREATEDDATETIME"})
	value := rapid.SampledFrom([]string{`null`, `1`, `"x"`, `[]`, `{}`, `true`, `""`, `"2024-03-05T09:30:00"`, `"2024-03-05T09:30:00Z"`, `"2099-01-01T00:00:00Z"`, `-1.5e3`})
	switch rapid.IntRange(0, 7).Draw(t, "shape") {
	case 0:
		return json.RawMessage(value.Draw(t, "value"))
	case 1:
		return json.RawMessage(rapid.String().Draw(t, "text"))
	case 2:
		return json.RawMessage(`{"` + creation.Draw(t, "key") + `":` + value.Draw(t, "time") + `}`)
	}
	return json.RawMessage(`{"Name":` + value.Draw(t, "name") + `}`)
}

// inAnyCase draws one of the ways to write an id.
func inAnyCase(t *rapid.T, id string) string {
	return strings.Map(func(r rune) rune {
		if rapid.Bool().Draw(t, "upper") {
			return unicode.ToUpper(r)
		}
		return unicode.ToLower(r)
	}, id)
}

// TestNothingPassesThatLacksWhatAGuardReads draws objects with random fields missing: what passes has an id, is a JSON object, and no creation
// time that is unread or late; of an app, owner and App Id are known.
func TestNothingPassesThatLacksWhatAGuardReads(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := guard.Candidate{Kind: deprovision.ArtifactKind(rapid.SampledFrom([]string{"transport-rule", "transport-rule", "transport-rule", ""}).Draw(t, "kind")),
			ID: rapid.SampledFrom([]string{"4711", "4711", "4711", "4711", "", " ", "\t", "47\x0011"}).Draw(t, "id"), Name: rapid.String().Draw(t, "name"), Raw: anyJSON(t)}
		if rapid.Bool().Draw(t, "app") {
			id := rapid.SampledFrom([]string{productApp, productApp, productApp, "", "x", workerApp})
			c.App = &guard.App{ID: id.Draw(t, "app id"), Owner: rapid.SampledFrom([]string{vendorTenant, vendorTenant, "", "x"}).Draw(t, "owner"), Type: "Application"}
		}
		b := guard.Bounds{Acting: rapid.SampledFrom([]string{workerApp, workerApp, workerApp, "", "x"}).Draw(t, "acting"), Since: asked}
		if guard.Refuse(c, b) != nil {
			return
		}
		var object map[string]any
		if c.Kind == "" || c.ID != "4711" || json.Unmarshal(c.Raw, &object) != nil || object == nil {
			t.Fatalf("passes without an id or an object: %+v %s", c, c.Raw)
		}
		for key, value := range object {
			if !strings.Contains(strings.ToLower(key), "created") || value == nil {
				continue
			}
			text, _ := value.(string)
			if at, err := time.Parse(time.RFC3339, text); err != nil || at.After(asked) {
				t.Fatalf("passes with the creation time %v", value)
			}
		}
		if c.App != nil && (c.App.ID != productApp || c.App.Owner != vendorTenant || b.Acting != workerApp) {
			t.Fatalf("passes without knowing the app: %+v, the worker is %q", c.App, b.Acting)
		}
	})
}

func TestNoAppOfMicrosoftOrOfTheWorkerPassesInAnyLetterCase(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := principal()
		guid := rapid.StringMatching(`[0-9a-f]{8}`).Draw(t, "guid")
		switch rapid.IntRange(0, 4).Draw(t, "which") {
		case 0:
			c.App.Owner = inAnyCase(t, "f8cdef31-a31e-4b4a-93e4-5f571e91255a")
		case 1:
			c.App.Owner = inAnyCase(t, "72f988bf-86f1-41af-91ab-2d7cd011db47")
		case 2:
			c.App.ID = inAnyCase(t, guid+"-0000-0000-c000-000000000000")
		case 3:
			c.App.ID = inAnyCase(t, guid+"-0000-0ff1-ce00-000000000000")
		case 4:
			c.App.ID = inAnyCase(t, workerApp)
		}
		b := bounds
		b.Acting = inAnyCase(t, workerApp)
		if guard.Refuse(c, b) == nil {
			t.Fatalf("passes: %+v", c.App)
		}
	})
}

func TestOnlyEntriesThatAreExactlyKnownPass(t *testing.T) {
	t.Parallel()
	address := rapid.Custom(func(t *rapid.T) netip.Addr {
		return netip.AddrFrom4([4]byte{20, 245, rapid.Byte().Draw(t, "third"), rapid.Byte().Draw(t, "fourth")})
	})
	text := rapid.Custom(func(t *rapid.T) string {
		a := address.Draw(t, "address")
		if rapid.Bool().Draw(t, "alone") {
			return a.String()
		}
		return netip.PrefixFrom(a, rapid.IntRange(24, 32).Draw(t, "bits")).String()
	})
	covers := func(s string) netip.Prefix {
		if p, err := netip.ParsePrefix(s); err == nil {
			return p.Masked()
		}
		return netip.PrefixFrom(netip.MustParseAddr(s), 32)
	}
	rapid.Check(t, func(t *rapid.T) {
		known := rapid.SliceOfN(rapid.OneOf(text, rapid.SampledFrom([]string{"", "x", "20.245.0.0"})), 0, 4).Draw(t, "known")
		entry := rapid.OneOf(append([]*rapid.Generator[string]{text}, one(known)...)...).Draw(t, "entry")
		c := guard.Candidate{Kind: "ip-allow-entry", ID: "policy/entry", Raw: json.RawMessage(`{}`), Entry: &guard.Entry{Text: entry, Known: known}}
		passes := guard.Refuse(c, bounds) == nil
		exact := false
		for _, k := range known {
			if k != "" && k != "x" && entry != "" && entry != "x" {
				exact = exact || covers(k) == covers(entry)
			}
		}
		if passes != exact {
			t.Fatalf("%q of %q passes: %t", entry, known, passes)
		}
	})
}

// one draws an element of a list that may be empty.
func one(list []string) []*rapid.Generator[string] {
	if len(list) == 0 {
		return nil
	}
	return []*rapid.Generator[string]{rapid.SampledFrom(list)}
}

func TestBreadthPassesNoMoreOfAKindThanAllowed(t *testing.T) {
	t.Parallel()
	kinds := rapid.SampledFrom([]deprovision.ArtifactKind{"transport-rule", "security-group", "service-principal"})
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.MapOf(kinds, rapid.IntRange(-3, 5)).Draw(t, "most")
		var plan []deprovision.Artifact
		count := map[deprovision.ArtifactKind]int{}
		for _, k := range rapid.SliceOfN(kinds, 0, 12).Draw(t, "plan") {
			plan = append(plan, deprovision.Artifact{Kind: k})
			count[k]++
		}
		over := false
		for k, n := range count {
			over = over || n > most[k]
		}
		if refused := guard.Breadth(plan, most) != nil; refused != over {
			t.Fatalf("%v with %v allowed is refused: %t", count, most, refused)
		}
	})
}
