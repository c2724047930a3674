package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// pageDoor is the page in a browser: a person looks at the list, asks and decides there. What the page shows of a request is held against what the API
// says; documents come from the API.
type pageDoor struct {
	apiDoor

	tab *tab
}

// tab is a tab of the browser, opened when somebody first looks. It stays open as long as the test that the door was entered in.
type tab struct {
	*browsertest.Page

	t   *testing.T
	who string // is signed in
}

func (d pageDoor) in(t *testing.T) doorway { return pageDoor{apiDoor{d.with(t)}, d.tab} }

// browse is the tab, with somebody signed in.
func (d pageDoor) browse(who string) *browsertest.Page {
	d.t.Helper()
	first := d.tab.Page == nil
	if first {
		d.tab.Page = browsertest.New(d.tab.t)
	}
	p := d.tab.For(d.t)
	if first {
		p.Open(d.page("#/accounts"))
	}
	if who == "" || who == d.tab.who {
		return p
	}
	if d.tab.who != "" {
		p.Click("button", "Sign out")
	}
	p.Click("button", "Sign in")
	in := p.In("dialog", "Sign in")
	in.Fill("Token", tokenOf(who))
	in.Click("button", "Sign in")
	p.Lost("dialog", "Sign in")
	p.See(who)
	d.tab.who = who
	return p
}

// page is the address of a view.
func (d pageDoor) page(view string) string { return strings.TrimSuffix(d.api, "/api/v1") + "/" + view }

// accounts waits until the page lists just the accounts that are there.
func (d pageDoor) accounts(tenant string) []deprovision.Account {
	d.t.Helper()
	p := d.browse("")
	p.Open(d.page("#/accounts"))
	p.Find("heading", "Service accounts")
	var listed []deprovision.Account
	p.Until("the list of "+tenant+" is as the API has it", func() bool {
		listed = d.apiDoor.accounts(tenant)
		var rows []string
		if p.Has("table", "Service accounts") {
			for _, row := range p.Rows("Service accounts") {
				if row[1] == tenant {
					rows = append(rows, row[0])
				}
			}
		}
		return len(rows) == len(listed) && !slices.ContainsFunc(listed, func(a deprovision.Account) bool { return !slices.Contains(rows, a.ID) })
	})
	return listed
}

// ask asks for a removal: from its row, or from the request that left something.
func (d pageDoor) ask(r deprovision.Request) answered {
	d.t.Helper()
	p := d.browse(r.RequestedBy)
	if r.ResumeOf != "" {
		p.Open(d.page("#/requests/" + r.Tenant + "/" + string(r.Service) + "/" + r.ResumeOf))
		p.Click("button", "Take up what is left…")
	} else {
		if !slices.ContainsFunc(d.accounts(r.Tenant), func(a deprovision.Account) bool { return a.ID == r.Account }) {
			return answered{false, "the page does not list it"}
		}
		p.Click("button", "Remove… "+r.Account+" of "+r.Tenant)
	}
	in := p.In("dialog", "Remove "+r.Account+" of "+r.Tenant)
	if r.Reason != "" {
		in.Fill("Why? It is kept in the evidence. (may be left empty)", r.Reason)
	}
	in.Click("DisclosureTriangle", "Options")
	in.Fill("Id of the request (empty: one is made)", r.ID)
	in.Click("button", "Ask for the removal")
	return d.sent("Remove " + r.Account + " of " + r.Tenant)
}

// sent waits until a dialog is gone, or says what is wrong.
func (d pageDoor) sent(dialog string) answered {
	d.t.Helper()
	p := d.tab.For(d.t)
	var a answered
	p.Until("the dialog is gone, or tells what is wrong", func() bool {
		if a.ok = !p.Has("dialog", dialog); a.ok {
			return true
		}
		if !p.In("dialog", dialog).Has("alert", "") {
			return false
		}
		a.says = p.In("dialog", dialog).Text("alert", "")
		return true
	})
	if !a.ok {
		p.In("dialog", dialog).Click("button", "Close")
	}
	return a
}

// onPage are the buttons of the decisions, what sends them, and what their dialogs ask why by.
var onPage = map[deprovision.Verb]struct{ name, sends, why string }{
	deprovision.Confirm: {"Confirm", "", "Why? (may be left empty)"}, deprovision.Continue: {"Continue", "Continue", "Why? (may be left empty)"},
	deprovision.Retry:       {"Retry", "Retry", "Why? (may be left empty)"},
	deprovision.Credentials: {"Other credentials", "Use this credential", "Why? (may be left empty)"},
	deprovision.Skip:        {"Skip", "Skip it", "Why?"}, deprovision.ManualDone: {"It is done", "It is done", "How was it done?"},
	deprovision.Cancel: {"Cancel the request", "Cancel the request", "Why?"}, deprovision.Force: {"Close by force", "Close by force", "Why?"},
}

// grave are the decisions for which the account has to be typed.
var grave = []deprovision.Verb{deprovision.Confirm, deprovision.Approve, deprovision.Skip, deprovision.Force}

// decide answers at the request's stop, with what the decision has. What it has not is left out, and the dialog has to miss it.
func (d pageDoor) decide(x deprovision.Decision) answered {
	d.t.Helper()
	p, words, now := d.browse(x.DecidedBy), onPage[x.Verb], d.show(x.Ref())
	p.Open(d.page("#" + pathOf(x.Ref())))
	if x.Verb.Anytime() {
		p.Click("DisclosureTriangle", "End it before it is done")
	}
	p.Click("button", words.name+"…")
	account := now.Request.Account
	title := words.name + ": " + account + " of " + now.Request.Tenant
	in := p.In("dialog", title)
	if x.Verb == deprovision.Confirm {
		in.See("What will go: " + counted(now.Plan.Artifacts))
		words.sends = "Remove " + counted(now.Plan.Artifacts)
	}
	for _, c := range now.Unacknowledged() {
		if x.Verb == deprovision.Confirm && slices.Contains(x.Acknowledged, c.Code) {
			in.Check(c.Text+" ("+c.Code+")", true)
		}
	}
	if x.CredentialRef != "" {
		in.Fill("Name of a credential in the worker's configuration", x.CredentialRef)
	}
	if x.Reason != "" {
		in.Fill(words.why+" It is kept in the evidence.", x.Reason)
	}
	if slices.Contains(grave, x.Verb) {
		phrase := now.Request.Tenant + "/" + account
		in.Fill("To go on, type "+phrase, phrase)
	}
	if says := in.VisibleText(); strings.Contains(says, "Still missing: ") {
		in.Click("button", "Close")
		p.Lost("dialog", title)
		return answered{false, says}
	}
	in.Click("button", words.sends)
	return d.sent(title)
}

// counted is a number of objects, in the page's words.
func counted(n int) string {
	if n == 1 {
		return "1 object"
	}
	return fmt.Sprintf("%d objects", n)
}
