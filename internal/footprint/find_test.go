package footprint_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// inOrder is what goes from the simulated tenant, in the order in which it goes.
func inOrder() []string {
	out := []string{
		"transport-rule " + tenantsim.RuleIncomingDomain, "transport-rule " + tenantsim.RuleIncomingUser,
		"transport-rule " + tenantsim.RuleOutgoingDomain, "transport-rule " + tenantsim.RuleOutgoingUser,
		"outbound-connector " + tenantsim.OutboundForIncoming, "outbound-connector " + tenantsim.OutboundForOutgoing,
		"microsoft365-group " + tenantsim.GroupIncoming, "microsoft365-group " + tenantsim.GroupOutgoing,
		"transport-rule " + tenantsim.RuleSkipSpam, "transport-rule " + tenantsim.RuleMoveToJunk,
		"inbound-connector " + tenantsim.InboundForIncoming, "inbound-connector " + tenantsim.InboundForOutgoing,
		"spoof-allow-pair *, " + tenantsim.SpoofInfrastructure,
	}
	for _, ip := range slices.Concat(tenantsim.USInboundIPs, tenantsim.USOutboundIPs) {
		out = append(out, "ip-allow-entry "+ip)
	}
	return append(out, "role-assignment "+tenantsim.ExchangeAdministrator, "permission-grant User.Read",
		"app-role-assignment Microsoft Graph", "app-role-assignment Office 365 Exchange Online", "service-principal "+tenantsim.ProductName)
}

// suspicious is what only resembles the product's.
var suspicious = []string{
	"transport-rule " + tenantsim.RuleIncomingDomain + " (copy of IT)",
	"outbound-connector Hybrid relay (do not touch)", "outbound-connector TMCAS Outbound Connector (old, IT keeps it)",
	"distribution-group " + tenantsim.GroupIncoming + "s", "dynamic-distribution-group TMCAS pilot users",
	"transport-rule TMCAS Inline Incoming Skip Spam Filter", "transport-rule TMCAS monitoring mailbox",
	"inbound-connector " + tenantsim.InboundForIncoming + " 2",
	"spoof-allow-pair ceo@contoso.example, " + tenantsim.SpoofInfrastructure,
}

func TestFindTakesTheFootprintAndNothingElse(t *testing.T) {
	t.Parallel()
	plan := find(t, search(), newTenant(t, nil).objects())
	if got, want := names(plan.Artifacts), inOrder(); !slices.Equal(got, want) {
		t.Errorf("artifacts\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := names(plan.Suspects); !slices.Equal(got, suspicious) {
		t.Errorf("suspects\n%s", strings.Join(got, "\n"))
	}
	for _, a := range slices.Concat(plan.Artifacts, plan.Suspects) {
		if a.ID == "" || a.Step == "" || a.Match == "" || len(a.Before) == 0 || a.Restore == "" {
			t.Errorf("%s %s lacks something: %+v", a.Kind, a.Name, a)
		}
	}
	if len(plan.Cautions) != 2 || !strings.Contains(plan.Remainder[1].Name, "spf-repost.tmcas.trendmicro.com") {
		t.Errorf("%v %v", plan.Cautions, plan.Remainder)
	}
}

func TestDigestDependsOnTheTenantAlone(t *testing.T) {
	t.Parallel()
	objects := newTenant(t, nil).objects()
	first := find(t, search(), objects)
	for range 20 {
		rand.Shuffle(len(objects), func(i, j int) { objects[i], objects[j] = objects[j], objects[i] })
		again := append(slices.Clone(objects), objects[:7]...) // as pages that overlap
		plan := find(t, search(func(s *footprint.Search) { s.Now = asked.Add(time.Hour) }), again)
		if plan.Digest() != first.Digest() || !slices.Equal(names(plan.Artifacts), names(first.Artifacts)) {
			t.Fatalf("another plan: %v", names(plan.Artifacts))
		}
	}
	rule := slices.IndexFunc(objects, func(o footprint.Object) bool { return o.Name == tenantsim.RuleSkipSpam })
	objects[rule].Raw = []byte(strings.Replace(string(objects[rule].Raw), `"SetSCL":-1`, `"SetSCL":5`, 1))
	if find(t, search(), objects).Digest() == first.Digest() {
		t.Error("another rule, and the digest stays")
	}
}

func TestBeforeStateKeepsEverythingInAFixedOrder(t *testing.T) {
	t.Parallel()
	plan := find(t, search(), []footprint.Object{object(rule, tenantsim.RuleSkipSpam, `{"b": 12345678901234567890, "a": {"z": 0.10, "y": []}, "c": "<é>"}`)})
	if got := string(plan.Artifacts[0].Before); got != `{"a":{"y":[],"z":0.10},"b":12345678901234567890,"c":"\u003cé\u003e"}` {
		t.Error(got)
	}
}

func TestApprovalByNameLetsASuspectGo(t *testing.T) {
	t.Parallel()
	objects := newTenant(t, nil).objects()
	before := find(t, search(), objects)
	plan := find(t, search(func(s *footprint.Search) {
		s.Approved = []string{"TMCAS monitoring mailbox", "tmcas pilot users", "Check Point - Protect", "Scanner floor 2"}
	}), objects)
	if len(plan.Artifacts) != len(before.Artifacts)+1 || len(plan.Suspects) != len(before.Suspects)-1 || plan.Digest() == before.Digest() {
		t.Fatalf("%v", names(plan.Artifacts))
	}
	i := slices.Index(names(plan.Artifacts), "transport-rule TMCAS monitoring mailbox")
	if i < 0 || plan.Artifacts[i].Match != "approved: its name begins with TMCAS" || plan.Artifacts[i].Step != "remove-return-rules" {
		t.Errorf("%v", plan.Artifacts)
	}
}

func TestGroupOfRulesThatAreGoneIsKnownByItsID(t *testing.T) {
	t.Parallel()
	whole := newTenant(t, nil).objects()
	planned := find(t, search(), whole)
	var groups []string
	for _, a := range planned.Artifacts {
		if a.Name == tenantsim.GroupIncoming || a.Name == tenantsim.GroupOutgoing {
			groups = append(groups, a.ID)
		}
	}
	rest := slices.DeleteFunc(slices.Clone(whole), func(o footprint.Object) bool { return o.Kind == rule })
	count := func(plan deprovision.Plan) (n int) {
		for _, a := range plan.Artifacts {
			if slices.Contains(groups, a.ID) && a.Match == "name" {
				n++
			}
		}
		return n
	}
	if n := count(find(t, search(), rest)); len(groups) != 2 || n != 0 {
		t.Fatalf("%d of %v go although no rule uses them", n, groups)
	}
	with := find(t, search(func(s *footprint.Search) { s.Used = groups }), rest)
	if count(with) != 2 {
		t.Errorf("%v", names(with.Artifacts))
	}
	others := find(t, search(func(s *footprint.Search) { s.Used = []string{"x"} }), rest)
	if others.Digest() != find(t, search(), rest).Digest() {
		t.Error("the id of no group changes the plan")
	}
}

func TestTheWorkersOwnAppIsLeftWithAllThatHangsOnIt(t *testing.T) {
	t.Parallel()
	plan := find(t, search(func(s *footprint.Search) { s.Account.AppID = strings.ToUpper(tenantsim.WorkerAppID) }), newTenant(t, nil).objects())
	for _, a := range slices.Concat(plan.Artifacts, plan.Suspects) {
		switch a.Kind {
		case footprint.ServicePrincipal, footprint.RoleAssignment, footprint.PermissionGrant, footprint.AppRoleAssignment:
			t.Errorf("%s %s goes", a.Kind, a.Name)
		}
	}
	left := 0
	for _, r := range plan.Remainder {
		if strings.Contains(r.Instructions, "the worker itself runs as this app") {
			left++
		}
	}
	if left != 1+1+10 { // the app, its role, its permissions
		t.Errorf("%d are left: %+v", left, plan.Remainder)
	}
}

func TestWithoutASiteTheSharedListsAreSuspectsOnly(t *testing.T) {
	t.Parallel()
	objects := newTenant(t, nil).objects()
	nowhere := search(func(s *footprint.Search) { s.Account.Site = "" })
	plan := find(t, nowhere, objects)
	for _, a := range plan.Artifacts {
		if a.Kind == footprint.IPAllowEntry || a.Kind == footprint.SpoofAllowPair {
			t.Errorf("%s goes", a.Name)
		}
	}
	if got := len(plan.Suspects); got != len(suspicious)+10+1 {
		t.Errorf("%v", names(plan.Suspects))
	}
	if !strings.Contains(plan.Remainder[1].Name, "spf-inpost-mea.tmcas.trendmicro.com") {
		t.Errorf("not all includes: %v", plan.Remainder)
	}
	nowhere.Approved = []string{tenantsim.USInboundIPs[1]}
	if plan := find(t, nowhere, objects); !slices.Contains(names(plan.Artifacts), "ip-allow-entry "+tenantsim.USInboundIPs[1]) {
		t.Errorf("the approved entry stays: %v", names(plan.Artifacts))
	}
}

func TestBrakeRefusesThePlan(t *testing.T) {
	t.Parallel()
	c := newTenant(t, func(f *tenantsim.Fixture) {
		for i := range 10 {
			f.Exchange.TransportRules = append(f.Exchange.TransportRules, tenantsim.TransportRule{Name: "TMCAS " + string(rune('a'+i))})
		}
	})
	s := search()
	for i := range 10 {
		s.Approved = append(s.Approved, "TMCAS "+string(rune('a'+i)))
	}
	if _, err := inline(t).Find(s, c.objects()); err == nil || !strings.Contains(err.Error(), "16 of transport-rule, at most 12") {
		t.Errorf("%v", err)
	}
}
