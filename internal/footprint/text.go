package footprint

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// placeholder is what texts of a footprint may leave open. PowerShell's own @{…} is none.
var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// textPlaceholders may stand in the texts of stops and cautions.
var textPlaceholders = []string{"{service}", "{product}", "{console}", "{help}"}

// fill replaces the placeholders that do not depend on an account or an object.
func (s *Service) fill() {
	known := strings.NewReplacer("{service}", s.Title, "{product}", s.product.Name, "{console}", s.product.Console, "{help}", s.product.Help)
	for name, text := range s.Stops {
		s.Stops[name] = known.Replace(text)
	}
	for i, c := range s.Cautions {
		s.Cautions[i].Text = known.Replace(c.Text)
	}
}

// known is what is left for a person whatever the tenant holds, with the includes of the account's site, or of all sites.
func (s *Service) known(account deprovision.Account) []deprovision.Remainder {
	var includes []string
	if site, ok := s.Site(account); ok {
		includes = site.SPF
	} else {
		for _, id := range slices.Sorted(maps.Keys(s.product.Sites)) {
			includes = append(includes, s.product.Sites[id].SPF...)
		}
	}
	fill := strings.NewReplacer("{spf}", strings.Join(includes, ", "))
	out := slices.Clone(s.Remainder)
	for i := range out {
		out[i].Name, out[i].Instructions = fill.Replace(out[i].Name), fill.Replace(out[i].Instructions)
	}
	if account.Kind == deprovision.Delegate {
		out = append(out, deprovision.Remainder{Name: "user " + account.UPN,
			Instructions: "The product's delegate account, often a Global Administrator with a password. When no other service uses it: " +
				"take its directory roles away, then Remove-MgUser -UserId " + quote(account.UPN)})
	}
	return out
}

// fold makes names comparable as Exchange and Entra compare them: without regard to the case of the letters A to Z. No other letters are
// folded, so that a name with a look-alike letter (the Kelvin sign for a K) is not taken for a published one.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// same compares ids and names.
func same(a, b string) bool { return a != "" && fold(a) == fold(b) }
