package tenantsim_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	sim "github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

const sharePointScope = sim.SharePointURL + "/.default"

// spRig is a rig whose worker signs in with a certificate.
type spRig struct {
	*rig
	key  *rsa.PrivateKey
	cert string
	apps map[string]string // token by App Id
}

// newSharePoint starts a simulator with AddSharePoint's sites; more changes the
// fixture first.
func newSharePoint(t *testing.T, o sim.Options, more ...func(*sim.Fixture)) *spRig {
	t.Helper()
	key, cert := sharedCertificate(t)
	f := sim.InlineTenant()
	sim.AddSharePoint(f)
	for i := range f.ServicePrincipals {
		f.ServicePrincipals[i].Certificates = []string{cert}
	}
	for _, m := range more {
		m(f)
	}
	return &spRig{rig: newRig(t, f, o), key: key, cert: cert, apps: map[string]string{}}
}

// as is the SharePoint token of an app.
func (r *spRig) as(app string) string {
	r.t.Helper()
	if r.apps[app] == "" {
		a := r.tokenAnswer(sim.InlineTenantID, r.form(app, sharePointScope))
		if a.status != http.StatusOK {
			r.t.Fatalf("%d %s", a.status, a.raw)
		}
		r.apps[app] = a.json["access_token"].(string)
	}
	return r.apps[app]
}

// form is a token request with a signed assertion.
func (r *spRig) form(app, scope string) url.Values {
	r.t.Helper()
	return r.formAt(time.Now(), app, scope)
}

func (r *spRig) formAt(now time.Time, app, scope string) url.Values {
	r.t.Helper()
	return assertionForm(app, scope, signedAssertion(r.t, r.key, "PS256", map[string]any{"typ": "JWT", "alg": "PS256", "x5t#S256": thumbprint(r.t, r.cert)},
		map[string]any{"aud": "https://login.microsoftonline.com/" + sim.InlineTenantID + "/oauth2/v2.0/token", "iss": app, "sub": app,
			"jti": rand.Text(), "nbf": now.Unix(), "exp": now.Add(time.Minute).Unix()}))
}

func assertionForm(app, scope, jwt string) url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "client_id": {app}, "scope": {scope},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {jwt}}
}

// at is the loopback address of a real one.
func (r *spRig) at(address string) string {
	r.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		r.t.Fatal(err)
	}
	label, _, _ := strings.Cut(u.Host, ".")
	return r.base + "/sharepoint/" + label + u.Path
}

func (r *spRig) spRequest(method, web, path, token string, body any) *http.Request {
	r.t.Helper()
	if !strings.HasPrefix(web, r.base) {
		web = r.at(web)
	}
	req := r.request(method, web+"/_api/"+path, token, body)
	req.Header.Set("Accept", "application/json;odata=nometadata")
	return req
}

// call asks as the worker.
func (r *spRig) call(method, web, path string, body any) answer {
	r.t.Helper()
	return r.do(r.spRequest(method, web, path, r.as(sim.WorkerAppID), body))
}

// instead posts with X-HTTP-Method and If-Match: *.
func (r *spRig) instead(method, web, path string, body any) answer {
	r.t.Helper()
	req := r.spRequest(http.MethodPost, web, path, r.as(sim.WorkerAppID), body)
	req.Header.Set("X-HTTP-Method", method)
	req.Header.Set("If-Match", "*")
	return r.do(req)
}

// listID finds a list by its title.
func (r *spRig) listID(web, title string) string {
	r.t.Helper()
	for _, row := range r.call("GET", web, "web/lists", nil).rows() {
		if row["Title"] == title {
			return row["Id"].(string)
		}
	}
	r.t.Fatalf("%s has no list %s", web, title)
	return ""
}

// of finds the id of the first row with a value.
func of(t *testing.T, a answer, key, value, id string) string {
	t.Helper()
	for _, row := range a.rows() {
		if row[key] == value {
			return row[id].(string)
		}
	}
	t.Fatalf("no %s is %s in %s", key, value, a.raw)
	return ""
}

// spCode is the code of a SharePoint error.
func spCode(a answer) string {
	e, _ := a.json["odata.error"].(map[string]any)
	c, _ := e["code"].(string)
	return c
}

func wantError(t *testing.T, a answer, status int, exception string) {
	t.Helper()
	e, _ := a.json["odata.error"].(map[string]any)
	m, _ := e["message"].(map[string]any)
	if a.status != status || !strings.HasSuffix(spCode(a), exception) || m["value"] == "" {
		t.Fatalf("got %d %s, want %d …%s", a.status, a.raw, status, exception)
	}
}

func TestWebsAndListsAreReadAtTheirAddresses(t *testing.T) {
	t.Parallel()
	r := newSharePoint(t, sim.Options{})
	for address, title := range map[string]string{sim.SharePointURL: "Contoso", sim.MarketingSite: "Marketing", sim.EventsWeb: "Events", sim.PersonalSite: "Mia"} {
		if a := r.call("GET", address, "web", nil); a.json["Url"] != address || a.json["Title"] != title {
			t.Errorf("%s: %d %s", address, a.status, a.raw)
		}
	}
	site := r.call("GET", sim.EventsWeb, "site", nil)
	if site.json["Url"] != sim.MarketingSite || site.json["ServerRelativeUrl"] != "/sites/marketing" {
		t.Errorf("%s", site.raw)
	}
	if got := r.call("GET", sim.MarketingSite, "web/webs?$select=Url", nil); !slices.Equal(got.column("Url"), []string{sim.EventsWeb}) {
		t.Errorf("%s", got.raw)
	}
	hidden := r.call("GET", sim.MarketingSite, "web/lists?$select=Title,Id&$filter="+url.QueryEscape("Hidden eq true"), nil)
	if got := hidden.column("Title"); !slices.Equal(got, []string{"appdata", sim.QuarantineLibrary, "Quarantine", "TMCAS Quarantine (records)"}) {
		t.Errorf("%v", got)
	}
	if hidden.rows()[0]["Hidden"] != nil {
		t.Errorf("$select gave more: %s", hidden.raw)
	}
	id := r.listID(sim.MarketingSite, "Campaigns")
	for _, path := range []string{"web/lists(guid'" + id + "')", "web/lists('" + id + "')", "Web/Lists/getById('" + id + "')", "web/lists/getbytitle('campaigns')"} {
		if a := r.call("GET", sim.MarketingSite, path, nil); a.json["Id"] != id || a.json["ItemCount"] != 12.0 {
			t.Errorf("%s: %d %s", path, a.status, a.raw)
		}
	}
}

func TestSharePointPagesOnTheHostThatWasCalled(t *testing.T) {
	t.Parallel()
	r := newSharePoint(t, sim.Options{}, func(f *sim.Fixture) {
		for i := range 150 {
			f.SharePoint.Sites[4].Web.Lists = append(f.SharePoint.Sites[4].Web.Lists, sim.List{Title: "List " + string(rune('a'+i%26)) + strings.Repeat("x", i)})
		}
	})
	seen := map[string]bool{}
	a := r.call("GET", sim.PersonalSite, "web/lists?$top=60", nil)
	pages := 1
	for ; ; pages++ {
		for _, title := range a.column("Title") {
			seen[title] = true
		}
		next, _ := a.json["odata.nextLink"].(string)
		if next == "" {
			break
		}
		if !strings.HasPrefix(next, r.at(sim.PersonalSite)+"/_api/web/lists?") {
			t.Fatalf("the next page is at %s", next)
		}
		req := r.request("GET", next, r.as(sim.WorkerAppID), nil)
		req.Header.Set("Accept", "application/json")
		a = r.do(req)
	}
	if len(seen) != 151 || pages != 3 {
		t.Errorf("%d lists on %d pages", len(seen), pages)
	}
	if a := r.call("GET", sim.PersonalSite, "web/lists", nil); len(a.rows()) != 100 || a.json["odata.nextLink"] == nil {
		t.Errorf("without $top: %d", len(a.rows()))
	}
	wantError(t, r.call("GET", sim.PersonalSite, "web/lists?$top=x", nil), 400, "InvalidClientQueryException")
}

func TestReceiversAreDeletedInEveryScope(t *testing.T) {
	t.Parallel()
	r := newSharePoint(t, sim.Options{})
	list := r.listID(sim.MarketingSite, "Campaigns")
	for _, scope := range []string{"web", "site", "web/lists(guid'" + list + "')"} {
		all := r.call("GET", sim.MarketingSite, scope+"/eventreceivers", nil)
		id := of(t, all, "ReceiverUrl", sim.ReceiverURL, "ReceiverId")
		at := scope + "/eventreceivers('" + id + "')"
		if a := r.call("GET", sim.MarketingSite, at, nil); a.json["ReceiverName"] != sim.ReceiverName || a.json["Synchronization"] != 2.0 {
			t.Errorf("%s: %s", at, a.raw)
		}
		if a := r.call("DELETE", sim.MarketingSite, at, nil); a.status != 200 {
			t.Errorf("%s: %d %s", at, a.status, a.raw)
		}
		wantError(t, r.call("GET", sim.MarketingSite, at, nil), 404, "ResourceNotFoundException")
		wantError(t, r.call("DELETE", sim.MarketingSite, at, nil), 404, "ResourceNotFoundException")
		left := r.call("GET", sim.MarketingSite, scope+"/eventreceivers", nil)
		if len(left.rows()) != len(all.rows())-1 {
			t.Errorf("%s: %d of %d are left", scope, len(left.rows()), len(all.rows()))
		}
		if by := r.sim.RemovedBy(id); len(by) != 1 || by[0].API != sim.APISharePoint || by[0].Kind != sim.KindEventReceiver || !by[0].Destructive || by[0].AppID != sim.WorkerAppID {
			t.Errorf("%+v", by)
		}
	}
	if n := len(r.sim.Changes("")); n != 3 {
		t.Errorf("%d changes", n)
	}
	web := of(t, r.call("GET", sim.EventsWeb, "web/eventreceivers", nil), "ReceiverUrl", sim.ReceiverURL, "ReceiverId")
	wantError(t, r.call("DELETE", sim.MarketingSite, "web/eventreceivers('"+web+"')", nil), 404, "ResourceNotFoundException") // another web's
	if a := r.instead("DELETE", sim.EventsWeb, "web/eventreceivers(guid'"+web+"')", nil); a.status != 200 {
		t.Errorf("%d %s", a.status, a.raw)
	}
}

func TestListsAreRecycledOrRemovedForGood(t *testing.T) {
	t.Parallel()
	r := newSharePoint(t, sim.Options{})
	quarantine, campaigns := r.listID(sim.MarketingSite, sim.QuarantineLibrary), r.listID(sim.MarketingSite, "Campaigns")
	records := r.listID(sim.MarketingSite, "TMCAS Quarantine (records)")
	a := r.call("POST", sim.MarketingSite, "web/lists(guid'"+quarantine+"')/recycle()", nil)
	item, _ := a.json["value"].(string)
	if a.status != 200 || len(item) != 36 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	if bin := r.call("GET", sim.MarketingSite, "web/recyclebin", nil); !slices.Equal(bin.column("Id"), []string{item}) {
		t.Errorf("%s", bin.raw)
	}
	wantError(t, r.call("POST", sim.MarketingSite, "web/lists(guid'"+quarantine+"')/recycle", nil), 404, "ArgumentException")
	wantError(t, r.instead("DELETE", sim.MarketingSite, "web/lists(guid'"+records+"')", nil), 400, "SPException")
	wantError(t, r.call("DELETE", sim.MarketingSite, "web/lists(guid'"+campaigns+"')", nil), 400, "ClientServiceException") // no If-Match
	if a := r.instead("DELETE", sim.MarketingSite, "web/lists(guid'"+campaigns+"')", nil); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	by := r.sim.RemovedBy(campaigns)
	if len(by) != 1 || len(by[0].Removed) != 7 { // four receivers and two webhooks go with it
		t.Errorf("%+v", by)
	}
	wantError(t, r.call("GET", sim.MarketingSite, "web/lists(guid'"+campaigns+"')/eventreceivers", nil), 404, "ArgumentException")
	wantError(t, r.call("GET", sim.MarketingSite, "web/lists/getbytitle('Campaigns')", nil), 404, "ArgumentException")
	wantError(t, r.call("GET", sim.LegalSite, "web/lists(guid'"+records+"')", nil), 404, "ArgumentException") // another web's
}

func TestWebhooksBelongToTheAppThatMadeThem(t *testing.T) {
	t.Parallel()
	r := newSharePoint(t, sim.Options{})
	at := "web/lists(guid'" + r.listID(sim.MarketingSite, "Campaigns") + "')/subscriptions"
	all := r.call("GET", sim.MarketingSite, at, nil)
	if len(all.rows()) != 2 || all.rows()[0]["_creator"] != nil {
		t.Fatalf("%s", all.raw)
	}
	hook := at + "('" + of(t, all, "clientState", "tmcas", "id") + "')"
	wantError(t, r.call("GET", sim.MarketingSite, hook, nil), 403, "UnauthorizedAccessException")
	wantError(t, r.call("DELETE", sim.MarketingSite, hook, nil), 403, "UnauthorizedAccessException")
	product := r.as(sim.ReceiverAppID)
	if a := r.do(r.spRequest("GET", sim.MarketingSite, hook, product, nil)); a.status != 200 || a.json["notificationUrl"] == "" {
		t.Errorf("%d %s", a.status, a.raw)
	}
	if a := r.do(r.spRequest("DELETE", sim.MarketingSite, hook, product, nil)); a.status != 204 {
		t.Errorf("%d %s", a.status, a.raw)
	}
	wantError(t, r.do(r.spRequest("DELETE", sim.MarketingSite, hook, product, nil)), 404, "ResourceNotFoundException")
	if a := r.do(r.spRequest("GET", sim.MarketingSite, at, r.as(sim.ReaderAppID), nil)); a.status != 200 || len(a.rows()) != 0 {
		t.Errorf("a reader sees %s", a.raw)
	}
}

func TestSiteAdministratorsLoseTheRightAlone(t *testing.T) {
	t.Parallel()
	r := newSharePoint(t, sim.Options{})
	admins := "web/siteusers?$filter=" + url.QueryEscape("IsSiteAdmin eq true")
	if got := r.call("GET", sim.MarketingSite, admins, nil).column("LoginName"); len(got) != 3 || got[1] != sim.DelegateLogin {
		t.Fatalf("%v", got)
	}
	at := "web/siteusers('" + url.PathEscape(sim.DelegateLogin) + "')"
	off := params{"IsSiteAdmin": false}
	wantError(t, r.do(r.spRequest("PATCH", sim.MarketingSite, at, r.as(sim.WorkerAppID), off)), 400, "ClientServiceException") // no If-Match
	for _, effect := range []sim.Effect{sim.EffectRemoved, sim.EffectAbsent} {                                                 // no administrator any more: the same answer
		if a := r.instead("MERGE", sim.MarketingSite, at, off); a.status != 204 {
			t.Fatalf("%d %s", a.status, a.raw)
		}
		calls := r.sim.Destructive()
		if last := calls[len(calls)-1]; last.Effect != effect || last.TargetName != sim.DelegateLogin {
			t.Errorf("%+v", last)
		}
	}
	if by := r.sim.RemovedBy(sim.DelegateLogin); len(by) != 1 {
		t.Errorf("%+v", by)
	}
	if got := r.call("GET", sim.MarketingSite, admins, nil).column("LoginName"); len(got) != 2 {
		t.Errorf("%v", got)
	}
	if got := r.call("GET", sim.MarketingSite, "web/siteusers", nil).column("LoginName"); len(got) != 4 {
		t.Errorf("the user is gone too: %v", got)
	}
	if got := r.call("GET", sim.PersonalSite, admins, nil).column("LoginName"); len(got) != 2 {
		t.Errorf("another site's: %v", got)
	}
	nobody := "web/siteusers('" + url.PathEscape("i:0#.f|membership|no.o''neil@contoso.example") + "')"
	wantError(t, r.instead("MERGE", sim.MarketingSite, nobody, off), 404, "ResourceNotFoundException")
	primary := "web/siteusers('" + url.PathEscape("i:0#.f|membership|mia@contoso.example") + "')"
	wantError(t, r.instead("MERGE", sim.PersonalSite, primary, off), 400, "SPException")
}

func TestTheAdminSiteReplacesAllSecondaryAdministrators(t *testing.T) {
	t.Parallel()
	r := newSharePoint(t, sim.Options{})
	id := r.call("GET", sim.MarketingSite, "site", nil).json["Id"].(string)
	get := "SPO.Tenant/GetSiteAdministrators?siteId='" + id + "'"
	if got := r.call("POST", sim.SharePointAdminURL, get, nil).column("loginName"); len(got) != 3 {
		t.Fatalf("%v", got)
	}
	group := "c:0t.c|tenant|" + sim.GlobalAdministrator
	a := r.call("POST", sim.SharePointAdminURL, "SPOInternalUseOnly.Tenant/SetSiteSecondaryAdministrators", params{
		"secondaryAdministratorsFieldsData": params{"siteId": id, "secondaryAdministratorLoginNames": []string{group, "i:0#.f|membership|noah@contoso.example"}}})
	if a.status != 200 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	got := r.call("POST", sim.SharePointAdminURL, get, nil).column("loginName")
	if len(got) != 3 || slices.Contains(got, sim.DelegateLogin) || got[2] != "i:0#.f|membership|noah@contoso.example" {
		t.Errorf("%v", got)
	}
	if by := r.sim.RemovedBy(sim.DelegateLogin); len(by) != 1 || by[0].TargetName != sim.MarketingSite {
		t.Errorf("%+v", by)
	}
	if a := r.call("GET", sim.SharePointAdminURL, "SPO.Tenant/sites('"+id+"')?$select=OwnerLoginName", nil); a.json["OwnerLoginName"] != "i:0#.f|membership|admin@"+sim.InlineDomain {
		t.Errorf("%s", a.raw)
	}
	wantError(t, r.call("POST", sim.MarketingSite, get, nil), 404, "ResourceNotFoundException")             // not the admin site
	wantError(t, r.call("GET", sim.SharePointAdminURL, "web/lists", nil), 404, "ResourceNotFoundException") // nothing but that
}

func TestPrincipalsOfACSGoWithTheServicePrincipalOrTheAddIn(t *testing.T) {
	t.Parallel()
	r := newSharePoint(t, sim.Options{Behaviour: sim.Behaviour{}})
	ask := params{"appIds": []string{sim.ReceiverAppID, sim.SiteAddInAppID, sim.WorkerAppID}}
	principals := func() []string {
		return r.call("POST", sim.SharePointAdminURL, "web/GetACSServicePrincipals", ask).column("appId")
	}
	if got := principals(); !slices.Equal(got, []string{sim.ReceiverAppID, sim.SiteAddInAppID}) {
		t.Fatalf("%v", got)
	}
	g := r.graphToken()
	at := "/servicePrincipals(appId='" + sim.ReceiverAppID + "')"
	id, _ := r.graph("GET", at, g, nil).json["id"].(string)
	if a := r.graph("DELETE", at, g, nil); a.status != 204 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	if got := principals(); !slices.Equal(got, []string{sim.SiteAddInAppID}) {
		t.Errorf("%v", got)
	}
	if a := r.graph("POST", "/directory/deletedItems/"+id+"/restore", g, nil); a.status != 200 || len(principals()) != 2 {
		t.Errorf("%d %s, and %v", a.status, a.raw, principals())
	}
	if a := r.graph("DELETE", at, g, nil); a.status != 204 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	sites := params{"serverRelativeUrls": []string{"/sites/marketing", "/sites/none"}}
	having := r.call("POST", sim.SharePointAdminURL, "web/GetAddinPrincipalsHavingPermissionsInSites", sites)
	if found, _ := having.json["addinPrincipals"].([]any); len(found) != 2 || len(having.json["errorsWithServerRelativeUrl"].([]any)) != 1 {
		t.Errorf("%s", having.raw)
	}
	var addins struct {
		Addins []struct{ AppInstanceID, AppIdentifier string }
	}
	if err := json.Unmarshal(r.call("POST", sim.SharePointAdminURL, "web/AvailableAddIns", sites).raw, &addins); err != nil || len(addins.Addins) != 2 {
		t.Fatalf("%v %+v", err, addins)
	}
	if err := r.sim.SetBehaviour(sim.InlineTenantID, sim.Behaviour{Consistency: sim.Consistency{DeletedReads: 1}}); err != nil {
		t.Fatal(err)
	}
	instance := addins.Addins[0].AppInstanceID
	un := r.call("POST", sim.SharePointAdminURL, "web/UninstallAddins", params{"uninstallAddins": []params{{"serverRelativeUrl": "/sites/marketing", "appInstanceIds": []string{instance, sim.ProductID}}}})
	var jobs struct {
		Executing []struct{ UninstallJobID string }
		Failed    []struct{ ErrorMessage string }
	}
	if err := json.Unmarshal(un.raw, &jobs); err != nil || len(jobs.Executing) != 1 || len(jobs.Failed) != 1 {
		t.Fatalf("%v %s", err, un.raw)
	}
	detail := params{"jobId": jobs.Executing[0].UninstallJobID, "serverRelativeUrl": "/sites/marketing"}
	if a := r.call("POST", sim.SharePointAdminURL, "web/GetAddinUninstallJobDetail", detail); a.status != 200 {
		t.Errorf("%d %s", a.status, a.raw)
	}
	wantError(t, r.call("POST", sim.SharePointAdminURL, "web/GetAddinUninstallJobDetail", detail), 404, "ResourceNotFoundException")
	if len(r.sim.RemovedBy(instance)) != 1 || len(r.sim.RemovedBy(sim.SiteAddInAppID)) != 1 {
		t.Errorf("%+v", r.sim.Destructive())
	}
	if got := principals(); !slices.Equal(got, []string{sim.SiteAddInAppID}) { // the lagging read
		t.Errorf("%v", got)
	}
	if got := principals(); len(got) != 0 {
		t.Errorf("%v", got)
	}
	wantError(t, r.call("POST", sim.SharePointAdminURL, "web/AvailableAddIns", params{}), 400, "ArgumentException")
}
