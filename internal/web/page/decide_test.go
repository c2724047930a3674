package page_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// openInline is a removal of contoso's inline mode, and where the page has it.
func openInline(w *world) (*scripted, string) {
	s := w.request(w.account(contoso, "inline", deprovision.ExchangeOnlineInline), "r1")
	s.claims()
	return s, "/requests/contoso/exchange-online-inline/r1"
}

// acceptsAll accepts every caution of the dialog that is open.
func acceptsAll(d *browsertest.Scope, plan deprovision.Plan) {
	for _, c := range plan.Cautions {
		d.Check(c.Text+" ("+c.Code+")", true)
	}
}

// disabled reports whether a button of the dialog that is open can't be pressed.
func disabled(p *browsertest.Page, text string) bool {
	var out bool
	p.Eval(fmt.Sprintf(`[...document.querySelectorAll("dialog button")].find((b) => b.textContent === %q)?.disabled === true`, text), &out)
	return out
}

// overheard hands on the decisions that are sent; nobody answers them.
func (w *world) overheard() <-chan deprovision.Decision {
	w.t.Helper()
	got := make(chan deprovision.Decision, 64)
	w.hears(event.All(event.Decisions), func(m *nats.Msg) error {
		d, err := event.DecodeDecision(m)
		got <- d
		return err
	})
	return got
}

const phrase = "To go on, type contoso/inline"

func TestConfirmationNeedsEveryCautionAndTheAccountTyped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, at := openInline(w)
	plan := s.confirms(inlinePlan(s.state.Request))
	decisions := w.answering(nil)
	p := w.opened(at, decider)

	p.Click("button", "Confirm…")
	d := p.In("dialog", "Confirm: inline of contoso")
	d.See("What will go: 10 objects in 5 steps")
	d.See("1 look-alike")
	d.See("1 thing for a person")
	d.See(plan.Digest())
	p.Sound()
	d.Fill(phrase, "contoso/inline")
	d.See("Still missing: 2 cautions to accept")
	p.Press("Enter")
	d.Check(plan.Cautions[0].Text+" ("+plan.Cautions[0].Code+")", true)
	d.See("Still missing: 1 caution to accept")
	d.Check(plan.Cautions[1].Text+" ("+plan.Cautions[1].Code+")", true)
	d.Fill(phrase, "contoso/exchange")
	d.See("Still missing: the phrase, typed")
	if !disabled(p, "Remove 10 objects") {
		t.Error("the plan can be confirmed with another account typed")
	}
	none(w, decisions)
	d.Fill(phrase, "contoso/inline")
	d.Gone("Still missing: the phrase, typed")
	p.Press("Enter")
	none(w, decisions)
	d.Click("button", "Remove 10 objects")
	p.Lost("dialog", "Confirm: inline of contoso")
	p.See("Confirm: a worker took the decision.")

	got := waits(w, decisions)
	want := deprovision.Decision{ID: got.ID, Tenant: contoso, Service: deprovision.ExchangeOnlineInline, Request: "r1", Verb: deprovision.Confirm,
		Stop: s.state.Stop.Seq, PlanDigest: plan.Digest(), Acknowledged: deprovision.Codes(plan.Cautions), DecidedBy: "soc@contoso.example"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the worker got %+v, want %+v", got, want)
	}
	none(w, decisions)
}

func TestKeyboardAloneConfirms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, at := openInline(w)
	s.confirms(inlinePlan(s.state.Request))
	decisions := w.answering(nil)
	p := w.opened(at, decider)
	to := func(name string) {
		p.Until("the focus on "+name, func() bool {
			p.Press("Tab")
			_, focused := p.Focused()
			return strings.Contains(focused, name)
		})
	}
	p.Find("button", "Confirm…")
	to("Confirm…")
	p.Press("Enter")
	p.In("dialog", "Confirm: inline of contoso").Find("button", "Remove 10 objects")
	for _, caution := range []string{"(mail-flow)", "(quarantine-lost)"} {
		to(caution)
		p.Press("Space")
	}
	to(phrase)
	p.Type("contoso/inline")
	to("Remove 10 objects")
	none(w, decisions)
	p.Press("Enter")
	p.Lost("dialog", "Confirm: inline of contoso")
	if got := waits(w, decisions); got.Verb != deprovision.Confirm || len(got.Acknowledged) != 2 {
		t.Errorf("the worker got %+v", got)
	}
}

func TestDialogSaysWhenTheRequestMovedOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, at := openInline(w)
	s.account.Open, s.account.Consumers = "r1", []string{"our own playbooks"}
	w.put(s.account)
	plan := inlinePlan(s.state.Request)
	plan.Cautions = append(plan.Cautions, deprovision.Caution{Code: "threat-mitigation-stops", Text: "An API stops."})
	plan = s.confirms(plan)
	decisions := w.answering(nil)
	p := w.opened(at, decider)
	p.Click("button", "Confirm…")
	d := p.In("dialog", "Confirm: inline of contoso")
	d.See("our own playbooks")
	acceptsAll(d, plan)
	d.Fill(phrase, "contoso/inline")
	d.Gone("Still missing: the phrase, typed")

	s.claims()
	plan.Artifacts = plan.Artifacts[1:]
	plan = s.plans(plan)
	s.stops(deprovision.StopDrift, "The tenant changed since the plan was made: 1 missing.")
	d.See("The request has moved on: this is no longer the stop that you looked at.")
	if !disabled(p, "Remove 10 objects") {
		t.Error("a plan that is no longer there can be confirmed")
	}
	d.Click("button", "Look again")
	d.See("What will go: 9 objects in 5 steps")
	d.See("The tenant changed since the plan was made: 1 missing.")
	acceptsAll(d, plan)
	d.Fill(phrase, "contoso/inline")
	none(w, decisions)
	d.Click("button", "Remove 9 objects")
	if got := waits(w, decisions); got.PlanDigest != plan.Digest() || got.Stop != s.state.Stop.Seq {
		t.Errorf("the worker got %+v, not about the new stop and plan", got)
	}
	p.Lost("dialog", "Confirm: inline of contoso")
}

// Pausing keeps what is drawn; a dialog that decides must not keep what is no longer there.
func TestDialogSaysThatTheRequestMovedOnThoughUpdatesArePaused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, at := openInline(w)
	s.reaches("remove-rerouting-rules")
	s.stops(deprovision.StopFailed, "a call failed")
	decisions := w.answering(nil)
	p := w.opened(at, decider)
	p.Find("button", "Retry…")
	p.Click("button", "Pause updates")
	const gone = "The request has moved on: this is no longer the stop that you looked at."
	retry := func() *browsertest.Scope {
		p.Click("button", "Retry…")
		return p.In("dialog", "Retry: inline of contoso")
	}
	d := retry()
	ready(p)
	if disabled(p, "Retry") {
		t.Fatal("the stop that is there can't be answered")
	}
	s.claims()
	d.See(gone) // it was open before
	if !disabled(p, "Retry") {
		t.Error("a stop that is no longer there can be answered")
	}
	p.Press("Escape")
	p.Lost("dialog", "Retry: inline of contoso")
	p.In("main", "").See("A step failed") // what is drawn stays
	retry().See(gone)
	p.Press("Escape")
	p.Lost("dialog", "Retry: inline of contoso")
	p.See("Paused, 1 changed")
	none(w, decisions)
}

func TestAccidentsDecideNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, at := openInline(w)
	s.reaches("remove-rerouting-rules")
	s.stops(deprovision.StopFailed, "a call failed")
	decisions := w.answering(nil)
	p := w.opened(at, decider)
	for _, name := range []string{"Retry", "Skip"} {
		p.DoubleClick("button", name+"…")
		p.Find("dialog", name+": inline of contoso")
		p.Press("Enter", "Enter", "Space")
		p.Find("dialog", name+": inline of contoso")
		p.Press("Escape")
		p.Lost("dialog", name+": inline of contoso")
	}
	// Wherever the dialog's button comes to stand, the second click of a double click does not reach it.
	p.Eval(`document.querySelector(".verbs button").click(); document.querySelector("dialog .send button").click()`, nil)
	p.Find("dialog", "Retry: inline of contoso")
	none(w, decisions)
	p.Reload()
	p.Find("button", "Retry…")
	p.Lost("dialog", "Retry: inline of contoso")
	p.Click("button", "Retry…")
	goes(p, "/accounts")
	p.Lost("dialog", "Retry: inline of contoso")
	none(w, decisions)
}

func TestRefusedDecisionIsShownWithItsReasonAndMayBeTakenAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, at := openInline(w)
	s.reaches("remove-rerouting-rules")
	s.stops(deprovision.StopFailed, "a call failed")
	first := true
	decisions := w.answering(func(deprovision.Decision) string {
		if first {
			first = false
			return "who asked may not decide here"
		}
		return ""
	})
	p := w.opened(at, decider)
	p.Expect("409")
	p.Click("button", "Other credentials…")
	d := p.In("dialog", "Other credentials: inline of contoso")
	d.Fill("Name of a credential in the worker's configuration", "a secret: 8Q~")
	d.See("it went no further than this field")
	if !disabled(p, "Use this credential") {
		t.Error("something that is no name of a credential can be sent")
	}
	d.Fill("Name of a credential in the worker's configuration", "admin")
	d.Click("button", "Use this credential")
	d.See("who asked may not decide here")
	if got := d.Value("textbox", "Name of a credential in the worker's configuration"); got != "admin" {
		t.Errorf("after the refusal the field holds %q", got)
	}
	d.Click("button", "Use this credential")
	p.Lost("dialog", "Other credentials: inline of contoso")
	one, two := waits(w, decisions), waits(w, decisions)
	if one.ID == two.ID || two.CredentialRef != "admin" || two.Verb != deprovision.Credentials {
		t.Errorf("the worker got %+v and then %+v", one, two)
	}
}

func TestDecisionThatNobodyAnsweredIsSentAgainAsItWas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, at := openInline(w)
	s.reaches("remove-rerouting-rules")
	s.stops(deprovision.StopManual, "Outlook add-in: remove it", manual(deprovision.Manual{Instructions: "Remove it by hand.",
		Link: "https://admin.example/apps", Owner: "the help desk"}))
	sent := w.overheard()
	p := w.opened(at, decider)
	p.See("the help desk")
	p.Click("button", "It is done…")
	d := p.In("dialog", "It is done: inline of contoso")
	d.See("Still missing: how it was done")
	d.Fill("How was it done? It is kept in the evidence.", "removed in the admin center")
	d.Click("button", "It is done")
	d.See("It is stored, and no worker has answered yet.")
	var fixed bool
	p.Eval(`document.querySelector("dialog textarea").matches(":disabled")`, &fixed)
	if !fixed {
		t.Error("what was sent already can still be changed")
	}
	decisions := w.answering(nil)
	d.Click("button", "Send again")
	p.Lost("dialog", "It is done: inline of contoso")
	if one, two := waits(w, sent), waits(w, sent); fmt.Sprint(one) != fmt.Sprint(two) {
		t.Errorf("%+v was sent, and then %+v", one, two)
	}
	if got := waits(w, decisions); got.Verb != deprovision.ManualDone || got.Reason != "removed in the admin center" || got.Stop != s.state.Stop.Seq {
		t.Errorf("the worker got %+v", got)
	}
}

func TestDecisionThatAWorkerTookClosesItsDialog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, at := openInline(w)
	s.reaches("remove-rerouting-rules")
	s.stops(deprovision.StopFailed, "a call failed")
	sent := w.overheard()
	p := w.opened(at, decider)
	p.Click("button", "Retry…")
	d := p.In("dialog", "Retry: inline of contoso")
	d.Click("button", "Retry")
	d.See("It is stored, and no worker has answered yet.")
	s.obeys(waits(w, sent))
	p.Lost("dialog", "Retry: inline of contoso")
	p.See("Retry: a worker took the decision.")
}

func TestCancelAndForceAreThereWhileItIsWorkedOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, at := openInline(w)
	plan := s.confirms(inlinePlan(s.state.Request))
	s.claims()
	s.carriesOut(plan, "remove-virtual-groups")
	decisions := w.answering(nil)
	p := w.opened(at, decider)
	p.Eval(`document.querySelector(".early summary").click()`, nil)
	p.Click("button", "Cancel the request…")
	d := p.In("dialog", "Cancel the request: inline of contoso")
	d.See("6 objects are gone already. 4 objects of the plan stay in the tenant.")
	s.stops(deprovision.StopManual, "somebody has to do it")
	d.See("The request went on since you opened this.")
	s.claims()
	p.Press("Escape")
	p.Click("button", "Close by force…")
	d = p.In("dialog", "Close by force: inline of contoso")
	d.See("Nothing more is removed in the tenant.")
	d.Fill("Why? It is kept in the evidence.", "the tenant is gone")
	d.See("Still missing: the phrase, typed")
	d.Fill(phrase, "contoso/inline")
	s.advances(0, 1) // the worker goes on meanwhile
	d.Click("button", "Close by force")
	p.Lost("dialog", "Close by force: inline of contoso")
	if got := waits(w, decisions); got.Verb != deprovision.Force || got.Stop != 0 || got.Reason != "the tenant is gone" {
		t.Errorf("the worker got %+v", got)
	}
	none(w, decisions)
}

func TestLookAlikesAreApprovedByNameOrByIdWhereSeveralHaveIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, at := openInline(w)
	plan := inlinePlan(s.state.Request)
	for _, id := range []string{"twin-1", "twin-2"} {
		twin := artifact("transport-rule", id, "Twin", "remove-rerouting-rules")
		twin.Match = "suspect: its name begins as the product's"
		plan.Suspects = append(plan.Suspects, twin)
	}
	odd := artifact("transport-rule", "odd-1", "Twi\u200bn", "remove-rerouting-rules")
	odd.Match = "suspect: its name begins as the product's"
	plan.Suspects = append(plan.Suspects, odd)
	plan = s.confirms(plan)
	decisions := w.answering(nil)
	p := w.opened(at, decider)
	p.Click("button", "Approve look-alikes…")
	d := p.In("dialog", "Approve look-alikes: inline of contoso")
	d.See("Id odd-1 Mind what is in this name: U+200B")
	d.Check("Rerouting rule (copy) transport rule: its name begins as the product's Id rule-9", true)
	d.Check("Twin transport rule: its name begins as the product's Id twin-2", true)
	d.Fill(phrase, "contoso/inline")
	d.Click("button", "Approve 2 look-alikes")
	p.Lost("dialog", "Approve look-alikes: inline of contoso")
	got := waits(w, decisions)
	slices.Sort(got.Names)
	if fmt.Sprint(got.Names) != "[Rerouting rule (copy) twin-2]" || got.PlanDigest != plan.Digest() {
		t.Errorf("the worker got %+v", got)
	}
}

func TestBrakeIsApprovedByItsOwnName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, at := openInline(w)
	s.confirms(inlinePlan(s.state.Request))
	s.claims()
	s.stops(deprovision.StopBrake, "The brake holds the plan: it removes 10 of at most 5 within an hour.")
	decisions := w.answering(nil)
	p := w.opened(at, decider)
	p.Click("button", "Let it pass the brake…")
	d := p.In("dialog", "Let it pass the brake: inline of contoso")
	d.Fill(phrase, "contoso/inline")
	d.Click("button", "Let it pass the brake")
	p.Lost("dialog", "Let it pass the brake: inline of contoso")
	if got := waits(w, decisions); got.Verb != deprovision.Approve || fmt.Sprint(got.Names) != "[brake]" || got.PlanDigest != s.state.Plan.Digest {
		t.Errorf("the worker got %+v", got)
	}
}

// A tenant may have thousands of one kind; and whatever its objects are called is text.
func TestLargeAndHostilePlanIsShownAsItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, at := openInline(w)
	plan := inlinePlan(s.state.Request)
	hostile := `<img src=x onerror=alert(1)> ` + "\u202egnihton" + strings.Repeat("x", 250)
	for i := range 4500 {
		plan.Artifacts = append(plan.Artifacts, artifact("mail-folder", fmt.Sprintf("folder-%d", i), fmt.Sprintf("%d %s", i, hostile), "remove-quarantine-folders"))
	}
	plan.Remainder = append(plan.Remainder, deprovision.Remainder{Name: hostile, Instructions: hostile, Link: "javascript:alert(1)"})
	s.confirms(plan)
	p := w.opened(at, decider)
	p.Click("button", "Confirm…")
	d := p.In("dialog", "Confirm: inline of contoso")
	began := time.Now()
	d.Find("button", "Remove 4,510 objects")
	t.Logf("the plan of %d artifacts was there after %s", len(plan.Artifacts), time.Since(began))
	p.Eval(`[...document.querySelectorAll("dialog summary")].find((s) => s.textContent.includes("4,500 mail folders")).click()`, nil)
	name := "Remove quarantine folders: mail folder"
	d.Find("table", name)
	if n := len(d.Rows(name)); n != 200 {
		t.Errorf("%d rows are shown at first, want 200", n)
	}
	d.Click("button", "Show 200 more of 4,500")
	p.Until("400 rows", func() bool { return len(d.Rows(name)) == 400 })
	if got := d.Rows(name)[0][0]; !strings.Contains(got, "<img src=x onerror=alert(1)>") {
		t.Errorf("the name is shown as %q", got)
	}
	p.Eval(`[...document.querySelectorAll("dialog summary")].find((s) => s.textContent.includes("2 things for a person")).click()`, nil)
	d.See("javascript:alert(1)")
	p.Phone()
	p.Sound(browsertest.Width)
	got := p.Download(func() { d.Click("button", "Download the plan") })
	var kept deprovision.Plan
	if err := json.Unmarshal(got.Content, &kept); err != nil || len(kept.Artifacts) != len(plan.Artifacts) ||
		got.Name != "plan-contoso.exchange-online-inline.r1.json" {
		t.Errorf("the download %s: %d artifacts, %v", got.Name, len(kept.Artifacts), err)
	}
}

func TestWhoMayNotDecideSeesWhatIsAskedAndHowToSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, at := openInline(w)
	s.confirms(inlinePlan(s.state.Request))
	p := w.open(at)
	p.See("To answer, sign in at the top of the page with a token that may decide.")
	p.See("Look at the plan, and have exactly this plan carried out.")
	if p.Has("button", "Confirm…") {
		t.Error("a decision is offered to whoever is not signed in")
	}
	w.signIn(p, onlooker)
	p.See("Your token may not decide")
	if p.Has("button", "Confirm…") {
		t.Error("a decision is offered to whoever may only read")
	}
}

func TestPageKnowsEveryStopAndWhatEachAnswerDoesThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open("/accounts")
	for _, stop := range deprovision.Stops() {
		for _, verb := range stop.Offers {
			var out struct {
				Knows              bool
				Title, Label, Does string
			}
			p.Eval(fmt.Sprintf(`import("/assets/js/verbs.js").then((m) => ({Knows: m.knows(%[1]q), Title: m.stopTitle(%[2]q), Label: m.verbLabel(%[1]q, %[2]q),
				Does: m.verbDoes(%[1]q, %[2]q)}))`, verb, stop.Name), &out)
			if !out.Knows || out.Label == "" || out.Does == "" || strings.HasPrefix(out.Title, "It waits at") {
				t.Errorf("at %s, %s: %+v", stop.Name, verb, out)
			}
		}
	}
}
