package tenantsim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	sim "github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

func TestSharePointTakesNoTokenOfASecret(t *testing.T) {
	t.Parallel()
	r := newSharePoint(t, sim.Options{})
	secret := r.token(sim.WorkerAppID, sim.WorkerSecret, sharePointScope)
	ask := func() answer { return r.do(r.spRequest("GET", sim.MarketingSite, "web", secret, nil)) }
	if a := ask(); a.status != 401 || a.json["error_description"] != "Unsupported app only token." {
		t.Errorf("%d %s", a.status, a.raw)
	}
	if err := r.sim.SetBehaviour(sim.InlineTenantID, sim.Behaviour{SecretsForSharePoint: true}); err != nil {
		t.Fatal(err)
	}
	if a := ask(); a.status != 200 {
		t.Errorf("%d %s", a.status, a.raw)
	}
	req := r.request("GET", "/sites/marketing/_api/web", secret, nil)
	req.Host = "contoso.sharepoint.com" // under its real name no secret is let through
	if a := r.do(req); a.status != 401 {
		t.Errorf("%d %s", a.status, a.raw)
	}
}

func TestSharePointRefusesInItsOwnWords(t *testing.T) {
	t.Parallel()
	r := newSharePoint(t, sim.Options{})
	worker, reader := r.as(sim.WorkerAppID), r.as(sim.ReaderAppID)
	graph := r.tokenAnswer(sim.InlineTenantID, r.form(sim.WorkerAppID, graphScope)).json["access_token"].(string)
	noRole := r.as(sim.ProductAppID)
	receiver := "web/eventreceivers('" + sim.ProductID + "')"
	for name, c := range map[string]struct {
		method, web, path, token string
		status                   int
		exception                string
	}{
		"no web":                  {"GET", sim.MarketingSite + "/none", "web", worker, 404, "System.IO.FileNotFoundException"},
		"no site":                 {"GET", sim.SharePointURL + "/sites/none", "web", worker, 404, "System.IO.FileNotFoundException"},
		"locked":                  {"GET", sim.LockedSite, "web", worker, 423, "SPException"},
		"no role":                 {"GET", sim.MarketingSite, "web", noRole, 403, "System.UnauthorizedAccessException"},
		"a reader may not change": {"DELETE", sim.MarketingSite, receiver, reader, 403, "System.UnauthorizedAccessException"},
		"a reader sees no users":  {"GET", sim.MarketingSite, "web/siteusers", reader, 403, "System.UnauthorizedAccessException"},
		"no operation":            {"GET", sim.MarketingSite, "web/nothing", worker, 404, "ResourceNotFoundException"},
		"no path":                 {"GET", sim.MarketingSite, "web/lists('x", worker, 400, "InvalidClientQueryException"},
		"no filter":               {"GET", sim.MarketingSite, "web/lists?$filter=Hidden", worker, 400, "InvalidClientQueryException"},
		"no property":             {"GET", sim.MarketingSite, "web/lists?$select=Nope", worker, 400, "InvalidClientQueryException"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantError(t, r.do(r.spRequest(c.method, c.web, c.path, c.token, nil)), c.status, c.exception)
		})
	}
	for name, c := range map[string]struct{ web, token, why string }{
		"no token":        {sim.MarketingSite, "", "empty"},
		"Graph's token":   {sim.MarketingSite, graph, "audience"},
		"another's sites": {"https://fabrikam.sharepoint.com/sites/x", worker, "audience"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := r.do(r.spRequest("GET", c.web, "web", c.token, nil))
			if why, _ := a.json["error_description"].(string); a.status != 401 || !strings.Contains(why, c.why) {
				t.Errorf("%d %s", a.status, a.raw)
			}
		})
	}
	if a := r.tokenAnswer(sim.InlineTenantID, r.form(sim.WorkerAppID, "https://fabrikam.sharepoint.com/.default")); a.status != 400 || a.json["error"] != "invalid_resource" {
		t.Errorf("%d %s", a.status, a.raw)
	}
}

func TestMetadataIsAsAccepted(t *testing.T) {
	t.Parallel()
	r := newSharePoint(t, sim.Options{})
	ask := func(accept string) answer {
		req := r.spRequest("GET", sim.MarketingSite, "web/lists?$top=1", r.as(sim.WorkerAppID), nil)
		req.Header.Set("Accept", accept)
		return r.do(req)
	}
	for accept, minimal := range map[string]bool{
		"application/json": true, "application/json; odata=minimalmetadata": true, "application/json;odata=nometadata": false,
		"application/json;odata=nometadata;charset=utf-8": false,
	} {
		a := ask(accept)
		_, context := a.json["odata.metadata"]
		_, typed := a.rows()[0]["odata.type"]
		if a.status != 200 || context != minimal || typed != minimal || strings.Contains(a.header.Get("Content-Type"), "minimal") != minimal {
			t.Errorf("%s: %d %s", accept, a.status, a.raw)
		}
	}
	for _, accept := range []string{"", "*/*", "application/xml", "application/json;odata=verbose"} {
		wantError(t, ask(accept), 406, "InvalidClientQueryException")
	}
}

func TestSharePointThrottlesWithBothStatusesAndTellsBefore(t *testing.T) {
	t.Parallel()
	c := &clock{at: time.Now()}
	r := newSharePoint(t, sim.Options{Now: c.now, Behaviour: sim.Behaviour{Throttle: []sim.Budget{{API: sim.APISharePoint, Units: 10, Window: time.Minute}}}})
	r.apps[sim.WorkerAppID] = r.tokenAnswer(sim.InlineTenantID, r.formAt(c.now(), sim.WorkerAppID, sharePointScope)).json["access_token"].(string)
	for i, left := range []string{"", "", "", "2", "0"} { // two units each
		a := r.call("GET", sim.MarketingSite, "web/lists", nil)
		if a.status != 200 || a.header.Get("RateLimit-Remaining") != left || (left != "" && (a.header.Get("RateLimit-Limit") != "10" || a.header.Get("RateLimit-Reset") != "60")) {
			t.Fatalf("call %d: %d %v", i, a.status, a.header)
		}
	}
	c.move(1500 * time.Millisecond)
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		a := r.call("GET", sim.MarketingSite, "web", nil)
		if a.status != status || a.header.Get("Retry-After") != "59" || !strings.Contains(spCode(a), "ClientServiceException") {
			t.Fatalf("%d %v %s", a.status, a.header, a.raw)
		}
	}
	if calls := r.sim.Calls(); !calls[len(calls)-1].Early {
		t.Error("the retry was not early")
	}
	c.move(time.Minute)
	if a := r.call("GET", sim.MarketingSite, "web/siteusers", nil); a.status != 200 || a.header.Get("RateLimit-Limit") != "" {
		t.Errorf("%d %v", a.status, a.header)
	}
	if a := r.call("GET", sim.MarketingSite, "web/siteusers", nil); a.header.Get("RateLimit-Remaining") != "0" { // five units each
		t.Errorf("%d %v", a.status, a.header)
	}
}

func TestNarrowBudgetsHoldForTheirCallsAlone(t *testing.T) {
	t.Parallel()
	r := newSharePoint(t, sim.Options{Behaviour: sim.Behaviour{Throttle: []sim.Budget{
		{Service: sim.ServiceTeams, Units: 1, Window: time.Hour}, {API: sim.APISharePoint, Calls: sim.Writes, Units: 3, Window: time.Hour}}}})
	for range 3 {
		if a := r.call("GET", sim.MarketingSite, "web/siteusers", nil); a.status != 200 || a.header.Get("RateLimit-Limit") != "" {
			t.Errorf("a read: %d %v", a.status, a.header)
		}
	}
	gone := "web/eventreceivers('" + sim.ProductID + "')"
	wantError(t, r.call("DELETE", sim.MarketingSite, gone, nil), 404, "ResourceNotFoundException")
	if a := r.call("DELETE", sim.MarketingSite, gone, nil); a.status != 429 || a.header.Get("Retry-After") == "" {
		t.Errorf("%d %v", a.status, a.header)
	}
}

func TestSharePointReadsLagBehindRemovals(t *testing.T) {
	t.Parallel()
	r := newSharePoint(t, sim.Options{Behaviour: sim.Behaviour{Consistency: sim.Consistency{DeletedReads: 2}}})
	id := of(t, r.call("GET", sim.LegalSite, "web/eventreceivers", nil), "ReceiverName", "Backup watcher", "ReceiverId")
	at := "web/eventreceivers('" + id + "')"
	if a := r.call("DELETE", sim.LegalSite, at, nil); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	if a := r.call("GET", sim.LegalSite, at, nil); a.status != 200 {
		t.Errorf("%d %s", a.status, a.raw)
	}
	if n := len(r.call("GET", sim.LegalSite, "web/eventreceivers", nil).rows()); n != 1 {
		t.Errorf("%d", n)
	}
	wantError(t, r.call("GET", sim.LegalSite, at, nil), 404, "ResourceNotFoundException")
}

func TestFaultsHitSharePoint(t *testing.T) {
	t.Parallel()
	r := newSharePoint(t, sim.Options{})
	hit := func(f sim.Fault) answer {
		f.Match.API = sim.APISharePoint
		r.sim.Faults.Must(f)
		return r.call("GET", sim.MarketingSite, "web", nil)
	}
	wantError(t, hit(sim.Fault{Do: sim.FaultForbidden, Match: sim.Match{Path: "*/_api/web"}}), 403, "UnauthorizedAccessException")
	wantError(t, hit(sim.Fault{Do: sim.FaultError500}), 500, "InternalServerError")
	if a := hit(sim.Fault{Do: sim.FaultHTML503, RetryAfter: sim.Seconds(2 * time.Second)}); a.status != 503 || a.header.Get("Retry-After") != "2" {
		t.Errorf("%d %s", a.status, a.raw)
	}
	if a := hit(sim.Fault{Do: sim.FaultThrottle, RetryAfter: sim.Seconds(2 * time.Second), Lenient: true}); a.status != 429 || a.header.Get("Retry-After") != "2" {
		t.Errorf("%d %s", a.status, a.raw)
	}
}
