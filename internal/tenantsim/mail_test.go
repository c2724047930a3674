package tenantsim_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	sim "github.com/deprovisioner/deprovisioner/internal/tenantsim"
)

const (
	mia  = "mia@contoso.example"
	noah = "noah@contoso.example"
)

func services(t *testing.T, o sim.Options) *rig {
	t.Helper()
	return newRig(t, sim.ServicesTenant(), o)
}

// rowsOf follows nextLink to the end.
func (r *rig) rowsOf(path, token string) []map[string]any {
	r.t.Helper()
	var rows []map[string]any
	for link := "/v1.0" + path; link != ""; {
		a := r.do(r.request(http.MethodGet, link, token, nil))
		if a.status != http.StatusOK {
			r.t.Fatalf("%s: %d %s", link, a.status, a.raw)
		}
		rows = append(rows, a.rows()...)
		link, _ = a.json["@odata.nextLink"].(string)
	}
	return rows
}

func names(rows []map[string]any) []string {
	var out []string
	for _, r := range rows {
		out = append(out, r["displayName"].(string))
	}
	return out
}

// folder finds a folder by name among those below one ("" is the root), hidden ones too.
func (r *rig) folder(token, user, below, name string) string {
	r.t.Helper()
	path := "/users/" + user + "/mailFolders"
	if below != "" {
		path += "/" + below + "/childFolders"
	}
	for _, f := range r.rowsOf(path+"?includeHiddenFolders=true", token) {
		if f["displayName"] == name {
			return f["id"].(string)
		}
	}
	r.t.Fatalf("%s has no %q below %q", user, name, below)
	return ""
}

func TestHiddenFoldersAreListedOnDemandOnly(t *testing.T) {
	t.Parallel()
	r := services(t, sim.Options{})
	g := r.graphToken()
	root := "/users/" + mia + "/mailFolders"
	open := r.rowsOf(root, g)
	if got := names(open); slices.Contains(got, sim.QuarantineFolder) || !slices.Contains(got, "Inbox") || !slices.Contains(got, "Projects") {
		t.Errorf("%v", got)
	}
	first := r.graph("GET", root+"?includeHiddenFolders=true", g, nil)
	if len(first.rows()) != 10 || slices.Contains(first.column("displayName"), sim.QuarantineFolder) || first.json["@odata.nextLink"] == nil {
		t.Errorf("the first page holds all: %s", first.raw)
	}
	all := r.rowsOf(root+"?includeHiddenFolders=true", g)
	if got := names(all); len(got) != 14 || !slices.Contains(got, sim.QuarantineFolder) {
		t.Errorf("%v", got)
	}
	for _, f := range all {
		if search := f["displayName"] == "Unread mail"; search != (f["@odata.type"] == "#microsoft.graph.mailSearchFolder") {
			t.Errorf("%v", f)
		}
	}
	if n := len(r.graph("GET", root+"?includeHiddenFolders=true&$top=250&$select=id,isHidden", g, nil).rows()); n != 14 {
		t.Errorf("%d at once", n)
	}
	for _, q := range []string{"$top=251", "$skip=x", "$select=wellKnownName"} {
		if a := r.graph("GET", root+"?"+q, g, nil); a.status != 400 {
			t.Errorf("%s: %d", q, a.status)
		}
	}
	if got := r.rowsOf(root+"?includeHiddenFolders=true&$filter=isHidden%20eq%20true", g); len(got) != 4 {
		t.Errorf("%v", names(got))
	}
}

func TestNestedHiddenFolderIsBelowItsParentOnly(t *testing.T) {
	t.Parallel()
	r := services(t, sim.Options{})
	g := r.graphToken()
	root := "/users/" + noah + "/mailFolders"
	if got := names(r.rowsOf(root+"?includeHiddenFolders=true", g)); slices.Contains(got, sim.QuarantineFolder) {
		t.Errorf("%v", got)
	}
	parent := r.folder(g, noah, "", "Suppliers")
	if n := len(r.rowsOf(root+"/"+parent+"/childFolders", g)); n != 0 {
		t.Errorf("%d without the flag", n)
	}
	id := r.folder(g, noah, parent, sim.QuarantineFolder)
	a := r.graph("GET", root+"/"+id, g, nil)
	if a.json["parentFolderId"] != parent || a.json["isHidden"] != true || a.json["totalItemCount"] != 1.0 {
		t.Errorf("%s", a.raw)
	}
	if a := r.graph("GET", root+"/"+parent, g, nil); a.json["childFolderCount"] != 1.0 {
		t.Errorf("%s", a.raw)
	}
	if err := r.sim.SetBehaviour(sim.InlineTenantID, sim.Behaviour{Graph: sim.GraphBehaviour{UncountedHidden: true}}); err != nil {
		t.Fatal(err)
	}
	if a := r.graph("GET", root+"/"+parent, g, nil); a.json["childFolderCount"] != 0.0 {
		t.Errorf("%s", a.raw)
	}
	wantStatus(t, r.graph("GET", "/users/"+mia+"/mailFolders/"+id, g, nil), 404, "ErrorItemNotFound")
	wantStatus(t, r.graph("GET", root+"/"+strings.ToLower(id), g, nil), 400, "ErrorInvalidIdMalformed")
}

func TestDeletedFolderMovesAndPurgedFolderIsGone(t *testing.T) {
	t.Parallel()
	r := services(t, sim.Options{})
	g := r.graphToken()
	root := "/users/" + noah + "/mailFolders"
	parent := r.folder(g, noah, "", "Suppliers")
	child := r.folder(g, noah, parent, sim.QuarantineFolder)
	if a := r.graph("DELETE", root+"/"+parent, g, nil); a.status != 204 || len(a.raw) != 0 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	if got := r.sim.RemovedBy(child); len(got) != 1 || !slices.Equal(got[0].Removed, []string{parent, child}) || got[0].Kind != sim.KindMailFolder {
		t.Fatalf("%+v", got)
	}
	for _, id := range []string{parent, child} {
		wantStatus(t, r.graph("GET", root+"/"+id, g, nil), 404, "ErrorItemNotFound")
	}
	wantStatus(t, r.graph("DELETE", root+"/"+parent, g, nil), 404, "ErrorItemNotFound")
	moved := r.folder(g, noah, "deleteditems", "Suppliers")
	below := r.folder(g, noah, moved, sim.QuarantineFolder)
	if moved == parent || below == child {
		t.Error("the ids stayed")
	}
	if a := r.graph("POST", root+"/"+below+"/permanentDelete", g, nil); a.status != 204 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	if a := r.graph("DELETE", root+"/"+moved, g, nil); a.status != 204 { // from Deleted Items it goes out of sight
		t.Fatalf("%d %s", a.status, a.raw)
	}
	if got := r.rowsOf(root+"/deleteditems/childFolders?includeHiddenFolders=true", g); len(got) != 0 {
		t.Errorf("%v", got)
	}
	wantStatus(t, r.graph("POST", root+"/"+below+"/permanentDelete", g, nil), 404, "ErrorItemNotFound")
	for _, c := range r.sim.CallsLike(sim.Match{Method: "POST", Path: "*/permanentDelete"}) {
		if !c.Destructive || (c.Status == 404) != (c.Effect == sim.EffectAbsent) {
			t.Errorf("%+v", c)
		}
	}
}

func TestFolderDeletionByBehaviour(t *testing.T) {
	t.Parallel()
	r := services(t, sim.Options{Behaviour: sim.Behaviour{Graph: sim.GraphBehaviour{RecoverableDelete: true, NationalCloud: true}}})
	g := r.graphToken()
	at := "/users/" + mia + "/mailFolders/"
	id := r.folder(g, mia, "", sim.QuarantineFolder)
	wantStatus(t, r.graph("POST", at+id+"/permanentDelete", g, nil), 400, "BadRequest")
	if a := r.graph("DELETE", at+id, g, nil); a.status != 204 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	if got := r.rowsOf(at+"deleteditems/childFolders?includeHiddenFolders=true", g); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func TestMailboxRefusals(t *testing.T) {
	t.Parallel()
	f := sim.ServicesTenant()
	f.Mail.Denied = []sim.MailDenial{{App: sim.WorkerAppID, Mailbox: noah}}
	r := newRig(t, f, sim.Options{})
	g := r.graphToken()
	for _, c := range []struct {
		method, path string
		status       int
		code         string
	}{
		{"GET", "/users/nobody@contoso.example/mailFolders", 404, "ErrorInvalidUser"},
		{"GET", "/users/" + sim.AdminID + "/mailFolders", 404, "MailboxNotEnabledForRESTAPI"},
		{"GET", "/users/" + noah + "/mailFolders", 403, "ErrorAccessDenied"},
		{"GET", "/users/" + mia + "/mailFolders/nonsense", 400, "ErrorInvalidIdMalformed"},
		{"DELETE", "/users/" + mia + "/mailFolders/inbox", 400, "ErrorDeleteDistinguishedFolder"},
		{"POST", "/users/" + mia + "/mailFolders/DeletedItems/permanentDelete", 400, "ErrorDeleteDistinguishedFolder"},
		{"PATCH", "/users/" + mia + "/mailFolders/inbox", 405, "Request_BadRequest"},
	} {
		if a := r.graph(c.method, c.path, g, nil); a.status != c.status || a.code() != c.code {
			t.Errorf("%s %s: %d %s", c.method, c.path, a.status, a.raw)
		}
	}
	reader := r.token(sim.ReaderAppID, sim.ReaderSecret, graphScope)
	wantStatus(t, r.graph("GET", "/users/"+mia+"/mailFolders", reader, nil), 403, "ErrorAccessDenied")
	product := r.token(sim.MailProductAppID, sim.ServicesSecret, graphScope)
	if a := r.graph("GET", "/users/"+noah+"/mailFolders", product, nil); a.status != 200 {
		t.Errorf("the denial is for one app: %d", a.status)
	}
	if n := len(r.sim.Changes("")); n != 0 {
		t.Errorf("%d changes", n)
	}
}

func TestMailboxTakesFourCallsAtATime(t *testing.T) {
	t.Parallel()
	r := services(t, sim.Options{Behaviour: sim.Behaviour{Graph: sim.GraphBehaviour{MailboxConcurrency: 4}}})
	g := r.graphToken()
	h := r.sim.Faults.Must(sim.Fault{Do: sim.FaultHang, Times: 4, Match: sim.Match{Path: "*/mailFolders"}})
	done := make(chan answer, 4)
	for range 4 {
		req := r.request("GET", "/v1.0/users/"+mia+"/mailFolders", g, nil)
		go func() { a, _ := r.try(req); done <- a }()
	}
	if err := h.Wait(t.Context(), 4); err != nil {
		t.Fatal(err)
	}
	a := r.graph("GET", "/users/"+mia+"/mailFolders", g, nil)
	wantStatus(t, a, 429, "ApplicationThrottled")
	if a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	if a := r.graph("GET", "/users/"+noah+"/mailFolders", g, nil); a.status != 200 {
		t.Errorf("another mailbox: %d", a.status)
	}
	h.Release()
	for range 4 {
		if a := <-done; a.status != 200 {
			t.Errorf("%d %s", a.status, a.raw)
		}
	}
	if a := r.graph("GET", "/users/"+mia+"/mailFolders", g, nil); a.status != 200 {
		t.Errorf("after them: %d", a.status)
	}
}

func TestRemovedFolderStillAnswersForAWhile(t *testing.T) {
	t.Parallel()
	r := services(t, sim.Options{Behaviour: sim.Behaviour{Consistency: sim.Consistency{DeletedReads: 2, NewReads: 1}}})
	g := r.graphToken()
	id := r.folder(g, mia, "", sim.QuarantineFolder)
	at := "/users/" + mia + "/mailFolders/"
	r.graph("DELETE", at+id, g, nil)
	for _, want := range []int{200, 200, 404} {
		if a := r.graph("GET", at+id, g, nil); a.status != want {
			t.Errorf("%d, want %d", a.status, want)
		}
	}
	for _, want := range []int{0, 1} {
		if got := len(r.rowsOf(at+"deleteditems/childFolders?includeHiddenFolders=true", g)); got != want {
			t.Errorf("%d below Deleted Items, want %d", got, want)
		}
	}
}

func TestOutlookBudgetIsPerMailbox(t *testing.T) {
	t.Parallel()
	c := &clock{at: time.Now()}
	r := services(t, sim.Options{Now: c.now, Behaviour: sim.Behaviour{Throttle: []sim.Budget{
		{API: sim.APIGraph, Service: sim.ServiceOutlook, PerPlace: true, Units: 5, Window: 10 * time.Minute}}}})
	g := r.graphToken()
	get := func(user string) answer { return r.graph("GET", "/users/"+user+"/mailFolders/inbox", g, nil) }
	for i := range 5 {
		a := get(mia)
		if share := a.header.Get("X-Ms-Throttle-Limit-Percentage"); a.status != 200 || (share != "") != (i >= 3) {
			t.Errorf("call %d: %d %q", i, a.status, share)
		}
	}
	a := get(mia)
	if wait, _ := strconv.ParseFloat(a.header.Get("Retry-After"), 64); a.status != 429 || wait != 600 {
		t.Errorf("%d %v", a.status, a.header)
	}
	if a := get(noah); a.status != 200 {
		t.Errorf("another mailbox: %d", a.status)
	}
	if a := r.graph("GET", "/domains", g, nil); a.status != 200 {
		t.Errorf("another service: %d", a.status)
	}
	c.move(10 * time.Minute)
	if a := get(mia); a.status != 200 {
		t.Errorf("after the window: %d", a.status)
	}
}
