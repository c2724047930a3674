package main

import (
	"testing"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// doorway is a way in for people: the publisher's command line, the JSON API, or the page in a browser. What a test does through one it does through the other, so
// that whatever one of them lacks is seen.
type doorway interface {
	// accounts are the service accounts of a tenant that are not closed.
	accounts(tenant string) []deprovision.Account
	// account is the record of one, closed or not.
	account(tenant, id string) deprovision.Account
	// ask asks for a removal in the name of RequestedBy.
	ask(r deprovision.Request) answered
	// decide answers in the name of DecidedBy. A stop and a plan that are not named are looked up, as a person would.
	decide(d deprovision.Decision) answered
	show(ref deprovision.Ref) deprovision.Progress
	plan(ref deprovision.Ref) deprovision.Plan
	// watch follows a request from an event on, until it ends or waits for a person.
	watch(ref deprovision.Ref, from uint64) []deprovision.Event
	evidence(ref deprovision.Ref) []deprovision.Evidence
	// bundle puts the sealed evidence into a file, and says where.
	bundle(ref deprovision.Ref) string
	// in is the same way, for a part of the test.
	in(t *testing.T) doorway
}

// answered is what came back: whether it counts, and everything that was said.
type answered struct {
	ok   bool
	says string
}

// doorways are those that need no browser, by their names in tests. The page has tests of its own, which are not run beside others: a browser
// needs the whole machine.
var doorways = map[string]func(t *testing.T, o *office) doorway{
	"cli": func(t *testing.T, o *office) doorway { return cliDoor{o.with(t)} },
	"api": func(t *testing.T, o *office) doorway { return apiDoor{o.with(t)} },
}

// throughPage goes in by the page.
func throughPage(t *testing.T, o *office) doorway { return pageDoor{apiDoor{o.with(t)}, &tab{t: t}} }

// stands follows a request until it waits at a stop of this name, and fails the test at any other and at an end.
func stands(t *testing.T, d doorway, ref deprovision.Ref, from uint64, stop string) deprovision.Progress {
	t.Helper()
	events := d.watch(ref, from)
	if len(events) == 0 {
		t.Fatalf("%s has no event from %d on", ref.Tokens(), from)
	}
	p := events[len(events)-1].Progress
	if p.Status != deprovision.Waiting || p.Stop.Name != stop {
		t.Fatalf("%s is %s (%s), and should wait at %s", ref.Tokens(), p.Status, p.Detail, stop)
	}
	return p
}

// accepted sends a decision that has to count.
func accepted(t *testing.T, d doorway, x deprovision.Decision) {
	t.Helper()
	if a := d.decide(x); !a.ok {
		t.Fatalf("%s was refused: %s", x.Verb, a.says)
	}
}

// to is a decision about a request, by somebody who may.
func to(ref deprovision.Ref, verb deprovision.Verb, change ...func(*deprovision.Decision)) deprovision.Decision {
	d := deprovision.Decision{Tenant: ref.Tenant, Service: ref.Service, Request: ref.Request, Verb: verb, DecidedBy: whoDecides, Reason: "talked about it on Monday"}
	for _, c := range change {
		c(&d)
	}
	return d
}
