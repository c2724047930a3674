package step_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const checkPoint = "check-point-harmony"

// unpublished are names that only resemble published ones: a person approves them.
var unpublished = []string{tenantsim.CheckPointWhitelist, tenantsim.CheckPointInbound, tenantsim.CheckPointDLPInbound}

// checkPointKinds is how many objects of each kind the whole removal takes from the tenant that this product protected.
var checkPointKinds = map[tenantsim.Kind]int{
	tenantsim.KindTransportRule: 4, tenantsim.KindOutboundConnector: 2, tenantsim.KindInboundConnector: 2, tenantsim.KindGroup: 2,
	tenantsim.KindJournalRule: 1, tenantsim.KindRoleAssignment: 2, tenantsim.KindPermissionGrant: 2, tenantsim.KindAppRoleAssignment: 4,
	tenantsim.KindServicePrincipal: 1,
}

// newCheckPoint is a harness for the removal of a service of the other product.
func newCheckPoint(t *testing.T, service deprovision.Service, change func(*tenantsim.Fixture)) *harness {
	t.Helper()
	h := newHarness(t, func(f *tenantsim.Fixture) {
		*f = *tenantsim.CheckPointTenant()
		if change != nil {
			change(f)
		}
	})
	h.put(deprovision.Account{Tenant: "contoso", ID: accountID, Product: checkPoint, Service: service, Kind: deprovision.Authorized,
		AppID: tenantsim.CheckPointAppID, ProductID: tenantsim.CheckPointAccountID, State: deprovision.AccountActive, Open: "r1"})
	h.state.Request.Product, h.state.Request.Service = checkPoint, service
	return h
}

func TestWholeRemovalOfAnotherProductTakesItsFootprintAndNothingElse(t *testing.T) {
	t.Parallel()
	h := newCheckPoint(t, deprovision.ExchangeOnlineInline, nil)
	h.state.Request.Options.ApproveByName = unpublished
	h.decide("confirm", deprovision.Confirm)
	h.decide("manual", deprovision.ManualDone) // the policies are stopped
	h.decide("manual", deprovision.ManualDone) // and so is the row
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded || len(h.failures) > 0 {
		t.Fatalf("ended %s at %s: %+v %v", h.state.Status, h.name(), h.state.Stop, h.failures)
	}
	checkChanged(t, h, checkPointKinds)
	checkEachByOneCall(t, h)
	if !slices.Contains(h.parks, 24*time.Hour) {
		t.Errorf("parked %v, no day for the mail under way", h.parks)
	}
	if a := h.accounts[accountID]; a.State != deprovision.AccountClosed {
		t.Errorf("the account's record is %+v", a)
	}
	for _, want := range []string{"IP allow list", "undeliverable journal reports", "avanan-service-user"} {
		if !slices.ContainsFunc(h.state.Remainder, func(r deprovision.Remainder) bool { return strings.Contains(r.Name, want) }) {
			t.Errorf("no word about the %s", want)
		}
	}
	var rule deprovision.Artifact
	for _, e := range h.evidence {
		if e.Artifact.Kind == footprint.JournalRule {
			rule = e.Artifact
		}
	}
	if want := "New-JournalRule -Name 'Check Point - Monitor' -JournalEmailAddress 'contoso@contoso-mail.checkpointcloudsec.com' -Scope 'Global' -Enabled:$true"; rule.Restore != want {
		t.Errorf("the journal rule would come back by %s", rule.Restore)
	}
}

// checkChanged compares what has changed in the tenant with how many of each kind should have.
func checkChanged(t *testing.T, h *harness, want map[tenantsim.Kind]int) {
	t.Helper()
	count := map[tenantsim.Kind]int{}
	for _, c := range h.sim.Changes("") {
		count[c.Kind]++
		if c.Effect != tenantsim.EffectRemoved {
			t.Errorf("%+v", c)
		}
	}
	for k, n := range want {
		if count[k] != n {
			t.Errorf("%s: %d changed, want %d", k, count[k], n)
		}
	}
	if len(count) != len(want) {
		t.Errorf("changed kinds: %v", count)
	}
}

func TestSuspectsOfAnotherProductAreNamedByWhatTheyResemble(t *testing.T) {
	t.Parallel()
	h := newCheckPoint(t, deprovision.ExchangeOnlineInline, nil)
	h.until(t.Context(), step.Confirm)
	got := map[string]string{}
	for _, a := range h.plan().Suspects {
		got[a.Name] = a.Match
	}
	want := map[string]string{
		"Check Point - Protect (copy of IT)":   "its name begins with Check Point",
		"Hybrid relay (do not touch)":          "it sends to relay-host.checkpointcloudsec.com",
		"Journal of the pilot":                 "it sends copies to contoso@contoso-mail.checkpointcloudsec.com",
		tenantsim.CheckPointGroupIn + "_pilot": "its name begins with checkpoint_inline",
	}
	for name, why := range want {
		if got[name] != "suspect: "+why {
			t.Errorf("%s: %q", name, got[name])
		}
	}
	for _, name := range unpublished {
		want[name] = "its name begins with Check Point"
		if got[name] != "suspect: "+want[name] {
			t.Errorf("%s: %q", name, got[name])
		}
	}
	if len(got) != len(want) {
		t.Errorf("suspects %v", got)
	}
}

func TestDetectModeOfAnotherProductTakesItsJournalRuleAndApp(t *testing.T) {
	t.Parallel()
	h := newCheckPoint(t, deprovision.ExchangeOnline, func(f *tenantsim.Fixture) {
		decoys := tenantsim.CheckPointTenant().Exchange.JournalRules
		f.Exchange, f.Groups = tenantsim.ExchangeOrg{JournalRules: decoys}, nil
	})
	h.decide("confirm", deprovision.Confirm)
	h.decide("manual", deprovision.ManualDone)
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded || len(h.failures) > 0 {
		t.Fatalf("ended %s at %s: %+v %v", h.state.Status, h.name(), h.state.Stop, h.failures)
	}
	checkChanged(t, h, map[tenantsim.Kind]int{tenantsim.KindJournalRule: 1, tenantsim.KindRoleAssignment: 2, tenantsim.KindPermissionGrant: 2,
		tenantsim.KindAppRoleAssignment: 4, tenantsim.KindServicePrincipal: 1})
	if len(h.parks) > 0 && slices.Contains(h.parks, 24*time.Hour) {
		t.Errorf("parked %v with no mail under way", h.parks)
	}
}

// The tenant's hook is the reference product's: it knows no row of another product, and its answer would pass for a proof.
func TestHookOfOneProductIsNotAskedAboutAnother(t *testing.T) {
	t.Parallel()
	h := newCheckPoint(t, deprovision.ExchangeOnlineInline, nil)
	h.decide("confirm", deprovision.Confirm)
	h.decide("manual", deprovision.ManualDone)
	h.runAll(t.Context())
	if h.state.Status != deprovision.Waiting || h.name() != step.RemoveAtProduct || h.state.Stop.Manual == nil ||
		h.state.Stop.Manual.Link != "https://portal.checkpoint.com/" {
		t.Fatalf("%s at %s: %+v", h.state.Status, h.name(), h.state.Stop)
	}
	for _, c := range h.sim.Destructive() {
		if c.API == tenantsim.APIProduct {
			t.Errorf("%+v", c)
		}
	}
}

// A tenant of the reference product may hold what only resembles the other one, and the other way round.
func TestProductsLeaveEachOthersObjectsAlone(t *testing.T) {
	t.Parallel()
	h := newHarness(t, nil)
	h.until(t.Context(), step.Confirm)
	for _, a := range slices.Concat(h.plan().Artifacts, h.plan().Suspects) {
		if strings.Contains(a.Name, "Check Point") {
			t.Errorf("%s %s (%s) is of another product", a.Kind, a.Name, a.Match)
		}
	}
	other := newCheckPoint(t, deprovision.ExchangeOnlineInline, nil)
	other.until(t.Context(), step.Confirm)
	for _, a := range slices.Concat(other.plan().Artifacts, other.plan().Suspects) {
		if strings.Contains(a.Name, "TMCAS") || strings.Contains(a.Name, "Trend") {
			t.Errorf("%s %s (%s) is of another product", a.Kind, a.Name, a.Match)
		}
	}
}

func TestRequestForAnotherProductThanTheRecordsIsRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ record, request, says string }{
		"the request names none":   {checkPoint, "", "is of the product check-point-harmony, not trend-micro-cas"},
		"the record names none":    {"", checkPoint, "is of the product trend-micro-cas, not check-point-harmony"},
		"nobody describes either":  {"another", checkPoint, "is of the product another, not check-point-harmony"},
		"the reference is written": {deprovision.ReferenceProduct, checkPoint, "is of the product trend-micro-cas, not check-point-harmony"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newEngineRig(t)
			a, revision, err := r.records.Get(t.Context(), "contoso", accountID)
			if err != nil {
				t.Fatal(err)
			}
			a.Product = tc.record
			if _, err := r.records.Put(t.Context(), a, revision); err != nil {
				t.Fatal(err)
			}
			r.state.Request.Product = tc.request
			p := r.run()
			if p.Status != deprovision.Refused || !strings.Contains(p.Detail, tc.says) || !strings.Contains(p.Detail, "field product") {
				t.Fatalf("%s: %s", p.Status, p.Detail)
			}
			if n := len(r.sim.Destructive()); n > 0 || len(r.used) > 0 {
				t.Errorf("%d destructive calls, the tenant was opened with %v", n, r.used)
			}
			if a, _, err := r.records.Get(t.Context(), "contoso", accountID); err != nil || a.Open != "" || a.State != deprovision.AccountActive {
				t.Errorf("the record is %+v, %v", a, err)
			}
		})
	}
}

func TestRequestForAProductThatNobodyDescribesIsRefused(t *testing.T) {
	t.Parallel()
	r := newEngineRig(t)
	r.state.Request.Product = "another"
	p := r.run()
	if p.Status != deprovision.Refused || !strings.Contains(p.Detail, "exchange-online-inline of the product another") {
		t.Fatalf("%s: %s", p.Status, p.Detail)
	}
}
