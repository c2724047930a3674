package tenantsim

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// FuzzFilterIsReadOrRefused: what is no filter gets the service's refusal, and one that is read holds to logic: on every object, it says
// the same in parentheses and together with itself, and its negation the opposite.
func FuzzFilterIsReadOrRefused(f *testing.F) {
	for _, text := range []string{
		"appId eq 'b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001'", "startswith(displayName,'Trend Micro')", "displayName eq 'it''s'", "displayName ne null",
		"startswith(displayName,'Trend') and not(appId eq 'x')", "servicePrincipalType eq 'ManagedIdentity' or appId eq 'x'", "id in ('a','b')",
		"tags/any(t:t eq 'HideApp')", "accountEnabled eq true and not contains(displayName,'x')", "createdDateTime ge 2026-01-02T03:04:05Z",
		"displayName eq 'open", "appId eq", "(((", "not not(", ")", "", "'", "appId like 'x'", "tags/any(", "id in (",
	} {
		f.Add(text, true)
		f.Add(text, false)
	}
	objects := []map[string]any{
		{}, {"id": "a", "appId": "x", "displayName": "Trend Micro Cloud App Security", "accountEnabled": true, "tags": []string{"HideApp", "x"}},
		{"id": "B", "displayName": nil, "accountEnabled": false, "servicePrincipalType": "ManagedIdentity", "tags": []string(nil)}, {"id": 7, "tags": "no list"},
	}
	f.Fuzz(func(t *testing.T, text string, advanced bool) {
		r := &request{query: url.Values{"$filter": {text}}, header: http.Header{}, call: &Call{RequestID: "r"}}
		if advanced {
			r.header.Set("ConsistencyLevel", "eventual")
			r.query.Set("$count", "true")
		}
		match, refusal := r.filter(KindServicePrincipal)
		if refusal != nil {
			var body struct {
				Error struct{ Code, Message string }
			}
			if err := json.Unmarshal(refusal.body, &body); err != nil || refusal.status != http.StatusBadRequest || body.Error.Code == "" || match != nil {
				t.Fatalf("%q is refused with %d %s", text, refusal.status, refusal.body)
			}
			return
		}
		if (match == nil) != (text == "") {
			t.Fatalf("%q is neither read nor refused", text)
		}
		words := filterWords(text)
		if match == nil || ends(words) {
			return
		}
		inside := slices.Concat([]string{"("}, words, []string{")"})
		same, not := read(t, inside), read(t, slices.Concat([]string{"not"}, inside))
		both, either := read(t, slices.Concat(inside, []string{"and"}, inside)), read(t, slices.Concat(inside, []string{"or"}, inside))
		for _, o := range objects {
			if want := match(o); same(o) != want || both(o) != want || either(o) != want || not(o) == want {
				t.Fatalf("%q is %t of %v; in parentheses %t, with itself %t, or itself %t, negated %t", text, want, o, same(o), both(o), either(o), not(o))
			}
		}
	})
}

// ends reports whether a filter ends where its last value should stand, which the simulator takes for nothing.
func ends(words []string) bool {
	p := filterParser{words: words, kind: KindServicePrincipal, advanced: true}
	_, err := p.or()
	return err != nil || p.at > len(words)
}

func read(t *testing.T, words []string) predicate {
	t.Helper()
	p := filterParser{words: words, kind: KindServicePrincipal, advanced: true}
	match, err := p.or()
	if err != nil || p.at != len(words) {
		t.Fatalf("%q is not read to its end: %v", words, err)
	}
	return match
}

// FuzzAPIPathIsReadAsItIsWritten: a path below _api is refused, or read into steps which, written out again, read the same; keys come
// through whole, whatever is in them.
func FuzzAPIPathIsReadAsItIsWritten(f *testing.F) {
	for _, path := range []string{
		"web", "web/lists(guid'0d9b5c1e-58a7-4f6b-8e21-7c4a9f30a001')/eventreceivers('0d9b5c1e-58a7-4f6b-8e21-7c4a9f30a002')", "Web/Lists/getByTitle('it''s (a) / test')",
		"web/siteusers('i:0#.f|membership|a@b.example')", "web/siteusers/getbyid(12)", "web/lists(guid'x')/recycle()", "web/lists('", "web/lists('x'", "web/lists(x)",
		"", "/", "web//lists", "web/lists()('x')", "()", "web/lists(guid12)", "SPO.Tenant/sites('x')",
	} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		steps, err := parseAPIPath(path)
		if err != nil {
			if steps != nil {
				t.Fatalf("%q is refused and read", path)
			}
			return
		}
		var b strings.Builder
		keys := 0
		for i, s := range steps {
			if i > 0 {
				b.WriteByte('/')
			}
			b.WriteString(s.name)
			if s.keyed {
				keys++
				b.WriteString("('" + strings.ReplaceAll(s.key, "'", "''") + "')")
			}
		}
		again, err := parseAPIPath(b.String())
		if err != nil || !slices.Equal(again, steps) {
			t.Fatalf("%q is read as %+v, and %q as %+v %v", path, steps, b.String(), again, err)
		}
		shape, got := apiShape(steps)
		if len(got) != keys || strings.ContainsAny(shape, "'") {
			t.Fatalf("%q has the shape %q and %d keys", path, shape, len(got))
		}
		if web, rest, ok := splitAPIPath("/sites/x/_api/" + path); !ok || web != "/sites/x" || rest != path {
			t.Fatalf("%q is cut into %q and %q", path, web, rest)
		}
	})
}
