package page_test

import (
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// tabTo presses Tab until the focus is on what has this role and name. However a page changes, nobody has to press it more often than that.
func tabTo(t *testing.T, p *browsertest.Page, role, name string) {
	t.Helper()
	const most = 80
	var seen [][2]string
	for range most {
		p.Press("Tab")
		r, n := p.Focused()
		if r == role && n == name {
			return
		}
		seen = append(seen, [2]string{r, n})
	}
	t.Fatalf("Tab does not lead to %s %q within %d; it led to %q", role, name, most, seen)
}

func TestPageKeyboardAloneDoesEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.account(contoso, "inline", deprovision.ExchangeOnlineInline)
	asked, decided := w.asked(), w.answering(nil)
	p := w.open("/accounts")
	p.In("row", "inline").See("in use")

	// Sign in. Escape leaves a dialog, and the focus is where it was.
	tabTo(t, p, "button", "Sign in")
	p.Press("Enter")
	p.In("dialog", "Sign in").See("Token")
	p.Press("Escape")
	p.Lost("dialog", "Sign in")
	p.SeeFocus("button", "Sign in")
	p.Press("Space")
	p.SeeFocus("textbox", "Token")
	p.Type(decider)
	p.Press("Enter")
	p.See("Signed in as soc@contoso.example")

	// Ask.
	p.In("row", "inline").Find("button", "Remove… inline of contoso")
	tabTo(t, p, "button", "Remove… inline of contoso")
	p.Press("Enter")
	p.In("dialog", "Remove inline of contoso").See("Nothing is removed before the plan is confirmed")
	tabTo(t, p, "textbox", "Why? It is kept in the evidence. (may be left empty)")
	p.Type("the product is replaced")
	ready(p)
	tabTo(t, p, "button", "Ask for the removal")
	p.Press("Enter")
	r := waits(w, asked)
	if r.Account != "inline" || r.Reason != "the product is replaced" || r.RequestedBy != "soc@contoso.example" {
		t.Errorf("what was asked for is %+v", r)
	}
	s := w.scripted(a, r)
	plan := s.confirms(inlinePlan(r))
	p.See("The plan is ready")

	// Confirm: every caution, the phrase, and the button that says how much goes.
	tabTo(t, p, "button", "Confirm…")
	p.Press("Enter")
	p.In("dialog", "Confirm: inline of contoso").See("Before you confirm")
	tabTo(t, p, "checkbox", plan.Cautions[0].Text+" (mail-flow)")
	p.Press("Space")
	tabTo(t, p, "checkbox", plan.Cautions[1].Text+" (quarantine-lost)")
	p.Press("Space")
	tabTo(t, p, "textbox", "To go on, type contoso/inline")
	p.Press("Enter") // in a field sets off nothing
	p.Type("contoso/inline")
	p.Press("Enter")
	ready(p)
	none(w, decided)
	tabTo(t, p, "button", "Remove 10 objects")
	p.Press("Space")
	d := waits(w, decided)
	if d.Verb != deprovision.Confirm || d.PlanDigest != plan.Digest() || len(d.Acknowledged) != 2 || d.Stop != s.state.Stop.Seq {
		t.Errorf("what was decided is %+v", d)
	}
	p.Lost("dialog", "Confirm: inline of contoso")
	s.obeys(d)
	s.carriesOut(plan, "remove-outbound-connectors")

	// Decide at a failure.
	s.stops(deprovision.StopFailed, "the service refused the call")
	p.See("A step failed")
	tabTo(t, p, "button", "Retry…")
	p.Press("Enter")
	p.In("dialog", "Retry: inline of contoso").See("the service refused the call")
	ready(p)
	tabTo(t, p, "button", "Retry")
	p.Press("Enter")
	d = waits(w, decided)
	p.Lost("dialog", "Retry: inline of contoso")
	s.obeys(d)
	s.carriesOut(plan, "close-account")
	s.ends(deprovision.SucceededWithRemainder, plan.Remainder...)
	p.See("removed, something is left")

	// Find the evidence.
	tabTo(t, p, "link", "What went, when, and by which call")
	p.Press("Enter")
	p.See("10 artifacts")
	p.See("service-rule-1")
}

// ready waits until what does something in a dialog that just came is enabled.
// At first it is not, for the sake of double clicks.
func ready(p *browsertest.Page) { p.Eval("new Promise((done) => setTimeout(done, 700))", nil) }
