package cli_test

import (
	"testing"
	"unicode"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

func TestHostileNameIsOneLineOfCharactersThatAreSeenAndLikeNoOther(t *testing.T) {
	t.Parallel()
	const rule = tenantsim.RuleSkipSpam
	names := append(tenantsim.HostileNames(), rule, rule+"\u200b", "\u202d"+rule, rule[:5]+"\u2060"+rule[5:])
	shown := map[string]string{}
	for _, name := range names {
		line := cli.OneLine(name)
		for _, r := range line {
			if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
				t.Errorf("the terminal gets %q of %q", r, name)
			}
		}
		if other, there := shown[line]; there {
			t.Errorf("%q and %q are both shown as %q", other, name, line)
		}
		shown[line] = name
	}
}
