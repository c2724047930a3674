package step_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// What the accounts' removals change beside consents and the row at the product, as "kind effect name", with how often.
const (
	receiver = "eventReceiver removed " + tenantsim.ReceiverName
	library  = "list removed " + tenantsim.QuarantineLibrary
	app      = "servicePrincipal removed " + tenantsim.ProductName
	siteUser = "siteUser changed " + tenantsim.DelegateLogin
	folder   = "mailFolder removed " + tenantsim.QuarantineFolder
	binned   = "mailFolder created " + tenantsim.QuarantineFolder // below Deleted Items
	install  = "teamsAppInstallation removed " + tenantsim.CatalogAppName
)

// footprintOf is what each account's whole removal changes; all but what its kinds of consent say.
var footprintOf = map[string]map[string]int{
	"exchange": {folder: 2, binned: 2, "roleGroup removed delegation_service": 1, app: 1,
		"managementRoleAssignment removed ApplicationImpersonation-delegation_service": 1, "managementRoleAssignment removed Mailbox Search-delegation_service": 1},
	"sharepoint": {receiver: 5, library: 1, app: 2, "acsPrincipal removed " + tenantsim.ProductName: 1,
		"listWebhook removed https://" + tenantsim.ReceiverHost + "/webhook": 1}, // as the app that made it
	"sharepoint-delegate": {receiver: 5, library: 1, siteUser: 2},
	"onedrive":            {receiver: 3, app: 1},
	"onedrive-delegate":   {receiver: 3, siteUser: 2},
	"teams":               {receiver: 2, library: 1, app: 1, install: 1},
	"chat": {install: 2, "subscription removed chats/getAllMessages": 1, "servicePrincipal removed " + tenantsim.ChatAppName: 1,
		"application removed " + tenantsim.ChatAppName: 1},
}

// changes counts what is not as it was, without consents, which hang on an app, and the row at the product.
func changes(sim *tenantsim.Sim) map[string]int {
	count := map[string]int{}
	for _, c := range sim.Changes("") {
		switch c.Kind {
		case tenantsim.KindAppRoleAssignment, tenantsim.KindPermissionGrant, tenantsim.KindProductAccount:
		default:
			count[fmt.Sprintf("%s %s %s", c.Kind, c.Effect, c.Name)]++
		}
	}
	return count
}

// fullRun carries out the removal of one account, with every stop answered.
func (h *harness) fullRun() {
	h.t.Helper()
	h.answer = map[string][]deprovision.Decision{}
	h.decide("confirm", deprovision.Confirm)
	for range 3 {
		h.decide("manual", deprovision.ManualDone)
	}
	h.runAll(h.t.Context())
	if h.state.Status != deprovision.Succeeded || len(h.failures) > 0 {
		h.t.Fatalf("%s ended %s at %s: %+v %v", h.state.Request.Account, h.state.Status, h.name(), h.state.Stop, h.failures)
	}
}

func TestWholeRemovalOfEachAccountTakesItsFootprintAndNothingElse(t *testing.T) {
	t.Parallel()
	for account, want := range footprintOf {
		t.Run(account, func(t *testing.T) {
			t.Parallel()
			h := newFull(t, account, nil)
			h.fullRun()
			if got := changes(h.sim); !maps.Equal(got, want) {
				t.Errorf("changed %v\nwant %v", got, want)
			}
			checkEachOnce(t, h)
			checkUnits(t, h)
			if a := h.accounts[account]; a.State != deprovision.AccountClosed {
				t.Errorf("the record is %+v", a)
			}
		})
	}
}

// removedIDs are the ids of all objects of the tenant that are gone.
func removedIDs(sim *tenantsim.Sim) []string {
	var ids []string
	for _, c := range sim.Changes("") {
		if c.Effect == tenantsim.EffectRemoved && c.Kind != tenantsim.KindManagementRoleAssignment && c.Kind != tenantsim.KindAppPrincipal {
			ids = append(ids, c.ID) // those two go with what they hang on
		}
	}
	return ids
}

// checkEachOnce expects that each object went by one call, of which there is evidence that names the call and the service's own id of it.
func checkEachOnce(t *testing.T, h *harness) {
	t.Helper()
	for _, id := range removedIDs(h.sim) {
		calls := h.sim.RemovedBy(id)
		if len(calls) != 1 {
			t.Errorf("%s was removed by %d calls", id, len(calls))
			continue
		}
		if !slices.ContainsFunc(h.evidence, func(e deprovision.Evidence) bool {
			return e.RequestID == calls[0].RequestID && e.ClientID == calls[0].ClientRequestID && e.ClientID != "" && e.Call != "" && !e.At.IsZero()
		}) {
			t.Errorf("no evidence of the call %+v", calls[0])
		}
	}
	for _, c := range h.sim.Destructive() {
		webhook := c.Kind == tenantsim.KindWebhook && c.Status == 403 // only its own app may
		if c.Effect != tenantsim.EffectRemoved && c.Effect != tenantsim.EffectChanged && !webhook {
			t.Errorf("a destructive call without effect: %+v", c)
		}
	}
}

// checkUnits expects that every step did all of its units; a verification counts what is not left.
func checkUnits(t *testing.T, h *harness) {
	t.Helper()
	for _, s := range h.state.Steps {
		if s.Name != step.VerifyRemoval && s.Done != s.Total {
			t.Errorf("%s: %d of %d", s.Name, s.Done, s.Total)
		}
	}
}

// rest counts what the tenant still holds of the product, as "kind name".
func rest(sim *tenantsim.Sim) map[string]int {
	state, count := sim.State(tenantsim.InlineTenantID), map[string]int{}
	for kind, names := range map[tenantsim.Kind][]string{
		tenantsim.KindEventReceiver: {tenantsim.ReceiverName}, tenantsim.KindList: {tenantsim.QuarantineLibrary}, tenantsim.KindMailFolder: {tenantsim.QuarantineFolder},
		tenantsim.KindInstallation: {tenantsim.CatalogAppName}, tenantsim.KindServicePrincipal: {tenantsim.ProductName, tenantsim.ChatAppName},
		tenantsim.KindApplication: {tenantsim.ChatAppName}, tenantsim.KindRoleGroup: {"delegation_service"},
	} {
		for _, name := range sim.Names(tenantsim.InlineTenantID, kind) {
			if slices.Contains(names, name) {
				count[string(kind)+" "+name]++
			}
		}
	}
	for _, u := range state[tenantsim.KindUser] {
		if u["userPrincipalName"] == tenantsim.DelegateName {
			count["user"]++
		}
	}
	for _, u := range state[tenantsim.KindSiteUser] {
		if u["LoginName"] == tenantsim.DelegateLogin && u["IsSiteAdmin"] == true {
			count["site administrator"]++
		}
	}
	return count
}

func TestAllAccountsAfterOneAnotherLeaveNothingUnnamed(t *testing.T) {
	t.Parallel()
	h := newFull(t, "inline", nil)
	var named []deprovision.Remainder
	deletedBy := ""
	for _, a := range fullAccounts() {
		h.ask(a.ID)
		h.fullRun()
		named = append(named, h.state.Remainder...)
		if deletedBy == "" && len(h.sim.RemovedBy(tenantsim.DelegateID)) > 0 {
			deletedBy = a.ID
		}
	}
	if deletedBy != "onedrive-delegate" {
		t.Errorf("the delegate user was deleted with %q, not with the last account that used it", deletedBy)
	}
	checkDelegateOrder(t, h.sim)
	for _, want := range []string{tenantsim.LockedSite, "subscriptions of the app " + tenantsim.MailProductAppID,
		"quarantine-library " + tenantsim.MarketingSite + ": TMCAS Quarantine (records)", "TMCAS Quarantine (simulated) notes"} {
		if !slices.ContainsFunc(named, func(r deprovision.Remainder) bool { return strings.Contains(r.Name+r.Instructions, want) }) {
			t.Errorf("no remainder names %s", want)
		}
	}
	want := map[string]int{
		"eventReceiver " + tenantsim.ReceiverName:   1, // on the locked site
		"mailFolder " + tenantsim.QuarantineFolder:  2, // in Deleted Items
		"servicePrincipal " + tenantsim.ProductName: 1, // the twin, which is somebody else's app of that name
	}
	if got := rest(h.sim); !maps.Equal(got, want) {
		t.Errorf("left %v\nwant %v", got, want)
	}
}

// checkDelegateOrder expects that the delegate user lost its role, then its sign-in, and then was deleted, each by one call.
func checkDelegateOrder(t *testing.T, sim *tenantsim.Sim) {
	t.Helper()
	var order []string
	for _, c := range sim.Destructive() {
		if c.Status >= 200 && c.Status < 300 && (c.TargetID == tenantsim.DelegateID || c.Kind == tenantsim.KindRoleAssignment && strings.Contains(fmt.Sprint(c), "62e90394")) {
			order = append(order, c.Method+" "+string(c.Kind))
		}
	}
	want := []string{"DELETE unifiedRoleAssignment", "PATCH user", "DELETE user"}
	if !slices.Equal(order, want) {
		t.Errorf("the delegate user went by %v", order)
	}
}
