package footprint_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// anyName draws names of the product, near ones and others.
func anyName() *rapid.Generator[string] {
	published := []string{tenantsim.RuleIncomingDomain, tenantsim.RuleIncomingUser, tenantsim.RuleSkipSpam, tenantsim.OutboundForIncoming,
		tenantsim.InboundForIncoming, tenantsim.GroupIncoming, tenantsim.GroupOutgoing, tenantsim.ProductName}
	return rapid.OneOf(rapid.SampledFrom(published), rapid.Map(rapid.SampledFrom(published), strings.ToUpper),
		rapid.Map(rapid.SampledFrom(published), func(s string) string { return s + " 2" }),
		rapid.SampledFrom([]string{"TMCAS x", "tmcas受信保護", "IT", "Check Point - Protect", "x TMCAS"}), rapid.String())
}

func anyText() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"", "*", "p", "q", "Allow", "Block", tenantsim.SpoofInfrastructure, "inpost-eu.tmcas.trendmicro.com", "x.example",
		tenantsim.ProductAppID, tenantsim.WorkerAppID, "104.42.189.70", "20.245.215.64/28", "20.245.215.64/27", "20.107.69.176", "203.0.113.17",
		tenantsim.ExchangeAdministrator, tenantsim.GroupIncoming, tenantsim.OutboundForIncoming, "f8cdef31-a31e-4b4a-93e4-5f571e91255a"})
}

// anyObject draws an object of any kind with any properties; some can't be read.
func anyObject(kinds []deprovision.ArtifactKind) *rapid.Generator[footprint.Object] {
	return rapid.Custom(func(t *rapid.T) footprint.Object {
		raw := map[string]any{}
		for _, key := range []string{"appId", "appOwnerOrganizationId", "principalId", "clientId", "roleDefinitionId", "SpoofedUser", "SendingInfrastructure",
			"Action", "IPAllowList", "RouteMessageOutboundConnector"} {
			if rapid.Bool().Draw(t, key) {
				raw[key] = anyText().Draw(t, key+" is")
			}
		}
		for _, key := range []string{"SmartHosts", "SenderIPAddresses", "SenderIpRanges", "SentToMemberOf", "FromMemberOf"} {
			if rapid.Bool().Draw(t, key) {
				raw[key] = rapid.SliceOfN(anyText(), 0, 2).Draw(t, key+" are")
			}
		}
		if rapid.Bool().Draw(t, "dated") {
			raw["WhenCreated"] = asked.Add(time.Duration(rapid.IntRange(-5, 5).Draw(t, "age")) * time.Hour)
		}
		body, err := json.Marshal(raw)
		if err != nil || rapid.IntRange(0, 19).Draw(t, "broken") == 0 {
			body = []byte(`{"Action":7`)
		}
		return footprint.Object{Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Name: anyName().Draw(t, "name"), Raw: body,
			ID: rapid.SampledFrom([]string{"p", "q", "r", "s", "u", "v", "w", "x", ""}).Draw(t, "id")}
	})
}

// related is a second opinion, coarser than the matchers: whether anything in an object has to do with the product.
func related(s footprint.Search, o footprint.Object, plan deprovision.Plan) bool {
	text := strings.ToLower(o.Name + string(o.Raw))
	for _, sign := range []string{"tmcas", strings.ToLower(tenantsim.ProductAppID)} {
		if strings.Contains(text, sign) {
			return true
		}
	}
	for _, address := range []string{"104.42.189.70", "20.245.215.64/2", "20.107.69.176"} {
		if strings.Contains(text, address) {
			return true
		}
	}
	for _, id := range s.Account.Recorded {
		if id == o.ID {
			return true
		}
	}
	for _, a := range plan.Artifacts { // it refers to what is the product's
		if strings.Contains(string(o.Raw), `"`+a.ID+`"`) {
			return true
		}
	}
	return false
}

func TestFindNeverTakesWhatNoRuleNames(t *testing.T) {
	t.Parallel()
	s := inline(t)
	kinds := append(s.Kinds(), "mailbox")
	rapid.Check(t, func(t *rapid.T) {
		objects := rapid.SliceOfN(anyObject(kinds), 0, 12).Draw(t, "objects")
		in := search(func(in *footprint.Search) {
			in.Account.Site = rapid.SampledFrom([]string{"us", "eu", "", "moon"}).Draw(t, "site")
			in.Approved = rapid.SliceOfN(anyName(), 0, 3).Draw(t, "approved")
			if rapid.Bool().Draw(t, "recorded") {
				in.Account.Recorded = map[string]string{"a rule": "w"}
			}
		})
		plan, err := s.Find(in, objects)
		if err != nil {
			return // the brake: nothing goes
		}
		for _, a := range slices.Concat(plan.Artifacts, plan.Suspects) {
			i := slices.IndexFunc(objects, func(o footprint.Object) bool { return o.Kind == a.Kind && o.ID == a.ID && o.Name == a.Name })
			if i < 0 || !related(in, objects[i], plan) {
				t.Fatalf("%+v has nothing to do with the product", a)
			}
		}
		for _, a := range plan.Artifacts {
			checkArtifact(t, in, a)
		}
	})
}

// checkArtifact holds what must be true of everything that goes.
func checkArtifact(t *rapid.T, in footprint.Search, a deprovision.Artifact) {
	var o struct{ WhenCreated, AppID, AppOwnerOrganizationID, IPAllowList string }
	if err := json.Unmarshal(a.Before, &o); err != nil || a.ID == "" {
		t.Fatalf("%+v can't be read: %v", a, err)
	}
	created, _ := time.Parse(time.RFC3339, o.WhenCreated)
	known := []string{"104.42.189.70", "20.245.215.64/28", "20.107.69.176"}
	switch {
	case created.After(in.Since):
		t.Fatalf("%+v is younger than the request", a)
	case a.Kind == footprint.ServicePrincipal && (o.AppID != in.Account.AppID || strings.HasPrefix(o.AppOwnerOrganizationID, "f8cdef31")):
		t.Fatalf("%+v is another's app", a)
	case a.Kind == footprint.IPAllowEntry && !slices.Contains(known, o.IPAllowList):
		t.Fatalf("%+v is the customer's address", a)
	case strings.HasPrefix(a.Match, "approved: ") && !slices.Contains(in.Approved, a.Name):
		t.Fatalf("%+v was not approved", a)
	case strings.HasPrefix(a.Match, "suspect"):
		t.Fatalf("%+v is a suspect", a)
	}
}

func TestPlanDoesNotDependOnTheOrderOfListings(t *testing.T) {
	t.Parallel()
	s := inline(t)
	rapid.Check(t, func(t *rapid.T) {
		objects := rapid.SliceOfN(anyObject(s.Kinds()), 0, 12).Draw(t, "objects")
		seed := rapid.Uint64().Draw(t, "seed")
		other := slices.Clone(objects)
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(other), func(i, j int) { other[i], other[j] = other[j], other[i] })
		one, err1 := s.Find(search(), objects)
		two, err2 := s.Find(search(func(s *footprint.Search) { s.Now = s.Now.Add(time.Hour) }), other)
		if one.Digest() != two.Digest() || fmt.Sprint(err1) != fmt.Sprint(err2) {
			t.Fatalf("%v %v\n%v %v", one, err1, two, err2)
		}
	})
}
