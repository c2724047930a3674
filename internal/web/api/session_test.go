package api_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/web/api"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

type session struct {
	Name       *string
	May        []string
	Tenants    []string
	Everywhere bool
	SignIn     []string
}

func TestSessionTellsWhoCallsAndWhatTheyMay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for token, want := range map[string]struct {
		name, may, tenants string
		everywhere         bool
	}{
		"":       {"", "read", "contoso fabrikam tailspin", true},
		admin:    {"admin@contoso.example", "read ask decide operate", "contoso fabrikam tailspin", true},
		reader:   {"auditor", "read", "contoso", false},
		fabrikam: {"fab", "read ask decide operate", "fabrikam", false},
	} {
		a := w.ask(http.MethodGet, api.Base+"/session", token, "").want(http.StatusOK)
		got := read[session](a)
		if (got.Name == nil) != (want.name == "") || got.Name != nil && *got.Name != want.name || strings.Join(got.May, " ") != want.may ||
			strings.Join(got.Tenants, " ") != want.tenants || got.Everywhere != want.everywhere || !slices.Equal(got.SignIn, []string{"token"}) {
			t.Errorf("%s", a.body)
		}
	}
	w = newWorld(t, func(o *api.Options) { o.Tokens = nil })
	a := w.ask(http.MethodGet, api.Base+"/session", "", "").want(http.StatusOK)
	if got := read[session](a); got.SignIn == nil || len(got.SignIn) > 0 {
		t.Errorf("nobody can sign in by a token, and it says %s", a.body)
	}
	w.ask(http.MethodGet, api.Base+"/session", admin, "").problem(http.StatusUnauthorized, "unauthorized", "")
}

// badge is another way of finding out who calls.
type badge struct{}

func (badge) Way() string { return "badge" }

func (badge) Who(r *http.Request) (api.Caller, error) {
	switch shown := r.Header.Get("Badge"); shown {
	case "":
		return api.Caller{}, api.ErrNothingShown
	case "soc":
		return api.Caller{Name: "soc@contoso.example", Tenants: []string{"contoso"}, May: []api.Right{api.Read, api.Ask}}, nil
	}
	return api.Caller{}, errors.New("the badge has expired")
}

func TestAnotherWayOfSigningInIsHeldToTheSameRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *api.Options) { o.Ways = []api.Identity{badge{}} })
	got := read[session](w.ask(http.MethodGet, api.Base+"/session", "", "", "Badge", "soc").want(http.StatusOK))
	if *got.Name != "soc@contoso.example" || strings.Join(got.Tenants, " ") != "contoso" || strings.Join(got.SignIn, " ") != "token badge" {
		t.Errorf("%+v", got)
	}
	w.ask(http.MethodPost, api.Base+"/requests", "", wish, "Badge", "soc").want(http.StatusAccepted)
	queued, err := w.client().Queued(t.Context(), request("contoso", "r1").Ref())
	if err != nil || queued.Request.RequestedBy != "soc@contoso.example" {
		t.Errorf("%+v, %v", queued, err)
	}
	w.ask(http.MethodPost, path("contoso", "r1")+"/decisions", "", "{}", "Badge", "soc").problem(http.StatusForbidden, "forbidden", "")
	w.ask(http.MethodGet, api.Base+"/tenants/fabrikam/accounts", "", "", "Badge", "soc").problem(http.StatusNotFound, "unknown-tenant", "tenant")
	p := w.ask(http.MethodGet, api.Base+"/session", "", "", "Badge", "old").problem(http.StatusUnauthorized, "unauthorized", "")
	if p.Detail != "the badge has expired" {
		t.Errorf("%+v", p)
	}
	w.ask(http.MethodGet, api.Base+"/session", admin+"X", "", "Badge", "soc").want(http.StatusOK) // who is known one way is known
	w.ask(http.MethodGet, api.Base+"/session", admin+"X", "").problem(http.StatusUnauthorized, "unauthorized", "")
}

func TestNameOfATokenMayBeShown(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", strings.Repeat("n", 201), "a\nb", "a\x1b[2Jb", "\xff", "mine is " + admin, "password=hunter22"} {
		_, err := api.NewToken(name, admin, nil, nil)
		if in, ok := errors.AsType[*deprovision.Invalid](err); !ok || in.Field != "name" || in.Value != "" {
			t.Errorf("%q: %v", name, err)
		}
	}
}
