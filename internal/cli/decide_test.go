package cli_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestPlanIsShownWholeAsATableAndAsJSON(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	state := w.waits("r1")
	w.run("plan", name("r1")).want(t, cli.Success, "plan "+state.Plan.Digest, "(suspect)", "caution mail-flow", "will be left")
	r := w.run("plan", name("r1"), "-o", "json")
	r.want(t, cli.Success)
	var plan deprovision.Plan
	if err := json.Unmarshal([]byte(r.out), &plan); err != nil || plan.Digest() != state.Plan.Digest {
		t.Errorf("%v: %s", err, r.out)
	}
	w.run("plan", name("none")).want(t, cli.NotFound)
	w.run("plan", "nonsense").want(t, cli.BadInput)
}

func TestApprovalOfWhatIsNoSuspectIsNotSent(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	got := w.Answers("")
	w.waits("r1")
	w.run("decide", "approve", name("r1"), "--name", "no such").want(t, cli.BadInput, "no suspect", "no such")
	if len(got) > 0 {
		t.Errorf("%+v was sent", <-got)
	}
}

func TestConfirmShowsThePlanAndBindsToIt(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	got := w.Answers("")
	state := w.waits("r1")
	w.run("decide", "confirm", name("r1"), "--yes").want(t, cli.BadInput, "caution mail-flow is not acknowledged", "--acknowledge mail-flow")
	r := w.run("decide", "confirm", name("r1"), "--acknowledge", "mail-flow", "--by", "admin", "--yes")
	r.want(t, cli.Success)
	golden(t, "decide-confirm", r.out)
	if d := <-got; d.Stop != 7 || d.PlanDigest != state.Plan.Digest || d.DecidedBy != "admin" || d.ID == "" || d.Acknowledged[0] != "mail-flow" {
		t.Fatalf("%+v", d)
	}
	r = w.run("decide", "approve", name("r1"), "--name", "Sentry's old rule", "--output", "json")
	r.want(t, cli.Success, "plan sha256:")
	if !strings.HasPrefix(r.out, `{"decision":"`) || !strings.HasSuffix(r.out, `"accepted":true}`+"\n") {
		t.Errorf("the standard output is not JSON alone:\n%s", r.out)
	}
	if d := <-got; d.Verb != deprovision.Approve || d.Names[0] != "Sentry's old rule" || d.PlanDigest != state.Plan.Digest {
		t.Fatalf("%+v", d)
	}
	if len(got) > 0 {
		t.Fatalf("%d decisions too many were sent", len(got))
	}
}

func TestCancelNamesTheRequestAlone(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	got := w.Answers("")
	w.waits("r1")
	w.run("decide", "cancel", name("r1"), "--reason", "wrong account").want(t, cli.Success, "accepted: cancel")
	if d := <-got; d.Stop != 0 || d.Reason != "wrong account" || !strings.Contains(d.DecidedBy, "@") {
		t.Fatalf("%+v", d)
	}
}

func TestWhatMeansNothingToTheVerbIsRefusedByItsFlag(t *testing.T) {
	t.Parallel()
	away := &world{t: t, url: "nats://127.0.0.1:1"} // nothing is connected before that is said
	for _, tc := range []struct{ args, flag string }{
		{"confirm --name brake --yes", "--name"}, {"retry --credential other", "--credential"}, {"cancel --plan " + someDigest, "--plan"},
		{"approve --name x --acknowledge mail", "--acknowledge"}, {"cancel --reason a\x1b[2J", "--reason"}, {"cancel --by so\ac", "--by"},
	} {
		args := strings.Fields(tc.args)
		away.run(append([]string{"decide", args[0], name("r1")}, args[1:]...)...).want(t, cli.BadInput, tc.flag)
	}
	away.run(append(asking("r1"), "--reason", "a\bb")...).want(t, cli.BadInput, "--reason")
	w := provisioned(t)
	got := w.Answers("")
	w.waits("r1")
	w.run("decide", "cancel", name("r1"), "--reason", "two\nlines,\tand a tab").want(t, cli.Success, "accepted: cancel")
	if d := <-got; d.Reason != "two\nlines,\tand a tab" {
		t.Errorf("%+v", d)
	}
}

func TestDecisionThatIsNotOfferedIsRefused(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	got := w.Answers("it names stop 3, the request waits at stop 7 (confirm)")
	w.waits("waits")
	w.has(deprovision.Progress{Request: request("held"), Status: deprovision.Held})
	w.run(asking("queued")...).want(t, cli.Success)
	for _, tc := range []struct {
		id, verb, says string
		code           int
	}{
		{"waits", "retry", "offered are [confirm approve cancel force]", cli.NotAccepted},
		{"held", "skip", "held by a worker", cli.NotAccepted},
		{"queued", "retry", "still queued", cli.NotAccepted},
		{"none", "retry", "no such request", cli.NotFound},
		{"none", "cancel", "no such request", cli.NotFound},
	} {
		w.run("decide", tc.verb, name(tc.id)).want(t, tc.code, tc.says)
	}
	if len(got) > 0 {
		t.Fatalf("%+v was sent", <-got)
	}
	// What a worker refuses is told with its reason, in both forms.
	w.run("decide", "skip", name("waits"), "--stop", "3").want(t, cli.NotAccepted, "publisher: refused: it names stop 3")
	w.run("decide", "skip", name("waits"), "--stop", "3", "-o", "json").want(t, cli.NotAccepted, `"accepted":false,"refusal":"it names stop 3`)
}

func TestDecisionThatNobodyAnswersIsKept(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.waits("r1")
	w.run("decide", "cancel", name("r1"), "--timeout", "300ms").want(t, cli.TimedOut, "the decision is kept")
}

func TestBrakeIsApprovedByItsOwnNameOnly(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	got := w.Answers("")
	if err := w.journal.PutPlan(t.Context(), plan("r1")); err != nil {
		t.Fatal(err)
	}
	state := waiting("r1")
	state.Stop.Name, state.Stop.Offers = "brake", []deprovision.Verb{deprovision.Approve, deprovision.Retry, deprovision.Cancel, deprovision.Force}
	w.has(state)
	w.run("decide", "approve", name("r1"), "--name", "Sentry's old rule", "--yes").want(t, cli.BadInput, "--name brake and no other")
	w.run("decide", "approve", name("r1"), "--name", "brake", "--name", "x", "--yes").want(t, cli.BadInput, "--name brake and no other")
	w.run("show", name("r1")).want(t, cli.Success, "publisher decide approve", "--name brake", "also offered: retry")
	w.run("decide", "approve", name("r1"), "--name", "brake", "--yes").want(t, cli.Success, "accepted: approve")
	if d := <-got; len(got) > 0 || len(d.Names) != 1 || d.Names[0] != "brake" || d.PlanDigest != state.Plan.Digest || d.Stop != 7 {
		t.Errorf("%+v, and %d more", d, len(got))
	}
}

func TestNothingIsDestroyedWhereNobodyCanBeAskedWithoutAYes(t *testing.T) {
	t.Parallel()
	away := &world{t: t, url: "nats://127.0.0.1:1"} // nothing is connected before that is said
	for _, args := range [][]string{{"confirm"}, {"confirm", "--stop", "7", "--plan", someDigest}, {"force"}, {"approve", "--name", "brake"}} {
		away.run(append([]string{"decide", args[0], name("r1")}, args[1:]...)...).want(t, cli.BadInput, "add --yes", args[0])
	}
	w := provisioned(t)
	got := w.Answers("")
	w.waits("r1")
	for _, args := range [][]string{{"cancel"}, {"approve", "--name", "Sentry's old rule"}, {"force", "--yes"}} {
		w.run(append([]string{"decide", args[0], name("r1")}, args[1:]...)...).want(t, cli.Success, "accepted")
		<-got
	}
}

func TestOnlyTenantAndAccountTypedWholeConfirm(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	got := w.Answers("")
	state := w.waits("r1")
	confirm := []string{"decide", "confirm", name("r1"), "--acknowledge", "mail-flow"}
	for typed, yes := range map[string]bool{"contoso/inline\n": true, " contoso/inline \n": true, "contoso/inline": true, "yes\n": false, "contoso/inline2\n": false,
		"Contoso/inline\n": false, "\n": false, "": false, "x\ncontoso/inline\n": false} {
		r := w.answers(typed, confirm...)
		if !yes {
			r.want(t, cli.NotAccepted, "Type contoso/inline to go on: ", "not confirmed")
			continue
		}
		r.want(t, cli.Success, "step remove-rerouting-rules", "Type contoso/inline to go on: ", "accepted: confirm")
		if d := <-got; d.Stop != 7 || d.PlanDigest != state.Plan.Digest {
			t.Errorf("%+v", d)
		}
	}
	w.answers("", append(confirm, "--yes")...).want(t, cli.Success, "accepted")
	<-got
	nobody(t, got)
}

func TestPersonWhoDecidesIsAskedForEachCaution(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	got := w.Answers("")
	state := w.waits("r1")
	w.answers("yes\ncontoso/inline\n", "decide", "confirm", name("r1")).want(t, cli.Success, "Caution mail-flow: Mail is no longer inspected.", "accepted")
	if d := <-got; len(d.Acknowledged) != 1 || d.Acknowledged[0] != "mail-flow" {
		t.Errorf("%+v", d)
	}
	w.answers("no\ncontoso/inline\n", "decide", "confirm", name("r1")).want(t, cli.NotAccepted, "not confirmed")
	// also where the command names stop and plan, they are shown and asked for; those of before are not sent
	w.answers("yes\ncontoso/inline\n", "decide", "confirm", name("r1"), "--stop", "7", "--plan", state.Plan.Digest).want(t, cli.Success, "step remove-rerouting-rules")
	<-got
	w.answers("yes\ncontoso/inline\n", "decide", "confirm", name("r1"), "--stop", "6").want(t, cli.NotAccepted, "it names stop 6, the request waits at stop 7")
	w.answers("yes\ncontoso/inline\n", "decide", "confirm", name("r1"), "--plan", someDigest).want(t, cli.NotAccepted, "another plan")
	nobody(t, got)
}

func TestStopThatChangesWhileAPersonTypesIsSentNothing(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	got := w.Answers("")
	state, revision := w.stopped(t, "r1", deprovision.StopConfirm, deprovision.Confirm)
	p := w.sits(t, cli.Terminal{Asks: true}, "decide", "confirm", name("r1"), "--acknowledge", "mail-flow")
	p.sees("Type contoso/inline to go on:")
	revision = w.goesOn(&state, revision, "somebody else")
	state.Seq, state.Status, state.Stop = 9, deprovision.Waiting, &deprovision.Stop{Seq: 9, Name: deprovision.StopDrift, Offers: []deprovision.Verb{deprovision.Confirm}}
	w.hasEvent(deprovision.Event{Progress: state, Change: deprovision.Change{Kind: deprovision.Stopped}}, revision) // with the same plan
	p.types("contoso/inline\n")
	p.sees("no longer at this stop; nothing was sent")
	p.ends(cli.NotAccepted)
	nobody(t, got)
}

func TestForceTellsWhatFollowsAndAsks(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	got := w.Answers("")
	w.has(deprovision.Progress{Request: request("held"), Status: deprovision.Held, Removed: 3})
	w.run(asking("queued")...).want(t, cli.Success)
	for _, id := range []string{"held", "queued"} {
		w.answers("no\n", "decide", "force", name(id)).want(t, cli.NotAccepted, "closes the account", "not confirmed")
		w.answers("contoso/inline\n", "decide", "force", name(id)).want(t, cli.Success, "accepted: force")
		if d := <-got; d.Verb != deprovision.Force || d.Request != id {
			t.Errorf("%+v", d)
		}
	}
	w.answers("contoso/inline\n", "decide", "force", name("none")).want(t, cli.NotFound)
	nobody(t, got)
}

func TestInterruptedQuestionSendsNothing(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	got := w.Answers("")
	w.waits("r1")
	p := w.sits(t, cli.Terminal{Asks: true}, "decide", "confirm", name("r1"), "--acknowledge", "mail-flow")
	p.sees("Type contoso/inline to go on:")
	p.stop()
	p.sees("interrupted; nothing was sent")
	p.ends(cli.TimedOut)
	nobody(t, got)
}
