package step_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/engine/memory"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// ofSingleSites grants the product's principal of Azure ACS on one site instead of the whole tenant: then Entra has no service principal of it.
func ofSingleSites(f *tenantsim.Fixture) {
	f.SharePoint.AppPrincipals[0].Sites = []string{tenantsim.MarketingSite}
	f.ServicePrincipals = slices.DeleteFunc(f.ServicePrincipals, func(p tenantsim.ServicePrincipal) bool { return p.AppID == tenantsim.LegacyAppID })
}

// clicked is SharePoint after somebody clicked the x on its page.
type clicked struct{ m365.SharePoint }

func (clicked) AppPrincipals(context.Context, []string) ([]m365.Object, error) { return nil, nil }

func (h *harness) click() {
	h.wrap(func(t *m365.Tenant) { t.SharePoint = clicked{t.SharePoint} })
}

const byItsPage = "app principal " + tenantsim.LegacyAppID + " of single sites"

// atPrincipal runs an account's request up to the stop at which a person removes the principal. No sister has it.
func atPrincipal(t *testing.T, account string) *harness {
	t.Helper()
	h := newFull(t, account, ofSingleSites)
	h.policy.ManualDue = 72 * time.Hour
	for id, a := range h.accounts {
		if a.SharePointAppID = ""; id == account {
			a.SharePointAppID = tenantsim.LegacyAppID
		}
		h.put(a)
	}
	h.decide("confirm", deprovision.Confirm)
	h.runAll(t.Context())
	if h.state.Stop == nil || h.state.Stop.Name != "manual" || h.name() != "remove-app-principal" {
		t.Fatalf("%s at %s: %+v %v", h.state.Status, h.name(), h.state.Stop, h.failures)
	}
	return h
}

func TestPrincipalOfSingleSitesIsRemovedByAPersonOnItsPage(t *testing.T) {
	t.Parallel()
	const page = tenantsim.SharePointAdminURL + "/_layouts/15/TA_AllAppPrincipals.aspx"
	for _, account := range []string{"sharepoint", "onedrive", "teams"} {
		t.Run(account, func(t *testing.T) {
			t.Parallel()
			h := atPrincipal(t, account)
			if m := h.plan().Manual; !slices.ContainsFunc(m, func(r deprovision.Remainder) bool { return r.Name == byItsPage && r.Link == page }) {
				t.Errorf("the plan does not tell of it: %+v", m)
			}
			m := h.state.Stop.Manual
			due := h.clock.Now().Add(72 * time.Hour)
			if m == nil || m.Link != page || !strings.Contains(m.Instructions, tenantsim.LegacyAppID) || m.Owner != "mail team" || m.Due == nil || !m.Due.Equal(due) {
				t.Fatalf("%+v", m)
			}
			h.decide("manual", deprovision.ManualDone, note("clicked away, ticket 4711"))
			h.click()
			h.runAll(t.Context())
			want := "done by admin@contoso.example at " + startOfDay.Format("2006-01-02T15:04:")
			fact := h.state.Facts["remove-app-principal"]
			if h.state.Status != deprovision.Succeeded || !strings.HasPrefix(fact, want) || !strings.HasSuffix(fact, "Z: clicked away, ticket 4711") {
				t.Errorf("%s %+v, kept %q", h.state.Status, h.state.Stop, fact)
			}
			if namedAs(h, byItsPage) > 0 {
				t.Error("it is named as left")
			}
		})
	}
}

// sometimes is SharePoint that shows the principal or not.
type sometimes struct {
	m365.SharePoint

	clicked *bool
}

func (s sometimes) AppPrincipals(ctx context.Context, ids []string) ([]m365.Object, error) {
	if *s.clicked {
		return nil, nil
	}
	return s.SharePoint.AppPrincipals(ctx, ids)
}

// TestWordOfAnEarlierRequestCountsForNoPrincipalThatIsThere has somebody install the app again between two requests.
func TestWordOfAnEarlierRequestCountsForNoPrincipalThatIsThere(t *testing.T) {
	t.Parallel()
	for name, back := range map[string]bool{"there again": true, "gone": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, "sharepoint", ofSingleSites)
			h.accounts = map[string]deprovision.Account{"sharepoint": h.accounts["sharepoint"]} // no sister has it
			clicked, asked := false, 0
			s := newSeries(h, func(c *engine.Config) {
				tenants := func(ctx context.Context, alias, reference string) (m365.Tenant, error) {
					made, err := h.tenant(ctx, alias, reference)
					made.SharePoint = sometimes{made.SharePoint, &clicked}
					return made, err
				}
				c.Steps = step.New(step.Deps{Tenants: tenants, Accounts: c.Accounts.(*memory.Accounts), Brake: h.ledgers, Footprints: h.print, Clock: leaseClock{h.clock},
					Policy: func(string) step.Policy { return h.policy }})
			})
			click := func(p deprovision.Progress) *deprovision.Decision {
				if p.Stop == nil || p.Stop.Name != deprovision.StopManual || p.Steps[p.Step].Name != "remove-app-principal" {
					return nil
				}
				asked++
				clicked = true
				return verb(deprovision.ManualDone, "ticket 1")
			}
			first := s.take(s.state.Request, func(p deprovision.Progress) *deprovision.Decision {
				if p.Park != nil && p.Steps[p.Step].Name == step.VerifyRemoval {
					return verb(deprovision.Cancel, "")
				}
				return click(p)
			})
			if first.Status != deprovision.Cancelled || asked != 1 || !strings.HasPrefix(first.Facts["remove-app-principal"], "done by ") {
				t.Fatalf("%s %s, asked %d times: %v", first.Status, first.Detail, asked, first.Facts)
			}
			clicked = !back
			p := s.take(s.next(first.Request.ID), click)
			if want := map[bool]int{true: 2, false: 1}[back]; asked != want || !strings.HasPrefix(string(p.Status), "succeeded") {
				t.Errorf("%s %s: asked %d times, want %d", p.Status, p.Detail, asked, want)
			}
		})
	}
}

func note(reason string) func(*deprovision.Decision) {
	return func(d *deprovision.Decision) { d.Reason = reason }
}

func TestPrincipalThatIsSaidToBeGoneIsLookedFor(t *testing.T) {
	t.Parallel()
	h := atPrincipal(t, "sharepoint")
	h.decide("manual", deprovision.ManualDone)
	h.runAll(t.Context())
	if s := h.state.Stop; s == nil || s.Name != "manual" || !strings.HasPrefix(s.Detail, "It is still there. "+byItsPage) || h.state.Facts["remove-app-principal"] != "" {
		t.Fatalf("%+v", s)
	}
	h.decide("manual", deprovision.Skip)
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded || namedAs(h, byItsPage) != 1 {
		t.Errorf("%s %+v: %+v", h.state.Status, h.state.Stop, h.state.Remainder)
	}
}

func TestNobodyIsAskedForAPrincipalThatIsGone(t *testing.T) {
	t.Parallel()
	h := newFull(t, "sharepoint", ofSingleSites)
	h.policy.ConfirmsItself = true
	h.until(t.Context(), "remove-app-principal")
	h.click()
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded || len(h.stops) > 0 || !strings.HasPrefix(h.state.Facts["remove-app-principal"], "nobody had to do it") {
		t.Errorf("%s %+v, kept %q", h.state.Status, h.stops, h.state.Facts["remove-app-principal"])
	}
}

func TestPrincipalOfSingleSitesStaysWhileASisterUsesIt(t *testing.T) {
	t.Parallel()
	h := newFull(t, "sharepoint", ofSingleSites)
	h.policy.ConfirmsItself = true
	b := h.accounts["onedrive"]
	b.SharePointAppID = tenantsim.LegacyAppID
	h.put(b)
	h.runAll(t.Context())
	r, left := h.leftover(byItsPage)
	if h.state.Status != deprovision.Succeeded || len(h.stops) > 0 || !left || !strings.HasPrefix(r.Instructions, "still used by the service account onedrive") {
		t.Errorf("%s %+v: %+v", h.state.Status, h.stops, r)
	}
}

// TestNobodyIsSentToThePageBeforeThePlanIsConfirmed skips the confirmation: what an account lets go of cannot be taken back.
func TestNobodyIsSentToThePageBeforeThePlanIsConfirmed(t *testing.T) {
	t.Parallel()
	h := newFull(t, "teams", ofSingleSites)
	a := h.accounts["teams"]
	a.SharePointAppID = tenantsim.LegacyAppID
	h.put(a)
	h.until(t.Context(), "confirm")
	for h.name() != "remove-app-principal" {
		h.stepOver(deprovision.StepSkipped)
	}
	h.runOnce(t.Context())
	if h.state.Stop == nil || h.state.Stop.Name != "confirm" || len(h.accounts["teams"].LetGo) > 0 {
		t.Errorf("%+v, let go of %v", h.state.Stop, h.accounts["teams"].LetGo)
	}
}
