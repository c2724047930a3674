package cli_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// tenant is one with an account of each service, and a delegate beside one of them.
func (w *world) tenant() {
	w.t.Helper()
	for _, s := range deprovision.Services() {
		w.account(string(s), s, nil)
	}
	w.account("zz-user", deprovision.SharePointOnline, func(a *deprovision.Account) {
		a.Kind, a.AppID, a.UPN, a.Product = deprovision.Delegate, "", "svc@contoso.example", "sentry"
	})
	w.account("gone", deprovision.Teams, func(a *deprovision.Account) { a.State, a.Closed = deprovision.AccountClosed, "r0" })
}

func all(more ...string) []string {
	return append([]string{"request", "--all", "--tenant", "contoso", "--by", "soc", "--id", "b1"}, more...)
}

func TestRequestAllAsksForEachAccountOnceInOrder(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.tenant()
	w.account("teams", deprovision.Teams, func(a *deprovision.Account) { a.Open = "r7" })
	w.run("request", "--tenant", "contoso", "--service", "onedrive", "--account", "onedrive", "--id", "r8").want(t, cli.Success)
	r := w.run(all("--reason", "contract ended", "--drain", "12h")...)
	r.want(t, cli.Success)
	golden(t, "request-all", r.out)
	queue := w.queue()
	if len(queue) != 6 { // and r8
		t.Fatalf("%d are queued", len(queue))
	}
	if one := queue["b1-zz-user"]; one.Product != "sentry" || one.Reason != "contract ended" || one.Options.Drain == nil || one.RequestedBy != "soc" {
		t.Errorf("%+v", one)
	}
	again := w.run(all("--reason", "contract ended", "--drain", "12h")...)
	again.want(t, cli.Success, "batch b1: 5 requests, 0 of them new; 2 skipped, 0 refused")
	if len(w.queue()) != 6 {
		t.Error("the same batch makes other requests")
	}
}

func TestRequestAllGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.account("a", deprovision.Teams, func(a *deprovision.Account) { a.State, a.Closed = deprovision.AccountClosed, "b1-a" })
	w.account("b", deprovision.Teams, func(a *deprovision.Account) { a.Open = "b1-b" })
	w.account("c", deprovision.Teams, nil)
	one := deprovision.Request{ID: "b1-b", Tenant: "contoso", Service: deprovision.Teams, Account: "b", RequestedBy: "soc"}
	w.has(deprovision.Progress{Request: one, Status: deprovision.Parked})
	r := w.run(all("--output", "json")...)
	r.want(t, cli.Success)
	var got []string
	for line := range strings.Lines(r.out) {
		var m struct{ Batch, Account, Request, Result, Detail string }
		if err := json.Unmarshal([]byte(line), &m); err != nil || m.Batch != "b1" || m.Request != "contoso.teams.b1-"+m.Account {
			t.Fatalf("%v: %s", err, line)
		}
		got = append(got, m.Account+" "+m.Result+": "+m.Detail)
	}
	want := "a there: the same request closed the account already; b there: the same request was there already: parked; c stored: stored"
	if strings.Join(got, "; ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	// Where nothing was made, there is nothing to follow.
	if r := w.run("request", "--all", "--tenant", "contoso", "--service", "teams", "--id", "b2", "--wait"); r.code != cli.Success || strings.Contains(r.out, "confirm") {
		t.Errorf("%d: %s%s", r.code, r.out, r.err)
	}
	// With other flags it is another request, which needs another id.
	w.run(all("--dry-run")...).want(t, cli.NotAccepted, "c        teams", "refused: the id is taken", "2 of 3 requests; another --id")
}

func TestRequestAllKeepsToTheServicesNamed(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.tenant()
	r := w.run("request", "--all", "--tenant", "contoso", "--service", "onedrive", "--service", "teams-chat", "--dry-run", "--confirmed")
	r.want(t, cli.Success, ": 2 requests, 2 of them new; 0 skipped", "publisher watch --tenant contoso --batch ")
	if strings.Contains(r.out, "own confirmation") {
		t.Errorf("a dry run confirms nothing:\n%s", r.out)
	}
	for id, one := range w.queue() {
		if len(id) > 40 || !one.Options.DryRun || one.Service != deprovision.OneDrive && one.Service != deprovision.TeamsChat {
			t.Errorf("%+v", one)
		}
	}
	w.run("request", "--all", "--tenant", "fabrikam").want(t, cli.NotFound, "fabrikam")
	long := strings.Repeat("x", 50)
	w.run("request", "--all", "--tenant", "contoso", "--id", long).want(t, cli.BadInput, "--id", long+"-exchange")
	if len(w.queue()) != 2 {
		t.Error("something was sent")
	}
}

func TestMistakesAboutManyRequestsAreBadInput(t *testing.T) {
	t.Parallel()
	w := &world{t: t, url: "nats://127.0.0.1:1"} // nothing is connected
	for says, args := range map[string][]string{
		"--account": {"--account", "main"},
		"--app-id":  {"--app-id", "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001"},
		"--product": {"--product", "sentry"},
		"--plan":    {"--plan", "sha256:1"},
		"one of":    {"--service", "yammer"},
		"--drain":   {"--drain", "10000h"},
		"--reason":  {"--reason", "client_secret=hunter2"},
		`"b 1"`:     {"--id", "b 1"},
	} {
		w.run(append([]string{"request", "--all", "--tenant", "contoso"}, args...)...).want(t, cli.BadInput, says)
	}
	w.run("request", "--all").want(t, cli.BadInput, "--tenant")
	w.run("watch", "--batch", "b1").want(t, cli.BadInput, "--tenant")
	w.run("watch", "--batch", "a.b", "--tenant", "contoso").want(t, cli.BadInput, "--batch")
	w.run("watch", "--batch", "b1", "--tenant", "contoso", "--new").want(t, cli.BadInput, "--batch")
	w.run("watch", "--batch", "b1", "--tenant", "contoso", "contoso.teams.r1").want(t, cli.BadInput, "--batch")
}
