package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/web/api"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event/query"
)

func body(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const wish = `{"id":"r1","tenant":"contoso","service":"exchange-online-inline","account":"inline","reason":"over","options":{"drain":"24h"}}`

func (w *world) client() *client.Client {
	w.t.Helper()
	c, err := client.New(w.nc, client.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func TestWhoAsksIsWhoseTokenItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	trace := "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	a := w.ask(http.MethodPost, api.Base+"/requests", admin, wish, "traceparent", trace).want(http.StatusAccepted)
	if a.header.Get("Location") != path("contoso", "r1") {
		t.Errorf("%v", a.header)
	}
	queued, err := w.client().Queued(t.Context(), request("contoso", "r1").Ref())
	if err != nil || queued.Request.RequestedBy != "admin@contoso.example" || queued.Request.Options.Drain.String() != "24h0m0s" {
		t.Fatalf("%+v, %v", queued, err)
	}
	state := read[struct {
		Queued  bool
		Request deprovision.Request
	}](w.ask(http.MethodGet, path("contoso", "r1"), "", "").want(http.StatusOK))
	if !state.Queued || state.Request.ID != "r1" {
		t.Errorf("%+v", state)
	}
}

func TestNobodyAsksInAnothersName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := strings.Replace(wish, `"reason"`, `"requestedBy":"boss","reason"`, 1)
	w.ask(http.MethodPost, api.Base+"/requests", admin, other).problem(http.StatusForbidden, "forbidden", "requestedBy")
	w.ask(http.MethodPost, path("contoso", "r1")+"/decisions", admin, `{"id":"d1","verb":"cancel","decidedBy":"boss"}`).
		problem(http.StatusForbidden, "forbidden", "decidedBy")
	own := strings.Replace(wish, `"reason"`, `"requestedBy":"admin@contoso.example","reason"`, 1)
	w.ask(http.MethodPost, api.Base+"/requests", admin, own).want(http.StatusAccepted)
}

func TestSameRequestIsAnsweredTheSameAndAnotherIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.ask(http.MethodPost, api.Base+"/requests", admin, wish).want(http.StatusAccepted)
	again := w.ask(http.MethodPost, api.Base+"/requests", admin, wish).want(http.StatusAccepted)
	if string(first.body) != string(again.body) || first.header.Get("Location") != again.header.Get("Location") {
		t.Errorf("%s, then %s", first.body, again.body)
	}
	w.ask(http.MethodPost, api.Base+"/requests", admin, strings.Replace(wish, "over", "other", 1)).problem(http.StatusConflict, "conflict", "")
	// The identity is part of the body: another token's request is another request.
	w.ask(http.MethodPost, api.Base+"/requests", both, wish).problem(http.StatusConflict, "conflict", "")
	if queue, err := w.client().Queue(t.Context(), "contoso"); err != nil || len(queue) != 1 {
		t.Errorf("%v, %v", queue, err)
	}
}

func TestBadBodyIsRefusedByItsMemberAndChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	secret := "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.c2lnbmF0dXJl"
	for name, tc := range map[string]struct{ body, field string }{
		"nothing":             {" ", "json"},
		"a list":              {"[]", "json"},
		"half":                {`{"id":`, "json"},
		"two":                 {wish + wish, "json"},
		"not UTF-8":           {"{\"id\":\"\xff\"}", "json"},
		"misspelt member":     {`{"id":"r1","tennant":"contoso"}`, "tennant"},
		"misspelt option":     {`{"id":"r1","options":{"dryrun":true}}`, "options.dryrun"},
		"member in capitals":  {`{"ID":"r1"}`, "ID"},
		"member twice":        {`{"id":"r1","id":"r2"}`, "id"},
		"option twice":        {`{"options":{"purge":false,"purge":true}}`, "options.purge"},
		"wrong type":          {`{"id":7}`, "id"},
		"wrong type inside":   {`{"options":{"acknowledged":"all"}}`, "options.acknowledged"},
		"no id":               {`{"tenant":"contoso","service":"teams","account":"a"}`, "id"},
		"drain":               {`{"id":"r1","options":{"drain":"tomorrow"}}`, "options.drain"},
		"unknown service":     {`{"id":"r1","tenant":"contoso","service":"yammer","account":"a"}`, "service"},
		"control character":   {strings.Replace(wish, "over", `over\u0007`, 1), "reason"},
		"secret in a text":    {strings.Replace(wish, "over", secret, 1), "reason"},
		"secret by its name":  {`{"password":"hunter2"}`, "password"},
		"secret in the name":  {`{"` + secret + `":1}`, "*"},
		"secret in the place": {`{"id":"r1","account":{"password":"` + secret + `"}}`, "account.password"},
	} {
		a := w.ask(http.MethodPost, api.Base+"/requests", admin, tc.body)
		if p := a.problem(http.StatusBadRequest, "invalid", tc.field); p.Allowed == "" {
			t.Errorf("%s: nothing is said of what is allowed", name)
		}
		if strings.Contains(string(a.body), secret) || strings.Contains(string(a.body), "hunter2") || strings.Contains(w.log.String(), secret) {
			t.Errorf("%s: the secret is repeated: %s", name, a.body)
		}
	}
	long := `{"id":"r1","tenant":"contoso","service":"teams","account":"a","options":{"approveByName":["` + strings.Repeat(strings.Repeat("a", 299)+`","`, 40) + `"]}}`
	w.ask(http.MethodPost, api.Base+"/requests", admin, long).problem(http.StatusRequestEntityTooLarge, "too-large", "size")
	if queue, err := w.client().Queue(t.Context(), "contoso"); err != nil || len(queue) != 0 {
		t.Errorf("%v, %v", queue, err)
	}
}

func TestTokenOpensItsTenantsAndNothingOfAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pictured()
	for _, tenant := range []string{"contoso", "fabrikam", "tailspin"} {
		w.waits(request(tenant, "r-"+tenant))
	}
	w.ask(http.MethodPost, api.Base+"/requests", fabrikam, wish).problem(http.StatusNotFound, "unknown-tenant", "tenant")
	w.ask(http.MethodGet, api.Base+"/requests?tenant=contoso", fabrikam, "").problem(http.StatusNotFound, "unknown-tenant", "tenant")
	w.ask(http.MethodGet, api.Base+"/requests?tenant=nobody", admin, "").problem(http.StatusNotFound, "unknown-tenant", "tenant")
	for token, want := range map[string]string{fabrikam: "fabrikam", reader: "contoso", both: "contoso fabrikam", admin: "contoso fabrikam tailspin", "": "contoso fabrikam tailspin"} {
		var got, aliases []string
		for _, r := range w.all(token, "?limit=1") {
			got = append(got, r.Tenant)
		}
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%s lists %v", token, got)
		}
		list := read[struct{ Tenants []struct{ Alias string } }](w.ask(http.MethodGet, api.Base+"/tenants", token, "").want(http.StatusOK))
		for _, tenant := range list.Tenants {
			aliases = append(aliases, tenant.Alias)
		}
		if strings.Join(aliases, " ") != want {
			t.Errorf("%s sees %v", token, aliases)
		}
	}
	// A cursor of somebody who sees more opens nothing.
	page := read[query.Page](w.ask(http.MethodGet, api.Base+"/requests?limit=1&tenant=contoso", both, ""))
	if page.Next != "" {
		t.Fatalf("%+v", page)
	}
	next := read[query.Page](w.ask(http.MethodGet, api.Base+"/requests?limit=1", both, "")).Next
	w.ask(http.MethodGet, api.Base+"/requests?after="+next, reader, "").problem(http.StatusBadRequest, "invalid", "after")
}

// all pages through a list, by the Link header.
func (w *world) all(token, query string) []query.Summary {
	w.t.Helper()
	out, at := []summary{}, api.Base+"/requests"+query
	for at != "" {
		a := w.ask(http.MethodGet, at, token, "").want(http.StatusOK)
		page := read[struct {
			Requests []summary
			Next     string
		}](a)
		out = append(out, page.Requests...)
		link, more := strings.CutPrefix(a.header.Get("Link"), "<")
		at, _, _ = strings.Cut(link, `>; rel="next"`)
		if more != (page.Next != "") {
			w.t.Fatalf("next is %q, Link %q", page.Next, a.header.Get("Link"))
		}
	}
	return out
}

type summary = query.Summary

func TestListIsPagedAndFiltered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pictured()
	for i := range 7 {
		status := deprovision.Held
		if i%2 == 0 {
			status = deprovision.Succeeded
		}
		w.writes(request("contoso", fmt.Sprintf("r%d", i))).append(status, nil)
	}
	if got := w.all("", "?limit=3&tenant=contoso"); len(got) != 7 || got[0].Request != "r6" && got[0].Seq != 1 {
		t.Errorf("%+v", got)
	}
	if got := w.all("", "?open=true"); len(got) != 3 {
		t.Errorf("%+v", got)
	}
	if got := w.all("", "?status=succeeded&service=exchange-online-inline&account=inline&open=false"); len(got) != 4 {
		t.Errorf("%+v", got)
	}
	for query, field := range map[string]string{
		"limit=0": "limit", "limit=1001": "limit", "limit=-1": "limit", "limit=1e3": "limit", "limit=": "limit", "limit=01": "limit", "limit=1&limit=2": "limit",
		"after=": "after", "after=xx": "after", "after=cmVxdWVzdHMKbm9uc2Vuc2U": "after", "after=YXJ0aWZhY3RzCjc": "after", "after=cmVxdWVzdHMKCm5vbnNlbnNl": "after",
		"open=yes": "open", "status=done": "status", "service=yammer": "service", "account=a.b": "account", "tenant=*": "tenant", "offset=1": "offset", "a%zz": "query",
	} {
		w.ask(http.MethodGet, api.Base+"/requests?"+query, "", "").problem(http.StatusBadRequest, "invalid", field)
	}
}

func TestStateIsTheJournalsAndHasItsRevision(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.waits(request("contoso", "r1"))
	a := w.ask(http.MethodGet, path("contoso", "r1"), reader, "").want(http.StatusOK)
	state := read[struct {
		Queued   bool
		Revision uint64
		Progress deprovision.Progress
	}](a)
	if state.Queued || state.Progress.Stop.Name != "confirm" || state.Revision == 0 || a.header.Get("ETag") != fmt.Sprintf(`"%d"`, state.Revision) {
		t.Errorf("%s %v", a.body, a.header)
	}
	a = w.ask(http.MethodGet, path("contoso", "r1")+"/plan", reader, "").want(http.StatusOK)
	if got := read[deprovision.Plan](a); got.Digest() != p.Digest() || a.header.Get("ETag") != `"`+p.Digest()+`"` {
		t.Errorf("%s %v", a.body, a.header)
	}
	if strings.Contains(string(a.body), `"seal"`) {
		t.Errorf("what has not ended has a seal: %s", a.body)
	}
	ended := w.writes(request("contoso", "r4"))
	ended.append(deprovision.Succeeded, nil)
	last, err := w.client().Last(t.Context(), ended.request.Ref())
	got := read[struct{ Seal string }](w.ask(http.MethodGet, path("contoso", "r4"), reader, "").want(http.StatusOK)).Seal
	if err != nil || got == "" || got != last.Chain {
		t.Errorf("the seal is %q, want %q, %v", got, last.Chain, err)
	}
	w.writes(request("contoso", "r2")).append(deprovision.Held, nil)
	w.ask(http.MethodGet, path("contoso", "r2")+"/plan", "", "").problem(http.StatusNotFound, "no-plan", "")
	for _, of := range []string{"", "/plan", "/plan/difference", "/artifacts", "/evidence", "/report", "/timeline", "/events"} {
		w.ask(http.MethodGet, path("contoso", "r3")+of, "", "").problem(http.StatusNotFound, "unknown-request", "")
	}
}

func TestArtifactsArePagedInTheOrderOfTheJournal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	j := w.writes(request("contoso", "r1"))
	for i := range 4 {
		j.append(deprovision.Held, func(e *deprovision.Event) {
			for k := range 3 {
				e.Change.Evidence = append(e.Change.Evidence, deprovision.Evidence{Outcome: deprovision.Removed, At: e.Progress.Updated,
					Artifact: deprovision.Artifact{Kind: "transport-rule", ID: fmt.Sprint(3*i + k), Name: "rule", Step: "s", Match: "name"}})
			}
		})
	}
	var got []string
	for at := path("contoso", "r1") + "/artifacts?limit=5"; at != ""; {
		a := w.ask(http.MethodGet, at, "", "").want(http.StatusOK)
		for _, e := range read[struct{ Evidence []deprovision.Evidence }](a).Evidence {
			got = append(got, e.Artifact.ID)
		}
		at, _, _ = strings.Cut(strings.TrimPrefix(a.header.Get("Link"), "<"), ">")
	}
	if strings.Join(got, " ") != "0 1 2 3 4 5 6 7 8 9 10 11" {
		t.Errorf("%v", got)
	}
	w.ask(http.MethodGet, path("contoso", "r1")+"/artifacts?after=nonsense", "", "").problem(http.StatusBadRequest, "invalid", "after")
	// Of an archived request only the end is left.
	old := w.writes(request("contoso", "r2"))
	old.seq = 8
	old.append(deprovision.Succeeded, nil)
	for _, of := range []string{"/plan/difference", "/artifacts", "/evidence", "/report", "/timeline"} {
		w.ask(http.MethodGet, path("contoso", "r2")+of, "", "").problem(http.StatusGone, "archived", "")
	}
}

func TestStopsAreExplained(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	list := read[struct{ Stops []deprovision.StopKind }](w.ask(http.MethodGet, api.Base+"/stops", "", "").want(http.StatusOK))
	if len(list.Stops) != len(deprovision.Stops()) || list.Stops[2].Name != "confirm" || list.Stops[2].Offers[0] != deprovision.Confirm {
		t.Errorf("%+v", list)
	}
}

func TestDescriptionIsServed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	doc := read[map[string]any](w.ask(http.MethodGet, api.Base+"/openapi.json", "", "").want(http.StatusOK))
	if doc["openapi"] != "3.1.0" {
		t.Errorf("%v", doc["openapi"])
	}
}

func TestWhatIsAwayIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ask(http.MethodGet, api.Base+"/requests", admin, "").problem(http.StatusServiceUnavailable, "unavailable", "") // no worker answers lists
	w.server.Stop()
	for _, r := range api.Routes() {
		if slices.Contains([]string{"/stops", "/session", "/tenants", "/openapi.json"}, r.Path) {
			w.calls(t, r, admin).want(http.StatusOK)
			continue
		}
		text := map[string]string{"ask": wish, "decide": `{"id":"d1","verb":"cancel"}`, "putAccount": `{"service":"teams","kind":"delegate","upn":"a@b.example"}`,
			"amendAccount": `{"site":"us"}`, "requeueDeadLetter": "{}"}[r.ID]
		a := w.asks(t, r.Method, concrete(r.Path), admin, text)
		a.problem(http.StatusServiceUnavailable, "unavailable", "")
		if a.header.Get("Retry-After") == "" {
			t.Errorf("%s: %v", r.ID, a.header)
		}
	}
}

// What stands in a list can be read: also where the worker does not have the tenant, for whoever sees all of them. Nothing can be done there.
func TestRequestOfATenantThatTheWorkerDoesNotHaveCanBeReadByWhoSeesAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pictured()
	r := request("woodgrove", "r1")
	w.waits(r)
	list := api.Base + "/requests?tenant=woodgrove"
	for _, who := range []string{admin, ""} {
		if rows := w.all(who, "?tenant=woodgrove"); len(rows) != 1 || rows[0].Request != "r1" {
			t.Errorf("%+v", rows)
		}
		w.ask(http.MethodGet, list+"&status=failed", who, "").want(http.StatusOK) // none, of a tenant that there is
	}
	for _, who := range []string{both, reader} {
		w.ask(http.MethodGet, list, who, "").problem(http.StatusNotFound, "unknown-tenant", "tenant")
	}
	for _, more := range []string{"", "/plan", "/artifacts", "/evidence", "/report", "/timeline"} {
		for _, who := range []string{admin, ""} {
			w.ask(http.MethodGet, path("woodgrove", "r1")+more, who, "").want(http.StatusOK)
		}
		for _, who := range []string{both, reader} {
			w.ask(http.MethodGet, path("woodgrove", "r1")+more, who, "").problem(http.StatusNotFound, "unknown-tenant", "tenant")
		}
		w.ask(http.MethodGet, path("woodgrove", "r2")+more, admin, "").problem(http.StatusNotFound, "unknown-tenant", "tenant")
	}
	if _, e := w.opens(t, path("woodgrove", "r1")+"/events", admin).entry(); e.Progress.Request.ID != "r1" {
		t.Errorf("%+v", e)
	}
	w.ask(http.MethodPost, path("woodgrove", "r1")+"/decisions", admin, `{"id":"d1","verb":"cancel"}`).problem(http.StatusNotFound, "unknown-tenant", "tenant")
	w.ask(http.MethodGet, api.Base+"/tenants/woodgrove/accounts", admin, "").problem(http.StatusNotFound, "unknown-tenant", "tenant")
}
