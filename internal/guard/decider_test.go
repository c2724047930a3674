package guard_test

import (
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/guard"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestWhoMayDecide(t *testing.T) {
	t.Parallel()
	request := deprovision.Request{Tenant: "contoso", RequestedBy: "Soc@contoso.example "}
	nobody, some := guard.Deciders{}, guard.Deciders{Names: []string{"*@contoso.example"}}
	second, both := guard.Deciders{SecondPerson: true}, guard.Deciders{Names: []string{"*@contoso.example"}, SecondPerson: true}
	for name, tc := range map[string]struct {
		deciders guard.Deciders
		verb     deprovision.Verb
		by, says string // says "" means that it counts
	}{
		"nothing is said: everybody":             {nobody, deprovision.Confirm, "soc@contoso.example", ""},
		"nothing is said: no name":               {nobody, deprovision.Cancel, " ", ""},
		"a decider":                              {some, deprovision.Confirm, "Admin@Contoso.example", ""},
		"a decider with a slash":                 {some, deprovision.Confirm, "soc/admin@contoso.example", ""},
		"everybody, with a slash":                {guard.Deciders{Names: []string{"*"}}, deprovision.Confirm, "soc/alice", ""},
		"a decider, with blanks":                 {some, deprovision.Confirm, " admin@contoso.example\t", ""},
		"who asked, and is a decider":            {some, deprovision.Confirm, "soc@contoso.example", ""},
		"somebody else":                          {some, deprovision.Confirm, "admin@fabrikam.example", "policy.deciders"},
		"somebody else cancels":                  {some, deprovision.Cancel, "admin@fabrikam.example", "policy.deciders"},
		"no name":                                {some, deprovision.Cancel, " ", "who decides"},
		"a pattern that is none":                 {guard.Deciders{Names: []string{"[", ""}}, deprovision.Cancel, "[", "policy.deciders"},
		"second person: another one":             {second, deprovision.Confirm, "admin@contoso.example", ""},
		"second person: who asked confirms":      {second, deprovision.Confirm, "soc@contoso.example", "another person has to confirm"},
		"second person: in other letters":        {second, deprovision.Approve, " SOC@CONTOSO.EXAMPLE", "another person has to approve"},
		"second person: who asked forces":        {second, deprovision.Force, "soc@contoso.example", "another person has to force"},
		"second person: who asked cancels":       {second, deprovision.Cancel, "soc@contoso.example", ""},
		"second person: who asked retries":       {second, deprovision.Retry, "soc@contoso.example", ""},
		"second person: no name":                 {second, deprovision.Confirm, "", "who decides"},
		"both: another one, and no decider":      {both, deprovision.Confirm, "admin@fabrikam.example", "policy.deciders"},
		"both: a decider, and another one":       {both, deprovision.Confirm, "admin@contoso.example", ""},
		"both: a decider, and the one who asked": {both, deprovision.Confirm, "soc@contoso.example", "policy.secondPerson"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := tc.deciders.May(request, deprovision.Decision{Verb: tc.verb, DecidedBy: tc.by})
			if (got == "") != (tc.says == "") || !strings.Contains(got, tc.says) {
				t.Errorf("said %q, want %q in it", got, tc.says)
			}
		})
	}
	for name, tc := range map[string]struct {
		deciders guard.Deciders
		says     string
	}{"nobody": {nobody, ""}, "a decider": {some, ""}, "no decider": {guard.Deciders{Names: []string{"admin"}}, "policy.deciders"}, "second": {second, "policy.secondPerson"}} {
		if got := tc.deciders.MayAlone(request); (got == "") != (tc.says == "") || !strings.Contains(got, tc.says) {
			t.Errorf("a request that confirms itself, %s: %q", name, got)
		}
	}
}
