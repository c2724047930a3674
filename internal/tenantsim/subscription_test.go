package tenantsim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	sim "github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

func TestAnAppSeesItsOwnSubscriptionsOnly(t *testing.T) {
	t.Parallel()
	r := services(t, sim.Options{})
	chat, mail := r.token(sim.ChatProductAppID, sim.ServicesSecret, graphScope), r.token(sim.MailProductAppID, sim.ServicesSecret, graphScope)
	if got := r.graph("GET", "/subscriptions", r.graphToken(), nil); got.status != 200 || len(got.rows()) != 0 {
		t.Errorf("the worker made none: %s", got.raw)
	}
	list := r.graph("GET", "/subscriptions?$filter=nonsense", chat, nil)
	if got := list.column("resource"); !slices.Equal(got, []string{"chats/getAllMessages"}) || list.rows()[0]["clientState"] != nil || list.rows()[0]["applicationId"] != sim.ChatProductAppID {
		t.Fatalf("%s", list.raw)
	}
	at := "/subscriptions/" + list.column("id")[0]
	for _, token := range []string{mail, r.graphToken()} {
		for _, method := range []string{"GET", "DELETE"} {
			wantStatus(t, r.graph(method, at, token, nil), 404, "ResourceNotFound")
		}
	}
	if a := r.graph("GET", at, chat, nil); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	if a := r.graph("DELETE", at, chat, nil); a.status != 204 || len(a.raw) != 0 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	wantStatus(t, r.graph("DELETE", at, chat, nil), 404, "ResourceNotFound")
	if got := r.sim.RemovedBy(strings.TrimPrefix(at, "/subscriptions/")); len(got) != 1 || got[0].AppID != sim.ChatProductAppID {
		t.Errorf("%+v", got)
	}
	if got := r.sim.Names(sim.InlineTenantID, sim.KindSubscription); len(got) != 2 {
		t.Errorf("%v stay", got)
	}
}

func TestSubscriptionNeedsTheReadPermissionAndLapses(t *testing.T) {
	t.Parallel()
	c := &clock{at: time.Now()}
	f := sim.ServicesTenant()
	f.Subscriptions = nil
	for i := range 130 {
		f.Subscriptions = append(f.Subscriptions, sim.Subscription{App: sim.MailProductAppID, Resource: fmt.Sprintf("users/%d/messages", i), Expires: c.at.Add(time.Duration(i) * time.Minute)})
	}
	f.Subscriptions = append(f.Subscriptions, sim.Subscription{App: sim.ReaderAppID, Resource: "chats/getAllMessages"})
	r := newRig(t, f, sim.Options{Now: c.now})
	mail := r.token(sim.MailProductAppID, sim.ServicesSecret, graphScope)
	if n := len(r.rowsOf("/subscriptions", mail)); n != 129 { // the first has lapsed at once; the pages are of 100
		t.Errorf("%d", n)
	}
	c.move(50 * time.Minute)
	left := r.rowsOf("/subscriptions", mail)
	if len(left) != 79 {
		t.Errorf("%d after 50 minutes", len(left))
	}
	c.move(2 * time.Minute)
	wantStatus(t, r.graph("DELETE", "/subscriptions/"+left[0]["id"].(string), mail, nil), 404, "ResourceNotFound")
	reader := r.token(sim.ReaderAppID, sim.ReaderSecret, graphScope)
	wantStatus(t, r.graph("GET", "/subscriptions", reader, nil), 403, "ExtensionError")
}

func TestSitesAreListedAndReadByTheirIDs(t *testing.T) {
	t.Parallel()
	r := services(t, sim.Options{})
	g := r.graphToken()
	rows := r.rowsOf("/sites/getAllSites?$top=2", g)
	personal := 0
	for _, s := range rows {
		if s["isPersonalSite"] == true {
			personal++
		}
	}
	if len(rows) != 5 || personal != 2 {
		t.Fatalf("%v", rows)
	}
	root := r.graph("GET", "/groups/"+r.id(sim.KindGroup, sim.FinanceTeam)+"/sites/root", g, nil)
	parts := strings.Split(fmt.Sprint(root.json["id"]), ",")
	if root.json["webUrl"] != sim.FinanceSite || len(parts) != 3 || parts[0] != "contoso.sharepoint.com" {
		t.Fatalf("%s", root.raw)
	}
	for _, id := range []string{strings.Join(parts, ","), parts[1]} {
		if a := r.graph("GET", "/sites/"+id, g, nil); a.json["webUrl"] != sim.FinanceSite || a.json["createdDateTime"] == nil {
			t.Errorf("%s: %s", id, a.raw)
		}
	}
	wantStatus(t, r.graph("GET", "/groups/"+r.id(sim.KindGroup, "Finance archive")+"/sites/root", g, nil), 404, "itemNotFound")
	wantStatus(t, r.graph("GET", "/sites/"+sim.WorkerAppID, g, nil), 404, "itemNotFound")
	wantStatus(t, r.graph("GET", "/sites/nonsense", g, nil), 400, "invalidRequest")
	wantStatus(t, r.graph("GET", "/sites/getAllSites", r.token(sim.ReaderAppID, sim.ReaderSecret, graphScope), nil), 403, "accessDenied")
}

func TestBatchOfFoldersFailsInPart(t *testing.T) {
	t.Parallel()
	r := services(t, sim.Options{})
	g := r.graphToken()
	mine, his := r.folder(g, mia, "", sim.QuarantineFolder), r.folder(g, mia, "", "Projects")
	other := r.folder(g, noah, "", "Suppliers")
	r.sim.Faults.Must(sim.Fault{Do: sim.FaultThrottle, RetryAfter: sim.Seconds(1500 * time.Millisecond), Lenient: true, Match: sim.Match{Target: his}})
	item := func(id, method, path, call string) map[string]any {
		return map[string]any{"id": id, "method": method, "url": path, "headers": map[string]string{"client-request-id": call}}
	}
	at := "/users/" + mia + "/mailFolders/"
	a := r.graph("POST", "/$batch", g, map[string]any{"requests": []any{
		item("a", "DELETE", at+mine, "call-1"), item("b", "DELETE", at+his, "call-2"), item("c", "POST", "/users/"+noah+"/mailFolders/"+other+"/permanentDelete", "call-3"),
		item("d", "GET", "/users/"+noah+"/mailFolders?includeHiddenFolders=true&$top=250", "call-4"), item("e", "GET", "/subscriptions", "call-5"),
		item("f", "GET", "/sites/getAllSites", "call-6"), item("g", "GET", "/users/"+mia+"/teamwork/installedApps?$expand=teamsApp", "call-7"),
		item("h", "GET", "/users/"+mia+"/mailFolders/"+mine, "call-8"), item("i", "DELETE", "/appCatalogs/teamsApps/x", "call-9"),
	}})
	got := ""
	for _, x := range a.json["responses"].([]any) {
		m := x.(map[string]any)
		got += fmt.Sprintf("%v=%v ", m["id"], m["status"])
		h := m["headers"].(map[string]any)
		if (h["Retry-After"] == "1.5") != (m["id"] == "b") {
			t.Errorf("%v", m)
		}
	}
	if a.status != 200 || got != "a=204 b=429 c=204 d=200 e=200 f=200 g=200 h=404 i=403 " {
		t.Fatalf("%d %s", a.status, got)
	}
	for call, id := range map[string]string{"call-1": mine, "call-3": other} {
		if by := r.sim.RemovedBy(id); len(by) != 1 || by[0].ClientRequestID != call || by[0].Batch == "" {
			t.Errorf("%s: %+v", call, by)
		}
	}
	if by := r.sim.RemovedBy(his); len(by) != 0 {
		t.Errorf("%+v", by)
	}
	a = r.graph("POST", "/$batch", g, map[string]any{"requests": []any{item("x", "DELETE", at+his, "1"), item("x", "GET", "/subscriptions", "2")}})
	wantStatus(t, a, 400, "BadRequest")
	if by := r.sim.RemovedBy(his); len(by) != 0 {
		t.Errorf("a refused batch did something: %+v", by)
	}
}
