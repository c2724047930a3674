package cli_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestExitCodeIsTheStateOfTheRequest(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	left := []deprovision.Remainder{{Name: "SPF include", Instructions: "DNS"}}
	for _, tc := range []struct {
		status       deprovision.Status
		left         []deprovision.Remainder
		code, strict int
	}{
		{deprovision.Succeeded, nil, cli.Success, cli.Success},
		{deprovision.SucceededWithRemainder, left, cli.Success, cli.Remaining},
		{deprovision.NothingFound, nil, cli.Success, cli.Success},
		{deprovision.Planned, nil, cli.Success, cli.Success},
		{deprovision.Cancelled, left, cli.CancelEnd, cli.CancelEnd},
		{deprovision.Forced, left, cli.ForcedEnd, cli.ForcedEnd},
		{deprovision.Rejected, nil, cli.NotAccepted, cli.NotAccepted},
		{deprovision.Refused, nil, cli.NotAccepted, cli.NotAccepted},
		{deprovision.Failed, nil, cli.FailedEnd, cli.FailedEnd},
		{deprovision.Waiting, nil, cli.WaitsFor, cli.WaitsFor},
		{deprovision.Held, nil, cli.StillOpen, cli.StillOpen},
	} {
		p := deprovision.Progress{Request: request(string(tc.status)), Status: tc.status, Remainder: tc.left}
		if tc.status == deprovision.Waiting {
			p = waiting(string(tc.status))
		}
		w.has(p)
		id := name(string(tc.status))
		w.run("show", id).want(t, cli.Success)
		w.run("show", id, "--exit-code").want(t, tc.code)
		w.run("show", id, "--exit-code", "--strict").want(t, tc.strict)
		if tc.status != deprovision.Held {
			r := w.run("watch", id, "--until-stop")
			r.want(t, tc.code)
			w.run("watch", id, "--until-stop", "--strict").want(t, tc.strict)
			if tc.left != nil && !strings.Contains(r.out, "SPF include") {
				t.Errorf("%s does not print its remainder:\n%s", tc.status, r.out)
			}
		}
	}
}

func TestMistakesOnTheCommandLineAreBadInput(t *testing.T) {
	t.Parallel()
	w := &world{t: t, url: "nats://127.0.0.1:1"} // nothing is connected
	full := []string{"request", "--tenant", "contoso", "--service", "teams", "--account", "main"}
	for name, tc := range map[string]struct {
		args []string
		says string
	}{
		"no command":              {nil, "needs a command"},
		"unknown command":         {[]string{"remove"}, "remove"},
		"unknown flag":            {[]string{"list", "--colour"}, "--colour"},
		"unknown sub-command":     {[]string{"accounts", "drop"}, "drop"},
		"group alone":             {[]string{"deadletter"}, "needs a command"},
		"missing argument":        {[]string{"show"}, "accepts 1 arg"},
		"one argument too many":   {[]string{"request", "x"}, "x"},
		"no name of a request":    {[]string{"show", "r1"}, "<tenant>.<service>.<request>"},
		"unknown service in name": {[]string{"watch", "contoso.yammer.r1"}, "exchange-online-inline"},
		"unknown output":          {[]string{"list", "--output", "xml"}, "table, json"},
		"no duration":             {append(full, "--drain", "soon"), "--drain"},
		"drain too long":          {append(full, "--drain", "10000h"), "--drain"},
		"no tenant":               {[]string{"request", "--service", "teams", "--account", "main"}, "--tenant"},
		"unknown service":         {[]string{"request", "--tenant", "c", "--service", "yammer", "--account", "main"}, "one of exchange-online"},
		"App Id":                  {append(full, "--app-id", "42"), "--app-id"},
		"a secret":                {append(full, "--reason", "client_secret=hunter2"), "--reason is missing or not allowed: plain text; it looks like a secret"},
		"unknown verb":            {[]string{"decide", "agree", "contoso.teams.r1"}, "one of confirm"},
		"approve nothing":         {[]string{"decide", "approve", "contoso.teams.r1"}, "--name"},
		"no credential":           {[]string{"decide", "credentials", "contoso.teams.r1"}, "--credential"},
		"nothing of how":          {[]string{"decide", "manual-done", "contoso.teams.r1", "--reason", " "}, "add --reason, how it was done"},
		"resume of no id":         {append(full, "--resume-of", "contoso.teams.r1"), "--resume-of"},
		"resume of all":           {[]string{"request", "--all", "--tenant", "c", "--resume-of", "r1"}, "--resume-of"},
		"a secret as a reason":    {[]string{"decide", "cancel", "contoso.teams.r1", "--reason", "password: hunter2"}, "--reason"},
		"unknown status":          {[]string{"list", "--status", "tired"}, "--status"},
		"account without App Id":  {[]string{"accounts", "add", "--tenant", "c", "--id", "a", "--service", "teams", "--kind", "authorized"}, "--app-id"},
		"no name of an account":   {[]string{"accounts", "show", "inline"}, "<tenant>.<account>"},
		"no such file":            {[]string{"accounts", "import", "/no/such/file"}, "/no/such/file"},
		"no number":               {[]string{"deadletter", "show", "first"}, "first"},
		"filter on one request":   {[]string{"watch", "contoso.teams.r1", "--tenant", "c"}, "--tenant"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := w.run(tc.args...)
			r.want(t, cli.BadInput, tc.says)
			if strings.Contains(r.out+r.err, "hunter2") {
				t.Error("the secret is repeated")
			}
		})
	}
}

func TestServersThatAreAwayAreUnreachable(t *testing.T) {
	t.Parallel()
	away := &world{t: t, url: "nats://soc:hunter2@127.0.0.1:1"}
	r := away.run("list")
	r.want(t, cli.Unreachable, "127.0.0.1:1", "--server or NATS_URL")
	if strings.Contains(r.err, "hunter2") {
		t.Error(r.err)
	}
	w := bare(t)
	w.run("show", name("r1")).want(t, cli.Unreachable, "worker provision")
	w.run("list").want(t, cli.Unreachable, "no worker answers")
}

func TestWaitingEndsWhenTheTimeIsUpOrSomebodyInterrupts(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.has(deprovision.Progress{Request: request("r1"), Status: deprovision.Held})
	w.run("watch", name("r1"), "--timeout", "300ms").want(t, cli.TimedOut, "the time was up")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w.runWith(ctx, "", "watch", name("r1")).want(t, cli.TimedOut, "interrupted")
}

func TestDocumentListsEveryExitCode(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/publisher.md")
	if err != nil {
		t.Fatal(err)
	}
	for code := range cli.StillOpen + 1 {
		if !strings.Contains(string(doc), "\n| "+itoa(code)+" |") {
			t.Errorf("docs/publisher.md does not list exit code %d", code)
		}
	}
}
