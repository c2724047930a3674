package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
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
	got := w.answering("")
	w.waits("r1")
	w.run("decide", "approve", name("r1"), "--name", "no such").want(t, cli.BadInput, "no suspect", "no such")
	if len(got) > 0 {
		t.Errorf("%+v was sent", <-got)
	}
}

func TestConfirmShowsThePlanAndBindsToIt(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	got := w.answering("")
	state := w.waits("r1")
	w.run("decide", "confirm", name("r1")).want(t, cli.BadInput, "caution mail-flow is not acknowledged", "--acknowledge mail-flow")
	r := w.run("decide", "confirm", name("r1"), "--acknowledge", "mail-flow", "--by", "admin")
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
	got := w.answering("")
	w.waits("r1")
	w.run("decide", "cancel", name("r1"), "--reason", "wrong account").want(t, cli.Success, "accepted: cancel")
	if d := <-got; d.Stop != 0 || d.Reason != "wrong account" || !strings.Contains(d.DecidedBy, "@") {
		t.Fatalf("%+v", d)
	}
}

func TestDecisionThatIsNotOfferedIsRefused(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	got := w.answering("it names stop 3, the request waits at stop 7 (confirm)")
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

func TestOnlyTheWholeWordConfirms(t *testing.T) {
	t.Parallel()
	for in, yes := range map[string]bool{"yes\n": true, " yes \n": true, "yes": true, "y\n": false, "no\n": false, "": false, "YES\n": false} {
		var asked bytes.Buffer
		if err := cli.Confirm(t.Context(), strings.NewReader(in), &asked, "Really?"); (err == nil) != yes || asked.String() != "Really? Type yes: " {
			t.Errorf("%q: %v, %q", in, err, asked.String())
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	never, end := io.Pipe()
	defer func() { _ = end.Close() }()
	if err := cli.Confirm(ctx, never, io.Discard, "Really?"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestBrakeIsApprovedByItsOwnNameOnly(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	got := w.answering("")
	if err := w.journal.PutPlan(t.Context(), plan("r1")); err != nil {
		t.Fatal(err)
	}
	state := waiting("r1")
	state.Stop.Name, state.Stop.Offers = "brake", []deprovision.Verb{deprovision.Approve, deprovision.Retry, deprovision.Cancel, deprovision.Force}
	w.has(state)
	w.run("decide", "approve", name("r1"), "--name", "Sentry's old rule").want(t, cli.BadInput, "--name brake and no other")
	w.run("decide", "approve", name("r1"), "--name", "brake", "--name", "x").want(t, cli.BadInput, "--name brake and no other")
	w.run("show", name("r1")).want(t, cli.Success, "publisher decide retry", "also offered: approve")
	w.run("decide", "approve", name("r1"), "--name", "brake").want(t, cli.Success, "accepted: approve")
	if d := <-got; len(got) > 0 || len(d.Names) != 1 || d.Names[0] != "brake" || d.PlanDigest != state.Plan.Digest || d.Stop != 7 {
		t.Errorf("%+v, and %d more", d, len(got))
	}
}
