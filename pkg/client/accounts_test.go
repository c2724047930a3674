package client_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func account(id string) deprovision.Account {
	return deprovision.Account{Tenant: "contoso", ID: id, Service: deprovision.ExchangeOnlineInline, Kind: deprovision.Authorized,
		AppID: "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001"}
}

func TestAccountIsOverwrittenOnlyByAnUpdate(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	put := func(a deprovision.Account, update bool, want client.Change) {
		t.Helper()
		if change, err := w.client.PutAccount(t.Context(), a, update); err != nil || change != want {
			t.Fatalf("%s, %v, want %s", change, err, want)
		}
	}
	put(account("inline"), false, client.Added)
	put(account("inline"), false, client.Unchanged)
	changed := account("inline")
	changed.Site = "us"
	var conflict *client.ConflictError
	if _, err := w.client.PutAccount(t.Context(), changed, false); !errors.As(err, &conflict) || conflict.Kind != "account" {
		t.Fatal(err)
	}
	put(changed, true, client.Updated)
	if got, err := w.client.Account(t.Context(), "contoso", "inline"); err != nil || got.Site != "us" || got.State != deprovision.AccountActive {
		t.Fatalf("%+v, %v", got, err)
	}
	if _, err := w.client.Account(t.Context(), "contoso", "other"); !errors.Is(err, client.ErrUnknownAccount) {
		t.Fatal(err)
	}
}

func TestAccountWithAnOpenRequestIsNotChanged(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	record := account("inline")
	record.State, record.Open, record.LetGo = deprovision.AccountActive, "r1", []string{"app:x"}
	if _, err := w.journal.Accounts().Put(t.Context(), record, 0); err != nil {
		t.Fatal(err)
	}
	if change, err := w.client.PutAccount(t.Context(), account("inline"), false); err != nil || change != client.Unchanged {
		t.Fatalf("the same record: %s, %v", change, err)
	}
	changed := account("inline")
	changed.Site = "us"
	var conflict *client.ConflictError
	if _, err := w.client.PutAccount(t.Context(), changed, true); !errors.As(err, &conflict) || !contains(err.Error(), "r1") {
		t.Fatal(err)
	}
	if got, err := w.client.Account(t.Context(), "contoso", "inline"); err != nil || got.Open != "r1" || len(got.LetGo) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
}

func TestAmendedRecordStaysThatOfTheSameAccount(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	record := account("inline")
	record.State, record.Closed, record.LetGo = deprovision.AccountClosed, "r1", []string{"app:x"}
	record.Recorded, record.Names = map[string]string{"rule": "1"}, map[string][]string{"receiver-host": {"a.example"}}
	if _, err := w.journal.Accounts().Put(t.Context(), record, 0); err != nil {
		t.Fatal(err)
	}
	more := client.Amendment{AppID: strings.ToUpper(record.AppID), UPN: "svc@contoso.example", Site: "us", AppCredential: "own", Consumers: []string{"SOAR"},
		Recorded: map[string]string{"connector": "2"}, Names: map[string][]string{"receiver-host": {"a.example", "b.example"}, "quarantine-folder": {"Q"}}}
	want := record
	want.UPN, want.Site, want.AppCredential, want.Consumers = "svc@contoso.example", "us", "own", []string{"SOAR"}
	want.Recorded = map[string]string{"rule": "1", "connector": "2"}
	want.Names = map[string][]string{"receiver-host": {"a.example", "b.example"}, "quarantine-folder": {"Q"}}
	for _, change := range []client.Change{client.Updated, client.Unchanged} {
		got, done, err := w.client.AmendAccount(t.Context(), "contoso", "inline", more)
		if err != nil || done != change || !reflect.DeepEqual(got, want) {
			t.Fatalf("%s, %v: %+v", done, err, got)
		}
		if there, err := w.client.Account(t.Context(), "contoso", "inline"); err != nil || !reflect.DeepEqual(there, want) {
			t.Fatalf("%+v, %v", there, err)
		}
	}
}

func TestAmendmentOverwritesNothingThatTellsAnAccountFromAnother(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	record := account("inline")
	record.State, record.Recorded = deprovision.AccountActive, map[string]string{"rule": "1"}
	if _, err := w.journal.Accounts().Put(t.Context(), record, 0); err != nil {
		t.Fatal(err)
	}
	for field, what := range map[string]client.Amendment{
		"appId":           {AppID: "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b009"},
		"recorded.rule":   {Recorded: map[string]string{"rule": "2"}},
		"sharePointAppId": {SharePointAppID: "no GUID"},
		"names.folder[0]": {Names: map[string][]string{"folder": {""}}},
	} {
		var invalid *deprovision.Invalid
		if _, _, err := w.client.AmendAccount(t.Context(), "contoso", "inline", what); !errors.As(err, &invalid) || invalid.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, _, err := w.client.AmendAccount(t.Context(), "contoso", "none", client.Amendment{Site: "us"}); !errors.Is(err, client.ErrUnknownAccount) {
		t.Error(err)
	}
	if there, err := w.client.Account(t.Context(), "contoso", "inline"); err != nil || !reflect.DeepEqual(there, record) {
		t.Errorf("%+v, %v", there, err)
	}
}

func TestRecordIsNotAmendedWhileARequestIsOpenOnIt(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	record := account("inline")
	record.State, record.Open = deprovision.AccountActive, "r1"
	if _, err := w.journal.Accounts().Put(t.Context(), record, 0); err != nil {
		t.Fatal(err)
	}
	var conflict *client.ConflictError
	if _, _, err := w.client.AmendAccount(t.Context(), "contoso", "inline", client.Amendment{Site: "us"}); !errors.As(err, &conflict) || !contains(err.Error(), "r1") {
		t.Fatal(err)
	}
}

func TestWhatWorkersWriteIsNotTakenFromAnOperator(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	for field, spoil := range map[string]func(*deprovision.Account){
		"open":   func(a *deprovision.Account) { a.Open = "r1" },
		"letGo":  func(a *deprovision.Account) { a.LetGo = []string{"app:x"} },
		"closed": func(a *deprovision.Account) { a.Closed = "r1" },
		"state":  func(a *deprovision.Account) { a.State = deprovision.AccountClosed },
		"appId":  func(a *deprovision.Account) { a.AppID = "" },
	} {
		a := account("inline")
		spoil(&a)
		var invalid *deprovision.Invalid
		if _, err := w.client.PutAccount(t.Context(), a, true); !errors.As(err, &invalid) || invalid.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestImportAddsAllAndMayBeRepeated(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	differs := account("c")
	differs.Site = "eu"
	if _, err := w.client.PutAccount(t.Context(), differs, false); err != nil {
		t.Fatal(err)
	}
	records := []deprovision.Account{account("a"), account("c"), account("b")}
	for round, want := range []client.Change{client.Added, client.Unchanged} {
		done, err := all(w.client.ImportAccounts(t.Context(), records, false))
		if err != nil || len(done) != 3 || done[0].Change != want || done[2].Change != want {
			t.Fatalf("round %d: %+v, %v", round, done, err)
		}
		if _, ok := errors.AsType[*client.ConflictError](done[1].Err); !ok {
			t.Fatalf("round %d: %+v", round, done[1])
		}
	}
	other := account("a")
	other.Tenant = "adventure"
	if _, err := w.client.PutAccount(t.Context(), other, false); err != nil {
		t.Fatal(err)
	}
	for tenant, want := range map[string]string{"": "adventure.a contoso.a contoso.b contoso.c", "contoso": "contoso.a contoso.b contoso.c", "none": ""} {
		list, err := w.client.Accounts(t.Context(), tenant)
		var names []string
		for _, a := range list {
			names = append(names, a.Tenant+"."+a.ID)
		}
		if got := strings.Join(names, " "); err != nil || got != want {
			t.Fatalf("%q: %s, %v", tenant, got, err)
		}
	}
}

const line = `{"tenant":"contoso","id":"ID","service":"teams","kind":"authorized","appId":"b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001"}`

func with(id string) string { return strings.Replace(line, "ID", id, 1) }

func TestImportReadsLinesAndArraysAndNamesABadEntry(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in    string
		n     int // entries, or the number of the bad one
		field string
	}{
		"nothing":              {"", 0, ""},
		"lines":                {with("a") + "\n\n" + with("b") + "\n", 2, ""},
		"an array":             {" [" + with("a") + ",\n" + with("b") + "]\n", 2, ""},
		"an empty array":       {"[]", 0, ""},
		"an array left open":   {"[" + with("a"), 2, "json"},
		"text after an array":  {"[]" + with("a"), 1, "json"},
		"no JSON":              {"tenant;id", 1, "json"},
		"a number":             {with("a") + "\n42", 2, "json"},
		"null":                 {"[null]", 1, "json"},
		"a misspelt field":     {with("a") + strings.Replace(with("b"), "appId", "app", 1), 2, "app"},
		"an unknown service":   {strings.Replace(with("a"), "teams", "yammer", 1), 1, "service"},
		"a number as a tenant": {strings.Replace(with("a"), `"contoso"`, "1", 1), 1, "tenant"},
		"the same twice":       {with("a") + with("a"), 2, "id"},
		"an open request":      {strings.Replace(with("a"), `{`, `{"open":"r1",`, 1), 1, "open"},
		"a secret":             {strings.Replace(with("a"), `{`, `{"recorded":{"x":"password=hunter2"},`, 1), 1, "recorded.x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := client.ReadAccounts(strings.NewReader(tc.in))
			if tc.field == "" {
				if err != nil || len(got) != tc.n {
					t.Fatalf("%d, %v", len(got), err)
				}
				return
			}
			var entry *client.EntryError
			var invalid *deprovision.Invalid
			if !errors.As(err, &entry) || !errors.As(err, &invalid) || entry.Entry != tc.n || invalid.Field != tc.field || got != nil {
				t.Fatalf("%v", err)
			}
			if contains(err.Error(), "hunter2") {
				t.Fatal("the secret is repeated")
			}
		})
	}
}

func FuzzReadAccountsReadsOrNamesAnEntry(f *testing.F) {
	f.Add(with("a") + "\n" + with("b"))
	f.Add("[" + with("a") + "]")
	f.Add(`[{"tenant":1}]`)
	f.Fuzz(func(t *testing.T, in string) {
		got, err := client.ReadAccounts(strings.NewReader(in))
		var entry *client.EntryError
		if err != nil && (!errors.As(err, &entry) || entry.Entry < 1 || got != nil) {
			t.Fatalf("%+v, %v", got, err)
		}
		for _, a := range got {
			if a.Validate() != nil || a.Open != "" {
				t.Fatalf("%+v", a)
			}
		}
	})
}

func TestRecordThatCannotBeReadIsNamedAndOverwrittenByAnUpdate(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	if _, err := w.nc.RequestWithContext(t.Context(), "deprovision.account.contoso.evil", []byte("garbage")); err != nil { // the stream answers
		t.Fatal(err)
	}
	if _, err := w.client.Accounts(t.Context(), "contoso"); !errors.Is(err, client.ErrUnreadableAccount) || !strings.Contains(err.Error(), "deprovision.account.contoso.evil") {
		t.Fatal(err)
	}
	if _, err := w.client.PutAccount(t.Context(), account("evil"), false); !errors.Is(err, client.ErrUnreadableAccount) {
		t.Fatal(err)
	}
	if change, err := w.client.PutAccount(t.Context(), account("evil"), true); err != nil || change != client.Updated {
		t.Fatal(change, err)
	}
	if list, err := w.client.Accounts(t.Context(), "contoso"); err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
}
