package event_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// blocks returns the code blocks of the reference that are marked with a language.
func blocks(t *testing.T, language string) []string {
	t.Helper()
	body, err := os.ReadFile("../../docs/events.md")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(body), -1) {
		out = append(out, m[1])
	}
	return out
}

// words splits a command as a shell does, as far as the reference uses one: words, single quotes, lines that go on.
func words(command string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`'([^']*)'|([^\s']+)`).FindAllStringSubmatch(strings.ReplaceAll(command, "\\\n", " "), -1) {
		out = append(out, m[1]+m[2])
	}
	return out
}

// published reads "nats req <subject> -H <name>:<value> … <body>" as the nats command does.
func published(t *testing.T, command string) *nats.Msg {
	t.Helper()
	args := words(command)
	msg := nats.NewMsg(args[2])
	for i := 3; i < len(args); i++ {
		if args[i] != "-H" {
			msg.Data = []byte(args[i])
			continue
		}
		i++
		name, value, ok := strings.Cut(args[i], ":")
		if !ok {
			t.Fatalf("header %q has no value", args[i])
		}
		msg.Header.Add(name, value)
	}
	return msg
}

func TestEveryMessageOfTheReferenceIsAccepted(t *testing.T) {
	t.Parallel()
	count := map[string]int{}
	for _, command := range blocks(t, "sh") {
		if !strings.HasPrefix(command, "nats req ") {
			continue
		}
		msg := published(t, command)
		family, _, _ := strings.Cut(strings.TrimPrefix(msg.Subject, "deprovision."), ".")
		count[family]++
		var err error
		switch event.Family(family) {
		case event.Requests:
			_, err = event.DecodeRequest(msg)
		case event.Decisions:
			_, err = event.DecodeDecision(msg)
		case event.Accounts:
			_, err = event.DecodeAccount(msg)
		default:
			err = fmt.Errorf("nobody may publish on %s", msg.Subject)
		}
		if err != nil {
			t.Errorf("%s\n%v", command, err)
		}
	}
	if fmt.Sprint(count) != "map[account:1 decision:2 request:2]" {
		t.Fatalf("found %v", count)
	}
}

func TestEverySubscriptionOfTheReferenceIsOfAFamily(t *testing.T) {
	t.Parallel()
	count := 0
	for _, command := range blocks(t, "sh") {
		if !strings.HasPrefix(command, "nats sub ") {
			continue
		}
		count++
		if !regexp.MustCompile(`'(deprovision\.(event|deadletter)\.|_INBOX\.)[^']*'`).MatchString(command) {
			t.Errorf("%s", command)
		}
	}
	if count < 3 {
		t.Fatalf("found %d", count)
	}
}

// eventsOf reads the events of the reference, as a stranger would who knows every member.
func eventsOf(t *testing.T) []deprovision.Event {
	t.Helper()
	var out []deprovision.Event
	for _, body := range blocks(t, "json") {
		var e deprovision.Event
		strict := json.NewDecoder(strings.NewReader(body))
		strict.DisallowUnknownFields()
		if err := strict.Decode(&e); err != nil {
			t.Fatalf("%v in\n%s", err, body)
		}
		msg, err := event.EncodeProgress(e)
		if err != nil {
			t.Fatal(err)
		}
		got, err := event.DecodeProgress(msg)
		if err != nil || got.Progress.Request.Validate() != nil {
			t.Fatalf("%+v, %v", got, err)
		}
		out = append(out, got)
	}
	return out
}

func TestEventsOfTheReferenceAreRead(t *testing.T) {
	t.Parallel()
	found := eventsOf(t)
	if len(found) != 2 {
		t.Fatalf("found %d", len(found))
	}
	if p := found[0].Progress; p.Stop == nil || p.Stop.Seq != p.Seq {
		t.Errorf("%+v", p.Stop)
	}
	c, p := found[1].Change, found[1].Progress
	if a := c.Announcement; c.Kind != deprovision.Announced || a == nil || a.Plan != p.Plan.Digest || a.Account != p.Request.Account || len(a.Objects) != p.Plan.Artifacts {
		t.Errorf("%+v", c)
	}
}

func TestReferenceNamesEveryTypeAndLimit(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("../../docs/events.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{
		event.RequestType, event.DecisionType, event.AccountType, event.ProgressType, event.PlanType, event.DeadLetterType, event.AnswerTo, event.TraceParent,
		fmt.Sprintf("%d bytes", event.MaxInput), fmt.Sprintf("%d KiB", event.MaxMessage>>10), fmt.Sprintf("%d bytes", deprovision.MaxReason),
		fmt.Sprintf("%d KiB", deprovision.MaxProgress>>10), fmt.Sprintf("%.0fh", deprovision.MaxDrain.Hours()),
	} {
		if !strings.Contains(string(body), what) {
			t.Errorf("%s is not named", what)
		}
	}
}
