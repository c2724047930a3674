package page_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// letter sets a message aside.
func (w *world) letter(subject, reason, detail string, header nats.Header, data []byte) {
	w.t.Helper()
	if err := w.journal.PutDeadLetter(w.t.Context(), event.DeadLetter{Reason: reason, Detail: detail, Subject: subject, Header: header, Data: data,
		At: w.now().UTC(), Size: len(data)}); err != nil {
		w.t.Fatal(err)
	}
}

// requestLetter sets a request aside as it was sent.
func (w *world) requestLetter(r deprovision.Request) {
	w.t.Helper()
	msg, err := event.EncodeRequest(r, "")
	if err != nil {
		w.t.Fatal(err)
	}
	w.letter(msg.Subject, "unknown-tenant", "the worker has no such tenant", msg.Header, msg.Data)
}

func deadRequest(id string) deprovision.Request {
	return deprovision.Request{ID: id, Tenant: contoso, Service: deprovision.Teams, Account: "a", RequestedBy: "soc@contoso.example", Reason: "the contract ends"}
}

func TestDeadLetterIsLookedAtAndPublishedAgainOnceItIsConfirmed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.requestLetter(deadRequest("r1"))
	asked := w.asked()
	p := w.opened("/dead-letters", operator)
	p.See("Unknown tenant")
	p.Click("button", "Details of dead letter 1")
	d := p.In("dialog", "Dead letter 1")
	d.Click("DisclosureTriangle", "Content, "+sizeOf(w)+" as it came")
	d.See(`"reason":"the contract ends"`)
	if text := p.Copied(func() { d.Click("button", "Copy content") }); !strings.Contains(text, `"id":"r1"`) {
		t.Errorf("copied %q", text)
	}
	p.Press("Escape")
	p.Lost("dialog", "Dead letter 1")
	p.SeeFocus("button", "Details of dead letter 1")

	p.Click("button", "Publish dead letter 1 again…")
	d = p.In("dialog", "Publish dead letter 1 again")
	d.See("The letter stays as a record.")
	d.Find("button", "Publish it again")
	p.Press("Enter")
	none(w, asked)
	d.Fill("To go on, type contoso/r1", "contoso/r1")
	d.Click("button", "Publish it again")
	d.See("It was published again on")
	if r := waits(w, asked); r.ID != "r1" {
		t.Errorf("published was %+v", r)
	}
	d.Click("link", "Look at request r1")
	p.Until("the request", func() bool { return strings.HasSuffix(p.URL(), "#/requests/contoso/teams/r1") })
	p.Lost("dialog", "Publish dead letter 1 again")
}

func sizeOf(w *world) string {
	letters, err := w.journal.DeadLetters(w.t.Context(), 0, 1)
	if err != nil || len(letters) != 1 {
		w.t.Fatal(letters, err)
	}
	return fmt.Sprintf("%d bytes", letters[0].Size)
}

func TestDeadLetterThatCannotBePublishedAgainSaysWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ended := w.request(w.account(contoso, "a", deprovision.Teams), "r1")
	ended.claims()
	ended.ends(deprovision.Succeeded)
	w.requestLetter(ended.state.Request)
	p := w.opened("/dead-letters", operator)
	p.Click("button", "Publish dead letter 1 again…")
	d := p.In("dialog", "Publish dead letter 1 again")
	p.Expect("409")
	d.Fill("To go on, type contoso/r1", "contoso/r1")
	d.Click("button", "Publish it again")
	d.See("has ended as succeeded; send a new request with another id")
}

func TestPublishingAgainIsOfferedForWhatCanBeOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.requestLetter(deadRequest("r1"))
	w.letter("deprovision.event.contoso.teams.r1", "unreadable", "", nil, []byte("{}"))
	w.letter("deprovision.request.contoso.teams.r2", "too-large", "", nil, nil)
	p := w.opened("/dead-letters", operator)
	p.Find("button", "Publish dead letter 1 again…")
	p.Find("button", "Details of dead letter 3")
	p.Lost("button", "Publish dead letter 2 again…")
	p.Lost("button", "Publish dead letter 3 again…")
}

func TestDeadLettersAreOnlyLookedAtWithoutTheRight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.letter("deprovision.request.contoso.teams.r1", "unreadable", `<script>document.title = "owned"</script>`, nats.Header{"X-<b>": {"<i>"}},
		[]byte("\xff<img src=x onerror=alert(1)>"+strings.Repeat("y", 300)))
	p := w.opened("/dead-letters", decider)
	p.See("To publish one again, sign in with the right “operate”.")
	p.See(`<script>document.title = "owned"</script>`)
	p.Lost("button", "Publish dead letter 1 again…")
	p.Click("button", "Details of dead letter 1")
	d := p.In("dialog", "Dead letter 1")
	d.Click("DisclosureTriangle", "Content, 329 bytes as it came")
	d.See("<img src=x onerror=alert(1)>")
	p.Phone()
	p.Sound(browsertest.Width, browsertest.Names)
}

func TestDeadLettersComeNewestFirstAPageAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 60 {
		w.letter(fmt.Sprintf("deprovision.request.contoso.teams.r%d", i), "unknown-tenant", "", nil, []byte("{}"))
	}
	p := w.open("/dead-letters")
	page := func(first string, n int) {
		p.Until(first+" is the first of so many", func() bool {
			return strings.HasPrefix(rowOf(p, "Dead letters"), first+" |") && len(p.Rows("Dead letters")) == n
		})
	}
	p.See("First page: 50 dead letters, the newest first. Older ones follow on the next page.")
	page("60", 50)
	p.Click("button", "Older")
	p.See("Page 2: 10 dead letters, the newest first. The oldest stands last.")
	page("10", 10)
	w.letter("deprovision.request.contoso.teams.late", "unknown-tenant", "", nil, []byte("{}"))
	p.Reload() // what comes meanwhile moves nothing
	page("10", 10)
	p.Click("button", "Newer")
	page("61", 50)
}

func TestNoDeadLetterIsSaidSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open("/dead-letters")
	p.See("There is no dead letter: every message could be used.")
	w.letter("deprovision.request.contoso.teams.r1", "unknown-tenant", "", nil, []byte("{}"))
	p.Click("button", "Look again")
	p.Find("button", "Details of dead letter 1")
}
