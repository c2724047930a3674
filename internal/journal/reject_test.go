package journal_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// aSecret has the form of an Entra client secret, and is none.
var aSecret = "abc8Q~" + strings.Repeat("x", 34)

func body(s string) func(*nats.Msg) { return func(m *nats.Msg) { m.Data = []byte(s) } }

// fields returns the body of a valid request with other fields added.
func fields(more string) func(*nats.Msg) {
	return func(m *nats.Msg) { m.Data = []byte(strings.TrimSuffix(string(m.Data), "}") + "," + more + "}") }
}

func kind(s string) func(*nats.Msg) {
	return func(m *nats.Msg) { m.Header["ce-type"] = []string{s} }
}

func subject(s string) func(*nats.Msg) { return func(m *nats.Msg) { m.Subject = s } }

func TestBadRequestEndsAsADeadLetterAndARejection(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	handle, got := collect()
	consume(t, j, handle, func(c *journal.Consumer) { c.Grace = time.Nanosecond })
	own := "deprovision.request.contoso.exchange-online-inline."
	for i, bad := range []struct {
		reason, detail string
		spoil          func(*nats.Msg)
	}{
		{"not-json", "json", body("hello")},
		{"content-type", "text/xml", func(m *nats.Msg) { m.Header.Set("Content-Type", "text/xml") }},
		{"subject-mismatch", "other", func(m *nats.Msg) { m.Data = []byte(strings.Replace(string(m.Data), `"bad`, `"other`, 1)) }},
		{"unknown-version", "request.v2", kind("io.deprovisioner.request.v2")},
		{"invalid", "ce-id", func(m *nats.Msg) { delete(m.Header, "ce-id") }},
		{"invalid", "appId", fields(`"appId":"not a guid"`)},
		{"oversized", "bytes", fields(`"options":{"approveByName":["a` + strings.Repeat(strings.Repeat("x", 250)+`","a`, 60) + `"]}`)},
		{"invalid", "reason", fields(`"reason":"the key is ` + aSecret + `"`)},
		{"invalid", "looks like a secret", func(m *nats.Msg) { fields(`"appId":"` + aSecret + `"`)(m) }},
		{"content-type", "content-type", func(m *nats.Msg) { m.Header.Set("Content-Type", "text/x; v="+aSecret) }},
		{"unknown-tenant", "stranger", func(m *nats.Msg) {
			m.Subject = strings.Replace(m.Subject, "contoso", "stranger", 1)
			m.Data = []byte(strings.Replace(string(m.Data), "contoso", "stranger", 1))
		}},
	} {
		id := fmt.Sprint("bad", i)
		var sent *nats.Msg
		send(t, nc, id, bad.spoil, func(m *nats.Msg) { sent = m })
		emptied(t, nc, journal.RequestStream)
		letter := lastLetter(t, j)
		if letter.Reason != bad.reason || !strings.Contains(letter.Detail, bad.detail) || letter.Subject != sent.Subject {
			t.Errorf("%s: reason %s, detail %q, subject %s", bad.reason, letter.Reason, letter.Detail, letter.Subject)
		}
		if strings.Contains(fmt.Sprintf("%s %s %s", letter.Data, letter.Header, letter.Detail), aSecret) {
			t.Errorf("%s: the dead letter holds the secret", bad.reason)
		}
		if letter.Redacted == 0 && string(letter.Data) != string(sent.Data) {
			t.Errorf("%s: the message is not kept whole", bad.reason)
		}
		_, ref, _, err := event.ParseSubject(sent.Subject)
		if err != nil {
			t.Fatal(err)
		}
		last, err := j.Last(t.Context(), ref)
		p := last.Progress
		if err != nil || p.Status != deprovision.Rejected || p.Seq != 1 || !strings.Contains(p.Detail, bad.detail) {
			t.Errorf("%s: the request's journal says %q %q, %v", bad.reason, p.Status, p.Detail, err)
		}
		if strings.Contains(fmt.Sprintf("%+v", last.Event), aSecret) {
			t.Errorf("%s: the journal holds the secret", bad.reason)
		}
	}
	send(t, nc, "elsewhere", subject("deprovision.request.nonsense"))
	emptied(t, nc, journal.RequestStream)
	send(t, nc, "none", subject(own+"none.and.more"))
	emptied(t, nc, journal.RequestStream)
	send(t, nc, "good")
	if trigger := receive(t, got); trigger.Ref.Request != "good" {
		t.Errorf("%s reached the handler", trigger.Ref.Request)
	}
}

// lastLetter returns the youngest dead letter.
func lastLetter(t *testing.T, j *journal.Journal) event.DeadLetter {
	t.Helper()
	page, err := j.DeadLetters(t.Context(), 0, 1000)
	if err != nil || len(page) == 0 {
		t.Fatalf("%d dead letters, %v", len(page), err)
	}
	return page[len(page)-1].DeadLetter
}

func TestRejectionNeverChangesAnOpenRequest(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	handle, _ := collect()
	revision := grow(t, j, 1)[0]
	consume(t, j, handle)
	send(t, nc, "r1", body("hello"))
	emptied(t, nc, journal.RequestStream)
	if last, err := j.Last(t.Context(), request().Ref()); err != nil || last.Revision != revision || last.Progress.Status != deprovision.Held {
		t.Errorf("%d %s, %v", last.Revision, last.Progress.Status, err)
	}
}

func TestWhatMayBeKnownLaterIsSetAside(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	handle, got := collect()
	consume(t, j, handle, func(c *journal.Consumer) { c.Slots = make(slots, 1) })
	const many = 1100 // more than a consumer lets wait by default: they must not stop the others
	for i := range many {
		send(t, nc, fmt.Sprint("r", i), kind("io.deprovisioner.request.v2"))
	}
	send(t, nc, "good")
	receiveUntil(t, got, "good")
	if page, err := j.DeadLetters(t.Context(), 0, 1); err != nil || len(page) != 0 {
		t.Errorf("%d dead letters within the grace, %v", len(page), err)
	}
	if n := left(t, nc, journal.RequestStream); n < many {
		t.Errorf("%d of %d are left", n, many)
	}
}

func TestUnlistedTenantIsAskedNothingAndItsRequestIsKeptAfterTheGrace(t *testing.T) {
	t.Parallel()
	unlisted := func(m *nats.Msg) {
		m.Subject = strings.Replace(m.Subject, "contoso", "stranger", 1)
		m.Data = []byte(strings.Replace(string(m.Data), "contoso", "stranger", 1))
	}
	j, nc := bound(t)
	handle, got := collect()
	patient := consume(t, j, handle)
	send(t, nc, "stranger", unlisted)
	send(t, nc, "good")
	if trigger := receive(t, got); trigger.Ref.Request != "good" {
		t.Errorf("%s reached the handler", trigger.Ref.Tokens())
	}
	if page, err := j.DeadLetters(t.Context(), 0, 1); err != nil || len(page) != 0 {
		t.Errorf("%d dead letters within the grace, %v", len(page), err)
	}
	stop(t, patient)
	consume(t, j, handle, func(c *journal.Consumer) { c.Grace = time.Nanosecond })
	send(t, nc, "stranger2", unlisted)
	eventually(t, "the first alone is left", func(context.Context) bool { return left(t, nc, journal.RequestStream) == 1 })
	if letter := lastLetter(t, j); letter.Reason != "unknown-tenant" || !strings.Contains(letter.Detail, "stranger") {
		t.Errorf("%+v", letter)
	}
	asked := request()
	asked.ID, asked.Tenant = "stranger2", "stranger"
	last, err := j.Last(t.Context(), asked.Ref())
	if p := last.Progress; err != nil || p.Status != deprovision.Rejected || p.Request.Digest() != asked.Digest() || p.Request.RequestedBy != asked.RequestedBy {
		t.Errorf("who asked is not kept: %+v, %v", p.Request, err)
	}
	if n := len(got); n > 0 {
		t.Errorf("%d triggers of it reached the handler", n)
	}
}

func TestBadDecisionIsAnsweredAndKept(t *testing.T) {
	t.Parallel()
	j, nc := bound(t)
	handle, _ := collect()
	consume(t, j, handle)
	inbox := nats.NewInbox()
	answers, err := nc.SubscribeSync(inbox)
	if err != nil {
		t.Fatal(err)
	}
	msg, err := event.EncodeDecision(deprovision.Decision{ID: "d1", Tenant: "contoso", Service: request().Service, Request: "r1",
		Verb: deprovision.Cancel, DecidedBy: "soc"}, "")
	if err != nil {
		t.Fatal(err)
	}
	msg.Header.Set(event.AnswerTo, inbox)
	msg.Data = []byte(strings.Replace(string(msg.Data), `"cancel"`, `"destroy"`, 1))
	if err := nc.PublishMsg(msg); err != nil {
		t.Fatal(err)
	}
	answer, err := answers.NextMsg(soon)
	if err != nil || !strings.Contains(string(answer.Data), "verb") || !strings.Contains(string(answer.Data), "cancel") {
		t.Errorf("the answer names no field or values: %s, %v", answer.Data, err)
	}
	emptied(t, nc, journal.DecisionStream)
	if letter := lastLetter(t, j); letter.Reason != "invalid" || !strings.Contains(letter.Detail, "verb") {
		t.Errorf("%+v", letter)
	}
	if last, err := j.Last(t.Context(), request().Ref()); err != nil || last.Revision != 0 {
		t.Errorf("a decision made an event: %+v, %v", last, err)
	}
}
