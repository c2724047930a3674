package event_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"pgregory.net/rapid"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

func TestSubjectsAreParsedStrictly(t *testing.T) {
	t.Parallel()
	for subject, ok := range map[string]bool{
		"deprovision.event.contoso.teams.r1":                         true,
		"deprovision.wake.contoso.teams.r1.due.12":                   true,
		"deprovision.event.contoso.teams":                            false,
		"other.event.contoso.teams.r1":                               false,
		"deprovision.event.contoso.teams.*":                          false,
		"deprovision.event..teams.r1":                                false,
		"deprovision.event.contoso.teams." + strings.Repeat("x", 65): false,
		"": false,
	} {
		_, _, _, err := event.ParseSubject(subject)
		var invalid *deprovision.Invalid
		if ok && err != nil || !ok && (!errors.As(err, &invalid) || invalid.Field != "subject") {
			t.Errorf("%q: %v", subject, err)
		}
	}
}

func TestSubjectIsParsedBackToItsRequest(t *testing.T) {
	t.Parallel()
	token := rapid.StringMatching(`[A-Za-z0-9_-]{1,64}`)
	rapid.Check(t, func(t *rapid.T) {
		ref := deprovision.Ref{Tenant: token.Draw(t, "tenant"), Service: deprovision.Teams, Request: token.Draw(t, "request")}
		seq := rapid.Uint64().Draw(t, "seq")
		family, got, rest, err := event.ParseSubject(event.WakeDue(ref, seq))
		if err != nil || family != event.Wakes || got != ref || len(rest) != 2 {
			t.Fatalf("%s %+v %v %v", family, got, rest, err)
		}
	})
}

func TestAnyTextBecomesAToken(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringN(60, 80, -1)).Draw(t, "text")
		token := event.Token(text)
		if !deprovision.ValidToken(token) || event.Token(token) != token || deprovision.ValidToken(text) && token != text {
			t.Fatalf("%q became %q", text, token)
		}
	})
}

func TestHeaderValuesStandForThemselvesWhenTheyAreNotEncoded(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"100%", "%zz", "%ff", "a b"} {
		msg := encoded(t)
		msg.Header = nats.Header{"ce-id": {id}, "ce-type": {event.RequestType}, "ce-source": {"/x"}, "ce-specversion": {"1.0"}}
		if _, err := event.DecodeRequest(msg); err != nil {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestUnknownVersionNamesBoth(t *testing.T) {
	t.Parallel()
	err := &event.UnknownVersion{Type: "io.deprovisioner.request.v2", Known: event.RequestType}
	if text := err.Error(); !strings.Contains(text, err.Type) || !strings.Contains(text, err.Known) {
		t.Fatal(text)
	}
}
