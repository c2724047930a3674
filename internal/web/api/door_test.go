package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/web/api"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// concrete fills in a route's path.
func concrete(path string) string {
	return api.Base + strings.NewReplacer("{tenant}", "contoso", "{service}", "teams", "{request}", "r1", "{account}", "main", "{seq}", "1").Replace(path)
}

// call calls a route with an empty object where it has a body.
func (w *world) calls(t *testing.T, r api.Route, token string, header ...string) answer {
	t.Helper()
	body := ""
	if r.Body {
		body = "{}"
	}
	return w.asks(t, r.Method, concrete(r.Path), token, body, header...)
}

func TestDoorRefusesAndNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	public := newWorld(t, func(o *api.Options) { o.Loopback = false })
	for _, r := range api.Routes() {
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			a := w.calls(t, r, admin[:len(admin)-1]+"X")
			a.problem(http.StatusUnauthorized, "unauthorized", "")
			if got := a.header.Get("WWW-Authenticate"); got != `Bearer realm="deprovisioner", error="invalid_token"` {
				t.Error(got)
			}
			w.calls(t, r, "", "Authorization", "Basic "+admin).problem(http.StatusUnauthorized, "unauthorized", "")
			a = public.calls(t, r, "")
			a.problem(http.StatusUnauthorized, "unauthorized", "")
			if got := a.header.Get("WWW-Authenticate"); got != `Bearer realm="deprovisioner"` {
				t.Error(got)
			}
			w.calls(t, r, admin, "Host", "rebound.example").problem(http.StatusMisdirectedRequest, "misdirected", "")
			w.calls(t, r, admin, "Sec-Fetch-Site", "cross-site").problem(http.StatusForbidden, "cross-site", "")
			w.calls(t, r, admin, "Accept", "text/plain;q=1, "+r.Media+";q=0").problem(http.StatusNotAcceptable, "not-acceptable", "Accept")
			a = w.asks(t, r.Method, concrete(r.Path)+"?acccess_token=s3cret", admin, "{}")
			if p := a.problem(http.StatusBadRequest, "invalid", "acccess_token"); strings.Contains(p.Detail+p.Allowed, "s3cret") {
				t.Error("it repeats the value")
			}
			if strings.Contains(r.Path, "{tenant}") {
				w.calls(t, r, fabrikam).problem(http.StatusNotFound, "unknown-tenant", "tenant")
				path := strings.Replace(concrete(r.Path), "contoso", "nobody", 1)
				w.asks(t, r.Method, path, admin, "{}").problem(http.StatusNotFound, "unknown-tenant", "tenant")
			}
			if r.Right != api.Read {
				w.calls(t, r, "").problem(http.StatusUnauthorized, "unauthorized", "")
				a = w.calls(t, r, reader)
				a.problem(http.StatusForbidden, "forbidden", "")
				if got := a.header.Get("WWW-Authenticate"); !strings.HasSuffix(got, `error="insufficient_scope", scope="`+string(r.Right)+`"`) {
					t.Error(got)
				}
			}
			if r.Body {
				a = w.asks(t, r.Method, concrete(r.Path), admin, "{}", "Content-Type", "text/plain")
				a.problem(http.StatusUnsupportedMediaType, "unsupported-media-type", "Content-Type")
				if a.header.Get(map[string]string{"POST": "Accept-Post", "PATCH": "Accept-Patch", "PUT": "Accept"}[r.Method]) != "application/json" {
					t.Errorf("%v", a.header)
				}
				w.asks(t, r.Method, concrete(r.Path), admin, "{}", "Content-Encoding", "gzip").problem(http.StatusUnsupportedMediaType, "unsupported-media-type", "Content-Encoding")
				w.asks(t, r.Method, concrete(r.Path), admin, `{"a":"`+strings.Repeat("a", event.MaxMessage)+`"}`).problem(http.StatusRequestEntityTooLarge, "too-large", "size")
				w.asks(t, r.Method, concrete(r.Path), admin, `{"requestedBye":"soc"}`).problem(http.StatusBadRequest, "invalid", "requestedBye")
				w.asks(t, r.Method, concrete(r.Path), admin, `{} {}`).problem(http.StatusBadRequest, "invalid", "json")
			}
			a = w.asks(t, http.MethodDelete, concrete(r.Path), admin, "{}")
			if p := a.problem(http.StatusMethodNotAllowed, "method-not-allowed", "method"); !strings.Contains(a.header.Get("Allow"), r.Method) || p.Allowed != a.header.Get("Allow") {
				t.Errorf("%v", a.header)
			}
		})
	}
}

// A token says nothing of whether a forbidden thing exists: with the right missing in one's own tenant it is 403, in another's always 404.
func TestReaderOfOneTenantMayNotDecideThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, r := range api.Routes() {
		if r.Right == api.Read {
			w.calls(t, r, "", "X-Forwarded-For", "203.0.113.7").problem(http.StatusUnauthorized, "unauthorized", "")
		}
	}
	token, err := api.NewToken("blind", "blind-token-0123456789abcdef0123456789", []string{"*"}, []api.Right{api.Ask})
	if err != nil {
		t.Fatal(err)
	}
	w = newWorld(t, func(o *api.Options) { o.Tokens = append(o.Tokens, token) })
	for _, r := range api.Routes() {
		if r.Right == api.Read {
			w.calls(t, r, "blind-token-0123456789abcdef0123456789").problem(http.StatusForbidden, "forbidden", "")
		}
	}
}

func TestUnknownPathIsAProblem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{"/api/", "/api/v1", "/api/v1/", "/api/v2/requests", "/api/v1/requests/contoso", "/api/v1/requests/contoso/teams/r1/nothing"} {
		w.ask(http.MethodGet, path, admin, "").problem(http.StatusNotFound, "unknown-path", "")
	}
	if got := w.counted.of("unknown-path"); got != 6 {
		t.Errorf("%d were counted", got)
	}
	// Nothing is redirected: a POST that is would come again as a GET, or not at all.
	for _, path := range []string{"//api/v1/requests", "/api//v1/requests", "/api/v1//requests", "/api/v1/requests//", "/api/v1/./requests", "/api/v1/x/../requests",
		"/x/../api/v1/requests", "/api", "/api/v1/requests/", "/api/v1/tenants/contoso//accounts", "/api/v1/..%2frequests", "/api/v1%2f/requests"} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
			w.ask(method, path, admin, wish).problem(http.StatusNotFound, "unknown-path", "")
		}
	}
}

func TestNamesInThePathAreChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for path, field := range map[string]string{
		"/requests/con%2ftoso/teams/r1":      "tenant",
		"/requests/contoso/yammer/r1":        "service",
		"/requests/contoso/teams/r.1":        "request",
		"/tenants/contoso/accounts/%3E":      "account",
		"/requests/contoso/yammer/r1/plan":   "service",
		"/requests/contoso/yammer/r1/events": "service",
		"/requests/contoso/*/r1/artifacts":   "service",
		"/dead-letters/x":                    "seq",
		"/dead-letters/0":                    "seq",
	} {
		w.ask(http.MethodGet, api.Base+path, admin, "").problem(http.StatusBadRequest, "invalid", field)
	}
	w.ask(http.MethodPost, api.Base+"/requests/contoso/yammer/r1/decisions", admin, "{}").problem(http.StatusBadRequest, "invalid", "service")
}

func TestListenerIsCalledByNamesOfItsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *api.Options) { o.Hosts = []string{"soc.contoso.example"} })
	for host, status := range map[string]int{"localhost:8080": 200, "[::1]:8080": 200, "127.0.0.1": 200, "LOCALHOST": 200, "soc.contoso.example": 200,
		"soc.contoso.example.evil.example": 421, "127.0.0.1.nip.example": 421, "": 200} {
		header := []string{"Host", host}
		if host == "" {
			header = nil
		}
		if a := w.ask(http.MethodGet, api.Base+"/stops", admin, "", header...); a.status != status {
			t.Errorf("%q: %d", host, a.status)
		}
	}
	// By a name that is not the loopback's somebody else may have come: then a token is needed to read, too.
	w.ask(http.MethodGet, api.Base+"/stops", "", "", "Host", "soc.contoso.example").problem(http.StatusUnauthorized, "unauthorized", "")
	// Some proxies pass on the loopback's name and say nothing of themselves: where one is configured, nobody is known to be of this machine.
	w.ask(http.MethodGet, api.Base+"/stops", "", "").problem(http.StatusUnauthorized, "unauthorized", "")
	w = newWorld(t)
	w.ask(http.MethodGet, api.Base+"/stops", "", "").want(http.StatusOK)
	for _, name := range []string{"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP"} {
		for _, value := range []string{"", "203.0.113.9"} {
			w.ask(http.MethodGet, api.Base+"/stops", "", "", name, value).problem(http.StatusUnauthorized, "unauthorized", "")
		}
	}
}

func TestWithoutTokensTheAPIIsForReadingOnLoopback(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *api.Options) { o.Tokens = nil })
	for _, r := range api.Routes() {
		a := w.calls(t, r, "", "Last-Event-ID", "x") // no stream is to begin
		if denied := a.status == http.StatusUnauthorized; denied != (r.Right != api.Read) {
			t.Errorf("%s: %d %s", r.ID, a.status, a.body)
		}
	}
}

func TestRefusalIsLoggedWithoutWhatItHeld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ask(http.MethodPost, api.Base+"/requests?q=in-the-query", admin, `{"reason":"in the body"}`, "Cookie", "in=cookie").problem(http.StatusBadRequest, "invalid", "q")
	w.ask(http.MethodPost, api.Base+"/requests", "in-the-token-0123456789", `{}`).problem(http.StatusUnauthorized, "unauthorized", "")
	log := w.log.String()
	if !strings.Contains(log, "reason=invalid") || !strings.Contains(log, "caller=admin@contoso.example") || !strings.Contains(log, "reason=unauthorized") {
		t.Error(log)
	}
	w.ask(http.MethodGet, api.Base+"/"+admin, "", "").problem(http.StatusNotFound, "unknown-path", "")
	w.ask(admin, api.Base+"/stops", "", "").problem(http.StatusMethodNotAllowed, "method-not-allowed", "")
	w.ask(http.MethodPost, api.Base+"/requests", admin, strings.Replace(wish, "over", "mine is "+reader, 1)).problem(http.StatusBadRequest, "invalid", "body")
	log = w.log.String()
	for _, secret := range []string{reader, "in-the-query", "in the body", "in=cookie", "in-the-token", admin} {
		if strings.Contains(log, secret) {
			t.Errorf("%s is in the log", secret)
		}
	}
	if w.counted.of("invalid") != 2 || w.counted.of("unauthorized") != 1 {
		t.Errorf("%v", w.counted.reasons)
	}
}

func TestTokenIsLongAndKeptAsAHash(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"", "short", strings.Repeat("a", 31), strings.Repeat("a b", 20), strings.Repeat("ä", 40)} {
		if _, err := api.NewToken("n", secret, nil, nil); err == nil || secret != "" && strings.Contains(err.Error(), secret) {
			t.Errorf("%q: %v", secret, err)
		}
	}
}

func TestHeadAnswersLikeGet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if a := w.ask(http.MethodHead, api.Base+"/stops", "", ""); a.status != http.StatusOK || len(a.body) > 0 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := w.ask(http.MethodHead, path("contoso", "r1")+"/events", "", ""); a.status != http.StatusMethodNotAllowed {
		t.Errorf("%d", a.status)
	}
}

func TestEveryAnswerTellsTheWorkersTime(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 30, 0, 250_000_000, time.FixedZone("", 3600))
	w := newWorld(t, func(o *api.Options) { o.Now = func() time.Time { return at } })
	const want = "2026-03-01T11:30:00.250Z"
	for _, r := range api.Routes() {
		if r.Media == "text/event-stream" {
			continue
		}
		if a := w.calls(t, r, admin); a.header.Get("Worker-Time") != want {
			t.Errorf("%s: %d at %q", r.ID, a.status, a.header.Get("Worker-Time"))
		}
	}
	for _, a := range []answer{
		w.ask(http.MethodGet, "/api/v1/nothing", "", "").want(http.StatusNotFound),
		w.ask(http.MethodGet, api.Base+"/requests", "", "", "Host", "elsewhere.example").want(http.StatusMisdirectedRequest),
	} {
		if got := a.header.Get("Worker-Time"); got != want {
			t.Errorf("%d at %q", a.status, got)
		}
	}
	if got := w.opens(t, changesPath, admin).header.Get("Worker-Time"); got != want {
		t.Errorf("a stream at %q", got)
	}
}
