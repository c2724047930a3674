package footprint_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// smallPlan has two rules that reroute, one of the way back, and a dynamic group.
func smallPlan() deprovision.Plan {
	return deprovision.Plan{Artifacts: []deprovision.Artifact{
		{Kind: footprint.TransportRule, ID: "1", Name: tenantsim.RuleIncomingDomain, Step: "remove-rerouting-rules"},
		{Kind: footprint.TransportRule, ID: "2", Name: "it's", Step: "remove-rerouting-rules"},
		{Kind: footprint.DynamicGroup, ID: "3", Name: tenantsim.GroupIncoming, Step: "remove-virtual-groups"},
		{Kind: footprint.TransportRule, ID: "4", Name: tenantsim.RuleSkipSpam, Step: "remove-return-rules"},
	}}
}

func is(ids ...string) func(deprovision.Artifact) bool {
	return func(a deprovision.Artifact) bool { return slices.Contains(ids, a.ID) }
}

func TestLeftIsWhatThePlanHasAndIsNotGone(t *testing.T) {
	t.Parallel()
	s, plan := inline(t), smallPlan()
	left := s.Left(search().Account, &plan, []string{"remove-rerouting-rules", "remove-outbound-connectors", "remove-return-rules"}, is("1"))
	if len(left) != 2 || left[0].Name != "transport-rule it's (2)" || left[1].Name != "transport-rule "+tenantsim.RuleSkipSpam+" (4)" {
		t.Fatalf("%+v", left)
	}
	if !strings.HasSuffix(left[0].Instructions, "Remove-TransportRule -Identity '2'") {
		t.Errorf("%q", left[0].Instructions)
	}
	if left := s.Left(search().Account, &plan, s.Steps, nil); len(left) != 4 {
		t.Errorf("%+v", left)
	}
}

func TestLeftWithoutAPlanIsTheFootprintByItsNames(t *testing.T) {
	t.Parallel()
	s := inline(t)
	left := s.Left(search().Account, nil, s.Steps, is("1"))
	var all []string
	for _, r := range left {
		all = append(all, r.Name)
		if !strings.HasPrefix(r.Instructions, "Nothing was read: look whether it is there. ") {
			t.Errorf("%s: %q", r.Name, r.Instructions)
		}
	}
	for _, want := range []string{"transport-rule " + tenantsim.RuleSkipSpam, "security-group " + tenantsim.GroupIncoming,
		"spoof-allow-pair *, " + tenantsim.SpoofInfrastructure, "service-principal of App Id " + tenantsim.ProductAppID} {
		if !slices.Contains(all, want) {
			t.Errorf("%s is missing: %v", want, all)
		}
	}
	if !slices.ContainsFunc(all, func(n string) bool {
		return strings.Contains(n, "104.42.189.70") && strings.Contains(n, "20.66.85.0/28")
	}) {
		t.Errorf("no addresses: %v", all)
	}
	account := search().Account
	account.Site = "moon"
	if left := s.Left(account, nil, []string{"remove-ip-allow"}, nil); len(left) != 1 || !strings.Contains(left[0].Name, "au, ca, eu") {
		t.Errorf("%+v", left)
	}
}

func TestRemainQuotesForPowerShell(t *testing.T) {
	t.Parallel()
	r := inline(t).Remain(deprovision.Artifact{Kind: footprint.IPAllowEntry, ID: "p/x", Name: "x'; Remove-Mailbox ’y"}, "why.")
	if r.Name != "ip-allow-entry x'; Remove-Mailbox ’y (p/x)" || !strings.HasPrefix(r.Instructions, "why. Microsoft Defender portal") ||
		!strings.HasSuffix(r.Instructions, "-IPAllowList @{Remove='x''; Remove-Mailbox ’’y'}") {
		t.Errorf("%+v", r)
	}
}

func TestMailNoteTellsWhetherMailStillTakesTheVendorsWay(t *testing.T) {
	t.Parallel()
	s, plan := inline(t), smallPlan()
	for name, tc := range map[string]struct {
		plan         *deprovision.Plan
		stays, doubt func(deprovision.Artifact) bool
		want         string
	}{
		"nothing was read": {nil, nil, nil, "whether mail takes the vendor's way is not known: nothing was read"},
		"all are there":    {&plan, is("1", "2", "4"), nil, "mail still takes the vendor's way: 2 of 2 rules that reroute it are in place"},
		"one is there":     {&plan, is("2"), is(), "mail still takes the vendor's way: 1 of 2 rules that reroute it are in place"},
		"one is in doubt":  {&plan, is("1"), is("2"), "mail may still take the vendor's way: it's is in doubt"},
		"none is there":    {&plan, is("3", "4"), nil, "mail no longer takes the vendor's way"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := s.MailNote(tc.plan, tc.stays, tc.doubt); got != tc.want {
				t.Errorf("%q", got)
			}
		})
	}
	if note := (&footprint.Service{Steps: []string{"remove-consent"}}).MailNote(&plan, is("1"), nil); note != "" {
		t.Errorf("a service that reroutes nothing says %q", note)
	}
}

func TestNeedsFollowsThePlan(t *testing.T) {
	t.Parallel()
	s := inline(t)
	has := func(plan deprovision.Plan, call string) bool {
		return slices.ContainsFunc(s.Needs(deprovision.Account{}, plan), func(r footprint.Right) bool { return r.Call == call })
	}
	if has(deprovision.Plan{}, "Remove-DynamicDistributionGroup") || !has(smallPlan(), "Remove-DynamicDistributionGroup") || has(smallPlan(), "Remove-DistributionGroup") {
		t.Error("the right to remove a group does not follow the plan")
	}
	if !has(deprovision.Plan{}, "Remove-TransportRule") || len(s.Needs(deprovision.Account{}, deprovision.Plan{})) != len(s.Rights)-2 {
		t.Error("a right that every removal needs is missing")
	}
}
