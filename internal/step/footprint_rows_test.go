package step_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// These tests prove the rows of docs/footprint-table.md that no other test does.

// finished carries a request about an account to its end, with every stop for a person answered.
func finished(t *testing.T, account string, change func(*tenantsim.Fixture), record func(*deprovision.Account)) *harness {
	t.Helper()
	h := newFull(t, account, change)
	if record != nil {
		a := h.accounts[account]
		record(&a)
		h.put(a)
	}
	h.finish()
	return h
}

// finish runs the request that was asked for last.
func (h *harness) finish() {
	h.t.Helper()
	h.decide("confirm", deprovision.Confirm)
	for range 6 {
		h.decide("manual", deprovision.ManualDone)
	}
	h.runAll(h.t.Context())
	if h.state.Status != deprovision.Succeeded {
		h.t.Fatalf("ended %s at %s: %+v %v", h.state.Status, h.name(), h.state.Stop, h.failures)
	}
}

// leftover finds what is left by the beginning of its name.
func (h *harness) leftover(name string) (r deprovision.Remainder, ok bool) {
	i := slices.IndexFunc(h.state.Remainder, func(r deprovision.Remainder) bool { return strings.HasPrefix(r.Name, name) })
	if i < 0 {
		return r, false
	}
	return h.state.Remainder[i], true
}

func TestWhatNoCallRemovesIsNamed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		account, left string
		says          []string
		link          string
	}{
		"metered billing":                 {"chat", "Azure subscription for metered calls of the app " + tenantsim.ChatProductAppID, []string{"Microsoft.GraphServices/accounts"}, ""},
		"user lists of sites":             {"sharepoint-delegate", "entries of the delegate user " + tenantsim.DelegateName, []string{"people.aspx", "30 days"}, ""},
		"user lists of OneDrive":          {"onedrive-delegate", "entries of the delegate user " + tenantsim.DelegateName, []string{"people.aspx"}, ""},
		"replacement files of SharePoint": {"sharepoint", "replacement and notification files in libraries", []string{"Author"}, ""},
		"replacement files of OneDrive":   {"onedrive", "replacement and notification files in libraries", []string{"Author"}, ""},
		"replacement files of Teams":      {"teams", "replacement and notification files in libraries", []string{"Author"}, ""},
		"SPF includes":                    {"inline", "SPF includes spf-inpost.tmcas.trendmicro.com, spf-repost.tmcas.trendmicro.com", []string{"DNS"}, ""},
		"SPF hard fail":                   {"inline", "SPF hard fail in the default anti-spam policy", []string{"-MarkAsSpamSpfRecordHardFail On"}, ""},
		"rules of the customer's own":     {"inline", "rules of your own that accept mail from the product's addresses alone", []string{"take them out"}, ""},
		"tokens of the automation APIs":   {"exchange", "tokens of the automation APIs and what uses them", []string{"Automation and Integration APIs"}, ""},
		"no App Identifier in the record": {"teams", "app principal Trend Micro Cloud App Security at TA_AllAppPrincipals.aspx", []string{"click the x"},
			tenantsim.SharePointAdminURL + "/_layouts/15/TA_AllAppPrincipals.aspx"},
		"side accounts": {"sharepoint", "accounts of the product for Microsoft Information Protection and Microsoft Identity Protection", []string{"sensitivity labels"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := finished(t, tc.account, nil, nil)
			r, ok := h.leftover(tc.left)
			if !ok || r.Link != tc.link {
				t.Fatalf("left %q with the link %q; all: %+v", r.Name, r.Link, h.state.Remainder)
			}
			for _, word := range tc.says {
				if !strings.Contains(r.Instructions, word) {
					t.Errorf("nothing about %q in %q", word, r.Instructions)
				}
			}
		})
	}
}

func TestWhatOnlyTheRecordKnowsIsAskedOfAPerson(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		account, step string
		detail        string
	}{
		"receivers of SharePoint":   {"sharepoint", "remove-event-receivers", "remote event receivers on sites, webs and lists"},
		"receivers of a delegate":   {"sharepoint-delegate", "remove-event-receivers", "remote event receivers on sites, webs and lists"},
		"receivers of OneDrive":     {"onedrive", "remove-event-receivers", "remote event receivers on sites, webs and lists"},
		"receivers of Teams":        {"teams", "remove-event-receivers", "remote event receivers on sites, webs and lists"},
		"libraries of SharePoint":   {"sharepoint", "remove-quarantine-libraries", "hidden quarantine libraries on sites"},
		"libraries of Teams":        {"teams", "remove-quarantine-libraries", "hidden quarantine libraries on sites"},
		"folders in mailboxes":      {"exchange", "remove-quarantine-folders", "hidden quarantine folders in mailboxes"},
		"the add-in, names or not":  {"exchange", "remove-add-in", "Outlook add-in Cloud App Security Add-in"},
		"a name that is not enough": {"onedrive", "remove-quarantine-libraries", "hidden quarantine libraries on sites"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, tc.account, nil)
			a := h.accounts[tc.account]
			a.Names = nil
			h.put(a)
			h.finish()
			asked := slices.ContainsFunc(h.stops, func(s deprovision.Stop) bool {
				return s.Name == "manual" && strings.HasPrefix(s.Detail, tc.detail+": ") && s.Manual != nil && s.Manual.Instructions != ""
			})
			if !asked {
				t.Errorf("nobody was asked: %+v", h.stops)
			}
			if !strings.HasPrefix(h.state.Facts[tc.step], "done by") {
				t.Errorf("the document does not say who did %s: %v", tc.step, h.state.Facts)
			}
		})
	}
}

func TestEveryServicesOwnAppGoesWithItsConsentAndNoOther(t *testing.T) {
	t.Parallel()
	for account, app := range map[string]string{"exchange": tenantsim.MailProductAppID, "sharepoint": tenantsim.SharePointProductAppID,
		"onedrive": tenantsim.OneDriveProductAppID, "teams": tenantsim.TeamsProductAppID, "chat": tenantsim.ChatProductAppID} {
		t.Run(account, func(t *testing.T) {
			t.Parallel()
			h := finished(t, account, nil, nil)
			if len(h.removed(footprint.PermissionGrant)) != 1 || len(h.removed(footprint.AppRoleAssignment)) < 3 {
				t.Errorf("consent: %v %v", h.removed(footprint.PermissionGrant), h.removed(footprint.AppRoleAssignment))
			}
			var gone []string
			for _, e := range h.evidence {
				if e.Artifact.Kind == footprint.ServicePrincipal {
					gone = append(gone, string(e.Artifact.Before))
				}
			}
			if len(gone) != 1 || !strings.Contains(gone[0], app) {
				t.Errorf("service principals: %v", gone)
			}
		})
	}
}

func TestCustomersRegistrationGoesLast(t *testing.T) {
	t.Parallel()
	h := finished(t, "chat", nil, nil)
	var last []deprovision.ArtifactKind
	for _, e := range h.evidence {
		last = append(last, e.Artifact.Kind)
		if e.Artifact.Kind == footprint.AppRegistration && (e.Outcome != deprovision.Removed || e.RestoreUntil == nil) {
			t.Errorf("%+v", e)
		}
	}
	want := []deprovision.ArtifactKind{footprint.ServicePrincipal, footprint.AppRegistration, footprint.ProductAccount}
	if len(last) < 3 || !slices.Equal(last[len(last)-3:], want) {
		t.Errorf("removed in the order %v", last)
	}
	for _, e := range h.evidence { // each by a call of its own, none by the deletion of another
		if e.Outcome != deprovision.Removed {
			t.Errorf("%s %s is %s", e.Artifact.Kind, e.Artifact.Name, e.Outcome)
		}
	}
}

func TestSubscriptionsAreEndedByTheirAppOrLapse(t *testing.T) {
	t.Parallel()
	h := finished(t, "chat", nil, nil)
	if got := h.removed(footprint.Subscription); !slices.Equal(got, []string{"chats/getAllMessages"}) {
		t.Errorf("ended %v", got)
	}
	h = finished(t, "chat", nil, func(a *deprovision.Account) { a.AppCredential = "" })
	r, ok := h.leftover("subscriptions of the app " + tenantsim.ChatProductAppID)
	if !ok || !strings.Contains(r.Instructions, "They lapse by 2026-11-27T") || len(h.removed(footprint.Subscription)) > 0 {
		t.Errorf("%+v, ended %v", r, h.removed(footprint.Subscription))
	}
}

func TestAppPrincipalGoesByItsOwnIdentifier(t *testing.T) {
	t.Parallel()
	h := finished(t, "sharepoint", nil, nil)
	i := slices.IndexFunc(h.evidence, func(e deprovision.Evidence) bool { return e.Artifact.Kind == footprint.AppPrincipal })
	if i < 0 || h.evidence[i].Artifact.ID != tenantsim.LegacyAppID || h.evidence[i].Outcome != deprovision.Removed {
		t.Fatalf("%+v", h.evidence)
	}
	if _, left := h.leftover("app principal"); left {
		t.Error("it is named as left as well")
	}
	for _, c := range h.sim.Changes("") {
		if c.Kind == "acsPrincipal" && c.ID != tenantsim.LegacyAppID {
			t.Errorf("changed %+v", c)
		}
	}
}

func TestReceiversGoByTheirRecordedHostAndOthersStay(t *testing.T) {
	t.Parallel()
	for account, count := range map[string]int{"sharepoint": 5, "sharepoint-delegate": 5, "onedrive": 3, "onedrive-delegate": 3, "teams": 2} {
		t.Run(account, func(t *testing.T) {
			t.Parallel()
			h := finished(t, account, nil, nil)
			if got := h.removed(footprint.EventReceiver); len(got) != count {
				t.Errorf("removed %d: %v", len(got), got)
			}
			for _, c := range h.sim.Changes("") {
				if c.Kind == "eventReceiver" && c.Name != tenantsim.ReceiverName {
					t.Errorf("changed %+v", c)
				}
			}
		})
	}
}

func TestDelegateIsTakenOffItsSitesAndGoesWithTheLastAccount(t *testing.T) {
	t.Parallel()
	h := finished(t, "sharepoint-delegate", nil, nil)
	if got := h.removed(footprint.SiteAdmin); len(got) != 2 {
		t.Errorf("taken off %v", got)
	}
	r, left := h.leftover("delegate-user " + tenantsim.DelegateName)
	if !left || !strings.Contains(r.Instructions, "still used by the service account onedrive-delegate") || len(h.sim.RemovedBy(tenantsim.DelegateID)) > 0 {
		t.Errorf("%+v", r)
	}
	h.ask("onedrive-delegate")
	h.finish()
	var order []deprovision.ArtifactKind
	for _, e := range h.evidence {
		if e.Artifact.Step == "remove-delegate-user" {
			order = append(order, e.Artifact.Kind)
		}
	}
	if !slices.Equal(order, []deprovision.ArtifactKind{footprint.UserRole, footprint.UserSignIn, footprint.DelegateUser}) || len(h.sim.RemovedBy(tenantsim.DelegateID)) != 1 {
		t.Errorf("removed in the order %v", order)
	}
}

func TestRoleGroupOfTheOldDelegateGoes(t *testing.T) {
	t.Parallel()
	h := finished(t, "exchange", nil, nil)
	if got := h.removed(footprint.RoleGroup); !slices.Equal(got, []string{"delegation_service"}) {
		t.Errorf("removed %v", got)
	}
	h = finished(t, "exchange", func(f *tenantsim.Fixture) {
		i := slices.IndexFunc(f.Exchange.RoleGroups, func(g tenantsim.RoleGroup) bool { return g.Name == "delegation_service" })
		f.Exchange.RoleGroups[i].Roles = []string{"ApplicationImpersonation", "Mail Recipients"}
	}, nil)
	if r, left := h.leftover("role-group delegation_service"); !left || !strings.Contains(r.Instructions, "not the roles") || len(h.removed(footprint.RoleGroup)) > 0 {
		t.Errorf("%+v", r)
	}
}

func TestHiddenPlacesGoByTheirRecordedName(t *testing.T) {
	t.Parallel()
	for account, tc := range map[string]struct {
		kind  deprovision.ArtifactKind
		count int
		near  string // what only resembles it, and stays
	}{
		"exchange":   {footprint.QuarantineFolder, 2, "quarantine-folder mia@contoso.example: " + tenantsim.QuarantineFolder + " notes"},
		"sharepoint": {footprint.QuarantineLibrary, 1, "quarantine-library " + tenantsim.MarketingSite + ": TMCAS Quarantine (records)"},
		"teams":      {footprint.QuarantineLibrary, 1, ""},
	} {
		t.Run(account, func(t *testing.T) {
			t.Parallel()
			h := finished(t, account, nil, nil)
			if got := h.removed(tc.kind); len(got) != tc.count {
				t.Errorf("removed %v", got)
			}
			if _, left := h.leftover(tc.near); tc.near != "" && !left {
				t.Errorf("%s is not named: %+v", tc.near, h.state.Remainder)
			}
		})
	}
}

func TestConsumersOfTheAPIsAreToldBeforeAnythingGoes(t *testing.T) {
	t.Parallel()
	h := newFull(t, "exchange", nil)
	h.decide("confirm", deprovision.Confirm)
	h.until(t.Context(), step.Announce)
	if n := len(h.sim.Destructive()); n > 0 {
		t.Fatalf("%d destructive calls came first", n)
	}
	result, err := h.steps.Run(t.Context(), step.Announce, h.work())
	if err != nil || !strings.Contains(result.Detail, "Cortex XSOAR") || !strings.Contains(result.Detail, "Entra audit: Remove service principal (1)") {
		t.Errorf("%q %v", result.Detail, err)
	}
	codes := h.everything()
	for _, code := range []string{"threat-investigation-stops", "threat-mitigation-stops", "threat-remediation-stops"} {
		if !slices.Contains(codes, code) {
			t.Errorf("%s is no caution of the plan: %v", code, codes)
		}
	}
}

func TestOlderMailFlowGoesByItsNamesAndItsRuleByApproval(t *testing.T) {
	t.Parallel()
	const out, in, rule = "TMCAS Outbound Connector", "TMCAS Inbound Connector", "Outgoing mail to the scanner"
	older := func(f *tenantsim.Fixture) {
		f.Exchange.OutboundConnectors = append(f.Exchange.OutboundConnectors, tenantsim.OutboundConnector{Name: out, RuleScoped: true})
		f.Exchange.InboundConnectors = append(f.Exchange.InboundConnectors, tenantsim.InboundConnector{Name: in})
		f.Exchange.TransportRules = append(f.Exchange.TransportRules, tenantsim.TransportRule{Name: rule, OutboundConnector: out})
	}
	h := newFull(t, "inline", older)
	h.decide("confirm", deprovision.Confirm)
	h.decide("failed", deprovision.Skip) // Exchange keeps a connector that a rule uses
	h.runAll(t.Context())
	if s := h.state.Stop; s == nil || len(h.stops) != 3 || !strings.Contains(h.stops[1].Detail, out) || s.Name != "still-rerouting" || !strings.Contains(s.Detail, rule) {
		t.Fatalf("the rule that nobody approved: %+v", s)
	}
	h = newFull(t, "inline", older)
	h.decide("confirm", deprovision.Approve, func(d *deprovision.Decision) { d.Names = []string{rule} })
	h.finish()
	for name, where := range map[string]string{rule: "remove-rerouting-rules", out: "remove-outbound-connectors", in: "remove-inbound-connectors"} {
		i := slices.IndexFunc(h.evidence, func(e deprovision.Evidence) bool { return e.Artifact.Name == name })
		if i < 0 || h.evidence[i].Artifact.Step != where || h.evidence[i].Outcome != deprovision.Removed {
			t.Errorf("%s did not go with %s", name, where)
		}
	}
}

// The pages of docs/services say how many calls a mailbox and a site take.
func TestCallsPerPlaceAreAsThePagesSay(t *testing.T) {
	t.Parallel()
	items := func(h *harness) (n int) {
		for _, c := range h.sim.Calls() {
			if c.Batch != "" && c.API == tenantsim.APIGraph {
				n++
			}
		}
		return n
	}
	walked := func(account string, change func(*tenantsim.Fixture)) *harness {
		h := newFull(t, account, change)
		h.state.Request.Options.DryRun = true
		h.runAll(t.Context())
		return h
	}
	const more, lists = 40, 7
	mailboxes := func(f *tenantsim.Fixture) {
		for i := range more {
			address := "m" + strings.Repeat("x", i) + "@contoso.example"
			f.Users = append(f.Users, tenantsim.User{UserPrincipalName: address, DisplayName: address, Mail: address})
			f.Exchange.Mailboxes = append(f.Exchange.Mailboxes, tenantsim.Mailbox{Address: address})
		}
	}
	if n := items(walked("exchange", mailboxes)) - items(walked("exchange", nil)); n != more {
		t.Errorf("%d reads of %d mailboxes without folders below others", n, more)
	}
	sites := func(f *tenantsim.Fixture) {
		for i := range more {
			at := tenantsim.SharePointURL + "/sites/m" + strings.Repeat("x", i)
			f.Sites = append(f.Sites, tenantsim.Site{URL: at, Title: at})
			f.SharePoint.Sites = append(f.SharePoint.Sites, tenantsim.SharePointSite{URL: at, PrimaryAdmin: "i:0#.f|membership|mia@contoso.example",
				Web: tenantsim.Web{Title: at, Lists: slices.Collect(func(yield func(tenantsim.List) bool) {
					for l := range lists {
						if !yield(tenantsim.List{Title: "List " + strings.Repeat("i", l)}) {
							return
						}
					}
				})}})
		}
	}
	for account, perSite := range map[string]int{"sharepoint": 4 + 2*lists, "sharepoint-delegate": 5 + 2*lists} {
		calls := func(h *harness) int { return len(h.sim.CallsLike(tenantsim.Match{API: tenantsim.APISharePoint})) }
		if n := calls(walked(account, sites)) - calls(walked(account, nil)); n != more*perSite {
			t.Errorf("%s: %d calls about %d sites of %d lists", account, n, more, lists)
		}
	}
}
