package cli_test

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/cli"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// nobody fails the test when a decision was sent.
func nobody(t *testing.T, got <-chan deprovision.Decision) {
	t.Helper()
	if len(got) > 0 {
		t.Errorf("%+v was sent", <-got)
	}
}

func TestWatchAsksForWhatEachVerbNeeds(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	got := w.Answers("")
	digest := func(id string) string { return plan(id).Digest() }
	for _, tc := range []struct {
		id, stop string
		offers   []deprovision.Verb
		types    string
		says     []string
		want     deprovision.Decision
	}{
		{"confirm", deprovision.StopConfirm, []deprovision.Verb{deprovision.Confirm}, "c\nyes\nit is time\ncontoso/inline\n",
			[]string{"step remove-rerouting-rules", "Caution mail-flow", "Type contoso/inline"},
			deprovision.Decision{Verb: deprovision.Confirm, PlanDigest: digest("confirm"), Acknowledged: []string{"mail-flow"}, Reason: "it is time"}},
		{"word", deprovision.StopDrift, []deprovision.Verb{deprovision.Confirm}, "Confirm\nyes\n\n contoso/inline \n", nil,
			deprovision.Decision{Verb: deprovision.Confirm, PlanDigest: digest("word"), Acknowledged: []string{"mail-flow"}}},
		{"approve", deprovision.StopConfirm, []deprovision.Verb{deprovision.Confirm, deprovision.Approve}, "a\n1\nyes\n\n",
			[]string{"1  Sentry's old rule", "transport-rule 13, suspect: prefix", "These may go, once a new plan with them is confirmed: Sentry's old rule."},
			deprovision.Decision{Verb: deprovision.Approve, PlanDigest: digest("approve"), Names: []string{"Sentry's old rule"}}},
		{"brake", deprovision.StopBrake, []deprovision.Verb{deprovision.Approve, deprovision.Retry}, "a\n\ncontoso/inline\n",
			[]string{"Type contoso/inline"}, deprovision.Decision{Verb: deprovision.Approve, PlanDigest: digest("brake"), Names: []string{"brake"}}},
		{"continue", deprovision.StopInvalidAccount, []deprovision.Verb{deprovision.Continue}, "g\n\n", nil, deprovision.Decision{Verb: deprovision.Continue}},
		{"credentials", deprovision.StopMissingRights, []deprovision.Verb{deprovision.Credentials}, "k\nother-app\n\n",
			[]string{"never a secret"}, deprovision.Decision{Verb: deprovision.Credentials, CredentialRef: "other-app"}},
		{"retry", deprovision.StopFailed, []deprovision.Verb{deprovision.Retry}, "r\nrights are there\n", nil,
			deprovision.Decision{Verb: deprovision.Retry, Reason: "rights are there"}},
		{"skip", deprovision.StopFailed, []deprovision.Verb{deprovision.Skip}, "s\nnot needed\n", []string{"leaves this step out"},
			deprovision.Decision{Verb: deprovision.Skip, Reason: "not needed"}},
		{"manual-done", deprovision.StopManual, []deprovision.Verb{deprovision.ManualDone}, "m\nremoved in the console\n", []string{"How was it done?"},
			deprovision.Decision{Verb: deprovision.ManualDone, Reason: "removed in the console"}},
		{"cancel", deprovision.StopFailed, nil, "x\nwrong account\nyes\n", []string{"Nothing more is removed"},
			deprovision.Decision{Verb: deprovision.Cancel, Reason: "wrong account"}},
		{"force", deprovision.StopFailed, nil, "f\nno way in\ncontoso/inline\n", []string{"drops the account's row", "Type contoso/inline"},
			deprovision.Decision{Verb: deprovision.Force, Reason: "no way in"}},
	} {
		state, revision := w.stopped(t, tc.id, tc.stop, tc.offers...)
		p := w.atScreen(t, tc.id)
		p.sees("waits at stop "+tc.stop, "Your decision:")
		p.types(tc.types)
		p.sees(append(tc.says, "accepted: "+string(tc.want.Verb))...)
		d := <-got
		want := tc.want
		want.ID, want.Tenant, want.Service, want.Request, want.Stop, want.DecidedBy = d.ID, "contoso", deprovision.ExchangeOnlineInline, tc.id, 7, "admin"
		if d.ID == "" || d.Verb != want.Verb || d.Stop != want.Stop || d.Request != want.Request || d.DecidedBy != want.DecidedBy || d.Reason != want.Reason ||
			d.PlanDigest != want.PlanDigest || d.CredentialRef != want.CredentialRef || !slices.Equal(d.Names, want.Names) || !slices.Equal(d.Acknowledged, want.Acknowledged) {
			t.Errorf("%s: got %+v, want %+v", tc.id, d, want)
		}
		w.finishes(state, w.goesOn(&state, revision, "admin"))
		p.sees("it ended as succeeded", "removed: 2", "publisher evidence "+name(tc.id))
		p.ends(cli.Success)
	}
	nobody(t, got)
}

func TestWhatIsNotMeantWholeIsNotSentAndAskedAgain(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	got := w.Answers("")
	w.stopped(t, "r1", deprovision.StopConfirm, deprovision.Confirm, deprovision.Approve, deprovision.Credentials, deprovision.ManualDone, deprovision.Skip)
	p := w.atScreen(t, "r1")
	p.sees("Your decision:")
	for _, tc := range []struct{ types, says string }{
		{"z\n", "[c] confirm"},
		{"\n", "[c] confirm"},
		{"r\n", "[c] confirm"}, // not offered here
		{"c\ny\n", "\nnot confirmed; nothing was decided"},
		{"c\nyes\n\ncontoso/other\n", "not confirmed"},
		{"c\nyes\n\n\n", "not confirmed"},
		{"c\nyes\n\ny" + "es\nx\n", "not confirmed"}, // what was typed ahead for it answers no other question
		{"c\nyes\n\n\x04", "not confirmed"},
		{"a\n2\n", "2 is no number of the list"},
		{"a\n\n", "not confirmed"},
		{"a\n1\nno\n", "not confirmed"},
		{"k\nclient_secret=hunter2\n", "no name of a credential"},
		{"k\n\n", "not confirmed"},
		{"m\n\n", "manual-done needs a word about it"},
		{"m\npassword: hunter2\n", "it looks like a secret"},
		{"x\n\n", "cancel needs a word about it"},
		{"x\nwhy\ny\n", "not confirmed"},
		{"f\nwhy\ncontoso\n", "not confirmed"},
		{"d\n", "will be left: SPF include"},
	} {
		p.types(tc.types)
		p.sees(tc.says, "Your decision:")
	}
	p.types("q\n")
	p.sees("waits at stop confirm", "publisher plan "+name("r1"))
	if all := p.ends(cli.WaitsFor); strings.Count(all, "hunter2") != 2 { // as it was typed; this keyboard echoes
		t.Error("a secret is repeated")
	}
	nobody(t, got)
}

func TestLineForOneStopNeverAnswersTheNext(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	got := w.Answers("")
	state, revision := w.stopped(t, "r1", deprovision.StopFailed, deprovision.Retry)
	p := w.atScreen(t, "r1")
	p.sees("Your decision:")
	p.types("r") // and the line is not ended yet
	revision = w.goesOn(&state, revision, "somebody else")
	p.sees("answered meanwhile: confirm by somebody else", "held by a worker")
	p.types("\nr\n\nx\nwhy\nyes\n") // nobody asks
	state.Seq, state.Status, state.Stop = 9, deprovision.Waiting, &deprovision.Stop{Seq: 9, Name: "failed", Detail: "another", Offers: []deprovision.Verb{deprovision.Retry}}
	revision = w.hasEvent(deprovision.Event{Progress: state, Change: deprovision.Change{Kind: deprovision.Stopped}}, revision)
	p.sees("another", "Your decision:")
	p.types("\n") // the end of the line of before
	p.sees("[r] retry", "Your decision:")
	nobody(t, got)
	p.types("r\n\n")
	p.sees("accepted: retry")
	if d := <-got; d.Stop != 9 {
		t.Errorf("%+v", d)
	}
	w.finishes(state, revision)
	p.ends(cli.Success)
	nobody(t, got)
}

func TestStopThatIsNoLongerOpenIsSentNothing(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	got := w.Answers("")
	state, revision := w.stopped(t, "r1", deprovision.StopFailed, deprovision.Retry)
	then := state
	w.goesOn(&state, revision, "somebody else") // and the watching has not noticed yet
	in, keys := io.Pipe()
	p := &person{t: t, keys: keys, news: make(chan struct{}, 1)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if sent, err := cli.Converse(t.Context(), w.url, then, in, p); sent || err != nil {
			t.Errorf("%v, %v", sent, err)
		}
	}()
	p.sees("Your decision:")
	p.types("r\n\n")
	<-ended
	_ = keys.Close()
	p.sees("no longer at this stop; nothing was sent")
	nobody(t, got)
}

func TestRefusedDecisionIsToldAndAskedAgain(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	got := w.Answers("evil\x1b[2J: not by you")
	w.stopped(t, "r1", deprovision.StopFailed, deprovision.Retry)
	p := w.atScreen(t, "r1")
	p.sees("Your decision:")
	p.types("r\n\n")
	p.sees("refused: evil[2J: not by you", "Your decision:")
	<-got
	p.types("q\n")
	p.ends(cli.WaitsFor)
}

func TestEndOfTheInputAndInterruptLeaveTheRequestAsItIs(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	got := w.Answers("")
	state, revision := w.stopped(t, "r1", deprovision.StopConfirm, deprovision.Confirm)
	leaves := w.atScreen(t, "r1")
	leaves.sees("Your decision:")
	if err := leaves.keys.Close(); err != nil {
		t.Fatal(err)
	}
	leaves.sees("answer with: publisher decide") // it watches on

	interrupts := w.atScreen(t, "r1")
	interrupts.sees("Your decision:")
	interrupts.types("c\nyes\n\ncontoso/inl")
	interrupts.sees("contoso/inline to go on:", "contoso/inl")
	interrupts.stop()
	interrupts.ends(cli.TimedOut)
	nobody(t, got)

	elsewhere := w.atScreen(t, "r1")
	elsewhere.sees("Your decision:")
	elsewhere.types("w\n")
	elsewhere.sees("answer with: publisher decide")

	w.finishes(state, w.goesOn(&state, revision, "somebody else"))
	leaves.ends(cli.Success)
	elsewhere.ends(cli.Success)
	nobody(t, got)
}

func TestNobodyIsAskedWhereNobodyIsMeantToBe(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	state, revision := w.stopped(t, "r1", deprovision.StopConfirm, deprovision.Confirm)
	both := cli.Terminal{Asks: true, Draws: true}
	w.sits(t, both, "watch", name("r1"), "--until-stop").ends(cli.WaitsFor)
	watching := map[string]*person{
		"no-input": w.sits(t, both, "watch", name("r1"), "--no-input"),
		"plain":    w.sits(t, both, "watch", name("r1"), "--plain"),
		"from":     w.sits(t, both, "watch", name("r1"), "--from", "1"),
		"json":     w.sits(t, both, "watch", name("r1"), "-o", "json"),
		"piped in": w.sits(t, cli.Terminal{Draws: true}, "watch", name("r1")),
		"dumb":     w.sits(t, cli.Terminal{Asks: true}, "watch", name("r1")),
	}
	for _, p := range watching {
		p.sees("wait")
	}
	w.finishes(state, w.goesOn(&state, revision, "somebody else"))
	for id, p := range watching {
		all := p.ends(cli.Success)
		drawn := id == "no-input" || id == "piped in"
		if strings.Contains(all, "Your decision") || strings.Contains(all, "\x1b") != drawn {
			t.Errorf("%s:\n%s", id, all)
		}
	}
}

func TestScreenFollowsARequestFromTheQueueToItsEnd(t *testing.T) {
	t.Parallel()
	w := provisioned(t)
	w.run(asking("r1")...).want(t, cli.Success)
	p := w.atScreen(t, "r1")
	p.sees("queued since", "no worker has taken it")
	state := deprovision.Progress{Request: request("r1"), Seq: 1, Status: deprovision.Held, Step: 1, Steps: steps()}
	revision := w.hasEvent(deprovision.Event{Progress: state, Change: deprovision.Change{Kind: deprovision.Claimed}}, 0)
	p.sees("> remove-rerouting-rules [#############-----] 3/4")
	w.finishes(state, revision)
	p.sees("it ended as succeeded", "removed: 2")
	all := p.ends(cli.Success)
	for _, hidden := range []string{"\x1b[?25l", "\x1b[?1049h"} {
		if strings.Contains(all, hidden) {
			t.Errorf("the terminal is left with %q", hidden)
		}
	}
}
