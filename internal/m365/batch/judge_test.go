package batch_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func targets(n int) []m365.Target {
	var out []m365.Target
	for i := range n {
		out = append(out, m365.Target{Place: "user-1", ID: fmt.Sprintf("AAMk_%d-=", i), CallID: fmt.Sprintf("call-%d", i)})
	}
	return out
}

func TestItemsAreJudgedEachByItself(t *testing.T) {
	t.Parallel()
	const none = deprovision.Class("")
	cases := []struct {
		name         string
		a            said
		read, change deprovision.Class
		wait         time.Duration
	}{
		{name: "absent", a: refusal(404, "ErrorItemNotFound"), read: deprovision.Gone, change: deprovision.Gone},
		{name: "a 404 about something else", a: refusal(404, "MailboxNotEnabledForRESTAPI"), read: deprovision.Malformed, change: deprovision.Malformed},
		{name: "a 404 without a body", a: said{Status: 404}, read: deprovision.Malformed, change: deprovision.Malformed},
		{name: "throttled", a: said{Status: 429, Headers: map[string]string{"retry-after": "2.128"}}, read: deprovision.Throttled, change: deprovision.Throttled, wait: 3 * time.Second},
		{name: "unavailable", a: said{Status: 503, Headers: map[string]string{"Retry-After": "5"}}, read: deprovision.Throttled, change: deprovision.Unknown, wait: 5 * time.Second},
		{name: "forbidden", a: refusal(403, "ErrorAccessDenied"), read: deprovision.Forbidden, change: deprovision.Forbidden},
		{name: "default folder", a: refusal(400, "ErrorDeleteDistinguishedFolder"), read: deprovision.Malformed, change: deprovision.Malformed},
		{name: "gateway", a: said{Status: 504}, read: deprovision.Transient, change: deprovision.Unknown},
		{name: "no status", a: said{}, read: deprovision.Malformed, change: deprovision.Unknown},
		{name: "in base64", a: said{Status: 404, Body: "eyJlcnJvciI6eyJjb2RlIjoiRXJyb3JJdGVtTm90Rm91bmQifX0="}, read: deprovision.Gone, change: deprovision.Gone},
		{name: "well", a: said{Status: 204, Headers: map[string]string{"request-id": "inner"}}, read: deprovision.Malformed, change: none},
	}
	f := &fake{item: func(i asked) said {
		for n, c := range cases {
			if strings.Contains(i.URL, fmt.Sprintf("AAMk_%d-=", n)) {
				return c.a
			}
		}
		return said{Status: 500}
	}}
	c := f.start(t, transport.Options{})
	for _, changes := range []bool{false, true} {
		var answers []m365.Answer
		var err error
		if changes {
			answers, err = c.DeleteFolders(t.Context(), targets(len(cases)), false)
		} else {
			answers, err = c.ReadFolders(t.Context(), targets(len(cases)))
		}
		if err != nil || len(answers) != len(cases) {
			t.Fatal(answers, err)
		}
		for i, k := range cases {
			want := k.read
			if changes {
				want = k.change
			}
			if want == none {
				got := m365.Receipt{Call: "DELETE /users/{id}/mailFolders/{id}", ClientID: fmt.Sprintf("call-%d", i), RequestID: "inner"}
				if answers[i].Err != nil || answers[i].Receipt != got {
					t.Errorf("%s: %+v", k.name, answers[i])
				}
				continue
			}
			got := wantFailure(t, answers[i].Err, want)
			if got.RetryAfter != k.wait || !strings.HasSuffix(got.Call, "/users/{id}/mailFolders/{id}") || answers[i].Receipt.Call != "" {
				t.Errorf("%s: %+v", k.name, got)
			}
		}
	}
}

func TestChangesCarryIdsOfTheirOwnAndOnlyTheyAreSent(t *testing.T) {
	t.Parallel()
	f := &fake{item: func(asked) said { return said{Status: 204} }}
	c := f.start(t, transport.Options{})
	for _, purge := range []bool{false, true} {
		answers, err := c.DeleteFolders(t.Context(), targets(20), purge)
		if err != nil {
			t.Fatal(err)
		}
		leaf, method := "", http.MethodDelete
		if purge {
			leaf, method = "/permanentDelete", http.MethodPost
		}
		for i, a := range f.batches[len(f.batches)-1] {
			if a.Headers["client-request-id"] != fmt.Sprintf("call-%d", i) || a.Headers["Prefer"] != `IdType="ImmutableId"` ||
				a.Method != method || a.URL != fmt.Sprintf("/users/user-1/mailFolders/AAMk_%d-=", i)+leaf {
				t.Errorf("%+v", a)
			}
			if answers[i].Receipt.ClientID != a.Headers["client-request-id"] || answers[i].Receipt.RequestID != "outer" {
				t.Errorf("%+v", answers[i])
			}
		}
	}
	if len(f.batches) != 2 {
		t.Errorf("%d batches", len(f.batches))
	}
}

func TestItemThatWasAnsweredTwiceOrNeverIsLost(t *testing.T) {
	t.Parallel()
	f := &fake{
		item: func(asked) said { return said{Status: 204} },
		outer: func(w http.ResponseWriter, answers []said) bool {
			_ = json.NewEncoder(w).Encode(object{"responses": append(answers[1:], said{ID: "0", Status: 404}, said{ID: "77", Status: 204})})
			return true
		},
	}
	c := f.start(t, transport.Options{})
	answers, err := c.DeleteFolders(t.Context(), targets(3), false)
	if err != nil {
		t.Fatal(err)
	}
	wantClass(t, answers[0].Err, deprovision.Unknown)
	wantClass(t, answers[2].Err, deprovision.Unknown)
	if answers[1].Err != nil {
		t.Error(answers[1].Err)
	}
	answers, err = c.ReadFolders(t.Context(), targets(3))
	if err != nil {
		t.Fatal(err)
	}
	wantClass(t, answers[0].Err, deprovision.Malformed)
	wantClass(t, answers[2].Err, deprovision.Malformed)
}

func TestWhatTheWholeCallFailsWithIsTheErrorBesideTheAnswers(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]struct {
		status       int
		body         string
		read, change deprovision.Class
	}{
		"throttled":               {429, "", deprovision.Throttled, deprovision.Throttled},
		"not signed in":           {401, "", deprovision.Forbidden, deprovision.Forbidden},
		"broken":                  {500, "", deprovision.Transient, deprovision.Unknown},
		"as it was answered once": {424, `{"responses":[]}`, deprovision.Transient, deprovision.Unknown},
		"no answer to a batch":    {200, `{}`, deprovision.Malformed, deprovision.Unknown},
		"no JSON":                 {200, `{"responses":[`, deprovision.Malformed, deprovision.Unknown},
	} {
		f := &fake{item: func(asked) said { return said{Status: 204} }, outer: func(w http.ResponseWriter, _ []said) bool {
			w.WriteHeader(k.status)
			_, _ = w.Write([]byte(k.body))
			return true
		}}
		c := f.start(t, transport.Options{})
		answers, err := c.ReadFolders(t.Context(), targets(2))
		if wantClass(t, err, k.read); answers != nil {
			t.Error(name, answers)
		}
		answers, err = c.DeleteFolders(t.Context(), targets(2), false)
		if wantClass(t, err, k.change); answers != nil {
			t.Error(name, answers)
		}
	}
}

func TestNothingIsSentThatIsNotAllowed(t *testing.T) {
	t.Parallel()
	f := &fake{item: func(asked) said { return said{Status: 204} }}
	c := f.start(t, transport.Options{})
	many := make([]string, 21)
	for i := range many {
		many[i] = fmt.Sprint("user-", i)
	}
	for name, call := range map[string]func() error{
		"too many":        func() error { _, err := c.DeleteFolders(t.Context(), targets(21), false); return err },
		"too many places": func() error { _, err := c.Folders(t.Context(), many); return err },
		"no id":           func() error { _, err := c.DeleteFolders(t.Context(), []m365.Target{{Place: "u"}}, false); return err },
		"another address": func() error {
			_, err := c.ReadFolders(t.Context(), []m365.Target{{Place: "u", ID: "a/../b"}})
			return err
		},
		"a query":  func() error { _, err := c.Chats(t.Context(), []string{"u?x=y"}); return err },
		"no scope": func() error { _, err := c.Installed(t.Context(), "everywhere", []string{"t"}); return err },
		"up": func() error {
			_, err := c.Uninstall(t.Context(), m365.InTeam, m365.Target{Place: "..", ID: "i"})
			return err
		},
	} {
		if err := call(); deprovision.ClassOf(err) != deprovision.Malformed {
			t.Error(name, err)
		}
	}
	if answers, err := c.Folders(t.Context(), nil); len(answers) > 0 || err != nil {
		t.Error(answers, err)
	}
	if len(f.batches)+len(f.alone) > 0 {
		t.Errorf("%d batches, %d calls were sent", len(f.batches), len(f.alone))
	}
}

// gate is a tenant's gate without a clock.
type gate struct {
	mu     sync.Mutex
	closed time.Duration
}

func (g *gate) Wait(context.Context, string) (time.Duration, error) { return 0, nil }

func (g *gate) Close(_ context.Context, _ string, d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = max(g.closed, d)
}

func TestThrottledItemClosesTheGateAsAThrottledCallDoes(t *testing.T) {
	t.Parallel()
	f := &fake{item: func(i asked) said {
		if i.ID == "1" {
			return said{Status: 429, Headers: map[string]string{"Retry-After": "9.1"}}
		}
		return said{Status: 204}
	}}
	g := &gate{}
	if _, err := f.start(t, transport.Options{Gate: g}).DeleteFolders(t.Context(), targets(3), false); err != nil || g.closed != 10*time.Second {
		t.Error(g.closed, err)
	}
}
