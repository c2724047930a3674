package cli_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/query"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

const imported = `[{"tenant":"contoso","id":"sp","service":"sharepoint-online","kind":"delegate","upn":"svc@contoso.example"},
{"tenant":"contoso","id":"inline","service":"exchange-online-inline","kind":"authorized","appId":"b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001","site":"us",
"recorded":{"user":"42"}}]`

func TestAccountsAreAddedImportedListedAndShown(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	add := []string{"accounts", "add", "--tenant", "contoso", "--id", "sp", "--service", "sharepoint-online", "--kind", "delegate", "--upn", "svc@contoso.example"}
	w.run(add...).want(t, cli.Success, "account contoso.sp: added")
	w.run(add...).want(t, cli.Success, "unchanged")
	w.run(append(add, "--site", "eu")...).want(t, cli.NotAccepted, "differs", "(--update)")
	w.run(append(add, "--site", "eu", "--update")...).want(t, cli.Success, "updated")

	file := filepath.Join(t.TempDir(), "accounts.json")
	if err := os.WriteFile(file, []byte(imported), 0o600); err != nil {
		t.Fatal(err)
	}
	w.run("accounts", "import", file).want(t, cli.NotAccepted, "1 added, 0 updated, 0 unchanged, 1 left as they were", "account contoso.sp")
	w.run("accounts", "import", file, "--update").want(t, cli.Success, "0 added, 1 updated, 1 unchanged, 0 left as they were")
	w.runWith(t.Context(), imported, "accounts", "import", "-").want(t, cli.Success, "2 unchanged")
	w.runWith(t.Context(), "{}", "accounts", "import", "-").want(t, cli.BadInput, "nothing was imported: entry 1: tenant")

	golden(t, "accounts-list", w.run("accounts", "list").out)
	golden(t, "accounts-list-json", w.run("accounts", "list", "--tenant", "contoso", "-o", "json").out)
	golden(t, "accounts-show", w.run("accounts", "show", "contoso.inline").out)
	w.run("accounts", "show", "contoso.none").want(t, cli.NotFound)
	closed := deprovision.Account{Tenant: "contoso", ID: "old", Service: deprovision.Teams, Kind: deprovision.Delegate, UPN: "old@contoso.example",
		State: deprovision.AccountClosed, Closed: "r0"}
	if _, err := w.journal.Accounts().Put(t.Context(), closed, 0); err != nil {
		t.Fatal(err)
	}
	if out := w.run("accounts", "list").out; strings.Contains(out, "old@") {
		t.Errorf("a closed account is listed:\n%s", out)
	}
	w.run("accounts", "list", "--all").want(t, cli.Success, "old@contoso.example")
	amend := []string{"accounts", "amend", "--tenant", "contoso", "--id", "old"}
	w.run(amend...).want(t, cli.BadInput, "there is nothing to add")
	w.run(append(amend, "--name", "receiver-host=hooks.example")...).want(t, cli.Success, "account contoso.old: updated")
	w.run(append(amend, "--name", "receiver-host=hooks.example")...).want(t, cli.Success, "account contoso.old: unchanged")
	w.run(append(amend, "--upn", "new@contoso.example")...).want(t, cli.BadInput, "upn", "old@contoso.example, which the record has")
	w.run("accounts", "show", "contoso.old").want(t, cli.Success, "closed", "r0", "hooks.example")
	w.run(append(amend, "--recorded", "rule=\x1b[31mred")...).want(t, cli.BadInput, "recorded", "without control characters")
	older := deprovision.Account{Tenant: "contoso", ID: "older", Service: deprovision.Teams, Kind: deprovision.Delegate, UPN: "older@contoso.example",
		State: deprovision.AccountClosed, Closed: "r0", Recorded: map[string]string{"rule": "\x1b[31mred"}}
	if _, err := w.journal.Accounts().Put(t.Context(), older, 0); err != nil {
		t.Fatal(err)
	}
	amend[len(amend)-1] = "older"
	w.run(append(amend, "--site", "eu")...).want(t, cli.Success, "updated")
	w.run(append(amend, "--recorded", "new=\x1b[31mred")...).want(t, cli.BadInput, "recorded", "without control characters")
	w.run(append(amend, "--name", "quarantine-folder= ")...).want(t, cli.BadInput, "name", "not empty")
	w.run(append(amend, "--recorded", "kept=1")...).want(t, cli.Success, "updated")
	if told := w.run(append(amend, "--recorded", "kept=password=hunter2")...); strings.Contains(told.err+told.out, "hunter2") || told.code != cli.BadInput {
		t.Errorf("%+v", told)
	}
	for _, n := range []int{198, 199} { // beside the two that are there
		many := slices.Clone(amend)
		for i := range n {
			many = append(many, "--recorded", fmt.Sprintf("m%d=1", i))
		}
		if n == 199 {
			w.run(many...).want(t, cli.BadInput, "recorded", "at most 200 ids")
		} else {
			w.run(many...).want(t, cli.Success, "updated")
		}
	}
	if told := w.run(append(amend, "--recorded", "rule=2")...); strings.Contains(told.err+told.out, "\x1b") || told.code != cli.BadInput {
		t.Errorf("%+v", told)
	}

	// What is listed as JSON can be imported.
	w.runWith(t.Context(), w.run("accounts", "list", "-o", "json").out, "accounts", "import", "-").want(t, cli.Success, "2 unchanged")
}

func TestAccountKeepsWhatOnlyTheOperatorKnows(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	add := []string{"accounts", "add", "--tenant", "contoso", "--id", "sp", "--service", "sharepoint-online", "--kind", "authorized", "--product", "sentry",
		"--app-id", "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001", "--sharepoint-app-id", "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b002", "--name", "event-receiver=a.example",
		"--name", "event-receiver=b=c.example", "--name", "quarantine-library=Held, by Sentry", "--app-credential", "sp-app",
		"--consumer", "mail triage robot", "--consumer", "playbook 12, weekly"}
	w.run(add...).want(t, cli.Success, "added")
	w.run(add...).want(t, cli.Success, "unchanged")
	golden(t, "accounts-show-names", w.run("accounts", "show", "contoso.sp").out)
	record, err := w.journal.Accounts().Of(t.Context(), "contoso")
	if err != nil || len(record) != 1 {
		t.Fatal(record, err)
	}
	if r := record[0]; r.Product != "sentry" || r.SharePointAppID == "" || r.AppCredential != "sp-app" || len(r.Names["event-receiver"]) != 2 ||
		r.Names["event-receiver"][1] != "b=c.example" || r.Names["quarantine-library"][0] != "Held, by Sentry" || len(r.Consumers) != 2 || r.Consumers[1] != "playbook 12, weekly" {
		t.Fatalf("%+v", r)
	}
	w.runWith(t.Context(), w.run("accounts", "list", "-o", "json").out, "accounts", "import", "-").want(t, cli.Success, "1 unchanged")
	for flag, value := range map[string]string{"--product": "a.b", "--sharepoint-app-id": "42", "--app-credential": "a b", "--name": "no-name"} {
		w.run(append(add, flag, value, "--update")...).want(t, cli.BadInput, flag)
	}
	w.run(append(add, "--name", "folder=client_secret=hunter2")...).want(t, cli.BadInput, "--name")
	w.run(append(add, "--consumer", "password=hunter2")...).want(t, cli.BadInput, "consumer")
	row := `{"tenant":"contoso","id":"mail","service":"exchange-online","kind":"delegate","upn":"svc@contoso.example","consumers":["SOAR playbook"]}`
	w.runWith(t.Context(), row, "accounts", "import", "-").want(t, cli.Success, "1 added")
	w.run("accounts", "list", "-o", "json").want(t, cli.Success, "SOAR playbook")
}

func TestNamesThatNobodyLooksAtAreTold(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	add := []string{"accounts", "add", "--tenant", "contoso", "--id", "mail", "--service", "exchange-online", "--kind", "delegate", "--upn", "svc@contoso.example"}
	w.run(append(add, "--name", "quarantine-foldr=Held")...).want(t, cli.Success, "quarantine-foldr;", "account contoso.mail: added")
	r := w.run(append(add, "--name", "quarantine-folder=Held", "--update")...)
	r.want(t, cli.Success, "updated")
	if strings.Contains(r.err, "looked for") {
		t.Errorf("told of a kind that is looked for:\n%s", r.err)
	}
	row := `{"tenant":"contoso","id":"sp","service":"teams","kind":"delegate","upn":"svc@contoso.example","names":{"receiver":["a.example"]}}`
	w.runWith(t.Context(), row, "accounts", "import", "-").want(t, cli.Success, "contoso.sp", "receiver;", "1 added")
}

func TestAccountWithAnAppAndAUserIsListedWithBoth(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.run("accounts", "add", "--tenant", "contoso", "--id", "both", "--service", "teams", "--kind", "delegate", "--upn", "svc@contoso.example",
		"--app-id", "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001").want(t, cli.Success, "added")
	w.run("accounts", "list").want(t, cli.Success, "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001 svc@contoso.example")
}

func TestDeadLettersAreListedShownAndSentAgain(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	for _, d := range []event.DeadLetter{
		{Reason: "unknown tenant", Detail: "contoso", Subject: "deprovision.request.contoso.teams.r1", Data: []byte(`{"id":"r1"}`), At: noon},
		{Reason: "not-json", Subject: "deprovision.event.contoso.teams.r1", Data: []byte{0xff, 0xfe}, At: noon},
		{Reason: "invalid-reason", Subject: "deprovision.request.contoso.teams.r2", Data: []byte(`{"id":"r2","reason":"password=hunter2"}`), At: noon},
	} {
		if err := w.journal.PutDeadLetter(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "deadletter-list", w.run("deadletter", "list").out)
	w.run("deadletter", "list", "-o", "json").want(t, cli.Success, `{"seq":1,"reason":"unknown-tenant"`, "\n{\"seq\":2,")
	golden(t, "deadletter-show", w.run("deadletter", "show", "1").out+w.run("deadletter", "show", "2").out+w.run("deadletter", "show", "3").out)
	w.run("deadletter", "requeue", "1").want(t, cli.Success, "dead letter 1 was sent again on deprovision.request.contoso.teams.r1")
	w.run("deadletter", "requeue", "2").want(t, cli.BadInput, "nothing else is published again")
	w.run("deadletter", "requeue", "3").want(t, cli.NotAccepted, "not kept as it came")
	w.run("deadletter", "requeue", "4").want(t, cli.NotFound)
}

func TestEvidenceNamesCallAndRestore(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.run("evidence", name("r1")).want(t, cli.NotFound)
	until := noon.AddDate(0, 0, 93)
	w.hasEvent(deprovision.Event{Progress: deprovision.Progress{Request: request("r1"), Status: deprovision.Held},
		Change: deprovision.Change{Kind: deprovision.Advanced, Evidence: []deprovision.Evidence{{Outcome: deprovision.Removed, At: noon,
			Call: "Remove-TransportRule", ClientID: "c1", RequestID: "q1", Artifact: deprovision.Artifact{Kind: "transport-rule", ID: "11",
				Name: "Sentry rerouting", Restore: "New-TransportRule -Name 'Sentry rerouting'"}},
			{Outcome: deprovision.Removed, At: noon, Call: "recycle", RequestID: "q2", RestoreUntil: &until,
				Artifact: deprovision.Artifact{Kind: "quarantine-library", ID: "12", Name: "Held by Sentry"}}}}}, 0)
	golden(t, "evidence", w.run("evidence", name("r1")).out)
	golden(t, "evidence-json", w.run("evidence", name("r1"), "-o", "json").out)
}

// picture is a view of two requests.
type picture struct{}

func (picture) Get(context.Context, deprovision.Ref) (deprovision.Progress, bool, error) {
	return deprovision.Progress{}, false, nil
}

func (picture) List(_ context.Context, f engine.Filter) (engine.Page, error) {
	a, b := waiting("r2"), deprovision.Progress{Request: request("r1"), Status: deprovision.Parked, Park: &deprovision.Park{Until: noon}, Updated: noon,
		Step: 1, Steps: steps(), Removed: 3}
	a.Updated = noon
	if f.Limit == 1 {
		return engine.Page{Requests: []deprovision.Progress{a}, Next: "cursor 2"}, nil
	}
	return engine.Page{Requests: []deprovision.Progress{a, b}}, nil
}

func (picture) Open(context.Context, func(deprovision.Progress) bool) error { return nil }

func TestListShowsWhereEachRequestIs(t *testing.T) {
	t.Parallel()
	w := bare(t)
	stop, err := query.Serve(w.nc, picture{}, "1.0.0")
	if err == nil {
		err = w.nc.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stop() })
	golden(t, "list", w.run("list").out)
	golden(t, "list-json", w.run("list", "-o", "json").out)
	w.run("list", "--limit", "1").want(t, cli.Success, "there are more: --after 'cursor 2'")
}
