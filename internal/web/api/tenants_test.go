package api_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/web/api"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// standings say what a test lets them say.
type standings struct {
	gates  []api.Gate
	counts []map[deprovision.Status]int
	asked  []string
	err    error
}

func (s *standings) Gates(_ context.Context, tenants []string) ([]api.Gate, error) {
	s.asked = tenants
	return s.gates, s.err
}

func (s *standings) Requests(_ context.Context, tenants []string) ([]map[deprovision.Status]int, error) {
	s.asked = tenants
	return s.counts, s.err
}

func TestTenantsTellTheirGateTheirBudgetAndTheirRequests(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 3, 1, 13, 0, 0, 0, time.UTC)
	s := &standings{
		gates: []api.Gate{{Left: 7}, {Closed: true, Until: until}},
		counts: []map[deprovision.Status]int{{deprovision.Waiting: 1, deprovision.Parked: 2, deprovision.Held: 0, deprovision.Succeeded: 99_997},
			{deprovision.Waiting: 0}},
	}
	w := newWorld(t, func(o *api.Options) {
		o.Standings, o.Budget = s, api.Budget{Calls: 600, Per: time.Minute, Burst: 10}
	})
	list := func(token string) string {
		return strings.TrimSpace(string(w.ask(http.MethodGet, api.Base+"/tenants", token, "").want(http.StatusOK).body))
	}
	want := `{"tenants":[` +
		`{"alias":"contoso","gate":{"closed":false},"budget":{"calls":600,"per":"1m0s","burst":10,"left":7},` +
		`"requests":{"held":0,"open":3,"parked":2,"succeeded":99997,"total":100000,"waiting":1}},` +
		`{"alias":"fabrikam","gate":{"closed":true,"closedUntil":"2026-03-01T13:00:00Z"},"budget":{"calls":600,"per":"1m0s","burst":10,"left":0},` +
		`"requests":{"open":0,"total":0,"waiting":0}}]}`
	if got := list(both); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if strings.Join(s.asked, " ") != "contoso fabrikam" {
		t.Errorf("it asked about %v", s.asked)
	}
	// What can't be told is said to be unknown, and nothing is guessed.
	s.err = errors.New("Redis is away")
	want = `{"tenants":[{"alias":"contoso","gate":{"unknown":true},"budget":{"calls":600,"per":"1m0s","burst":10,"unknown":true},"requests":{"unknown":true}}]}`
	if got := list(reader); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	s.err = nil // an answer about others is none
	if got := list(reader); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := newWorld(t).ask(http.MethodGet, api.Base+"/tenants", reader, ""); string(got.body) != `{"tenants":[{"alias":"contoso"}]}`+"\n" {
		t.Errorf("%s", got.body)
	}
}

func TestGateClosedForGoodHasNoEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *api.Options) {
		o.Standings = &standings{gates: []api.Gate{{Closed: true}}, counts: []map[deprovision.Status]int{{}}}
	})
	want := `{"tenants":[{"alias":"contoso","gate":{"closed":true},"requests":{"open":0,"total":0}}]}` + "\n"
	if got := w.ask(http.MethodGet, api.Base+"/tenants", reader, ""); string(got.body) != want {
		t.Errorf("got %s", got.body)
	}
}
