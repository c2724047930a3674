package step_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// skipped finds the remainder of the plan that names places which could not be read for a reason.
func skipped(h *harness, what, reason string) (deprovision.Remainder, bool) {
	list := h.plan().Remainder
	i := slices.IndexFunc(list, func(r deprovision.Remainder) bool {
		return strings.Contains(r.Name, what+" that could not be read: ") && strings.Contains(r.Name, reason)
	})
	if i < 0 {
		return deprovision.Remainder{}, false
	}
	return list[i], true
}

// root is the call by which the visit of a site begins.
func root(address string) tenantsim.Match {
	return tenantsim.Match{API: tenantsim.APISharePoint, Path: "*" + strings.TrimPrefix(address, tenantsim.SharePointURL) + "/_api/site/eventreceivers"}
}

func TestPlacesThatRefuseAreSkippedAndNamed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		account string
		change  func(*tenantsim.Fixture)
		fault   *tenantsim.Fault
		what    string
		reason  string
		names   []string
	}{
		"a locked site": {"sharepoint", nil, nil, "1 sites", "status 423", []string{tenantsim.LockedSite}},
		"a site that refuses": {"sharepoint", sites(1), &tenantsim.Fault{Match: root(site(0)), Do: tenantsim.FaultForbidden, Times: -1}, "1 sites", "status 403",
			[]string{site(0)}},
		"a mailbox that REST does not reach": {"exchange", nil, nil, "1 mailboxes", "MailboxNotEnabledForRESTAPI", []string{"admin@contoso.onmicrosoft.com"}},
		"mailboxes out of the app's scope": {"exchange", fixtureOf(mailboxes(3), deny(mailbox(0), mailbox(2))), nil, "2 mailboxes", "ErrorAccessDenied",
			[]string{mailbox(0), mailbox(2)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, tc.account, tc.change)
			if tc.fault != nil {
				h.sim.Faults.Must(*tc.fault)
			}
			h.until(t.Context(), step.Confirm)
			left, ok := skipped(h, tc.what, tc.reason)
			if !ok {
				t.Fatalf("nothing names them: %+v", h.plan().Remainder)
			}
			for _, want := range tc.names {
				if !strings.Contains(left.Instructions, want) {
					t.Errorf("no word about %s: %s", want, left.Instructions)
				}
			}
		})
	}
}

// deny keeps the worker out of mailboxes, as an application access policy does.
func deny(addresses ...string) func(*tenantsim.Fixture) {
	return func(f *tenantsim.Fixture) {
		for _, a := range addresses {
			f.Mail.Denied = append(f.Mail.Denied, tenantsim.MailDenial{App: tenantsim.WorkerAppID, Mailbox: a})
		}
	}
}

func TestSiteThatIsDeletedBeforeItsVisitLeavesNoWord(t *testing.T) {
	t.Parallel()
	h := newFull(t, "sharepoint", func(f *tenantsim.Fixture) { // Graph still lists it
		f.Sites = append(f.Sites, tenantsim.Site{URL: tenantsim.SharePointURL + "/sites/deleted", Title: "Deleted"})
	})
	h.until(t.Context(), step.Confirm)
	if got := len(h.plan().Artifacts); got != 14 {
		t.Errorf("%d artifacts", got)
	}
	for _, r := range h.plan().Remainder {
		if strings.Contains(r.Name+r.Instructions, "sites/deleted") {
			t.Errorf("it is named: %+v", r)
		}
	}
}

// TestListThatIsDeletedDuringTheVisitHidesNothing deletes a list right before its receivers are asked for; the site has others behind it.
func TestListThatIsDeletedDuringTheVisitHidesNothing(t *testing.T) {
	t.Parallel()
	h := newFull(t, "sharepoint", nil)
	id, ok := h.sim.ObjectID(tenantsim.InlineTenantID, tenantsim.KindList, "Campaigns")
	if !ok {
		t.Fatal("there is no such list")
	}
	fault := h.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{API: tenantsim.APISharePoint, Path: "*" + id + "*eventreceivers"}, Do: tenantsim.FaultHang})
	done := make(chan struct{})
	go func() { defer close(done); h.until(t.Context(), step.Confirm) }()
	if err := fault.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	made, err := h.tenant(t.Context(), "contoso", "")
	if err == nil {
		err = recycle(t, made, id)
	}
	fault.Release()
	<-done
	if err != nil {
		t.Fatal(err)
	}
	if len(h.failures) > 0 || len(h.plan().Of("remove-quarantine-libraries")) != 1 || len(h.plan().Of("remove-event-receivers")) != 3 {
		t.Errorf("%v: the plan has %v", h.failures, h.plan().Artifacts)
	}
}

func TestWhereEveryPlaceRefusesItIsTheIdentity(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		account string
		change  func(*tenantsim.Fixture)
		match   tenantsim.Match
		says    string
	}{
		"sites":     {"sharepoint", sites(60), tenantsim.Match{API: tenantsim.APISharePoint, Path: "*/_api/site/eventreceivers"}, "none of 20 places may be read"},
		"mailboxes": {"exchange", mailboxes(230), tenantsim.Match{Method: "GET", Path: "/v1.0/users/*/mailFolders"}, "none of 100 places may be read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, tc.account, tc.change)
			fault := h.sim.Faults.Must(tenantsim.Fault{Match: tc.match, Do: tenantsim.FaultForbidden, Times: -1})
			h.runAll(t.Context())
			if h.state.Status != deprovision.Waiting || h.state.Stop.Name != "failed" || !strings.Contains(h.state.Stop.Detail, tc.says) {
				t.Fatalf("%s %+v", h.state.Status, h.state.Stop)
			}
			if n := fault.Hits(); n > 100 {
				t.Errorf("%d places were asked all the same", n)
			}
			if len(h.plans)+len(h.state.Remainder) > 0 {
				t.Errorf("%d plans, remainder %v", len(h.plans), h.state.Remainder)
			}
		})
	}
}

// TestLockedSitesAtTheEndStopNothing has a last chunk of nothing but refusals, among sites that could be read.
func TestLockedSitesAtTheEndStopNothing(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(f *tenantsim.Fixture){
		"locked": func(f *tenantsim.Fixture) {
			for _, i := range []int{98, 99} {
				addSite(f, site(i))
				f.SharePoint.Sites[len(f.SharePoint.Sites)-1].Locked = true
			}
		},
		"refused": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, "sharepoint", fixtureOf(sites(15), orNothing(do)))
			if do == nil {
				h = newFull(t, "sharepoint", fixtureOf(sites(17), orNothing(do)))
				for _, i := range []int{15, 16} {
					h.sim.Faults.Must(tenantsim.Fault{Match: root(site(i)), Do: tenantsim.FaultForbidden, Times: -1})
				}
			}
			h.until(t.Context(), step.Confirm)
			if got := len(h.plan().Of("remove-event-receivers")); got != 20 {
				t.Errorf("%d receivers are of the plan", got)
			}
		})
	}
}

func TestWhereEverySiteIsLockedTheIdentityIsNotToBlame(t *testing.T) {
	t.Parallel()
	h := newFull(t, "onedrive", func(f *tenantsim.Fixture) {
		for i := range f.SharePoint.Sites {
			s := &f.SharePoint.Sites[i]
			s.Locked = s.Locked || strings.HasPrefix(s.URL, tenantsim.SharePointPersonalURL)
		}
	})
	h.until(t.Context(), step.Confirm)
	if _, ok := skipped(h, "2 sites", "status 423"); !ok {
		t.Errorf("nothing names them: %+v", h.plan().Remainder)
	}
}

func orNothing(change func(*tenantsim.Fixture)) func(*tenantsim.Fixture) {
	if change == nil {
		return func(*tenantsim.Fixture) {}
	}
	return change
}

func TestMailboxThatRefusesAtTheRemovalIsLeftAndNamed(t *testing.T) {
	t.Parallel()
	h := newFull(t, "exchange", mailboxes(3))
	h.policy.ConfirmsItself = true
	h.sim.Faults.Must(tenantsim.Fault{Match: tenantsim.Match{Method: http.MethodDelete, Path: "/v1.0/users/*/mailFolders/*", Nth: 2}, Do: tenantsim.FaultForbidden})
	h.decide("manual", deprovision.ManualDone)
	h.runAll(t.Context())
	left := slices.DeleteFunc(slices.Clone(h.state.Remainder), func(r deprovision.Remainder) bool { return !strings.Contains(r.Instructions, "status 403") })
	if h.state.Status != deprovision.Succeeded || len(left) != 1 || !strings.HasPrefix(left[0].Name, "quarantine-folder ") {
		t.Fatalf("%s %+v: %+v", h.state.Status, h.state.Stop, h.state.Remainder)
	}
	if got := h.removed(footprint.QuarantineFolder); len(got) != 4 {
		t.Errorf("removed %v", got)
	}
}

func TestWhatIsYoungerThanTheRequestStays(t *testing.T) {
	t.Parallel()
	young := startOfDay.Add(time.Second)
	for name, tc := range map[string]struct {
		account string
		change  func(*tenantsim.Fixture)
		kind    deprovision.ArtifactKind
	}{
		"a library": {"sharepoint", func(f *tenantsim.Fixture) {
			for i := range f.SharePoint.Sites {
				for n := range f.SharePoint.Sites[i].Web.Lists {
					if l := &f.SharePoint.Sites[i].Web.Lists[n]; l.Title == tenantsim.QuarantineLibrary {
						l.Created = young
					}
				}
			}
		}, footprint.QuarantineLibrary},
		"the delegate user": {"onedrive-delegate", func(f *tenantsim.Fixture) {
			for i := range f.Users {
				if f.Users[i].ID == tenantsim.DelegateID {
					f.Users[i].Created = young
				}
			}
		}, footprint.DelegateUser},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, tc.account, tc.change)
			delete(h.accounts, "sharepoint-delegate")
			h.fullRun()
			if got := h.removed(tc.kind); len(got) > 0 {
				t.Errorf("%v went", got)
			}
			if !slices.ContainsFunc(h.state.Remainder, func(r deprovision.Remainder) bool {
				return strings.HasPrefix(r.Name, string(tc.kind)) && strings.Contains(r.Instructions, "after the request")
			}) {
				t.Errorf("nothing names it: %+v", h.state.Remainder)
			}
		})
	}
}

func TestSynchronisedDelegateStaysAndIsNamed(t *testing.T) {
	t.Parallel()
	h := newFull(t, "onedrive-delegate", func(f *tenantsim.Fixture) {
		for i := range f.Users {
			f.Users[i].OnPremises = f.Users[i].OnPremises || f.Users[i].ID == tenantsim.DelegateID
		}
	})
	delete(h.accounts, "sharepoint-delegate")
	h.fullRun()
	for _, kind := range []deprovision.ArtifactKind{footprint.UserRole, footprint.UserSignIn, footprint.DelegateUser} {
		if got := h.removed(kind); len(got) > 0 {
			t.Errorf("%v went", got)
		}
		if !slices.ContainsFunc(h.state.Remainder, func(r deprovision.Remainder) bool {
			return strings.HasPrefix(r.Name, string(kind)+" ") && strings.Contains(r.Instructions, "synchronised")
		}) {
			t.Errorf("nothing names the %s: %+v", kind, h.state.Remainder)
		}
	}
	if got := len(h.removed(footprint.SiteAdmin)); got != 2 {
		t.Errorf("it is still administrator of sites: %d went", got)
	}
}

func TestAccountWithoutItsAppIdRemovesNoIdentity(t *testing.T) {
	t.Parallel()
	h := newFull(t, "exchange", nil)
	a := h.accounts["exchange"]
	a.AppID = ""
	h.put(a)
	h.runAll(t.Context())
	if h.state.Stop == nil || h.state.Stop.Name != "invalid-account" || !strings.Contains(h.state.Stop.Detail, "App Id") {
		t.Fatalf("%+v", h.state.Stop)
	}
	h.decide("invalid-account", deprovision.Continue)
	h.fullRunOn(t)
	for _, c := range h.sim.Destructive() {
		if c.Kind == tenantsim.KindServicePrincipal || c.Kind == tenantsim.KindPermissionGrant || c.Kind == tenantsim.KindAppRoleAssignment {
			t.Errorf("%+v", c)
		}
	}
}

// fullRunOn answers every stop from where the request is.
func (h *harness) fullRunOn(t *testing.T) {
	t.Helper()
	h.decide("confirm", deprovision.Confirm)
	h.decide("manual", deprovision.ManualDone)
	h.decide("manual", deprovision.ManualDone)
	h.runAll(t.Context())
	if h.state.Status != deprovision.Succeeded {
		t.Fatalf("ended %s at %s: %+v %v", h.state.Status, h.name(), h.state.Stop, h.failures)
	}
}

// TestSiteThatAlwaysFailsKeepsNobodyFromAPlan has one broken site among others: it is tried for a while, and then named.
func TestSiteThatAlwaysFailsKeepsNobodyFromAPlan(t *testing.T) {
	t.Parallel()
	h := newFull(t, "sharepoint", sites(1))
	h.sim.Faults.Must(tenantsim.Fault{Match: root(site(0)), Do: tenantsim.FaultError500, Times: -1})
	h.until(t.Context(), step.TakeInventory)
	for attempt := range 8 {
		h.state.Attempts = attempt
		h.runOnce(t.Context())
		if h.name() != step.TakeInventory {
			t.Fatalf("passed over at attempt %d", attempt)
		}
		h.state.Status, h.state.Stop = deprovision.Held, nil // the engine is more patient than the harness
	}
	h.state.Attempts = 8
	h.runOnce(t.Context())
	if h.name() == step.TakeInventory {
		t.Fatalf("still without a plan: %v", h.failures[len(h.failures)-1])
	}
	if left, ok := skipped(h, "1 sites", "status 500"); !ok || !strings.Contains(left.Instructions, site(0)) {
		t.Errorf("nothing names it: %+v", h.plan().Remainder)
	}
}
