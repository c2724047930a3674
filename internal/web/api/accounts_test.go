package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/web/api"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const (
	record   = `{"service":"exchange-online-inline","kind":"authorized","appId":"b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001"}`
	accounts = api.Base + "/tenants/contoso/accounts"
)

func TestAccountIsAddedAndReplacedOnlyAsItWasSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ask(http.MethodGet, accounts+"/inline", reader, "").problem(http.StatusNotFound, "unknown-account", "")
	w.ask(http.MethodPut, accounts+"/inline", admin, record, "If-Match", `"1"`).problem(http.StatusPreconditionFailed, "changed-meanwhile", "")
	a := w.ask(http.MethodPut, accounts+"/inline", admin, record).want(http.StatusCreated)
	seen := a.header.Get("ETag")
	if a.header.Get("Location") != accounts+"/inline" || seen == "" {
		t.Errorf("%v", a.header)
	}
	if a := w.ask(http.MethodPut, accounts+"/inline", admin, record).want(http.StatusOK); a.header.Get("ETag") != seen {
		t.Errorf("what was there just so was written: %v", a.header)
	}
	changed := strings.Replace(record, `"kind"`, `"site":"us","kind"`, 1)
	w.ask(http.MethodPut, accounts+"/inline", admin, changed).problem(http.StatusConflict, "conflict", "If-Match")
	a = w.ask(http.MethodPut, accounts+"/inline", admin, changed, "If-Match", seen).want(http.StatusOK)
	if got := read[struct{ Account deprovision.Account }](a).Account; got.Site != "us" || got.Tenant != "contoso" || got.ID != "inline" || got.State != "active" {
		t.Errorf("%+v", got)
	}
	w.ask(http.MethodPut, accounts+"/inline", admin, record, "If-Match", seen).problem(http.StatusPreconditionFailed, "changed-meanwhile", "If-Match")
	for _, not := range []string{"12", `W/"12"`, "*", `"1","2"`, `"x"`} {
		w.ask(http.MethodPut, accounts+"/inline", admin, record, "If-Match", not).problem(http.StatusBadRequest, "invalid", "If-Match")
	}
	now := w.ask(http.MethodGet, accounts+"/inline", reader, "").want(http.StatusOK)
	if now.header.Get("ETag") != a.header.Get("ETag") || read[deprovision.Account](now).Site != "us" {
		t.Errorf("%s %v", now.body, now.header)
	}
}

func TestAccountThatIsBeingRemovedIsNotChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ask(http.MethodPut, accounts+"/inline", admin, record).want(http.StatusCreated)
	there, revision, err := w.journal.Accounts().Get(t.Context(), "contoso", "inline")
	if err != nil {
		t.Fatal(err)
	}
	there.Open = "r1"
	if revision, err = w.journal.Accounts().Put(t.Context(), there, revision); err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(record, `"kind"`, `"site":"us","kind"`, 1)
	p := w.ask(http.MethodPut, accounts+"/inline", admin, changed, "If-Match", fmt.Sprintf(`"%d"`, revision)).problem(http.StatusConflict, "conflict", "")
	if !strings.Contains(p.Detail, "r1") {
		t.Errorf("%+v", p)
	}
}

func TestAmendedAccountStaysClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ask(http.MethodPatch, accounts+"/inline", admin, `{"site":"us"}`).problem(http.StatusNotFound, "unknown-account", "")
	w.ask(http.MethodPut, accounts+"/inline", admin, record).want(http.StatusCreated)
	there, revision, err := w.journal.Accounts().Get(t.Context(), "contoso", "inline")
	if err != nil {
		t.Fatal(err)
	}
	there.State, there.Closed = deprovision.AccountClosed, "r1"
	if _, err = w.journal.Accounts().Put(t.Context(), there, revision); err != nil {
		t.Fatal(err)
	}
	more := `{"names":{"quarantine-folder":["Q"]}}`
	for _, change := range []client.Change{client.Updated, client.Unchanged} {
		a := w.ask(http.MethodPatch, accounts+"/inline", admin, more).want(http.StatusOK)
		got := read[struct {
			Account deprovision.Account
			Change  client.Change
		}](a)
		if got.Change != change || got.Account.State != "closed" || got.Account.Closed != "r1" || len(got.Account.Names["quarantine-folder"]) != 1 {
			t.Errorf("%s", a.body)
		}
		if now := w.ask(http.MethodGet, accounts+"/inline", reader, "").want(http.StatusOK); now.header.Get("ETag") != a.header.Get("ETag") {
			t.Errorf("%v, %v", now.header, a.header)
		}
	}
	w.ask(http.MethodPatch, accounts+"/inline", admin, `{"appId":"b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b009"}`).problem(http.StatusBadRequest, "invalid", "appId")
	w.ask(http.MethodPatch, accounts+"/inline", admin, `{"site":"us"}`, "If-Match", `"1"`).problem(http.StatusPreconditionFailed, "changed-meanwhile", "If-Match")
	w.ask(http.MethodPatch, accounts+"/inline", admin, `{"site":"us"}`, "If-Match", "12").problem(http.StatusBadRequest, "invalid", "If-Match")
	now := w.ask(http.MethodGet, accounts+"/inline", reader, "").want(http.StatusOK)
	w.ask(http.MethodPatch, accounts+"/inline", admin, `{"site":"eu"}`, "If-Match", now.header.Get("ETag")).want(http.StatusOK)
	w.ask(http.MethodPatch, accounts+"/inline", admin, `{"closed":""}`).problem(http.StatusBadRequest, "invalid", "closed")
	w.ask(http.MethodPatch, accounts+"/inline", reader, more).problem(http.StatusForbidden, "forbidden", "")
	there, revision, err = w.journal.Accounts().Get(t.Context(), "contoso", "inline")
	if err != nil {
		t.Fatal(err)
	}
	there.Open = "r2"
	if _, err = w.journal.Accounts().Put(t.Context(), there, revision); err != nil {
		t.Fatal(err)
	}
	w.ask(http.MethodPatch, accounts+"/inline", admin, `{"site":"us"}`).problem(http.StatusConflict, "conflict", "")
}

func TestBadAccountIsNotWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for text, field := range map[string]string{
		strings.Replace(record, `"kind"`, `"open":"r1","kind"`, 1):             "open",
		strings.Replace(record, `"kind"`, `"closed":"r1","kind"`, 1):           "closed",
		strings.Replace(record, `"kind"`, `"state":"closed","kind"`, 1):        "state",
		strings.Replace(record, `"kind"`, `"id":"other","kind"`, 1):            "id",
		strings.Replace(record, `"kind"`, `"tenant":"fabrikam","kind"`, 1):     "tenant",
		strings.Replace(record, `"kind"`, `"names":{"a":"b"},"kind"`, 1):       "names",
		strings.Replace(record, `"kind"`, `"recorded":{"pwd":"b"},"kind"`, 1):  "recorded.pwd",
		strings.Replace(record, `"kind"`, `"names":{"a":[],"a":[]},"kind"`, 1): "names.a",
		strings.Replace(record, "authorized", "guest", 1):                      "kind",
		strings.Replace(record, "appId", "appID", 1):                           "appID",
	} {
		w.ask(http.MethodPut, accounts+"/inline", admin, text).problem(http.StatusBadRequest, "invalid", field)
	}
	w.ask(http.MethodGet, accounts+"/inline", reader, "").problem(http.StatusNotFound, "unknown-account", "")
}

func TestAccountsArePagedByID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 5 {
		w.ask(http.MethodPut, fmt.Sprintf("%s/a%d", accounts, i), admin, record).want(http.StatusCreated)
	}
	w.ask(http.MethodPut, api.Base+"/tenants/fabrikam/accounts/foreign", fabrikam, record).want(http.StatusCreated)
	gone, revision, err := w.journal.Accounts().Get(t.Context(), "contoso", "a1")
	if err == nil {
		gone.State, gone.Closed = deprovision.AccountClosed, "r1"
		_, err = w.journal.Accounts().Put(t.Context(), gone, revision)
	}
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for at := accounts + "?limit=2"; at != ""; {
		a := w.ask(http.MethodGet, at, reader, "").want(http.StatusOK)
		page := read[struct {
			Accounts     []deprovision.Account
			Total, InUse int
		}](a)
		for _, account := range page.Accounts {
			got = append(got, account.ID)
		}
		if page.Total != 5 || page.InUse != 4 {
			t.Errorf("every page counts all: %d in all, %d in use", page.Total, page.InUse)
		}
		at, _, _ = strings.Cut(strings.TrimPrefix(a.header.Get("Link"), "<"), ">")
	}
	if strings.Join(got, " ") != "a0 a1 a2 a3 a4" {
		t.Errorf("%v", got)
	}
	w.ask(http.MethodGet, accounts+"?after=x", reader, "").problem(http.StatusBadRequest, "invalid", "after")
}

func TestCautionsBeforeAPlanAreTheFootprintsOfTheRecordsProduct(t *testing.T) {
	t.Parallel()
	var asked []deprovision.Account
	w := newWorld(t, func(o *api.Options) {
		o.Cautions = func(a deprovision.Account) ([]deprovision.Caution, bool) {
			asked = append(asked, a)
			return []deprovision.Caution{{Code: "api-stops", Text: "The API stops."}}, true
		}
	})
	w.ask(http.MethodGet, accounts+"/inline/cautions", reader, "").problem(http.StatusNotFound, "unknown-account", "")
	w.ask(http.MethodPut, accounts+"/inline", admin, strings.Replace(record, "{", `{"product":"sentry",`, 1)).want(http.StatusCreated)
	w.ask(http.MethodGet, accounts+"/inline/cautions", fabrikam, "").problem(http.StatusNotFound, "unknown-tenant", "tenant")
	got := read[struct {
		Known    bool
		Cautions []deprovision.Caution
	}](w.ask(http.MethodGet, accounts+"/inline/cautions", reader, "").want(http.StatusOK))
	if !got.Known || len(got.Cautions) != 1 || got.Cautions[0].Code != "api-stops" || len(asked) != 1 || asked[0].Product != "sentry" {
		t.Errorf("%+v of %+v", got, asked)
	}
	none := newWorld(t)
	none.ask(http.MethodPut, accounts+"/inline", admin, record).want(http.StatusCreated)
	if a := none.ask(http.MethodGet, accounts+"/inline/cautions", reader, "").want(http.StatusOK); !strings.Contains(string(a.body), `"known":false,"cautions":[]`) {
		t.Errorf("where nothing is known: %s", a.body)
	}
}

func TestUnreadableRecordIsAConflictAndMayBeReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	js, err := w.nc.JetStream()
	if err != nil {
		t.Fatal(err)
	}
	ack, err := js.Publish("deprovision.account.contoso.inline", []byte("hello"))
	if err != nil {
		t.Fatal(err)
	}
	w.ask(http.MethodGet, accounts+"/inline", reader, "").problem(http.StatusConflict, "conflict", "")
	w.ask(http.MethodGet, accounts+"/inline/cautions", reader, "").problem(http.StatusConflict, "conflict", "")
	w.ask(http.MethodPut, accounts+"/inline", admin, record).problem(http.StatusConflict, "conflict", "")
	w.ask(http.MethodPut, accounts+"/inline", admin, record, "If-Match", fmt.Sprintf(`"%d"`, ack.Sequence)).want(http.StatusOK)
}
