package schema_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// constants lists the values that the source declares for a string type, so that none can be forgotten.
func constants(t *testing.T, typ string) []string {
	t.Helper()
	paths, err := filepath.Glob("../../deprovision/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if of, ok := spec.Type.(*ast.Ident); !ok || of.Name != typ {
				return true
			}
			for _, value := range spec.Values {
				if literal, ok := value.(*ast.BasicLit); ok {
					text, err := strconv.Unquote(literal.Value)
					if err != nil {
						t.Fatal(err)
					}
					out = append(out, text)
				}
			}
			return true
		})
	}
	slices.Sort(out)
	return out
}

// at follows a path of members.
func at(doc map[string]any, path ...string) map[string]any {
	for _, name := range path {
		doc, _ = doc[name].(map[string]any)
	}
	return doc
}

func TestEnumsAreTheListsOfTheSource(t *testing.T) {
	t.Parallel()
	common, account, progress := document(t, "common"), document(t, "account"), document(t, "progress")
	for typ, where := range map[string]map[string]any{
		"Service":      at(common, "$defs", "service"),
		"Verb":         at(common, "$defs", "verb"),
		"Kind":         at(account, "properties", "kind"),
		"AccountState": at(account, "properties", "state"),
		"Status":       at(progress, "$defs", "progress", "properties", "status"),
		"StepState":    at(progress, "$defs", "step", "properties", "state"),
		"ChangeKind":   at(progress, "$defs", "change", "properties", "kind"),
		"Outcome":      at(progress, "$defs", "evidence", "properties", "outcome"),
	} {
		var got []string
		values, _ := where["enum"].([]any)
		for _, value := range values {
			got = append(got, value.(string))
		}
		slices.Sort(got)
		if want := constants(t, typ); len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%s: the schema has %v, the source has %v", typ, got, want)
		}
	}
}

func TestFormsAreThoseOfTheValidation(t *testing.T) {
	t.Parallel()
	for def, tc := range map[string]struct {
		accepted func(string) bool
		strings  *rapid.Generator[string]
	}{
		"token": {deprovision.ValidToken, rapid.OneOf(rapid.StringMatching(`[A-Za-z0-9_-]{0,66}`), rapid.StringMatching(`[a-c.* -]{1,4}`), rapid.String())},
		"guid":  {deprovision.ValidAppID, rapid.OneOf(rapid.StringMatching(`[0-9a-fA-F]{8}(-[0-9a-fA-Fg]{4}){3}-[0-9a-f]{12}`), rapid.String())},
		"plain": {func(s string) bool { return !deprovision.LooksSecret(s) }, rapid.OneOf(rapid.StringMatching(`x? ?(?i:bearer) [a-z]{18,22}`), secretish(), rapid.String())},
	} {
		t.Run(def, func(t *testing.T) {
			t.Parallel()
			s := compiled(t, "common.json#/$defs/"+def)
			rapid.Check(t, func(t *rapid.T) {
				text := tc.strings.Draw(t, "text")
				if err := s.Validate(text); (err == nil) != tc.accepted(text) {
					t.Fatalf("the validation says %t for %q, the schema %v", tc.accepted(text), text, err)
				}
			})
		})
	}
}

// secretish draws texts that are secrets or nearly so.
func secretish() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringMatching(`.{0,2}eyJ[A-Za-z0-9_-]{8,12}\.[A-Za-z0-9_-]{8,12}\.?.{0,3}`),
		rapid.StringMatching(`-----BEGIN (RSA )?PRIVATE KEY----?-`),
		rapid.StringMatching(`[a ]?([cC]lient[_-]?[sS]ecret|PASSWORD|passwd|Pwd|api[_-]?key)[\t ]?[:=]? ?x?`),
		rapid.StringMatching(`[ab.]{2,4}[78]Q~[A-Za-z0-9]{29,36}`),
		rapid.StringMatching(`a?whsec_[A-Za-z0-9]{14,18}`),
	)
}
