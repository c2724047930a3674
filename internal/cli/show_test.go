package cli_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

func steps() []deprovision.StepProgress {
	return []deprovision.StepProgress{
		{Name: "take-inventory", State: deprovision.StepDone, Done: 1, Total: 1},
		{Name: "remove-rerouting-rules", State: deprovision.StepRunning, Done: 3, Total: 4},
	}
}

func TestShowSaysWhyARequestIsNotMoving(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	claim := &deprovision.Claim{Worker: "worker-1", Lease: deprovision.Duration(30 * time.Second)}
	expires, due := noon.Add(48*time.Hour), noon.Add(72*time.Hour)
	for id, p := range map[string]deprovision.Progress{
		"held":      {Status: deprovision.Held, Claim: claim, Step: 1, Steps: steps(), Removed: 3},
		"silent":    {Status: deprovision.Held, Claim: claim, Step: 1, Steps: steps(), Updated: noon.Add(-5 * time.Minute)},
		"contested": {Status: deprovision.Contested, Claim: claim, Updated: noon.Add(-40 * time.Second)},
		"wished":    {Status: deprovision.Held, Claim: claim, Wish: &deprovision.Decision{Verb: deprovision.Cancel, DecidedBy: "admin"}},
		"released":  {Status: deprovision.Released, Claim: claim},
		"parked":    {Status: deprovision.Parked, Park: &deprovision.Park{Until: noon.Add(22*time.Hour + 5*time.Minute), Reason: "mail under way may still return"}},
		"overdue":   {Status: deprovision.Parked, Park: &deprovision.Park{Until: noon.Add(-3 * time.Minute), Reason: "throttled"}},
		"waiting":   waiting("waiting"),
		"manual": {Status: deprovision.Waiting, Seq: 9, Stop: &deprovision.Stop{Seq: 9, Name: "manual", Detail: "a person is needed",
			Offers: []deprovision.Verb{deprovision.ManualDone, deprovision.Skip}, Expires: &expires,
			Manual: &deprovision.Manual{Instructions: "Remove the account in the console.", Link: "https://console.example/", Owner: "mail team", Due: &due}}},
		"failed-step": {Status: deprovision.Waiting, Seq: 5, Stop: &deprovision.Stop{Seq: 5, Name: "failed", Detail: "forbidden",
			Offers: []deprovision.Verb{deprovision.Retry, deprovision.Skip, deprovision.Force, deprovision.Cancel}}},
		"rights": {Status: deprovision.Waiting, Seq: 3, Stop: &deprovision.Stop{Seq: 3, Name: "missing-rights",
			Offers: []deprovision.Verb{deprovision.Credentials, deprovision.Cancel}}},
		"remainder": {Status: deprovision.SucceededWithRemainder, Detail: "all but one", Removed: 10, Gone: 2, Unconfirmed: 1, Steps: steps(),
			Remainder: []deprovision.Remainder{{Name: "SPF include", Instructions: "Take it out of the DNS record.", Link: "https://dns.example/"}},
			InDoubt:   []string{"connector Sentry outbound"}},
		"rejected": {Status: deprovision.Rejected, Detail: "evil\nsecond line \x1b[31mred"},
	} {
		p.Request = request(id)
		w.has(p)
		r := w.run("show", name(id))
		if r.code != cli.Success || r.err != "" {
			t.Errorf("%s: %+v", id, r)
		}
		golden(t, "show-"+id, r.out)
	}
}

func TestShowFindsWhatNoWorkerHasTaken(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.run("request", "--tenant", "contoso", "--service", "teams", "--account", "main", "--id", "q1").want(t, cli.Success)
	w.run("show", "contoso.teams.q1").want(t, cli.Success, "queued since", "no worker has taken it", "contoso")
	w.run("show", "contoso/teams/q1", "--exit-code").want(t, cli.StillOpen)
	w.run("show", "contoso.teams.q2").want(t, cli.NotFound, "no such request")
	if err := w.journal.PutDeadLetter(t.Context(), event.DeadLetter{Reason: "unknown-version", Detail: "newer", Subject: "deprovision.request.contoso.teams.q2",
		Data: []byte("{}"), At: noon}); err != nil {
		t.Fatal(err)
	}
	w.run("show", "contoso.teams.q2").want(t, cli.Success, "dead letter 1", "unknown-version (newer)", "publisher deadletter show 1")
}

func TestShowAsJSONIsOneObject(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.has(waiting("r1"))
	r := w.run("show", name("r1"), "--output", "json")
	var s struct {
		Status, Why string
		Progress    deprovision.Progress
	}
	if err := json.Unmarshal([]byte(r.out), &s); err != nil || s.Status != "waiting" || s.Progress.Seq != 7 {
		t.Fatalf("%v, %s", err, r.out)
	}
}

// The command that show prints is run as it stands.
func TestCommandThatShowPrintsAnswersTheStop(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	got := w.Answers("")
	state := w.waits("r1")
	w.run("decide", "confirm", name("r1"), "--stop", "7", "--plan", state.Plan.Digest, "--acknowledge", "mail-flow", "--yes").want(t, cli.Success, "accepted")
	w.run("show", name("r1")).want(t, cli.Success,
		"publisher decide confirm "+name("r1")+" --stop 7 --plan "+state.Plan.Digest+" --acknowledge mail-flow;")
	if d := <-got; d.Stop != 7 || d.PlanDigest != state.Plan.Digest || len(d.Acknowledged) != 1 {
		t.Fatalf("%+v", d)
	}
}

func TestShowSaysHowLongTheTenantKeepsWhatWent(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	gone := func(id string, until ...time.Time) deprovision.Event {
		e := deprovision.Event{Progress: deprovision.Progress{Request: request(id), Status: deprovision.Succeeded, Removed: len(until) + 1},
			Change: deprovision.Change{Kind: deprovision.Ended, Evidence: []deprovision.Evidence{{Outcome: deprovision.Removed, At: noon}}}}
		for _, when := range until {
			e.Change.Evidence = append(e.Change.Evidence, deprovision.Evidence{Outcome: deprovision.Removed, At: noon, RestoreUntil: &when})
		}
		return e
	}
	month, quarter := noon.AddDate(0, 0, 30), noon.AddDate(0, 0, 93)
	w.hasEvent(gone("two", quarter, month), 0)
	w.run("show", name("two")).want(t, cli.Success, "restorable    2 artifacts until 2026-03-31 12:00:00Z, the last until 2026-06-02 12:00:00Z")
	w.run("show", name("two"), "-o", "json").want(t, cli.Success, `"restorable":{"artifacts":2,"first":"2026-03-31T12:00:00Z","last":"2026-06-02T12:00:00Z"}`)
	w.hasEvent(gone("one", month), 0)
	w.run("show", name("one")).want(t, cli.Success, "1 artifact until 2026-03-31 12:00:00Z\n")
	none, archived := gone("none"), gone("archived", month)
	w.hasEvent(none, 0)
	archived.Progress.Seq = 9
	w.hasEvent(archived, 0)
	for _, id := range []string{"none", "archived"} {
		if r := w.run("show", name(id)); r.code != cli.Success || strings.Contains(r.out, "restorable") {
			t.Errorf("%s: %d\n%s", id, r.code, r.out)
		}
	}
}
