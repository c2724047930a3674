package cli_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func asking(id string, more ...string) []string {
	r := request(id)
	return append([]string{"request", "--tenant", r.Tenant, "--service", string(r.Service), "--account", r.Account, "--by", r.RequestedBy,
		"--reason", r.Reason, "--id", id}, more...)
}

func TestRequestIsStoredOnceAndAnotherBodyRefused(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.run(asking("r1")...).want(t, cli.Success, "stored", "publisher watch "+name("r1"))
	w.run(asking("r1")...).want(t, cli.Success, "the same request was there already: queued")
	w.run(asking("r1", "--dry-run")...).want(t, cli.NotAccepted, "another body")
	w.has(deprovision.Progress{Request: request("r2"), Status: deprovision.Parked})
	w.run(asking("r2")...).want(t, cli.Success, "there already: parked")
	r := w.run("request", "--tenant", "contoso", "--service", "teams", "--account", "main", "--drain", "90m", "--confirmed", "--acknowledge", "a",
		"--acknowledge", "b", "--approve", "x, y", "--output", "json")
	r.want(t, cli.Success)
	var receipt client.Receipt
	if err := json.Unmarshal([]byte(r.out), &receipt); err != nil || len(receipt.Ref.Request) != 36 || receipt.Duplicate {
		t.Fatalf("%+v, %v", receipt, err)
	}
	w.run("show", receipt.Ref.Tokens()).want(t, cli.Success, "queued")
}

// someDigest has the form of a plan's digest.
var someDigest = "sha256:" + strings.Repeat("0d", 32)

func TestDigestThatWasCutOffIsBadInput(t *testing.T) {
	t.Parallel()
	w := &world{t: t, url: "nats://127.0.0.1:1"} // nothing is connected
	for _, digest := range []string{"sha256:0d4f", someDigest + "0", strings.TrimPrefix(someDigest, "sha256:"), strings.ToUpper(someDigest), someDigest + "\n"} {
		w.run(asking("r1", "--plan", digest)...).want(t, cli.BadInput, "--plan")
		w.run("decide", "confirm", name("r1"), "--stop", "7", "--plan", digest).want(t, cli.BadInput, "--plan")
	}
}

func TestRequestNamesTheProductOfItsAccount(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.account("inline", deprovision.ExchangeOnlineInline, func(a *deprovision.Account) { a.Product = "sentry" })
	w.run(asking("r1", "--plan", someDigest, "--purge")...).want(t, cli.Success, "stored")
	w.run(asking("r2", "--product", "other")...).want(t, cli.Success, "stored") // a worker refuses what is not the record's
	queue := w.queue()
	if r := queue["r1"]; r.Product != "sentry" || r.Options.Plan != someDigest || !r.Options.Purge {
		t.Errorf("%+v", r)
	}
	if r := queue["r2"]; r.Product != "other" || r.Options.Plan != "" || r.Options.Purge {
		t.Errorf("%+v", r)
	}
	w.run(asking("r3", "--product", "a.b")...).want(t, cli.BadInput, "--product")
	w.run(asking("r3", "--service", "teams")...).want(t, cli.BadInput, "--all")
}

func TestWaitPrintsLinesUntilTheStopAndThenUntilTheEnd(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	held := deprovision.Event{Progress: deprovision.Progress{Request: request("r1"), Seq: 1, Status: deprovision.Held, Step: 1, Steps: steps()},
		Change: deprovision.Change{Kind: deprovision.Claimed, By: "worker-1"}}
	alive := held
	alive.Progress.Seq, alive.Change.Kind = 2, deprovision.StillHeld
	stopped := deprovision.Event{Progress: waiting("r1"), Change: deprovision.Change{Kind: deprovision.Stopped, By: "worker-1"}}
	stopped.Progress.Seq, stopped.Progress.Stop.Seq = 3, 3
	revision := w.hasEvent(stopped, w.hasEvent(alive, w.hasEvent(held, 0)))

	r := w.run(asking("r1", "--wait")...)
	r.want(t, cli.WaitsFor)
	golden(t, "wait-stop", r.out)

	ended := deprovision.Event{Progress: deprovision.Progress{Request: request("r1"), Seq: 4, Status: deprovision.SucceededWithRemainder,
		Detail: "all but one", Removed: 2, Remainder: plan("r1").Remainder}, Change: deprovision.Change{Kind: deprovision.Ended, By: "worker-1"}}
	w.hasEvent(ended, revision)
	r = w.run(asking("r1", "--wait", "--strict")...) // the stop was answered: it is no reason to end any more
	r.want(t, cli.Remaining)
	golden(t, "wait-end", r.out)

	r = w.run("watch", name("r1"), "--output", "json", "--from", "2")
	r.want(t, cli.Success)
	if lines := strings.Split(strings.TrimSpace(r.out), "\n"); len(lines) != 3 || !strings.Contains(lines[0], "still-held") {
		t.Fatalf("JSON leaves something out:\n%s", r.out)
	}
	w.run("watch", name("r1"), "--from", "9").want(t, cli.Success, "succeeded-with-remainder")
	w.run("watch", "contoso.teams.r9").want(t, cli.NotFound)
}

func TestWatchOfAllGoesOnBehindARevision(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	for _, id := range []string{"r1", "r2", "r3"} {
		w.has(deprovision.Progress{Request: request(id), Status: deprovision.Succeeded})
	}
	r := w.run("watch", "--tenant", "contoso", "--service", "exchange-online-inline", "--after", "1", "--timeout", "2s")
	r.want(t, cli.TimedOut, name("r2"), name("r3"))
	if strings.Contains(r.out, name("r1")) {
		t.Error(r.out)
	}
}

func TestWatchOfAllNamesAnEventThatCannotBeReadAndGoesOn(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.has(deprovision.Progress{Request: request("r1"), Status: deprovision.Succeeded})
	for _, subject := range []string{"deprovision.event.contoso.teams.garbage", "deprovision.event.contoso.teams.more"} {
		if _, err := w.js().Publish(t.Context(), subject, []byte("no event\x1b[2J")); err != nil {
			t.Fatal(err)
		}
	}
	w.has(deprovision.Progress{Request: request("r2"), Status: deprovision.Succeeded})
	for _, output := range []string{"table", "json"} {
		r := w.run("watch", "--tenant", "contoso", "--timeout", "2s", "--output", output)
		r.want(t, cli.TimedOut, "publisher: passed over: event 2 of the journal, on deprovision.event.contoso.teams.garbage", "passed over: event 3")
		if !strings.Contains(r.out, "r1") || !strings.Contains(r.out, "r2") || strings.Contains(r.out, "garbage") || strings.Contains(r.err, "\x1b") {
			t.Errorf("%s\n%s", r.out, r.err)
		}
	}
	w.run("watch", "contoso.teams.garbage").want(t, cli.Broken, "event 2 of the journal")
}
